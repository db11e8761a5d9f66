from math import inf, nan
from typing import Any

import pytest
import torch

from vae_core.config.errors import ConfigError
from vae_core.model.likelihoods.pixels import bins, flipped, require_unit, to_unit

BYTES = torch.arange(256, dtype=torch.uint8)


def test_bytes_fill_the_unit_interval() -> None:
    assert torch.equal(to_unit(BYTES), BYTES.float() / 255)


def test_dequantised_bytes_stay_in_their_bins_and_differ_each_time() -> None:
    noise = torch.Generator().manual_seed(0)
    first, second = to_unit(BYTES, noise), to_unit(BYTES, noise)
    assert torch.equal((first * 256).floor(), BYTES.float())
    assert torch.equal((second * 256).floor(), BYTES.float())
    assert not torch.equal(first, second)
    assert first.max() < 1


def test_flipped_pixels_are_white_as_often_as_they_are_bright_and_differ_each_time() -> None:
    noise = torch.Generator().manual_seed(0)
    flips = torch.stack([flipped(BYTES, noise) for _ in range(4000)])
    assert set(flips.unique().tolist()) == {0.0, 1.0}
    expected = BYTES / 255
    error = (expected * (1 - expected) / 4000).sqrt()
    assert ((flips.mean(0) - expected).abs() <= 5 * error).all()


@pytest.mark.parametrize("dequantized", [False, True])
def test_the_bins_of_the_levels_are_side_by_side_and_cover_everything(dequantized: bool) -> None:
    low, high = bins(BYTES, dequantized)
    assert torch.equal(low[1:], high[:-1])
    assert (low[0].item(), high[-1].item()) == (-inf, inf)
    assert torch.allclose(high[1:-1] - low[1:-1], torch.tensor(1 / (256 if dequantized else 255)), rtol=1e-4)


@pytest.mark.parametrize("noise", [None, torch.Generator().manual_seed(0)])
def test_every_pixel_lies_in_the_bin_of_its_level(noise: Any) -> None:
    x = to_unit(BYTES, noise)
    low, high = bins(BYTES, dequantized=noise is not None)
    assert ((low <= x) & (x < high)).all()


def test_levels_of_any_type_have_the_same_bins() -> None:
    for levels in (BYTES.long(), BYTES.float()):
        assert torch.equal(torch.stack(bins(levels, dequantized=True)), torch.stack(bins(BYTES, dequantized=True)))


@pytest.mark.parametrize("x", [BYTES.float(), torch.tensor([-0.5, 0.5]), torch.tensor([nan, 0.5])])
def test_pixels_beyond_the_unit_interval_are_refused_with_the_way_out(x: Any) -> None:
    with pytest.raises(ConfigError, match=r"from 0 to 1, not from .*: .* likelihood=gaussian") as caught:
        require_unit(x, "bernoulli")
    assert caught.value.field == "likelihood"


def test_pixels_of_the_unit_interval_pass() -> None:
    require_unit(to_unit(BYTES), "continuous_bernoulli")
