"""What the tables can hold of a number: NaN and infinity become NULL."""

from math import isfinite

import numpy as np

from vae_core.events import Floats


def finite(value: float | None) -> float | None:
    """The number, or None where there is none or it is not finite."""
    return float(value) if value is not None and isfinite(value) else None


def finite_list(values: Floats) -> list[float | None]:
    """One number an entry, None where it is not finite."""
    numbers: list[float | None] = values.tolist()
    return numbers if np.isfinite(values).all() else [finite(number) for number in numbers]
