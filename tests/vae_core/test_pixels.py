import torch

from vae_core.pixels import to_unit

BYTES = torch.arange(256, dtype=torch.uint8)


def test_bytes_fill_the_unit_interval():
    assert torch.equal(to_unit(BYTES), BYTES.float() / 255)


def test_dequantised_bytes_stay_in_their_bins_and_differ_each_time():
    noise = torch.Generator().manual_seed(0)
    first, second = to_unit(BYTES, noise), to_unit(BYTES, noise)
    assert torch.equal((first * 256).floor(), BYTES.float())
    assert torch.equal((second * 256).floor(), BYTES.float())
    assert not torch.equal(first, second)
    assert first.max() < 1
