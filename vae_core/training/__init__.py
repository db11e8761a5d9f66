"""Training as a generator of events: `train(config, data)` is the whole story."""

from vae_core.training.train import train

__all__ = ["train"]
