"""A loss as people would write it."""

import pytest

from app.text.formulas import formula
from app.translate.answer import Reductions


@pytest.mark.parametrize(
    ("reductions", "text"),
    [
        ({"error": "mse"}, "SSE + KL"),
        ({"error": "bce", "pixels": "mean", "kl_weight": 0.00025}, "BCE/D + 0.00025 · KL"),
        ({"error": "mse", "batch": "sum", "weight": 10, "kl_dimensions": "mean"}, "10 · M · SSE + KL/Z"),
        ({"error": "l1", "kl_weight": 0}, "L1"),
    ],
)
def test_weights_are_products_of_numbers_and_sizes(reductions: dict[str, object], text: str) -> None:
    assert formula(Reductions.model_validate(reductions).loss()) == text
