import numpy as np
import pytest

from app.store.nonfinite import finite, finite_list, plain


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), None])
def test_what_is_no_finite_number_is_none(value: float | None) -> None:
    assert finite(value) is None


def test_finite_numbers_stay_exactly() -> None:
    values = np.array([0.1, -1e300, 5e-324, 0.0])
    assert finite_list(values) == values.tolist() == [finite(value) for value in values]
    assert finite_list(np.array([1.5, np.nan])) == [1.5, None]


def test_a_records_values_become_json() -> None:
    record = {"a": np.array([1.0, np.nan]), "b": ({"c": float("inf")}, 2, None), "d": "text", "e": True}
    assert plain(record) == {"a": [1.0, None], "b": [{"c": None}, 2, None], "d": "text", "e": True}
