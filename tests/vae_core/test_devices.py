import pytest
import torch

from vae_core.config import ConfigError
from vae_core.devices import choose_device


def test_the_cpu_is_always_there():
    assert choose_device("cpu").type == "cpu"


def test_auto_takes_what_there_is():
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_missing_gpu_is_refused_by_name():
    with pytest.raises(ConfigError, match=r"^device cannot be 'cuda' here: .*use 'auto' or 'cpu'$") as refused:
        choose_device("cuda")
    assert refused.value.field == "device"
