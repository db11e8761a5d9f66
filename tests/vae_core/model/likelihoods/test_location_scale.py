import pytest
import torch
from torch import nn

from vae_core.config.limits import MIN_LOG_SCALE
from vae_core.model.likelihoods.gaussian import Gaussian
from vae_core.model.likelihoods.laplace import Laplace
from vae_core.model.likelihoods.location_scale import soft_clip


def test_the_soft_clip_rises_from_its_floor_to_the_whole_range_of_a_pixel() -> None:
    raw = torch.linspace(-80, 80, 4001)
    log_scale = soft_clip(raw)
    assert (log_scale.diff() >= 0).all()
    assert log_scale[0].item() == pytest.approx(MIN_LOG_SCALE)
    assert log_scale[-1].item() == pytest.approx(0, abs=0.003)
    assert torch.allclose(log_scale.exp(), torch.exp(torch.tensor(MIN_LOG_SCALE)) + torch.sigmoid(raw), rtol=1e-5)


def test_the_soft_clips_gradients_live_at_both_ends() -> None:
    raw = torch.tensor([-60.0, -20.0, 0.0, 20.0, 60.0], requires_grad=True)
    soft_clip(raw).sum().backward()
    assert (raw.grad > 0).all()


def test_a_scale_for_every_pixel_is_the_second_half_of_the_outputs() -> None:
    loc, raw = torch.randn(3, 5, 7), torch.randn(3, 5, 7)
    family = Gaussian(scale="per_pixel")
    assert torch.equal(family.mean(torch.cat([loc, raw], -1)), loc)
    assert torch.equal(family.variance(torch.cat([loc, raw], -1)), torch.exp(2 * soft_clip(raw)))


def test_a_shared_scale_is_trained_and_the_others_are_kept_with_the_weights() -> None:
    shared, fixed = nn.Sequential(Laplace(0.1, "shared")), nn.Sequential(Laplace(0.1))
    assert [name for name, _ in shared.named_parameters()] == ["0.log_scale"]
    assert not list(fixed.parameters())
    fixed.load_state_dict(shared.state_dict())
