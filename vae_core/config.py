"""The configuration of one training run: a frozen record that draws the form, checks itself and is stored as JSON."""

import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from vae_core.datasets.facts import FACTS
from vae_core.refusals import ConfigError, RefusedConfig, refused, spanning

__all__ = ["MAX_TOTAL_STEPS", "ConfigError", "RefusedConfig", "TrainConfig", "json_schema"]

MAX_TOTAL_STEPS = 10**8


def _widths(value: object) -> object:
    """'500, 500' -> [500, 500]: what a form field or a command line can say."""
    return re.split(r"[\s,x]+", value.strip("[]() ")) if isinstance(value, str) else value


def _field(default: Any, group: str, help: str, **bounds: Any) -> Any:
    """A field with its help sentence, the form's fieldset, and pydantic's bounds."""
    unit = bounds.pop("unit", None)
    shown_when = bounds.pop("shown_when", None)
    extra = {
        "group": group,
        **({"unit": unit} if unit else {}),
        **({"shown_when": shown_when} if shown_when else {}),
    }
    return Field(default, description=help, json_schema_extra=extra, **bounds)


Width = Annotated[int, Field(ge=1, le=8192)]
Widths = Annotated[tuple[Width, ...], Field(min_length=1, max_length=16), BeforeValidator(_widths)]
VAE = {"model": ["vae"]}


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class TrainConfig:
    """Everything that decides a run's numbers. Terms that follow from it are nats per example.

    Raises `pydantic.ValidationError` when constructed with a refused value; `TrainConfig.parse` raises
    `RefusedConfig` with one sentence a field instead, for people.
    """

    dataset: Literal["digits", "mnist", "fashion-mnist"] = _field(
        "digits", "Data", "Images to learn: 8×8 digits come with the package; the others are downloaded once."
    )
    dequantize: bool = _field(
        False,
        "Data",
        "Add uniform noise of one grey level to every pixel, anew at each step, so that a density stays finite on "
        "pixels that are always black.",
    )
    model: Literal["vae", "ae"] = _field(
        "vae",
        "Model",
        "A VAE samples z and pays the KL; a plain autoencoder (ae) does neither and has no ELBO.",
    )
    architecture: Literal["mlp", "conv"] = _field(
        "mlp",
        "Model",
        "Dense layers, or two stride-2 convolutions followed by dense layers; the decoder mirrors it.",
    )
    hidden: Widths = _field(
        (400,), "Model", "Widths of the encoder's dense layers, such as 500, 500; the decoder mirrors them."
    )
    activation: Literal["relu", "tanh", "softplus", "gelu"] = _field(
        "relu", "Model", "Nonlinearity after every hidden layer."
    )
    latent_dim: int = _field(20, "Model", "Dimensions of the latent code z.", ge=1, le=4096)
    likelihood: Literal["bernoulli", "continuous_bernoulli", "gaussian"] = _field(
        "bernoulli",
        "Loss",
        "The decoder's p(x|z). Bernoulli's −log p is the binary cross-entropy (BCE); the continuous Bernoulli is its "
        "density for grey pixels; a Gaussian's is the squared error (MSE) over 2σ², plus a constant.",
    )
    sigma: float = _field(
        0.5**0.5,
        "Loss",
        "Standard deviation of the Gaussian decoder, fixed; √½ makes the loss the sum of squares plus a constant.",
        ge=1e-3,
        le=100,
        unit="pixel range is 0 to 1",
        shown_when={"likelihood": ["gaussian"]},
    )
    reconstruction_reduction: Literal["sum", "mean"] = _field(
        "sum",
        "Loss",
        "How the loss adds up pixels. A mean divides by their number D, a KL weight of D in disguise; what is reported "
        "stays a sum.",
    )
    kl_reduction: Literal["sum", "mean"] = _field(
        "sum",
        "Loss",
        "How the loss adds up latent dimensions. A mean divides the KL by their number; what is reported stays a sum.",
        shown_when=VAE,
    )
    beta: float = _field(
        1.0, "Loss", "Weight of the KL in the loss; 1 trains the ELBO itself.", ge=0, le=1e6, shown_when=VAE
    )
    beta_schedule: Literal["constant", "linear"] = _field(
        "constant", "Loss", "Keep β, or raise it linearly from 0 over warmup_steps.", shown_when=VAE
    )
    warmup_steps: int = _field(
        0,
        "Loss",
        "Steps over which a linear schedule raises β from 0.",
        ge=0,
        le=MAX_TOTAL_STEPS,
        unit="steps",
        shown_when={"model": ["vae"], "beta_schedule": ["linear"]},
    )
    mc_samples: int = _field(
        1,
        "Loss",
        "L, the Monte-Carlo samples of z for each image; one is enough when the minibatch is large (M ≈ 100).",
        ge=1,
        le=1000,
        shown_when=VAE,
    )
    batch_size: int = _field(128, "Training", "M, the images in one minibatch.", ge=1, le=65536, unit="images")
    optimizer: Literal["adam", "adamw", "rmsprop", "adagrad", "sgd"] = _field(
        "adam", "Training", "The update rule, with its usual defaults."
    )
    learning_rate: float = _field(1e-3, "Training", "Step size of the optimiser.", gt=0, le=10)
    weight_decay: float = _field(0.0, "Training", "L2 penalty (decoupled in AdamW).", ge=0, le=10)
    grad_clip: float | None = _field(
        None, "Training", "Largest allowed norm of the whole gradient; empty means no clipping.", gt=0, le=1e6
    )
    epochs: int | None = _field(
        None, "Training", "Passes over the training split; 10 when max_steps is empty too.", ge=1, le=100_000
    )
    max_steps: int | None = _field(
        None,
        "Training",
        "Steps after which to end, if the epochs have not ended before; empty means no limit.",
        ge=1,
        le=MAX_TOTAL_STEPS,
        unit="steps",
    )
    seed: int = _field(0, "Training", "Decides weights, data order and noise.", ge=0, le=2**31 - 1)
    device: Literal["auto", "cpu", "cuda"] = _field(
        "auto", "Running", "Where to train; auto takes a GPU if there is one."
    )
    threads: int | None = _field(
        None,
        "Running",
        "CPU threads of this run; empty shares the cores between the runs allowed at once.",
        ge=1,
        le=256,
    )
    evaluate_every: int | None = _field(
        None,
        "Running",
        "Steps between evaluations on the held-out split; empty means about ten times in a run.",
        ge=1,
        le=MAX_TOTAL_STEPS,
        unit="steps",
    )
    picture_every: int | None = _field(
        None,
        "Running",
        "Steps between pictures; empty means about twenty times in a run.",
        ge=1,
        le=MAX_TOTAL_STEPS,
        unit="steps",
    )

    @model_validator(mode="after")
    def _together(self) -> Self:
        """The rules that span fields."""
        if self.epochs is None and self.max_steps is None:
            object.__setattr__(self, "epochs", 10)
        if self.beta_schedule == "linear" and self.warmup_steps < 1:
            raise spanning(
                "warmup_steps", "must be at least 1 for a linear schedule, not {value}", self.warmup_steps, 1
            )
        if self.total_steps > MAX_TOTAL_STEPS:
            message = f"makes {{value}} steps with this batch_size, more than the {MAX_TOTAL_STEPS} allowed"
            raise spanning("epochs", message, self.total_steps, MAX_TOTAL_STEPS)
        return self

    @property
    def steps_per_epoch(self) -> int:
        """Minibatches in one pass over the training split, the last one possibly smaller."""
        return -(-FACTS[self.dataset].train // self.batch_size)

    @property
    def total_steps(self) -> int:
        """Optimiser updates of the whole run: epochs or max_steps, whichever ends first."""
        ends = [self.epochs and self.epochs * self.steps_per_epoch, self.max_steps]
        return min(end for end in ends if end is not None)

    @property
    def evaluation_interval(self) -> int:
        """Steps between evaluations."""
        return self.evaluate_every or max(1, -(-self.total_steps // 10))

    @property
    def picture_interval(self) -> int:
        """Steps between pictures."""
        return self.picture_every or max(1, -(-self.total_steps // 20))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; `TrainConfig.parse(config.to_dict()) == config`."""
        return {**asdict(self), "hidden": list(self.hidden)}

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> "TrainConfig":
        """The configuration that a form, a JSON body or a command line means; '' means "not given".

        Raises `RefusedConfig` with every wrong field.
        """
        given = {name: value for name, value in raw.items() if value != ""}
        for field in fields(cls):  # an optional field that was emptied is None, not its default
            if raw.get(field.name) == "" and type(None) in get_args(field.type):
                given[field.name] = None
        try:
            return _adapter().validate_python(given)
        except ValidationError as error:
            raise refused(error) from None


@cache
def _adapter() -> TypeAdapter[TrainConfig]:
    return TypeAdapter(TrainConfig)


@cache
def json_schema() -> dict[str, Any]:
    """JSON Schema of `TrainConfig`: help, bounds, defaults, and the form's `group` and `shown_when`."""
    return _adapter().json_schema()
