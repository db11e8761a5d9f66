"""Where tensors live: chosen once for a run."""

import torch

from vae_core.config import ConfigError


def choose_device(name: str) -> torch.device:
    """The device that `auto`, `cpu` or `cuda` means here. Raises `ConfigError` for a GPU that is not there."""
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        found = "this PyTorch is built for the CPU only" if torch.version.cuda is None else "PyTorch finds no GPU"
        raise ConfigError("device", f"device cannot be 'cuda' here: {found}; use 'auto' or 'cpu'", "cpu")
    return torch.device("cuda" if available and name != "cpu" else "cpu")
