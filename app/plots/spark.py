"""A sparkline: how a run went, in a cell of a table, as the path of an SVG. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.records import Extremes

WIDTH, HEIGHT, MARGIN = 96, 24, 3  # of the drawing, in its own units


@dataclass(frozen=True)
class Sparkline:
    """The path of a line and the point that it ends in."""

    path: str
    end: tuple[float, float]


@dataclass(frozen=True)
class Trend:
    """A run's −ELBO over its training steps, or a plain autoencoder's reconstruction, in nats per image."""

    first: float
    best: float
    latest: float | None  # of a run that diverged there is none


def sparkline(values: Sequence[float | None]) -> Sparkline | None:
    """A line through the values, the greatest at the top; broken where there is none. None without any value."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, span = min(known), max(known) - min(known)
    across = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)
    path, end, before = "", (0.0, 0.0), None
    for place, value in enumerate(values):
        if value is not None:
            height = (value - low) / span if span else 0.5
            end = (round(MARGIN + place * across, 1), round(HEIGHT - MARGIN - height * (HEIGHT - 2 * MARGIN), 1))
            x, y = end
            path += f"M{x:g} {y:g}h0" if before is None else f"L{x:g} {y:g}"  # h0: a dot, if it stays alone
        before = value
    return Sparkline(path, end)


def trend(terms: Mapping[str, Extremes], variational: bool, *, diverged: bool = False) -> Trend | None:
    """First, best and latest of a run's terms; None for a run that has no finite value yet."""
    known = terms.get("elbo" if variational else "reconstruction")
    if known is None:
        return None
    sign, best = (-1, known.max) if variational else (1, known.min)
    return Trend(sign * known.first[1], sign * best[1], None if diverged else sign * known.last[1])
