"""Functions of polynomials: numbers of numbers, and of all else an atom, in one way of writing it."""

import math
from dataclasses import dataclass

from vae_core.translator.algebra import Polynomial, TooComplex, atom, number

GUARD = 1e-4  # what people add inside a logarithm to keep it finite


@dataclass(frozen=True)
class Applied:
    """A function's value, as an atom."""

    function: str
    argument: Polynomial

    @property
    def size(self) -> int:
        """How many atoms it holds."""
        return 1 + self.argument.size


def exp(power: Polynomial) -> Polynomial:
    """exp of it, a number if it is one."""
    if power.number is None:
        return atom(Applied("exp", power))
    try:
        return number(math.exp(power.number))
    except OverflowError:
        raise TooComplex("its numbers are too large") from None


def log(of: Polynomial) -> Polynomial:
    """log of it: a sum for a product, u for exp(u); a small constant that guards the logarithm is left out."""
    guarded = frozenset(term for term in of.terms if term[0] or abs(term[1]) > GUARD)
    of = Polynomial(guarded) if len(guarded) == len(of.terms) - 1 > 0 else of
    if len(of.terms) != 1 or not all(coefficient > 0 for _, coefficient in of.terms):
        return atom(Applied("log", of))
    ((monomial, coefficient),) = of.terms
    total = number(math.log(coefficient))
    for one, power in monomial:
        inner = one.argument if isinstance(one, Applied) and one.function == "exp" else atom(Applied("log", atom(one)))
        total += number(power) * inner
    return total


def absolute(of: Polynomial) -> Polynomial:
    """|of|, with the size of its first number taken out: |255x − 255r| is 255 |x − r|."""
    if of.number is not None:
        return number(abs(of.number))
    scale = max(abs(coefficient) for _, coefficient in of.terms)
    return number(scale) * atom(Applied("abs", of / number(scale)))


def power(base: Polynomial, exponent: Polynomial) -> Polynomial:
    """base to a constant power, a whole one unless the base is constant too. Raises `ValueError` for any other."""
    n = exponent.number
    if n is None:
        raise ValueError("its exponent is no number")
    if base.number is not None:
        try:
            value = base.number**n
        except OverflowError:
            raise TooComplex("its numbers are too large") from None
        if isinstance(value, complex):
            raise ValueError("it is the root of a negative number")
        return number(value)
    if n != round(n):
        raise ValueError("its exponent is no whole number")
    return base ** round(n)
