"""The curves of recorded runs stay in their box and say what was recorded."""

import re
from typing import Any

from app.plots.recording import EDGE, HEIGHT, WIDTH, recorded_runs, what_was_recorded
from vae_core.config.train_config import TrainConfig


def record(title: str, kl: list[float], error: float) -> dict[str, Any]:
    return {
        "title": title,
        "config": TrainConfig().to_dict(),
        "step": list(range(1, len(kl) + 1)),
        "negative_elbo": [1e6, *range(len(kl) - 1, 0, -1)],
        "kl": kl,
        "held_out": {"kl": kl[-1], "mse_per_pixel": error, "elbo": -1.0},
        "film": f"{title}.png",
        "frames": [1],
    }


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.-]+) ([\d.-]+)", path)]


def test_curves_stay_in_their_box_whatever_the_first_steps_do() -> None:
    low, high = recorded_runs({"runs": [record("a", [9e9, *[1.0] * 39], 0.1), record("b", [4.0] * 40, 0.2)]})
    for run in (low, high):
        for path in (run.negative_elbo, run.kl):
            assert all(EDGE <= x <= WIDTH - EDGE and EDGE <= y <= HEIGHT - EDGE for x, y in points(path))
    heights = [y for _, y in points(low.negative_elbo)]
    assert max(heights) - min(heights) > 0.9 * (HEIGHT - 2 * EDGE)  # the transient does not flatten the rest


def test_the_kls_share_their_axis_and_no_run_its_colour() -> None:
    low, high = recorded_runs({"runs": [record("a", [1.0] * 40, 0.1), record("b", [4.0] * 40, 0.2)]})
    above = [HEIGHT - EDGE - points(run.kl)[-1][1] for run in (low, high)]
    assert abs(above[1] - 4 * above[0]) < 0.5
    assert low.slot != high.slot


def test_the_ends_are_said_with_their_unit() -> None:
    runs = recorded_runs({"runs": [record("BCE", [3.0] * 40, 0.05)]})
    assert re.fullmatch(
        r"BCE pays 3\.\d* nats of KL and errs by 0\.05\d*: squared error a pixel, held out\.", what_was_recorded(runs)
    )
