"""Recorded runs as the small curves that a first visitor sees: paths for an SVG. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.plots.palette import slot
from app.text.numbers import number
from vae_core.config.train_config import TrainConfig

WIDTH, HEIGHT, EDGE = 360, 110, 4
SETTLED = 0.05  # share of the steps after which a curve is drawn whole; what is higher before is cut off


@dataclass(frozen=True)
class RecordedRun:
    """What is shown of a run that was recorded: its curves as paths, and its end on held-out images."""

    title: str
    config: TrainConfig
    slot: int  # its colour
    negative_elbo: str
    kl: str
    film: str  # a file with a row of decoded images for each of some steps
    frames: Sequence[int]
    held_out: Mapping[str, float]


def recorded_runs(recording: Mapping[str, Any]) -> list[RecordedRun]:
    """The runs of a recording; all KLs share their axis, as they share their unit."""
    runs = recording["runs"]
    highest = max(_settled(run["kl"]) for run in runs)
    return [
        RecordedRun(
            title=run["title"],
            config=TrainConfig.parse(run["config"], stored=True),
            slot=slot(place),
            negative_elbo=_path(run["step"], total := run["negative_elbo"], min(total), _settled(total)),
            kl=_path(run["step"], run["kl"], 0.0, highest),
            film=run["film"],
            frames=run["frames"],
            held_out=run["held_out"],
        )
        for place, run in enumerate(runs, 1)
    ]


def what_was_recorded(runs: Sequence[RecordedRun]) -> str:
    """Their ends in a sentence."""
    return "; ".join(map(_end, runs)) + ": squared error a pixel, held out."


def _end(run: RecordedRun) -> str:
    kl, error = (number(run.held_out[name]) for name in ("kl", "mse_per_pixel"))
    return f"{run.title} pays {kl} nats of KL and errs by {error}"


def _settled(values: Sequence[float]) -> float:
    """The greatest value after the transient."""
    return max(values[int(SETTLED * len(values)) :])


def _path(steps: Sequence[float], values: Sequence[float], low: float, high: float) -> str:
    span = (high - low) or 1.0
    points = (
        f"{EDGE + step / steps[-1] * (WIDTH - 2 * EDGE):.1f} "
        f"{HEIGHT - EDGE - min((value - low) / span, 1.0) * (HEIGHT - 2 * EDGE):.1f}"
        for step, value in zip(steps, values, strict=True)
    )
    return "M" + "L".join(points)
