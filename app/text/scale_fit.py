"""What a fixed scale that does not fit the errors comes to, in sentences. Pure."""

from app.text.numbers import number
from vae_core.theory.scale_fit import ScaleFit


def expectation(fit: ScaleFit) -> str:
    """What errors the decoder is told to expect, and what its loss trains for where β or means make that another."""
    declared = f"is told to expect errors of {number(fit.expected)} a pixel"
    if fit.trained is None or fit.made_up or number(fit.trained) == number(fit.expected):
        return declared
    return f"{declared} ({number(fit.trained)} by the weights in its loss)"


def cost(fit: ScaleFit, letter: str) -> str:
    """What the scale does to the code, and by how much as far as theory knows."""
    if fit.made_up and fit.trained is not None:
        worse = "" if fit.density is None else f" by {number(fit.density)} nats"
        return (
            f"The weights in the loss make up for it, as if it were {number(fit.trained)}, nearer to the errors made; "
            f"but the −ELBO reads worse than it is{worse}."
        )
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
