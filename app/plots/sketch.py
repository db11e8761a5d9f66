"""A small picture of values and the line that they crossed: coordinates for an SVG of a few strokes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

WIDTH, HEIGHT, EDGE = 240, 72, 6
MOST_DOTS = 32
LOG_BEYOND = 30.0  # times the least: values as far apart as this are drawn by their logarithms


@dataclass(frozen=True)
class Sketch:
    """Where a curve's points and the line lie, in a box of WIDTH by HEIGHT whose y runs downwards."""

    points: tuple[tuple[float, float], ...]
    line: float  # its y
    logarithmic: bool

    @property
    def path(self) -> str:
        """The points as a polyline takes them."""
        return " ".join(f"{x},{y}" for x, y in self.points)

    @property
    def dots(self) -> tuple[tuple[float, float], ...]:
        """The points to mark: of many, none."""
        return self.points if len(self.points) <= MOST_DOTS else ()


def sketch(values: Sequence[float], line: float) -> Sketch:
    """At least one value, from left to right, and the line across."""
    every = [*values, line]
    logarithmic = min(every) > 0 and max(every) > LOG_BEYOND * min(every)
    heights = [log10(value) if logarithmic else value for value in every]
    low, high = min(heights), max(heights)
    span = (high - low) or 1.0
    ys = [round(HEIGHT - EDGE - (height - low) / span * (HEIGHT - 2 * EDGE), 1) for height in heights]
    gap = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)
    points = tuple((round(EDGE + i * gap, 1), y) for i, y in enumerate(ys[:-1]))
    return Sketch(points, ys[-1], logarithmic)
