"""The states of a run and what follows from them."""

from app.run_rules import unexamined
from vae_core.config.train_config import TrainConfig


def test_every_state_has_its_reason() -> None:
    states = ("queued", "running", "finished", "stopped", "failed", "diverged", "interrupted")
    config = TrainConfig()
    assert len({unexamined(state, config) for state in states}) == len(states) - 1  # queued and running will have one
    assert unexamined("diverged", config).startswith("diverged, and only")
    assert "leaves the examination out" in unexamined("finished", TrainConfig(examine=False))
