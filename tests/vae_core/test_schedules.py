import pytest

from vae_core.config import TrainConfig
from vae_core.schedules import beta_at


@pytest.mark.parametrize("step", [1, 7, 10**8])
def test_a_constant_beta_is_the_same_at_every_step(step):
    assert beta_at(TrainConfig(beta=4), step) == 4


@pytest.mark.parametrize(("step", "beta"), [(1, 0.2), (5, 1.0), (10, 2.0), (11, 2.0), (1000, 2.0)])
def test_a_linear_beta_arrives_at_the_end_of_the_warmup_and_stays(step, beta):
    config = TrainConfig(beta=2, beta_schedule="linear", warmup_steps=10)
    assert beta_at(config, step) == pytest.approx(beta)
