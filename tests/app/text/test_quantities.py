"""Symbols for every choice of the configuration."""

from typing import Any

import pytest

from app.text.quantities import decoder
from vae_core.config.train_config import TrainConfig


@pytest.mark.parametrize(
    ("changes", "symbols"),
    [
        ({}, "Bernoulli(x̂)"),
        ({"likelihood": "continuous_bernoulli", "dequantize": True}, "CB(λ)"),
        ({"likelihood": "gaussian"}, "N(x̂, 0.7071²)"),
        ({"likelihood": "gaussian", "scale": "shared"}, "N(x̂, σ²), learned σ"),
        ({"likelihood": "gaussian", "scale": "optimal"}, "N(x̂, σ*²)"),
        ({"likelihood": "gaussian", "scale": "per_pixel"}, "N(x̂, σ(z)²)"),
        ({"likelihood": "laplace", "sigma": 0.25}, "Laplace(x̂, 0.25)"),
        ({"likelihood": "laplace", "scale": "shared"}, "Laplace(x̂, b), learned b"),
        ({"likelihood": "student_t", "sigma": 0.25}, "t(x̂, 0.25; ν = 5)"),
        ({"likelihood": "student_t", "scale": "shared", "nu": 2.5}, "t(x̂, s; ν = 2.5), learned s"),
        ({"likelihood": "discretized_logistic", "sigma": 0.1}, "Logistic(x̂, 0.1) over 256 levels"),
        ({"likelihood": "discretized_logistic", "scale": "per_pixel"}, "Logistic(x̂, s(z)) over 256 levels"),
    ],
)
def test_a_decoder_in_symbols(changes: dict[str, Any], symbols: str) -> None:
    assert decoder(TrainConfig.parse(changes)) == symbols
