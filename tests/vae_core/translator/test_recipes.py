"""Each recipe of the field: the β or σ that it is known to imply, and code that says the same."""

from itertools import product
from typing import get_args

import pytest

from vae_core.translator.algebra import number
from vae_core.translator.read_code import read_loss
from vae_core.translator.recipes import RECIPES, Summed, summed_code, summed_loss
from vae_core.translator.terms import How, Kind
from vae_core.translator.translation import translate

IMPLIED = {  # β of a Bernoulli, σ² of a Gaussian, b of a Laplace, at the sizes that each is known for
    "pytorch-examples": 1,
    "pytorch-examples-2017": 1,
    "keras-2016": 784,
    "keras-blog": 39.2,
    "keras-io-2020": 0.05,
    "keras-io": 1,
    "disentanglement-lib": 0.5,
    "pythae": 1,
    "pytorch-vae": 1.536,
    "pytorch-vae-validation": 6144,
    "sigma-vae-mse": 150_528,
    "world-models": 19.2,
    "disentangling-vae-gaussian": 1 / 510,
    "disentangling-vae-laplace": 1 / 3,
}


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("source", ["recipe", "code"])
def test_it_implies_what_it_is_known_for(name: str, source: str) -> None:
    recipe = RECIPES[name]
    loss = recipe.loss if source == "recipe" else read_loss(recipe.code)
    pixels = 784 if source == "code" and "784" in recipe.code else recipe.pixels
    translation = translate(loss, pixels, recipe.latent_dim, recipe.batch_size)
    actual = {"bernoulli": translation.beta, "gaussian": (translation.scale or 0) ** 2, "laplace": translation.scale}[
        translation.likelihood
    ]
    assert actual == pytest.approx(IMPLIED[name], rel=1e-9)


@pytest.mark.parametrize("name", RECIPES)
def test_the_code_is_the_recipe(name: str) -> None:
    """The same weights, at sizes where no two of them are equal. Code with its own 784 is right for 784 pixels."""
    recipe, code = RECIPES[name], read_loss(RECIPES[name].code)
    sizes = (784, 7, 11)
    assert code.error == recipe.error
    actual, stated = code.weights(*sizes), recipe.loss.weights(*sizes)
    assert (actual.reconstruction, actual.kl) == pytest.approx((stated.reconstruction, stated.kl))


def test_there_are_the_twelve_and_both_frameworks() -> None:
    assert len(RECIPES) >= 12
    assert sum("K." in one.code or "tf." in one.code or "ops." in one.code for one in RECIPES.values()) >= 5
    assert all(one.link.startswith("https://") for one in RECIPES.values())
    assert {name: one.name for name, one in RECIPES.items()} == {name: name for name in RECIPES}


@pytest.mark.parametrize("error", ["bce", "sse", "l1"])
def test_reductions_written_out_are_read_back(error: Kind) -> None:
    for dimensions, batch, kl_dimensions, kl_batch in product(get_args(How), repeat=4):
        reconstruction, kl = Summed(dimensions, batch, number(2)), Summed(kl_dimensions, kl_batch, number(0.5))
        read, made = read_loss(summed_code(error, reconstruction, kl)), summed_loss(error, reconstruction, kl)
        assert (read.error, read.reconstruction, read.kl) == (made.error, made.reconstruction, made.kl)
