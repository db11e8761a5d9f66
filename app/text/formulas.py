"""A loss as a formula. Pure."""

from app.text.numbers import given
from vae_core.translator.algebra import Monomial
from vae_core.translator.loss import Loss
from vae_core.translator.terms import Kind, Size

SYMBOLS: dict[Kind, str] = {"bce": "BCE", "sse": "SSE", "l1": "L1"}


def formula(loss: Loss) -> str:
    """0.00025 · KL + SSE/D, with the weights of the summed terms as products of sizes."""
    parts = [(loss.reconstruction, SYMBOLS[loss.error]), (loss.kl, "KL")]
    products = [(next(iter(weight.terms)), term) for weight, term in parts if weight.terms]
    texts = given([coefficient for (_, coefficient), _ in products])
    return " + ".join(_weighed(powers, text, term) for ((powers, _), term), text in zip(products, texts, strict=True))


def _weighed(powers: Monomial, coefficient: str, term: str) -> str:
    """One product of numbers and sizes before a term: 10 SSE/D."""
    sizes = [(size.value, power) for size, power in powers if isinstance(size, Size)]
    before = [coefficient] * (coefficient != "1") + [name for name, power in sizes if power > 0]
    below = "".join(f"/{name}" for name, power in sizes if power < 0)
    return " · ".join([*before, term]) + below
