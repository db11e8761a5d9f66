"""What each number is called and counted in: one place for axis titles, table headings and tooltips."""

from dataclasses import dataclass

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS

HELD_OUT = ("negative_elbo", "reconstruction", "kl", "mse_per_pixel", "bce_per_pixel", "bits_per_dim", "active_units")
READING_NAMES = {  # the rows of the likelihood X-ray
    "own": "as trained",
    "soft_bernoulli": "Bernoulli: BCE of the grey levels",
    "continuous_bernoulli_raw": "CB: outputs read as its parameters",
    "continuous_bernoulli_mean": "CB: outputs read as its means",
    "gaussian_fitted": "Gaussian, σ fitted",
}


@dataclass(frozen=True)
class Quantity:
    """A number's name, unit of measure and one sentence of meaning."""

    name: str
    unit: str
    help: str
    better: str = ""  # "lower", "higher" or neither


QUANTITIES = {
    "negative_elbo": Quantity("−ELBO", "nats/image", "reconstruction + KL, the bound on −log p(x).", "lower"),
    "elbo": Quantity("ELBO", "nats/image", "−(reconstruction + KL), higher is better.", "higher"),
    "reconstruction": Quantity("reconstruction", "nats/image", "−E[log p(x|z)], summed over pixels.", "lower"),
    "kl": Quantity("KL", "nats/image", "KL(q(z|x)‖p(z)): the information that the code carries, never weighted."),
    "loss": Quantity(
        "loss", "nats/image", "What the optimiser minimised: both terms as it adds them up, the KL times β."
    ),
    "rate": Quantity("speed", "steps/s", "Optimiser updates a second, over a hundredth of what is shown."),
    "grad_norm": Quantity(
        "gradient norm", "", "ℓ2 norm of the loss's gradient over all parameters, before any clipping."
    ),
    "learning_rate": Quantity("learning rate", "", "What the optimiser scales its updates with."),
    "memory": Quantity("memory", "bytes", "What tensors take on the GPU; on the CPU, the run's whole process."),
    "beta": Quantity("β", "", "Weight of the KL in the loss."),
    "active_units": Quantity("active units", "", "Latent dimensions whose mean varies with x: variance above 0.01."),
    "bits_per_dim": Quantity(
        "bits/dim",
        "",
        "−ELBO in bits for each pixel's value, a density integrated over the grey level's bin. Black's bin and white's "
        "reach to infinity, so it may rank two runs otherwise than −ELBO does. 8 is a blind guess.",
        "lower",
    ),
    "mse_per_pixel": Quantity(
        "MSE", "per pixel", "Mean squared error of the decoder's mean; pixels run from 0 to 1.", "lower"
    ),
    "bce_per_pixel": Quantity(
        "BCE",
        "nats/pixel",
        "Cross-entropy of the decoder's mean, clipped half a grey level inside (0, 1).",
        "lower",
    ),
    "log_px": Quantity(
        "log p(x) ≥",
        "nats/image",
        "The importance-weighted bound of the finished model, nearer to log p(x) than the ELBO.",
        "higher",
    ),
    "accuracy": Quantity(
        "15-NN accuracy",
        "",
        "Held-out images labelled by their 15 nearest training images in the latent means.",
        "higher",
    ),
    "ssim": Quantity("SSIM", "", "Structural similarity of image and decoder's mean; 1 for equal images.", "higher"),
    "psnr": Quantity("PSNR", "dB", "Peak signal to noise of the decoder's mean.", "higher"),
    "seconds": Quantity("training time", "s", "Wall time spent in training and evaluation."),
}


def decoder(config: TrainConfig) -> str:
    """The decoder's distribution in symbols, such as N(x̂, 0.707²) or N(x̂, σ(z)²)."""
    family, letter = config.family, config.family.letter
    fixed = f"{config.sigma:.4g}"
    scale = {"fixed": fixed, "shared": letter, "optimal": f"{letter}*", "per_pixel": f"{letter}(z)"}[config.scale]
    learned = f", learned {letter}" if family.scales and config.scale == "shared" else ""
    return family.symbol.format(scale=scale, **config.shape) + learned


def pixels(config: TrainConfig) -> str:
    """What the run's images are made of: runs with different pixels look at different images."""
    return {
        "none": "grey pixels",
        "threshold": "thresholded pixels",
        "static": "binary pixels, drawn once",
        "dynamic": "binary pixels, drawn at each step",
    }[config.binarize]


def reconstruction_unit(config: TrainConfig) -> str:
    """The unit of measure of a run's reconstruction term.

    Densities of one image compare, whatever their scale, and so do cross-entropies, but neither with those of
    dequantised pixels. Probabilities compare if they are of the same pixels: 256 grey levels, or one way to make them
    binary.
    """
    kind = "dequantised" if config.dequantize else "grey"
    if config.family.measure == "probability":
        return "nats/image, probability of 8-bit pixels"
    if config.family.measure == "density":
        return f"nats/image, density of {kind} pixels"
    if config.binarize == "none":
        return f"nats/image, cross-entropy of {kind} pixels"
    return f"nats/image, probability of {pixels(config)}"


def bits_unit(config: TrainConfig) -> str | None:
    """The pixels that a run's bits/dim are of: densities and probabilities share those of 8 bits.

    None where there are no bits/dim: a plain autoencoder has no bound, and on grey pixels the BCE is no probability.
    """
    if config.model == "ae" or (config.family.measure == "bound" and config.binarize == "none"):
        return None
    return "8-bit pixels" if config.binarize == "none" else pixels(config)


UNIT_FIELDS = ("dataset", "likelihood", "binarize", "dequantize", "model")  # of the configuration, all that decide it


def unit_key(config: TrainConfig) -> str:
    """The `UNIT_FIELDS` as one text: runs that share it have each number in one unit of measure, of the same images."""
    return "|".join(str(getattr(config, name)) for name in UNIT_FIELDS)


def fields_of_key(key: str) -> dict[str, str]:
    """The `UNIT_FIELDS` of a run with this `unit_key`."""
    return dict(zip(UNIT_FIELDS, key.split("|"), strict=True))


def unit_of(quantity: str, config: TrainConfig) -> str | None:
    """What one ranking of a run's number holds: its unit of measure and its images, from the `UNIT_FIELDS` alone.

    `latest` and `best` are −ELBO, or a plain autoencoder's reconstruction. None of a number that every run has alike.
    """
    if quantity in {"latest", "best"}:
        return "reconstruction without a KL, " * (config.model == "ae") + _of_images(
            reconstruction_unit(config), config
        )
    if quantity in {"negative_elbo", "reconstruction"}:
        return _of_images(reconstruction_unit(config), config)
    if quantity in {"mse_per_pixel", "bce_per_pixel"}:
        return _of_images(pixels(config), config)
    if quantity == "bits_per_dim":
        return _of_images(bits_unit(config) or pixels(config), config)
    return FACTS[config.dataset].title if quantity in {"kl", "active_units"} else None


def _of_images(unit: str, config: TrainConfig) -> str:
    return f"{unit}{',' * (', drawn' in unit)} of {FACTS[config.dataset].title}"
