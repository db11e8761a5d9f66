"""The terms of a loss on their way through sums and means: the axes that are left, and the factor so far.

M is the batch, D the pixels of an image, Z the latent dimensions. A term that is through has the form that this project
uses: summed over its own dimensions, averaged over the batch. A mean over pixels is then a factor 1/D, a sum over the
batch a factor M.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Literal

from vae_core.translator.algebra import Polynomial, atom, number

Kind = Literal["bce", "sse", "l1", "kl"]
How = Literal["sum", "mean"]
Axes = frozenset[int] | None  # None: all


class Size(Enum):
    """What a sum turned into a mean is divided by."""

    BATCH = "M"
    PIXELS = "D"
    LATENT = "Z"


class Inner(Enum):
    """Which of an image's, or a code's, own axes are left."""

    ALL = "all"
    BUT_LAST = "all but the last, which Keras averaged over"
    FLATTENED = "one axis, which is the batch's too"
    UNKNOWN = "all or none: the distribution was built elsewhere"
    NONE = "none"


class Unclear(ValueError):
    """A reduction whose axes are ambiguous; the message gives the reason."""


@dataclass(frozen=True)
class Term:
    """An error or a KL with these axes left, [M, …]; by default with none, so summed and averaged."""

    kind: Kind
    batch: bool = False
    inner: Inner = Inner.NONE

    @property
    def dimensions(self) -> Size:
        """The size of its own axes together."""
        return Size.LATENT if self.kind == "kl" else Size.PIXELS

    @property
    def through(self) -> bool:
        """Whether no axis is left."""
        return not self.batch and self.inner == Inner.NONE

    def reduced(self, how: How, axes: Axes) -> tuple[Polynomial, "Term", str]:
        """The factor, the term with fewer axes, and what had to be assumed. Raises `Unclear`."""
        batch, inner, assumed = self._covered(axes)
        factor = number(1)
        if inner:
            factor *= self._over_inner(how, axes)
        if (batch and self.batch) or (inner and self.inner == Inner.FLATTENED):
            factor *= atom(Size.BATCH) if how == "sum" else number(1)
        return (
            factor,
            replace(self, batch=self.batch and not batch, inner=Inner.NONE if inner else self.inner),
            assumed,
        )

    @property
    def _shape(self) -> str:
        """What a sum over axis 1 supposes."""
        if self.inner == Inner.UNKNOWN:
            return "q is taken to be a Normal whose KL has an axis of latent dimensions"
        return "" if self.kind == "kl" else "images are taken to be flat, [M, D]"

    def _covered(self, axes: Axes) -> tuple[bool, bool, str]:
        """Whether the axes hold the batch, whether they hold all the others, and the shape that this supposes."""
        if axes is None:
            return True, self.inner != Inner.NONE, ""
        if self.inner in {Inner.NONE, Inner.FLATTENED} or not self.batch:
            if len(axes) == 1 and axes <= {0, -1} and not self.through:
                return self.batch, not self.batch, ""
            raise Unclear("there is no such axis left")
        own = axes - {0}
        if not own:
            return True, False, ""
        if own == frozenset(range(1, 3)) and self.inner == Inner.BUT_LAST:
            return 0 in axes, True, "images are taken to be [M, height, width, 1], of one channel"
        if own in ({1}, {-1}) and self.inner in {Inner.ALL, Inner.UNKNOWN}:
            return 0 in axes, True, self._shape
        if self.inner == Inner.ALL and self.kind != "kl" and _all_but_the_first(own):
            return 0 in axes, True, f"images are taken to have {len(own)} axes in addition to the batch's"
        raise Unclear("these axes are not the batch's, nor all the others")

    def _over_inner(self, how: How, axes: Axes) -> Polynomial:
        """The factor that the own axes leave."""
        if self.inner == Inner.UNKNOWN and axes is None and how == "mean":
            raise Unclear("whether its KL has an axis of latent dimensions is unknown: paste how q was built, too")
        if self.inner == Inner.BUT_LAST and axes is None and how == "sum":
            raise Unclear(
                "Keras has averaged over the last axis, which is all pixels of flat images but only the channels of "
                "others: name the axes, such as axis=(1, 2), or flatten both tensors"
            )
        return number(1) / atom(self.dimensions) if how == "mean" else number(1)


def _all_but_the_first(axes: frozenset[int]) -> bool:
    """1, 2, …, n, or −1, −2, …, −n."""
    return axes in (frozenset(range(1, len(axes) + 1)), frozenset(range(-len(axes), 0)))
