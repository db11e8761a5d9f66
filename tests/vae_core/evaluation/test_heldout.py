from dataclasses import asdict
from math import isfinite, log

import numpy as np
import pytest
import torch

from vae_core.datasets.facts import FACTS
from vae_core.elbo import elbo_terms, kl_per_dim
from vae_core.evaluation.heldout import ACTIVE, SEED, evaluate
from vae_core.vae import VAE, build_model

MOMENT = {"step": 3, "epoch": 0.5, "seconds": 1.5}


@pytest.fixture(scope="module")
def images(digits) -> torch.Tensor:
    return torch.from_numpy(digits.test.images).flatten(1)


def test_evaluating_twice_gives_the_same_bits(model, images):
    torch.manual_seed(1)
    first = asdict(evaluate(model, images, **MOMENT))
    torch.manual_seed(2)
    again = asdict(evaluate(model, images, **MOMENT))
    assert np.array_equal(first.pop("kl_per_dim"), again.pop("kl_per_dim"))
    assert first == again


def test_the_terms_are_those_of_training_under_the_fixed_noise(model, images):
    noise = torch.randn((1, len(images), 4), generator=torch.Generator().manual_seed(SEED))
    terms = elbo_terms(model, images / 255, noise, (1.0, 1.0))
    found = evaluate(model, images, **MOMENT)
    assert found.reconstruction == pytest.approx(terms.reconstruction.item(), rel=1e-5)
    assert found.kl == pytest.approx(terms.kl.item(), rel=1e-5)
    assert found.elbo == -(found.reconstruction + found.kl)
    assert found.kl == pytest.approx(found.kl_per_dim.sum())
    assert (found.step, found.epoch, found.seconds) == (3, 0.5, 1.5)


def test_chunks_add_up_to_the_whole_split(model, images, monkeypatch):
    whole = evaluate(model, images, **MOMENT)
    monkeypatch.setattr("vae_core.evaluation.heldout.CHUNK", 7)
    chunked = evaluate(model, images, **MOMENT)
    assert chunked.kl_per_dim == pytest.approx(whole.kl_per_dim, rel=1e-5)
    assert chunked.mse_per_pixel == pytest.approx(whole.mse_per_pixel, rel=1e-2)  # other noise for each image


def test_z_is_sampled_rather_than_the_mean(model, images):
    with torch.no_grad():
        model.decoder[0].weight.mul_(50)  # make the decoder feel z
    posterior = model.posterior(images / 255)
    at_the_mean = -model.likelihood.log_prob(model.decode(posterior.loc[None]), images / 255).mean().item()
    assert evaluate(model, images, **MOMENT).reconstruction > at_the_mean + 0.1


def _collapse(model: VAE, *, keep: int) -> None:
    """An encoder that says `loc` = pixel sums in the first `keep` dimensions and the prior in the rest."""
    head = model.encoder[-1]
    with torch.no_grad():
        head.weight[keep : model.latent_dim] = 0
        head.weight[model.latent_dim :] = 0
        head.bias.zero_()


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_active_units_are_the_dimensions_that_depend_on_the_image(model, images, keep):
    _collapse(model, keep=keep)
    with torch.no_grad():
        model.encoder[-1].weight[:keep] *= 10
    found = evaluate(model, images, **MOMENT)
    variance = model.posterior(images / 255).loc.var(0, correction=0)
    assert found.active_units == int((variance > ACTIVE).sum()) == keep
    assert found.kl_per_dim[keep:].tolist() == [0.0] * (4 - keep)


def test_kl_per_dim_averages_over_images(model, images):
    expected = kl_per_dim(model.posterior(images / 255)).mean(0).tolist()
    assert evaluate(model, images, **MOMENT).kl_per_dim == pytest.approx(expected, rel=1e-4)


def test_an_autoencoder_has_yardsticks_but_no_kl(small, images):
    found = evaluate(build_model(small(model="ae"), FACTS["digits"], seed=0), images, **MOMENT)
    assert found.kl is found.elbo is found.kl_per_dim is found.active_units is None
    assert found.reconstruction > 0
    assert found.mse_per_pixel > 0


def test_a_perfect_black_picture_costs_half_a_grey_level(small):
    model = build_model(small(likelihood="gaussian"), FACTS["digits"], seed=0)
    with torch.no_grad():
        model.decoder[-1].weight.zero_()
        model.decoder[-1].bias.zero_()
    found = evaluate(model, torch.zeros(5, 64, dtype=torch.uint8), **MOMENT)
    assert found.mse_per_pixel == 0
    assert found.bce_per_pixel == pytest.approx(-log(1 - 1 / 510), rel=1e-4)


def test_a_mean_outside_the_pixels_range_has_a_finite_cross_entropy(small, images):
    model = build_model(small(likelihood="gaussian"), FACTS["digits"], seed=0)
    with torch.no_grad():
        model.decoder[-1].bias.fill_(-5)
    found = evaluate(model, images, **MOMENT)
    assert isfinite(found.bce_per_pixel)
    assert found.bce_per_pixel > 0


def test_a_broken_model_is_reported_rather_than_raised(model, images):
    with torch.no_grad():
        model.encoder[-1].bias.fill_(float("nan"))
    found = evaluate(model, images, **MOMENT)
    assert not isfinite(found.reconstruction)
    assert found.active_units == 0
