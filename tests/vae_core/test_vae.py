import torch

from vae_core.datasets.facts import FACTS
from vae_core.vae import Posterior, build_model


def test_a_sample_is_the_location_plus_scaled_noise():
    posterior = Posterior(torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, 4.0]]).log())
    noise = torch.tensor([[[3.0, 5.0]], [[-1.0, 0.5]]])
    assert torch.equal(posterior.sample(noise), torch.tensor([[[1.0, 8.0]], [[1.0, -1.0]]]))


def test_codes_and_outputs_have_their_shapes(model, x):
    posterior = model.posterior(x)
    z = posterior.sample(torch.randn(3, len(x), 4))
    assert posterior.loc.shape == posterior.log_variance.shape == (len(x), 4)
    assert z.shape == (3, len(x), 4)
    assert model.decode(z).shape == (3, *x.shape)


def test_decoding_keeps_samples_and_images_apart(model):
    z = torch.randn(3, 5, 4)
    assert torch.allclose(model.decode(z)[2, 1], model.decode(z[2:, 1:2])[0, 0], atol=1e-6)


def test_an_autoencoder_has_a_point_for_a_code(small, x):
    model = build_model(small(model="ae"), FACTS["digits"], seed=0)
    posterior = model.posterior(x)
    assert posterior.log_variance is None
    assert torch.equal(posterior.sample(torch.randn(1, len(x), 4))[0], posterior.loc)


def test_the_seed_decides_the_weights_and_the_global_generator_is_left_alone(small):
    before = torch.get_rng_state()
    first, again, other = (build_model(small(), FACTS["digits"], seed).state_dict() for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


def test_an_extreme_variance_stays_finite(model, x):
    with torch.no_grad():
        model.encoder[-1].bias[4:] = 1e6
    assert model.posterior(x).sample(torch.ones(1, len(x), 4)).isfinite().all()
