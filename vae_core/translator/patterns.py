"""The forms that a multiplied-out expression may have: squared and absolute error, cross-entropy, Gaussian KL."""

from math import isclose

from vae_core.translator.algebra import CONSTANT, Applied, Monomial, Polynomial, atom, log, number
from vae_core.translator.terms import Inner, Kind, Size, Term

Match = tuple[Polynomial, Kind] | None  # a factor, and what it multiplies


def recognised(expression: Polynomial) -> Polynomial | None:
    """factor · Term for an expression of every pixel or latent dimension; None if it is no known form.

    The factor holds whatever numbers and names multiply the whole.
    """
    shared, rest = expression.common()
    if any(isinstance(one, Size) for one in _inside(rest)):
        return None  # sizes multiply tensors; they are not compared with them
    match = _absolute_error(expression) or _squared_error(rest) or _cross_entropy(rest) or _gaussian_kl(rest)
    if match is None:
        return None
    factor, kind = match
    return (factor if kind == "l1" else shared * factor) * atom(elementwise(kind, expression))


def elementwise(kind: Kind, *of: Polynomial) -> Term:
    """The term with every axis left that its tensors have."""
    flat = any(isinstance(one, Applied) and one.function == "flatten" for p in of for one in _inside(p))
    return Term(kind, not flat, Inner.FLATTENED if flat else Inner.ALL)


def _inside(expression: Polynomial) -> list[object]:
    """Its atoms, and those one function deeper."""
    atoms = list(expression.atoms)
    return atoms + [one for a in atoms if isinstance(a, Applied) for one in a.argument.atoms]


def _absolute_error(expression: Polynomial) -> Match:
    """c · |a − b|."""
    if len(expression.terms) != 1:
        return None
    errors = {one for one in expression.atoms if isinstance(one, Applied) and one.function == "abs"}
    for error in errors:
        factor = expression / atom(error)
        difference = {coefficient for _, coefficient in error.argument.terms}
        if error not in set(factor.atoms) and difference == {1.0, -1.0} and len(error.argument.terms) == 2:
            return factor, "l1"
    return None


def _squared_error(expression: Polynomial) -> Match:
    """c · (a² − 2ab + b²)."""
    squares = [(monomial, c) for monomial, c in expression.terms if _square(monomial)]
    if len(expression.terms) != 3 or len(squares) != 2:
        return None
    (one, c), (two, other) = squares
    product = frozenset((base, 1) for base, _ in one | two)
    if not isclose(c, other) or not isclose(dict(expression.terms).get(product, 0), -2 * c):
        return None
    return number(c), "sse"


def _cross_entropy(expression: Polynomial) -> Match:
    """−c · (x log p + (1 − x) log(1 − p))."""
    coefficients = dict(expression.terms)
    for monomial, c in expression.terms:
        match list(monomial):
            case [(Applied("log", below), 1)]:
                above = log(number(1) - below)
                lower = atom(Applied("log", below))
                for x in {one for one in expression.atoms if one not in set(above.atoms) | set(lower.atoms)}:
                    likelihood = atom(x) * above + (number(1) - atom(x)) * lower
                    if _same(number(c) * likelihood, coefficients):
                        return number(-c), "bce"
    return None


def _gaussian_kl(expression: Polynomial) -> Match:
    """c · (1 + log v − m² − v), of which −2c is the weight of KL(N(m, v) ‖ N(0, 1)) = ½ (m² + v − 1 − log v)."""
    coefficients = dict(expression.terms)
    c = coefficients.get(CONSTANT, 0.0)
    if not c:
        return None
    negative = [monomial for monomial, number_ in expression.terms if isclose(number_, -c)]
    for mean in filter(_square, negative):
        for variance in negative:
            v = Polynomial.of({variance: 1.0})
            if {base for base, _ in mean} & set(_inside(v)):
                continue  # a mean that is the variance's own logarithm is a slip of the pen
            divergence = number(1) + log(v) - Polynomial.of({mean: 1.0}) - v
            if mean != variance and _same(number(c) * divergence, coefficients):
                return number(-2 * c), "kl"
    return None


def _square(monomial: Monomial) -> bool:
    return len(monomial) == 1 and all(power == 2 for _, power in monomial)


def _same(expected: Polynomial, coefficients: dict[Monomial, float]) -> bool:
    """Whether both are equal up to rounding."""
    terms = dict(expected.terms)
    return terms.keys() == coefficients.keys() and all(isclose(terms[m], coefficients[m]) for m in terms)
