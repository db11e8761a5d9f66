import numpy as np
import pytest
import torch

from vae_core.config.train_config import ConfigError
from vae_core.training.devices import choose_device, memory_gauge


def test_the_cpu_is_always_there() -> None:
    assert choose_device("cpu").type == "cpu"


def test_auto_takes_what_there_is() -> None:
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_missing_gpu_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"^device cannot be 'cuda' here: .*use 'auto' or 'cpu'$") as refused:
        choose_device("cuda")
    assert refused.value.field == "device"


def test_the_gauge_sees_memory_that_is_taken() -> None:
    gauge = memory_gauge(torch.device("cpu"))
    before = gauge()
    taken = np.ones(2**26, np.uint8)
    assert gauge() - before > 0.9 * taken.nbytes


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")
def test_on_a_gpu_the_gauge_counts_tensors() -> None:
    gauge = memory_gauge(choose_device("cuda"))
    before = gauge()
    taken = torch.empty(2**20, device="cuda")
    assert gauge() - before == taken.nbytes
