"""Functions of polynomials: one way of writing what is equal."""

import pytest

from vae_core.translator.algebra import TooComplex, atom, number
from vae_core.translator.functions import Applied, absolute, exp, log, power

A, B = atom("a"), atom("b")


def test_a_logarithm_undoes_an_exponential_and_splits_products() -> None:
    assert log(exp(A + B)) == A + B
    assert log(exp(number(0.5) * A) ** 2) == A
    assert log(A**2 * B) == number(2) * log(A) + log(B)
    assert log(number(1)).number == 0


def test_the_guard_inside_a_logarithm_is_left_out() -> None:
    assert log(A + number(1e-8)) == log(A)
    assert log(number(1) - A + number(1e-8)) != log(A)
    assert log(A + number(0.1)) == atom(Applied("log", A + number(0.1)))


def test_an_absolute_value_gives_its_size_out() -> None:
    assert absolute(number(255) * A - number(255) * B) == number(255) * absolute(A - B)
    assert absolute(number(-3)) == number(3)


def test_powers_have_numbers_for_exponents() -> None:
    assert power(A, number(2)) == A * A
    assert power(number(4), number(0.5)) == number(2)
    for base, exponent, said in ((A, B, "no number"), (A, number(0.5), "whole"), (number(-1), number(0.5), "negative")):
        with pytest.raises(ValueError, match=said):
            power(base, exponent)
    with pytest.raises(TooComplex, match="too large"):
        power(number(10), number(1e6))
    with pytest.raises(TooComplex, match="too large"):
        exp(number(1e6))
