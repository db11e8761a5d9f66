"""The configuration of one training run: a frozen record that draws the form, checks itself and is stored as JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, ValidationInfo, model_validator
from pydantic.dataclasses import dataclass

from vae_core.config.errors import ConfigError, RefusedConfig, refused
from vae_core.config.rules import MAX_TOTAL_STEPS, check_rules
from vae_core.datasets.facts import FACTS

__all__ = ["MAX_TOTAL_STEPS", "ConfigError", "RefusedConfig", "TrainConfig", "json_schema"]

LINEAR = "none"  # what a form or a command line says for no hidden layer at all


def _widths(value: object) -> object:
    """'500, 500' -> [500, 500] and 'none' -> []: what a form field or a command line can say."""
    if not isinstance(value, str):
        return value
    widths = value.strip("[]() ")
    return re.split(r"[\s,x]+", widths) if widths not in {LINEAR, ""} else []


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
Widths = Annotated[tuple[Width, ...], Field(max_length=16), BeforeValidator(_widths)]
SCALED = ("gaussian", "laplace", "discretized_logistic")  # likelihoods with a location and a scale
IMPORTANCE = ("iwae", "ciwae", "dreg")  # objectives with K importance samples
VAE = {"model": ["vae"]}
INDIFFERENT = {  # fields that no step's numbers depend on: how long, where, and what is looked at on the way
    "epochs", "max_steps", "device", "threads", "evaluate_every", "picture_every", "checkpoint_every", "examine",
}  # fmt: skip


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class TrainConfig:
    """Everything that decides a run's numbers. Terms that follow from it are nats per example.

    Raises `pydantic.ValidationError` when constructed with a refused value; `TrainConfig.parse` raises
    `RefusedConfig` with one sentence a field instead, for people.
    """

    dataset: Literal["digits", "mnist", "fashion-mnist"] = _field(
        "digits", "Data", "Images to learn: 8×8 digits come with the package; the others are downloaded once."
    )
    binarize: Literal["none", "threshold", "static", "dynamic"] = _field(
        "none",
        "Data",
        "Make every pixel 0 or 1: by a threshold at ½, by one flip with the grey level as its probability, kept for "
        "good (static), or by a new flip at each step (dynamic; the held-out split's is kept).",
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
    architecture: Literal["mlp", "conv", "resnet"] = _field(
        "mlp",
        "Model",
        "Dense layers, or two stride-2 convolutions before them (conv), each followed by residual blocks (resnet); the "
        "decoder mirrors it.",
    )
    hidden: Widths = _field(
        (400,),
        "Model",
        "Widths of the encoder's dense layers, such as 500, 500; the decoder mirrors them. 'none' leaves them out: "
        "with mlp, a linear encoder and decoder.",
    )
    activation: Literal["relu", "tanh", "softplus", "gelu"] = _field(
        "relu", "Model", "Nonlinearity after every hidden layer."
    )
    latent_dim: int = _field(20, "Model", "Dimensions of the latent code z.", ge=1, le=4096)
    output_bias: Literal["random", "data_mean"] = _field(
        "random",
        "Model",
        "First value of the decoder's last bias: torch's random one, or the one that decodes to the mean image, where "
        "a collapsed model would stay.",
    )
    likelihood: Literal["bernoulli", "continuous_bernoulli", "gaussian", "laplace", "discretized_logistic"] = _field(
        "bernoulli",
        "Loss",
        "The decoder's p(x|z). Bernoulli's −log p is the binary cross-entropy (BCE); the continuous Bernoulli is its "
        "density for grey pixels; a Gaussian's is the squared error (MSE) over 2σ², a Laplace's the absolute error "
        "over its scale, plus a constant; the discretised logistic gives each of the 256 grey levels a probability.",
    )
    scale: Literal["fixed", "shared", "optimal", "per_pixel"] = _field(
        "fixed",
        "Loss",
        "The decoder's scale: fixed at sigma, learned for all pixels together, the best one for each minibatch in "
        "closed form, or one that the decoder gives for every pixel.",
        shown_when={"likelihood": list(SCALED)},
    )
    sigma: float = _field(
        0.5**0.5,
        "Loss",
        "The scale, or the first one of a shared scale: a Gaussian's standard deviation, where √½ makes the loss the "
        "sum of squares plus a constant; a Laplace's mean absolute deviation; the logistic's s.",
        ge=1e-3,
        le=100,
        unit="pixel range is 0 to 1",
        shown_when={"likelihood": list(SCALED), "scale": ["fixed", "shared"]},
    )
    objective: Literal["elbo", "iwae", "ciwae", "dreg", "beta_tcvae", "mmd"] = _field(
        "elbo",
        "Loss",
        "What is maximised; what is reported is always the ELBO. The importance-weighted bound (iwae), its mixture "
        "with the ELBO (ciwae) or with a less noisy gradient (dreg); the KL split into three with a weight on the "
        "total correlation (beta_tcvae); or the ELBO with a penalty on the distance from the prior (mmd).",
        shown_when=VAE,
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
        1.0,
        "Loss",
        "Weight of the KL in the loss (in beta_tcvae, of the total correlation alone); 1 trains the ELBO itself.",
        ge=0,
        le=1e6,
        shown_when={"model": ["vae"], "objective": ["elbo", "beta_tcvae", "mmd"]},
    )
    beta_schedule: Literal["constant", "linear", "cyclical"] = _field(
        "constant",
        "Loss",
        "Keep β, raise it linearly from 0 over warmup_steps, or do so again at the start of every cycle.",
        shown_when={"model": ["vae"], "objective": ["elbo", "beta_tcvae", "mmd"]},
    )
    warmup_steps: int = _field(
        0,
        "Loss",
        "Steps over which a linear or cyclical schedule raises β from 0.",
        ge=0,
        le=MAX_TOTAL_STEPS,
        unit="steps",
        shown_when={"model": ["vae"], "beta_schedule": ["linear", "cyclical"]},
    )
    cycle_steps: int = _field(
        0,
        "Loss",
        "Steps of one cycle of a cyclical schedule, the rise included.",
        ge=0,
        le=MAX_TOTAL_STEPS,
        unit="steps",
        shown_when={"model": ["vae"], "beta_schedule": ["cyclical"]},
    )
    free_bits: float = _field(
        0.0,
        "Loss",
        "Floor under each latent dimension's KL, averaged over the minibatch: below it the loss no longer pushes.",
        ge=0,
        le=1000,
        unit="nats a dimension",
        shown_when={"model": ["vae"], "objective": ["elbo"]},
    )
    mc_samples: int = _field(
        1,
        "Loss",
        "L, the Monte-Carlo samples of z for each image; one is enough when the minibatch is large (M ≈ 100).",
        ge=1,
        le=1000,
        shown_when=VAE,
    )
    importance_samples: int = _field(
        5,
        "Loss",
        "K, the importance samples in each of the L estimates of the bound.",
        ge=1,
        le=1000,
        shown_when={"model": ["vae"], "objective": list(IMPORTANCE)},
    )
    elbo_weight: float = _field(
        0.5,
        "Loss",
        "Share of the ELBO in ciwae; the rest is the importance-weighted bound's.",
        ge=0,
        le=1,
        shown_when={"model": ["vae"], "objective": ["ciwae"]},
    )
    mmd_weight: float = _field(
        100.0,
        "Loss",
        "Weight of the squared distance (MMD) between the minibatch's codes and the prior; with β = 0 it replaces the "
        "KL.",
        ge=0,
        le=1e6,
        shown_when={"model": ["vae"], "objective": ["mmd"]},
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
    precision: Literal["float32", "bfloat16"] = _field(
        "float32",
        "Running",
        "Arithmetic of the networks' layers; the likelihood and the KL are always computed in float32. bfloat16 is "
        "faster only where the hardware has it.",
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
    checkpoint_every: int | None = _field(
        None,
        "Running",
        "Steps between checkpoints, from which a run that was cut off goes on; empty means at every evaluation.",
        ge=1,
        le=MAX_TOTAL_STEPS,
        unit="steps",
    )
    examine: bool = _field(
        True,
        "Running",
        "Look closely at the finished model, for some seconds: a tighter bound on log p(x), what the KL is made of, "
        "neighbours in the latent space, and its decoder under every likelihood.",
    )

    @model_validator(mode="after")
    def _together(self, info: ValidationInfo) -> Self:
        """The rules that span fields; a stored configuration has passed those of its day."""
        if self.epochs is None and self.max_steps is None:
            object.__setattr__(self, "epochs", 10)
        if not (info.context or {}).get("stored"):
            check_rules(self)
        return self

    @property
    def pixel_transform(self) -> str:
        """What is done to the pixels: a way to make them binary, 'dequantized', or 'none'."""
        return "dequantized" if self.dequantize else self.binarize

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
    def samples(self) -> int:
        """Samples of z for each image and step: L, times K where the objective weighs them."""
        return self.mc_samples * (self.importance_samples if self.objective in IMPORTANCE else 1)

    @property
    def evaluation_interval(self) -> int:
        """Steps between evaluations."""
        return self.evaluate_every or max(1, -(-self.total_steps // 10))

    @property
    def picture_interval(self) -> int:
        """Steps between pictures."""
        return self.picture_every or max(1, -(-self.total_steps // 20))

    @property
    def checkpoint_interval(self) -> int:
        """Steps between checkpoints."""
        return self.checkpoint_every or self.evaluation_interval

    @property
    def vitals_interval(self) -> int:
        """Steps between vitals, some 500 of a run: a gradient's norm costs 1.6 to 3 % of a step."""
        return -(-self.total_steps // 500)

    @property
    def identity(self) -> str:
        """A hash of every field that a step's numbers depend on: checkpoints fit runs that share it."""
        decides = {name: value for name, value in self.to_dict().items() if name not in INDIFFERENT}
        return sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; `TrainConfig.parse(config.to_dict()) == config`."""
        return {**asdict(self), "hidden": list(self.hidden)}

    @classmethod
    def parse(cls, raw: Mapping[str, Any], *, stored: bool = False) -> "TrainConfig":
        """The configuration that a form, a JSON body or a command line means; '' means "not given".

        One that was `stored` keeps what later versions would refuse in a new one, and lacks what they added. Raises
        `RefusedConfig` with every wrong field.
        """
        given = {name: value for name, value in raw.items() if value != ""}
        for field in fields(cls):  # an optional field that was emptied is None, not its default
            if raw.get(field.name) == "" and type(None) in get_args(field.type):
                given[field.name] = None
        try:
            return _adapter().validate_python(given, context={"stored": stored})
        except ValidationError as error:
            raise refused(error) from None


@cache
def _adapter() -> TypeAdapter[TrainConfig]:
    return TypeAdapter(TrainConfig)


@cache
def json_schema() -> dict[str, Any]:
    """JSON Schema of `TrainConfig`: help, bounds, defaults, and the form's `group` and `shown_when`."""
    return _adapter().json_schema()
