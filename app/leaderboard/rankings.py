"""Where a list that is sorted by a number begins another unit of measure, and what stands there. Pure."""

from collections.abc import Sequence

BOUNDS = {"latest", "best", "negative_elbo", "reconstruction"}  # in the unit of measure of the decoder's likelihood
WITHOUT = "Without this number: not evaluated yet, diverged, or of a model that has none"


def rank_headings(sort: str, units: Sequence[str | None]) -> dict[int, str]:
    """The headings of a page's rows, by the place of the row that each stands above; none of a sort without units."""
    if not any(units):
        return {}
    kind = "unit of measure" if sort.removeprefix("-") in BOUNDS else "images"
    starts = [place for place, unit in enumerate(units) if place == 0 or unit != units[place - 1]]
    return {place: _heading(kind, units[place], first=place == 0) for place in starts}


def _heading(kind: str, unit: str | None, *, first: bool) -> str:
    if unit is None:
        return WITHOUT
    called = kind.capitalize() if first else f"{'Another' if kind == 'unit of measure' else 'Other'} {kind}"
    return f"{called}: {unit}"
