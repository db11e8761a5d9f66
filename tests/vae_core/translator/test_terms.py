"""What sums and means over which axes make of a term."""

import pytest

from vae_core.translator.algebra import atom, number
from vae_core.translator.terms import How, Inner, Size, Term, Unclear

ONE, M, D, Z = number(1), *(atom(size) for size in Size)
PIXELS, CODE = Term("sse", True, Inner.ALL), Term("kl", True, Inner.ALL)


@pytest.mark.parametrize(
    ("term", "how", "axes", "factor", "left"),
    [
        (PIXELS, "sum", None, M, Term("sse")),
        (PIXELS, "mean", None, ONE / D, Term("sse")),
        (PIXELS, "mean", {0}, ONE, Term("sse", False, Inner.ALL)),
        (PIXELS, "sum", {1}, ONE, Term("sse", True)),
        (PIXELS, "mean", {1, 2, 3}, ONE / D, Term("sse", True)),
        (PIXELS, "sum", {0, 1, 2, 3}, M, Term("sse")),
        (PIXELS, "sum", {-1, -2, -3}, ONE, Term("sse", True)),
        (CODE, "mean", None, ONE / Z, Term("kl")),
        (CODE, "sum", {-1}, ONE, Term("kl", True)),
        (Term("kl", True), "mean", {0}, ONE, Term("kl")),
        (Term("kl", True), "sum", {-1}, M, Term("kl")),
        (Term("kl", False, Inner.ALL), "mean", {0}, ONE / Z, Term("kl")),
        (Term("bce", True, Inner.BUT_LAST), "sum", {1, 2}, ONE, Term("bce", True)),
        (Term("bce", True, Inner.BUT_LAST), "mean", None, ONE / D, Term("bce")),
        (Term("bce", False, Inner.FLATTENED), "mean", {-1}, ONE / D, Term("bce")),
        (Term("bce", False, Inner.FLATTENED), "sum", None, M, Term("bce")),
        (Term("kl", True, Inner.UNKNOWN), "sum", None, M, Term("kl")),
        (Term("kl"), "mean", None, ONE, Term("kl")),
    ],
)
def test_a_reduction_is_a_factor(term: Term, how: How, axes: set[int] | None, factor: object, left: Term) -> None:
    actual, rest, _ = term.reduced(how, None if axes is None else frozenset(axes))
    assert (actual, rest) == (factor, left)


@pytest.mark.parametrize(
    ("term", "how", "axes"),
    [
        (PIXELS, "sum", {2}),
        (PIXELS, "sum", {1, 3}),
        (CODE, "sum", {1, 2}),
        (Term("kl"), "sum", {0}),
        (Term("kl", True), "sum", {1}),
        (Term("bce", True, Inner.BUT_LAST), "sum", None),
        (Term("bce", True, Inner.BUT_LAST), "sum", {-1}),
        (Term("kl", True, Inner.UNKNOWN), "mean", None),
    ],
)
def test_axes_that_cannot_be_told_are_unclear(term: Term, how: How, axes: set[int] | None) -> None:
    with pytest.raises(Unclear):
        term.reduced(how, None if axes is None else frozenset(axes))


def test_the_shape_that_is_supposed_is_said() -> None:
    assert PIXELS.reduced("sum", frozenset({1}))[2] == "images are taken to be flat, [M, D]"
    assert CODE.reduced("sum", frozenset({1}))[2] == ""
