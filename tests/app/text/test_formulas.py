"""Formulas and numbers as people would write them."""

from app.text.numbers import format_number
from app.translate.recipes import recipe_rows
from vae_core.translator.recipes import RECIPES


def test_every_recipe_is_a_row() -> None:
    rows = {row.name: row for row in recipe_rows()}
    assert list(rows) == list(RECIPES)
    vae = rows["pytorch-vae"]
    assert (vae.formula, vae.trains, vae.source) == (
        "SSE/D + 0.00025 · KL",
        "Gaussian, σ = 1.239",
        "AntixK/PyTorch-VAE#11",
    )
    assert rows["keras-2016"].trains == "Bernoulli, β = 784"
    assert [name for name, row in rows.items() if row.collapses] == [
        "keras-2016",
        "pytorch-vae-validation",
        "sigma-vae-mse",
    ]


def test_numbers_are_said_with_the_digits_that_matter() -> None:
    assert [format_number(value) for value in (784.0, 0.70710678, 150_528.2, 1 / 784, 2.5e12)] == [
        "784",
        "0.7071",
        "150,528",
        "0.001276",
        "2.5e+12",
    ]
