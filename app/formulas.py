"""Losses as formulas, the numbers in them, and the table of those of the field. Pure."""

from dataclasses import dataclass

from vae_core.translator.algebra import Polynomial
from vae_core.translator.loss import Loss
from vae_core.translator.recipes import RECIPES
from vae_core.translator.terms import Kind, Size
from vae_core.translator.translation import translate

DECODERS = {
    "bernoulli": "Bernoulli",
    "continuous_bernoulli": "continuous Bernoulli",
    "gaussian": "Gaussian",
    "laplace": "Laplace",
    "discretized_logistic": "discretised logistic",
}
LETTERS = {"gaussian": "σ", "laplace": "b", "discretized_logistic": "s"}  # of their scales
SYMBOLS: dict[Kind, str] = {"bce": "BCE", "sse": "SSE", "l1": "L1"}


def said(value: float) -> str:
    """784, 0.7071, 150,528, 0.00128, 1.2e+09: four digits, or the whole number."""
    if value == round(value) and abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


@dataclass(frozen=True)
class Seen:
    """A recipe as a row of a table: what it adds up, and what that trains at the sizes that it is known for."""

    name: str
    title: str
    link: str
    formula: str
    sizes: str
    trains: str
    collapses: bool  # whatever the images

    @property
    def source(self) -> str:
        """The link in short: a repository and the number of an issue, or a host."""
        host, *path = self.link.removeprefix("https://").split("/")
        if host != "github.com":
            return host
        return "/".join(path[:2]) + (f"#{path[3]}" if path[2] in {"issues", "pull"} else "")


def seen() -> list[Seen]:
    """Every recipe."""
    rows = []
    for one in RECIPES.values():
        told = translate(one.loss, one.pixels, one.latent_dim, one.batch_size)
        letter = LETTERS.get(told.likelihood, "β")
        sizes = f"D = {one.pixels:,}, Z = {one.latent_dim}, M = {one.batch_size}"
        trains = f"{DECODERS[told.likelihood]}, {letter} = {said(told.scale or told.beta)}"
        rows.append(Seen(one.name, one.title, one.link, formula(one.loss), sizes, trains, told.collapse is not None))
    return rows


def formula(loss: Loss) -> str:
    """0.00025 · KL + SSE/D, with the weights of the summed terms as products of sizes."""
    parts = [(loss.reconstruction, SYMBOLS[loss.error]), (loss.kl, "KL")]
    return " + ".join(_weighed(weight, term) for weight, term in parts if weight.terms)


def _weighed(weight: Polynomial, term: str) -> str:
    """One product of numbers and sizes before a term: 10 SSE/D."""
    ((powers, coefficient),) = weight.terms
    sizes = [(size.value, power) for size, power in powers if isinstance(size, Size)]
    before = [said(coefficient)] * (said(coefficient) != "1") + [name for name, power in sizes if power > 0]
    below = "".join(f"/{name}" for name, power in sizes if power < 0)
    return " · ".join([*before, term]) + below
