"""The fields of a configuration: for each its name, type, bounds, default, group in the form, and one sentence of help.

No torch here.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from vae_core.config.families import (
    FAMILIES,
    OBJECTIVES,
    SCALED,
    Family,
    LikelihoodName,
    ObjectiveName,
    Scale,
    likelihoods_with,
    objectives_with,
)
from vae_core.config.limits import MAX_BETA, MAX_SEED, MAX_TOTAL_STEPS, SIGMA_BOUNDS

DATA, MODEL, LOSS = "Which data?", "Which model?", "Which loss?"  # what the form asks, a fieldset each
TRAINED, WATCHED = "How is it trained?", "How is it watched?"
LINEAR = "none"  # what a form or a command line says for no hidden layer at all


def _widths(value: object) -> object:
    """'500, 500' -> [500, 500] and 'none' -> []: what a form field or a command line can say."""
    if not isinstance(value, str):
        return value
    widths = value.strip("[]() ")
    return re.split(r"[\s,x]+", widths) if widths not in {LINEAR, ""} else []


def field(default: Any, group: str, help: str, **more: Any) -> Any:
    """A field with its help sentence, the form's fieldset, and pydantic's bounds.

    `more` may also hold what the form shows: the `label` if not the field's own name, the `unit`, and the values of
    other fields that it is `shown_when`.
    """
    extra: dict[str, Any] = {"group": group}
    extra |= {name: more.pop(name) for name in ("label", "unit", "shown_when") if name in more}
    return Field(default, description=help, json_schema_extra=extra, **more)


Width = Annotated[int, Field(ge=1, le=8192)]
Widths = Annotated[tuple[Width, ...], Field(max_length=16), BeforeValidator(_widths)]
VAE = {"model": ["vae"]}
WEIGHTED = [name for name, facts in OBJECTIVES.items() if not facts.importance]  # objectives that know a β


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Fields:
    """Every field of a `TrainConfig`, each checked by itself."""

    dataset: Literal["digits", "mnist", "fashion-mnist"] = field(
        "digits",
        DATA,
        "Images to learn: 8×8 digits come with the package; the others are downloaded once.",
        label="Data set",
    )
    binarize: Literal["none", "threshold", "static", "dynamic"] = field(
        "none",
        DATA,
        "Make every pixel 0 or 1: by a threshold at ½, by one flip with the grey level as its probability, kept for "
        "good (static), or by a new flip at each step (dynamic; the held-out split's is kept).",
        label="Binary pixels",
    )
    dequantize: bool = field(
        False,
        DATA,
        "Add uniform noise of one grey level to every pixel at each step, so that a density stays finite on "
        "pixels that are always black.",
        label="Dequantise pixels",
    )
    model: Literal["vae", "ae"] = field(
        "vae",
        MODEL,
        "A VAE samples z and pays the KL; a plain autoencoder (ae) does neither and has no ELBO.",
    )
    architecture: Literal["mlp", "conv", "resnet"] = field(
        "mlp",
        MODEL,
        "Dense layers, or two stride-2 convolutions before them (conv), each followed by residual blocks (resnet); the "
        "decoder mirrors it.",
    )
    hidden: Widths = field(
        (400,),
        MODEL,
        "Widths of the encoder's dense layers, such as 500, 500; the decoder mirrors them. 'none' leaves them out: "
        "with mlp, a linear encoder and decoder.",
        label="Hidden layers",
    )
    activation: Literal["relu", "tanh", "softplus", "gelu"] = field(
        "relu", MODEL, "Nonlinearity after every hidden layer."
    )
    latent_dim: int = field(20, MODEL, "Dimensions of the latent code z.", ge=1, le=4096, label="Latent dimensions")
    output_bias: Literal["random", "data_mean"] = field(
        "random",
        MODEL,
        "First value of the decoder's last bias: torch's random one, or the one that decodes to the mean image, where "
        "a collapsed model would stay.",
        label="First output bias",
    )
    likelihood: LikelihoodName = field(
        "bernoulli",
        LOSS,
        f"The decoder's p(x|z). {'; '.join(family.help for family in FAMILIES.values())}.",
        label="Loss",
        unit="−log p(x|z)",
    )
    scale: Scale = field(
        "fixed",
        LOSS,
        "The decoder's scale: fixed at σ, learned for all pixels together, the best one for each minibatch in "
        "closed form, or one that the decoder gives for every pixel.",
        shown_when={"likelihood": SCALED},
        label="Its scale",
    )
    sigma: float = field(
        0.5**0.5,
        LOSS,
        "The scale, or the first one of a shared scale: "
        f"{'; '.join(family.scale_help for family in FAMILIES.values() if family.scales)}.",
        ge=SIGMA_BOUNDS[0],
        le=SIGMA_BOUNDS[1],
        unit="pixel range is 0 to 1",
        shown_when={"likelihood": SCALED, "scale": ["fixed", "shared"]},
        label="σ, the scale",
    )
    nu: float = field(
        5.0,
        LOSS,
        "Degrees of freedom of the Student-t: the smaller, the heavier its tails. Above 2, so that it has a variance.",
        gt=2,
        le=1e6,
        shown_when={"likelihood": likelihoods_with("nu")},
        label="ν, degrees of freedom",
    )
    objective: ObjectiveName = field(
        "elbo",
        LOSS,
        "What is maximised; what is reported is always the ELBO. Choices: "
        f"{'; '.join(f'{facts.help} ({name})' for name, facts in OBJECTIVES.items())}.",
        shown_when=VAE,
    )
    reconstruction_reduction: Literal["sum", "mean"] = field(
        "sum",
        LOSS,
        "How the loss adds up pixels. A mean divides by their number D, a KL weight of D in disguise; what is reported "
        "stays a sum.",
        label="Reconstruction over pixels",
    )
    kl_reduction: Literal["sum", "mean"] = field(
        "sum",
        LOSS,
        "How the loss adds up latent dimensions. A mean divides the KL by their number; what is reported stays a sum.",
        shown_when=VAE,
        label="KL over dimensions",
    )
    beta: float = field(
        1.0,
        LOSS,
        "Weight of the KL in the loss (in beta_tcvae, of the total correlation alone); 1 trains the ELBO itself.",
        ge=0,
        le=MAX_BETA,
        shown_when={"model": ["vae"], "objective": WEIGHTED},
        label="β",
    )
    beta_schedule: Literal["constant", "linear", "cyclical"] = field(
        "constant",
        LOSS,
        "Keep β, raise it linearly from 0 over the warm-up, or do so again at the start of every cycle.",
        shown_when={"model": ["vae"], "objective": WEIGHTED},
        label="β schedule",
    )
    warmup_steps: int = field(
        0,
        LOSS,
        "Steps over which a linear or cyclical schedule raises β from 0.",
        ge=0,
        le=MAX_TOTAL_STEPS,
        unit="steps",
        shown_when={"model": ["vae"], "beta_schedule": ["linear", "cyclical"]},
        label="Warm-up",
    )
    cycle_steps: int = field(
        0,
        LOSS,
        "Steps of one cycle of a cyclical schedule, the rise included.",
        ge=0,
        le=MAX_TOTAL_STEPS,
        unit="steps",
        shown_when={"model": ["vae"], "beta_schedule": ["cyclical"]},
        label="Cycle",
    )
    free_bits: float = field(
        0.0,
        LOSS,
        "Floor under each latent dimension's KL, averaged over the minibatch: below it the loss no longer pushes.",
        ge=0,
        le=1000,
        unit="nats a dimension",
        shown_when={"model": ["vae"], "objective": ["elbo"]},
    )
    mc_samples: int = field(
        1,
        LOSS,
        "L, the Monte-Carlo samples of z for each image; one is enough when the minibatch is large (M ≈ 100).",
        ge=1,
        le=1000,
        shown_when=VAE,
        label="Samples of z (L)",
    )
    importance_samples: int = field(
        5,
        LOSS,
        "K, the importance samples in each of the L estimates of the bound.",
        ge=1,
        le=1000,
        shown_when={"model": ["vae"], "objective": objectives_with("importance_samples")},
        label="Importance samples (K)",
    )
    elbo_weight: float = field(
        0.5,
        LOSS,
        "Share of the ELBO in ciwae; the rest is the importance-weighted bound's.",
        ge=0,
        le=1,
        shown_when={"model": ["vae"], "objective": objectives_with("elbo_weight")},
        label="Share of the ELBO",
    )
    mmd_weight: float = field(
        100.0,
        LOSS,
        "Weight of the squared distance (MMD) between the minibatch's codes and the prior; with β = 0 it replaces the "
        "KL.",
        ge=0,
        le=1e6,
        shown_when={"model": ["vae"], "objective": objectives_with("mmd_weight")},
        label="Weight of the MMD",
    )
    batch_size: int = field(
        128, TRAINED, "M, the images in one minibatch.", ge=1, le=65536, unit="images", label="Batch size (M)"
    )
    optimizer: Literal["adam", "adamw", "rmsprop", "adagrad", "sgd"] = field(
        "adam", TRAINED, "The update rule, with its usual defaults."
    )
    learning_rate: float = field(1e-3, TRAINED, "Step size of the optimiser.", gt=0, le=10)
    weight_decay: float = field(0.0, TRAINED, "L2 penalty (decoupled in AdamW).", ge=0, le=10)
    grad_clip: float | None = field(
        None,
        TRAINED,
        "Largest allowed norm of the whole gradient; empty means no clipping.",
        gt=0,
        le=1e6,
        label="Gradient clipping",
    )
    epochs: int | None = field(
        None, TRAINED, "Passes over the training split; 10 where no maximum of steps is given either.", ge=1, le=100_000
    )
    max_steps: int | None = field(
        None,
        TRAINED,
        "Steps after which to end, if the epochs have not ended before; empty means no limit.",
        ge=1,
        le=MAX_TOTAL_STEPS,
        unit="steps",
        label="Maximum steps",
    )
    seed: int = field(0, TRAINED, "Decides weights, data order and noise.", ge=0, le=MAX_SEED)
    device: Literal["auto", "cpu", "cuda"] = field("auto", TRAINED, "Where to train; auto takes a GPU if there is one.")
    precision: Literal["float32", "bfloat16"] = field(
        "float32",
        TRAINED,
        "Arithmetic of the networks' layers; the likelihood and the KL are always computed in float32. bfloat16 is "
        "faster only where the hardware has it.",
    )
    threads: int | None = field(
        None,
        TRAINED,
        "CPU threads of this run; empty shares the cores between the runs allowed at once.",
        ge=1,
        le=256,
        label="CPU threads",
    )
    evaluate_every: int | None = field(
        None,
        WATCHED,
        "Steps between evaluations on the held-out split; empty means about ten times in a run.",
        ge=1,
        le=MAX_TOTAL_STEPS,
        unit="steps",
    )
    picture_every: int | None = field(
        None,
        WATCHED,
        "Steps between pictures; empty means about twenty times in a run.",
        ge=1,
        le=MAX_TOTAL_STEPS,
        unit="steps",
    )
    checkpoint_every: int | None = field(
        None,
        WATCHED,
        "Steps between checkpoints, from which a run that was cut off goes on; empty means at every evaluation.",
        ge=1,
        le=MAX_TOTAL_STEPS,
        unit="steps",
    )
    examine: bool = field(
        True,
        WATCHED,
        "Look closely at the finished model, for some seconds: a tighter bound on log p(x), what the KL is made of, "
        "neighbours in the latent space, and its decoder under every likelihood.",
        label="Examine at the end",
    )

    @property
    def family(self) -> Family:
        """What is known of the likelihood."""
        return FAMILIES[self.likelihood]

    @property
    def shape(self) -> dict[str, float]:
        """The likelihood's own parameters, its scale apart, by their fields' names."""
        return {name: getattr(self, name) for name in self.family.fields}
