"""What the files of a machine tell of its GPUs agrees with what torch says of them."""

from pathlib import Path

import pytest
import torch

from app.jobs import devices


def test_a_machine_with_a_gpu_is_never_warned_of() -> None:
    assert not (torch.cuda.is_available() and devices.without_cuda())


@pytest.mark.parametrize("built", ["2.10.0+cu128", "2.10.0"])
def test_a_gpu_shows_among_the_files(built: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "version", lambda _: built)
    monkeypatch.setattr(devices, "GPUS", tmp_path)
    monkeypatch.setattr(devices, "OTHER_GPUS", (tmp_path / "kfd",))
    assert devices.without_cuda() == "this machine shows no GPU"
    (tmp_path / "kfd").touch()
    assert devices.without_cuda() is None
    monkeypatch.setattr(devices, "OTHER_GPUS", ())
    assert devices.without_cuda() is None  # an entry of the driver's


def test_a_torch_for_the_cpu_finds_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "version", lambda _: "2.10.0+cpu")
    assert devices.without_cuda() == "this PyTorch is built for the CPU only"
