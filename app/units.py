"""What each number is called and counted in: one place for axis titles, table headings and tooltips."""

from dataclasses import dataclass

from vae_core.config import TrainConfig

LIKELIHOOD_NAMES = {
    "bernoulli": "Bernoulli (BCE)",
    "continuous_bernoulli": "Continuous Bernoulli (CB)",
    "gaussian": "Gaussian (MSE)",
}
SHORT_NAMES = {"bernoulli": "BCE", "continuous_bernoulli": "CB", "gaussian": "MSE"}  # of the loss, as people say it


@dataclass(frozen=True)
class Quantity:
    """A number's name, unit and one sentence of meaning."""

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
    "beta": Quantity("β", "", "Weight of the KL in the loss."),
    "active_units": Quantity("active units", "", "Latent dimensions whose mean varies with x: variance above 0.01."),
    "mse_per_pixel": Quantity(
        "MSE", "per pixel", "Mean squared error of the decoder's mean; pixels run from 0 to 1.", "lower"
    ),
    "bce_per_pixel": Quantity(
        "BCE",
        "nats/pixel",
        "Cross-entropy of the decoder's mean, clipped half a grey level inside (0, 1).",
        "lower",
    ),
    "seconds": Quantity("training time", "s", "Wall time spent in training and evaluation."),
}


def decoder(config: TrainConfig) -> str:
    """The decoder's distribution in symbols, such as N(x̂, 0.707²)."""
    if config.likelihood == "gaussian":
        return f"N(x̂, {config.sigma:.4g}²)"
    return "CB(λ)" if config.likelihood == "continuous_bernoulli" else "Bernoulli(x̂)"


def reconstruction_unit(config: TrainConfig) -> str:
    """The unit of a run's reconstruction term: densities of one image compare, whatever their σ; a probability of
    its binarised version is another thing.
    """
    if config.likelihood == "bernoulli":
        return "nats/image, probability"
    return "nats/image, density" + " of dequantised pixels" * config.dequantize
