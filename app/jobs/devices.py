"""Which devices runs would find on this machine, as its files tell: the web process loads no torch to ask."""

from importlib.metadata import version
from pathlib import Path

from app.settings import GPUS

OTHER_GPUS = (Path("/dev/kfd"), Path("/dev/dxg"))  # AMD's, which PyTorch calls CUDA too, and Windows's for Linux


def without_cuda() -> str | None:
    """Why a run on CUDA would fail here, in a clause; None where nothing speaks against it."""
    if version("torch").endswith("+cpu"):
        return "this PyTorch is built for the CPU only"
    if not any(GPUS.glob("*")) and not any(place.exists() for place in OTHER_GPUS):
        return "this machine shows no GPU"
    return None
