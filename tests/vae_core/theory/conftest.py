"""The tiny MNIST of the data sets' tests."""

from tests.vae_core.datasets.conftest import start_site, tiny

__all__ = ["start_site", "tiny"]
