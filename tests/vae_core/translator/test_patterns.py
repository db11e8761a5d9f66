"""Forms are recognised however they are written, with what multiplies them, and nothing else is."""

import pytest

from vae_core.translator.algebra import Applied, Polynomial, absolute, atom, exp, log, number
from vae_core.translator.patterns import recognised
from vae_core.translator.terms import Inner, Kind, Term

X, R, MU, LV, STD, BETA = (atom(name) for name in ("x", "r", "mu", "lv", "std", "beta"))
ONE, HALF = number(1), number(0.5)
KL = HALF * (MU**2 + exp(LV) - ONE - LV)
BCE = -(X * log(R) + (ONE - X) * log(ONE - R))


def form(kind: Kind, factor: Polynomial = ONE) -> Polynomial:
    return factor * atom(Term(kind, True, Inner.ALL))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ((X - R) ** 2, form("sse")),
        (BETA * (R - X) ** 2 / (number(2) * STD**2), form("sse", HALF * BETA / STD**2)),
        (number(255) * absolute(R - X), form("l1", number(255))),
        (BETA * absolute(X - R), form("l1", BETA)),
        (BCE, form("bce")),
        (-BCE, form("bce", -ONE)),
        (KL, form("kl")),
        (number(-3) * BETA * KL, form("kl", number(-3) * BETA)),
        (HALF * (STD**2 + MU**2 - ONE - log(STD**2)), form("kl")),
        (HALF * (exp(number(2) * LV) + MU**2 - ONE - number(2) * LV), form("kl")),
        (HALF * (STD + MU**2 - ONE - log(STD)), form("kl")),
        (X**2, None),
        ((X + R) ** 2, None),
        ((X - HALF) ** 2, None),
        (absolute(X), None),
        (absolute(X - R) ** 2, None),
        (X * log(R), None),
        (KL + ONE, None),
        (KL - HALF * MU**2, None),
        (HALF * (LV**2 + exp(LV) - ONE - LV), None),
        (KL + (X - R) ** 2, None),
    ],
)
def test_a_form_is_recognised(expression: Polynomial, expected: Polynomial | None) -> None:
    assert recognised(expression) == expected


def test_flattened_tensors_have_one_axis() -> None:
    flat = atom(Applied("flatten", X)) - atom(Applied("flatten", R))
    assert recognised(flat * flat) == atom(Term("sse", False, Inner.FLATTENED))
    assert recognised(absolute(flat)) == atom(Term("l1", False, Inner.FLATTENED))
