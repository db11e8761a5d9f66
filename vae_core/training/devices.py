"""Where tensors live: chosen once for a run."""

from collections.abc import Callable
from functools import partial

import psutil
import torch

from vae_core.config.train_config import ConfigError


def choose_device(name: str) -> torch.device:
    """The device that `auto`, `cpu` or `cuda` means here. Raises `ConfigError` for a GPU that is not there."""
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        reason = "this PyTorch is built for the CPU only" if torch.version.cuda is None else "PyTorch finds no GPU"
        raise ConfigError("device", f"device cannot be 'cuda' here: {reason}; use 'auto' or 'cpu'", "cpu")
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def memory_gauge(device: torch.device) -> Callable[[], int]:
    """A function that returns the bytes in use now, without waiting for the device.

    On a GPU they are those of this process's tensors; on the CPU the resident set of the whole process.
    """
    if device.type == "cuda":
        return partial(torch.cuda.memory_allocated, device)
    process = psutil.Process()
    return lambda: int(process.memory_info().rss)
