"""Sums of products and functions of them: the small algebra in which a pasted loss is read.

(x − r)² multiplies out to x² − 2xr + r², however it was written, so a form is recognised by what it is and not by how
it looks. Numbers are floats; whatever else is multiplied is an atom. A function of a number is a number, a function of
anything else an atom, `Applied`, in one way of writing it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

Atom = Hashable  # a name, a size, a term of the loss, a function of a polynomial
Monomial = frozenset[tuple[Atom, int]]  # Π atom^power
CONSTANT: Monomial = frozenset()

MAX_PRODUCTS = 64  # of one multiplication
MAX_SIZE = 400  # atoms, those within functions included
MAX_POWER = 8
GUARD = 1e-4  # what people add inside a logarithm to keep it finite


class TooComplex(ValueError):
    """No loss is that long: the numbers or the products of an expression have passed the limits."""


@dataclass(frozen=True)
class Polynomial:
    """Σ coefficient · Π atom^power. Every operation raises `TooComplex` past the limits."""

    terms: frozenset[tuple[Monomial, float]]

    @classmethod
    def of(cls, terms: Mapping[Monomial, float]) -> Polynomial:
        """The sum without its zeros."""
        made = cls(frozenset((monomial, number) for monomial, number in terms.items() if number))
        if not all(math.isfinite(number) for _, number in made.terms):
            raise TooComplex("its numbers are too large")
        if made.size > MAX_SIZE:
            raise TooComplex("it has too many parts")
        return made

    @cached_property
    def size(self) -> int:
        """How many atoms it holds."""
        return sum(1 + sum(getattr(atom, "size", 1) for atom, _ in monomial) for monomial, _ in self.terms)

    @property
    def number(self) -> float | None:
        """Its value, if it is a constant."""
        return sum(number for _, number in self.terms) if all(not monomial for monomial, _ in self.terms) else None

    @property
    def lone(self) -> Atom | None:
        """The atom that it is, if it is nothing else."""
        match list(self.terms):
            case [(monomial, 1.0)] if len(monomial) == 1:
                ((atom, power),) = monomial
                return atom if power == 1 else None
        return None

    @property
    def atoms(self) -> Iterator[Atom]:
        """Every atom of its products; those within functions stay there."""
        return (atom for monomial, _ in self.terms for atom, _ in monomial)

    def split(self, chosen: type) -> tuple[Polynomial, Polynomial]:
        """The products with an atom of that type, and those without."""
        within = frozenset(term for term in self.terms if any(isinstance(atom, chosen) for atom, _ in term[0]))
        return Polynomial(within), Polynomial(self.terms - within)

    def common(self) -> tuple[Polynomial, Polynomial]:
        """(factor, rest) with factor · rest = self, the factor being all the atoms that every product shares."""
        first, *others = [dict(monomial) for monomial, _ in self.terms] or [{}]
        shared = {a: min([p, *(o[a] for o in others)]) for a, p in first.items() if all(a in o for o in others)}
        factor = Polynomial.of({frozenset(shared.items()): 1.0})
        return factor, self / factor

    def swapped(self, old: Atom, new: Atom) -> Polynomial:
        """The same with one atom in another's place."""
        total = Polynomial.of({})
        for monomial, number in self.terms:
            powers = dict(monomial)
            kept = Polynomial.of({frozenset((a, p) for a, p in monomial if a != old): number})
            total += kept * atom(new) ** powers.get(old, 0)
        return total

    def at(self, values: Mapping[Atom, float]) -> float:
        """Its value where the atoms have these. Raises `KeyError`, `OverflowError` or `ZeroDivisionError`."""
        return sum(
            number * math.prod(values[atom] ** power for atom, power in monomial) for monomial, number in self.terms
        )

    def __add__(self, other: Polynomial) -> Polynomial:
        total = dict(self.terms)
        for monomial, number in other.terms:
            total[monomial] = total.get(monomial, 0.0) + number
        return Polynomial.of(total)

    def __neg__(self) -> Polynomial:
        return Polynomial(frozenset((monomial, -number) for monomial, number in self.terms))

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + -other

    def __mul__(self, other: Polynomial) -> Polynomial:
        if len(self.terms) * len(other.terms) > MAX_PRODUCTS:
            raise TooComplex("it multiplies out to too many products")
        total: dict[Monomial, float] = {}
        for one, a in self.terms:
            for two, b in other.terms:
                monomial = _times(one, two)
                total[monomial] = total.get(monomial, 0.0) + a * b
        return Polynomial.of(total)

    def __truediv__(self, other: Polynomial) -> Polynomial:
        """Raises `ValueError` if `other` is a sum, and `ZeroDivisionError` if it is 0."""
        if not other.terms:
            raise ZeroDivisionError
        if len(other.terms) > 1:
            raise ValueError("divides by a sum")
        ((monomial, divisor),) = other.terms
        return self * Polynomial.of({frozenset((atom, -power) for atom, power in monomial): 1 / divisor})

    def __pow__(self, power: int) -> Polynomial:
        """Raises `ValueError` for a negative power of a sum."""
        if abs(power) > MAX_POWER:
            raise TooComplex(f"it has a power above {MAX_POWER}")
        if power < 0:
            return number(1) / self**-power
        return self * self ** (power - 1) if power else number(1)


def _times(one: Monomial, two: Monomial) -> Monomial:
    powers = dict(one)
    for atom, power in two:
        powers[atom] = powers.get(atom, 0) + power
    return frozenset((atom, power) for atom, power in powers.items() if power)


def number(value: float) -> Polynomial:
    """A constant. Raises `TooComplex` for one that no float holds."""
    try:
        return Polynomial.of({CONSTANT: float(value)})
    except OverflowError:
        raise TooComplex("its numbers are too large") from None


def atom(one: Atom) -> Polynomial:
    """A polynomial that is one atom."""
    return Polynomial.of({frozenset({(one, 1)}): 1.0})


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
