"""What the tables can hold of numbers and records: NaN and infinity become NULL."""

from math import isfinite
from typing import Any

import numpy as np

from vae_core.report import Floats


def finite(value: float | None) -> float | None:
    """The number, or None where there is none or it is not finite."""
    return float(value) if value is not None and isfinite(value) else None


def finite_list(values: Floats) -> list[float | None]:
    """One number an entry, None where it is not finite."""
    numbers: list[float | None] = values.tolist()
    return numbers if np.isfinite(values).all() else [finite(number) for number in numbers]


def plain(value: Any) -> Any:
    """A record's values, as `asdict` gives them, as JSON: arrays become lists, what is not finite None."""
    match value:
        case np.ndarray():
            return finite_list(value)
        case float():
            return finite(value)
        case dict():
            return {name: plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case _:
            return value
