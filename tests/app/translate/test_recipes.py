"""The recipes as rows of a table."""

from app.translate.recipes import recipe_rows
from vae_core.translator.recipes import RECIPES


def test_every_recipe_is_a_row() -> None:
    rows = {row.name: row for row in recipe_rows()}
    assert list(rows) == list(RECIPES)
    vae = rows["pytorch-vae"]
    assert (vae.formula, vae.model, vae.source) == (
        "SSE/D + 0.00025 · KL",
        "Gaussian, σ = 1.24",
        "AntixK/PyTorch-VAE#11",
    )
    assert rows["keras-2016"].model == "Bernoulli, β = 784"
    assert [name for name, row in rows.items() if row.collapses] == [
        "keras-2016",
        "pytorch-vae-validation",
        "sigma-vae-mse",
    ]
