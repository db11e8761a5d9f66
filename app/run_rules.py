"""The states of a run and of a sweep, which action goes from which, and the limits on what people write. Pure."""

from typing import Literal

from vae_core.config.train_config import TrainConfig

RunStatus = Literal["queued", "running", "paused", "finished", "stopped", "failed", "diverged", "interrupted"]
SweepStatus = Literal["running", "paused", "stopped", "finished"]
LIVE = ("queued", "running", "paused")
GOES_ON = ("paused", "stopped", "interrupted", "failed")
EXTENDS = ("paused", "stopped", "finished")
MOST_TRIALS = 1000  # of a sweep, however long it may take
MOST_TAGS, LONGEST_TAG, LONGEST_NAME, LONGEST_NOTES = 20, 40, 120, 20_000
LONGEST_VIEW_NOTE, LONGEST_ADDRESS = 1000, 2000


def unexamined(status: str, config: TrainConfig) -> str:
    """Why a run has no report."""
    if not config.examine:
        return "the configuration leaves the examination out"
    if status in LIVE:
        return "the model is examined when training has finished"
    if status == "finished":
        return "ended before models were examined"
    return f"{status}, and only a finished model is examined"
