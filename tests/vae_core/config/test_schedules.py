import pytest

from vae_core.config.schedules import beta_at, due
from vae_core.config.train_config import TrainConfig


@pytest.mark.parametrize("step", [1, 7, 10**8])
def test_a_constant_beta_is_the_same_at_every_step(step: int) -> None:
    assert beta_at(TrainConfig(beta=4), step) == 4


@pytest.mark.parametrize(("step", "beta"), [(1, 0.2), (5, 1.0), (10, 2.0), (11, 2.0), (1000, 2.0)])
def test_a_linear_beta_arrives_at_the_end_of_the_warmup_and_stays(step: int, beta: float) -> None:
    config = TrainConfig(beta=2, beta_schedule="linear", warmup_steps=10)
    assert beta_at(config, step) == pytest.approx(beta)


@pytest.mark.parametrize(("step", "beta"), [(1, 0.5), (4, 2.0), (5, 2.0), (10, 2.0), (11, 0.5), (14, 2.0), (1001, 0.5)])
def test_a_cyclical_beta_starts_anew_with_every_cycle(step: int, beta: float) -> None:
    config = TrainConfig(beta=2, beta_schedule="cyclical", warmup_steps=4, cycle_steps=10)
    assert beta_at(config, step) == pytest.approx(beta)


@pytest.mark.parametrize("warmup", [1, 4, 10])
def test_every_cycle_is_the_linear_schedule_again(warmup: int) -> None:
    cyclical = TrainConfig(beta=3, beta_schedule="cyclical", warmup_steps=warmup, cycle_steps=10)
    linear = TrainConfig(beta=3, beta_schedule="linear", warmup_steps=warmup)
    assert [beta_at(cyclical, step) for step in range(11, 31)] == 2 * [beta_at(linear, step) for step in range(1, 11)]


@pytest.mark.parametrize(("interval", "steps"), [(1, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (5, [5]), (9, [5])])
def test_what_has_an_interval_is_due_at_the_end_too(interval: int, steps: list[int]) -> None:
    assert [step for step in range(1, 6) if due(TrainConfig(max_steps=5), step, interval)] == steps
