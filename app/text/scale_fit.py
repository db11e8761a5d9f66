"""What errors a decoder expects beside those it makes, and what a fixed scale that does not fit comes to. Pure."""

from app.text.numbers import number
from vae_core.config.train_config import TrainConfig
from vae_core.theory.scale_fit import ScaleFit, scale_fit


def belief(config: TrainConfig, expected: float, error: float) -> str:
    """The errors that a decoder expects a pixel beside those it makes on held-out images."""
    fit = scale_fit(config, expected, error**2, pixels=None)
    expects = expectation(fit) if fit else f"expects errors of {number(expected)} a pixel"
    return f"The decoder {expects}; on held-out images they are {number(error)}."


def expectation(fit: ScaleFit) -> str:
    """What errors the decoder is told to expect, and what its loss trains for where β or means make that another."""
    declared = f"is told to expect errors of {number(fit.expected)} a pixel"
    if fit.trained is None or number(fit.trained) == number(fit.expected):
        return declared
    return f"{declared} ({number(fit.trained)} by the weights in its loss)"


def cost(fit: ScaleFit, letter: str) -> str:
    """What the scale does to the code, and by how much as far as theory knows."""
    if fit.made_up:
        more = "" if fit.density is None else f", and {number(fit.density)} nats more than under one that fits"
        return f"The weights make up for it in training, but the −ELBO is of the declared {letter}{more}."
    why = f"Under so {'wide' if fit.wide else 'narrow'} a scale "
    why += "a code is worth too little" if fit.wide else "the KL weighs too little"
    if theory := optima(fit, letter):
        return f"{why}: {theory}."
    if fit.density is not None:
        return f"{why}; {letter} fitted would describe the same pictures {number(fit.density)} nats better."
    return f"{why}."


def optima(fit: ScaleFit, letter: str) -> str | None:
    """Where linear theory sees training end, with the scale fitted and as it is; None where it has no answer."""
    if fit.now is None or fit.fitted is None:
        return None
    return (
        f"by linear theory the KL ends at {number(fit.fitted.kl)} nats and the squared error at "
        f"{number(fit.fitted.mse)} a pixel with {letter} fitted; as it is, at {number(fit.now.kl)} nats and "
        f"{number(fit.now.mse)}"
    )
