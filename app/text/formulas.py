"""A loss as a formula. Pure."""

from app.text.numbers import format_number
from vae_core.translator.algebra import Polynomial
from vae_core.translator.loss import Loss
from vae_core.translator.terms import Kind, Size

SYMBOLS: dict[Kind, str] = {"bce": "BCE", "sse": "SSE", "l1": "L1"}


def formula(loss: Loss) -> str:
    """0.00025 · KL + SSE/D, with the weights of the summed terms as products of sizes."""
    parts = [(loss.reconstruction, SYMBOLS[loss.error]), (loss.kl, "KL")]
    return " + ".join(_weighed(weight, term) for weight, term in parts if weight.terms)


def _weighed(weight: Polynomial, term: str) -> str:
    """One product of numbers and sizes before a term: 10 SSE/D."""
    ((powers, coefficient),) = weight.terms
    sizes = [(size.value, power) for size, power in powers if isinstance(size, Size)]
    before = [format_number(coefficient)] * (format_number(coefficient) != "1") + [
        name for name, power in sizes if power > 0
    ]
    below = "".join(f"/{name}" for name, power in sizes if power < 0)
    return " · ".join([*before, term]) + below
