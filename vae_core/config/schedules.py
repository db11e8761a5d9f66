"""What comes at which step of a run: the KL's weight, and whatever has an interval. No torch here."""

from vae_core.config.train_config import TrainConfig


def beta_at(config: TrainConfig, step: int) -> float:
    """β in the loss of `step`, counted from 1.

    A linear schedule is β · step / warmup_steps (Bowman et al. 2016), so it reaches β at step = warmup_steps. A
    cyclical one starts again after every cycle_steps (Fu et al. 2019, arXiv:1903.10145).
    """
    if config.beta_schedule == "constant":
        return config.beta
    if config.beta_schedule == "cyclical":
        step = (step - 1) % config.cycle_steps + 1
    return config.beta * min(1.0, step / config.warmup_steps)


def due(config: TrainConfig, step: int, interval: int) -> bool:
    """Whether a step is a multiple of an interval, or the run's last one."""
    return step % interval == 0 or step == config.total_steps
