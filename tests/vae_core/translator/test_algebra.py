"""Polynomials obey the laws of numbers, functions write what is equal in one way, and both end at their limits."""

from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.translator.algebra import (
    MAX_PRODUCTS,
    Applied,
    Polynomial,
    TooComplex,
    absolute,
    atom,
    exp,
    log,
    number,
    power,
)

NAMES = "abc"
VALUES: dict[Hashable, float] = {"a": 2.0, "b": -3.0, "c": 0.5}
A, B = atom("a"), atom("b")


def polynomials() -> st.SearchStrategy[Polynomial]:
    leaves = st.sampled_from(NAMES).map(atom) | st.integers(-3, 3).map(number)
    return st.recursive(leaves, lambda inner: st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]), max_leaves=5)


@given(polynomials(), polynomials(), polynomials())
def test_sums_and_products_are_those_of_the_values(p: Polynomial, q: Polynomial, r: Polynomial) -> None:
    assert (p + q).at(VALUES) == pytest.approx(p.at(VALUES) + q.at(VALUES))
    assert (p * q).at(VALUES) == pytest.approx(p.at(VALUES) * q.at(VALUES))
    assert p * (q + r) == p * q + p * r
    assert p - p == number(0)
    assert (p - q) ** 2 == p * p - number(2) * p * q + q * q


@given(polynomials(), st.sampled_from(NAMES), st.integers(-2, 2))
def test_what_is_common_comes_out_and_goes_back_in(p: Polynomial, name: str, power: int) -> None:
    whole = p * atom(name) ** power
    factor, rest = whole.common()
    assert factor * rest == whole
    assert rest.common()[0] == number(1)


def test_division_is_by_products() -> None:
    a, b = atom("a"), atom("b")
    assert (a * a * b) / (number(2) * a) == number(0.5) * a * b
    assert (a / b).at(VALUES) == pytest.approx(-2 / 3)
    with pytest.raises(ValueError, match="divides by a sum"):
        a / (a + b)
    with pytest.raises(ZeroDivisionError):
        a / number(0)


def test_a_lone_atom_and_a_lone_number_are_known() -> None:
    assert atom("a").lone == "a"
    assert (number(2) * atom("a")).lone is None
    assert (atom("a") ** 2).lone is None
    assert (number(2) + number(3)).number == 5
    assert atom("a").number is None


def test_one_atom_takes_anothers_place() -> None:
    p = atom("a") ** 2 * atom("b") + atom("c")
    assert p.swapped("a", "c") == atom("c") ** 2 * atom("b") + atom("c")


def test_there_are_limits() -> None:
    wide = sum((atom(str(i)) for i in range(MAX_PRODUCTS)), number(0))
    with pytest.raises(TooComplex, match="too many products"):
        wide * (atom("a") + atom("b"))
    with pytest.raises(TooComplex, match="too large"):
        number(10**400)
    with pytest.raises(TooComplex, match="too large"):
        number(1e300) * number(1e300)
    with pytest.raises(TooComplex, match="power above"):
        atom("a") ** 9


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
    for base, exponent, reason in (
        (A, B, "no number"),
        (A, number(0.5), "whole"),
        (number(-1), number(0.5), "negative"),
    ):
        with pytest.raises(ValueError, match=reason):
            power(base, exponent)
    with pytest.raises(TooComplex, match="too large"):
        power(number(10), number(1e6))
    with pytest.raises(TooComplex, match="too large"):
        exp(number(1e6))
