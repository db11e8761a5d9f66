"""Which numbers of two runs share a unit of measure."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.comparison.compare import compare
from app.comparison.pairing import Gap
from app.records import EvaluationRecord, Run
from tests.app.builders import make_evaluation, make_run
from vae_core.config.train_config import TrainConfig
from vae_core.report import Report, Scores


def run(id: int, evaluation: EvaluationRecord | None = None, **changes: Any) -> Run:
    return make_run(id, seconds=10.0 * id, evaluation=evaluation, **changes)


def held_out(mse: float, **more: Any) -> EvaluationRecord:
    return make_evaluation(**{"mse_per_pixel": mse, "bce_per_pixel": 0.2, "kl": 12.0, "active_units": 9, **more})


def verdicts(*runs: Run) -> dict[str, bool]:
    return {verdict.quantity: verdict.comparable for verdict in compare(runs).verdicts}


def test_bce_and_mse_share_the_yardsticks_but_not_the_bound() -> None:
    shared = verdicts(run(1), run(2, likelihood="gaussian"))
    assert shared == {
        "reconstruction": False,
        "loss": False,
        "negative_elbo": False,
        "bits_per_dim": False,
        "mse_per_pixel": True,
        "bce_per_pixel": True,
        "kl": True,
        "active_units": True,
    }
    assert "no common zero" in compare([run(1), run(2, likelihood="gaussian")]).sentence


def test_two_bce_runs_share_everything() -> None:
    shared = verdicts(run(1), run(2, latent_dim=3))
    assert [quantity for quantity, comparable in shared.items() if not comparable] == ["bits_per_dim"]
    assert not verdicts(run(1), run(2, beta=4))["loss"]


def test_densities_of_two_widths_are_one_unit_since_no_constant_is_left_out() -> None:
    comparison = compare([run(1, likelihood="gaussian", sigma=1), run(2, likelihood="gaussian", sigma=0.1)])
    assert all(verdict.comparable for verdict in comparison.verdicts)
    assert "N(x̂, 1²) and N(x̂, 0.1²)" in comparison.sentence


def test_densities_share_a_unit_only_if_both_or_neither_are_of_dequantised_pixels() -> None:
    grey = run(1, likelihood="laplace"), run(2, likelihood="gaussian")
    assert compare(grey).verdicts[0].comparable
    mixed = compare([run(1, likelihood="continuous_bernoulli", dequantize=True), grey[1]])
    assert not mixed.verdicts[0].comparable
    assert "dequantised" in mixed.sentence
    assert not compare([run(3), grey[0]]).verdicts[0].comparable


def test_other_images_share_nothing() -> None:
    comparison = compare([run(1, held_out(0.1)), run(2, held_out(0.2), dataset="mnist")])
    assert not any(verdict.comparable for verdict in comparison.verdicts)
    assert [row.quantity for row in comparison.yardsticks] == ["seconds"]


def test_an_autoencoder_has_no_kl_to_compare() -> None:
    shared = verdicts(run(1), run(2, model="ae"))
    assert (shared["kl"], shared["negative_elbo"], shared["mse_per_pixel"]) == (False, False, True)


def test_the_bound_is_a_yardstick_where_its_unit_is_shared() -> None:
    first, second = held_out(0.02, elbo=-100.0), held_out(0.01, elbo=-90.0)
    row = compare([run(1, first), run(2, second, latent_dim=3)]).yardsticks[0]
    assert (row.quantity, row.values, row.best, row.gaps) == ("negative_elbo", (100.0, 90.0), 1, (None, Gap(-10.0)))
    comparison = compare([run(1, first), run(2, second, likelihood="gaussian")])
    assert "negative_elbo" not in {row.quantity for row in comparison.yardsticks}


def test_yardsticks_name_the_better_run_only_where_less_is_better() -> None:
    comparison = compare([run(1, held_out(0.02)), run(2, held_out(0.01, kl=3.0), likelihood="gaussian")])
    rows = {row.quantity: row for row in comparison.yardsticks}
    assert rows["mse_per_pixel"].best == 1
    assert rows["mse_per_pixel"].gaps[1].difference == pytest.approx(-0.01)
    assert rows["bce_per_pixel"].best is None  # equal
    assert (rows["kl"].best, rows["kl"].gaps[1]) == (None, Gap(-9.0))
    assert rows["seconds"].values == (10.0, 20.0)


def test_a_run_without_an_evaluation_leaves_gaps_not_errors() -> None:
    comparison = compare([run(1, held_out(0.02)), run(2)])
    assert next(row for row in comparison.yardsticks if row.quantity == "mse_per_pixel").values == (0.02, None)


def test_differences_mark_what_differs() -> None:
    comparison = compare([run(1), run(2, latent_dim=3)])
    assert [(row.field, row.values) for row in comparison.differences if row.differs] == [("latent_dim", ("20", "3"))]
    assert len(comparison.differences) == len(TrainConfig().to_dict())


def test_reports_add_yardsticks_when_every_run_has_one(report: Report) -> None:
    def examined(log_px: float, ssim: float) -> Report:
        bound, fidelity = replace(report.bound, log_px=log_px), replace(report.fidelity, ssim=ssim, psnr=20.0)
        return replace(report, step=120, xray=(), bound=bound, fidelity=fidelity)

    pair = [run(1, held_out(0.1)), run(2, held_out(0.1), latent_dim=3)]
    both = {1: examined(-100.0, 0.7), 2: examined(-95.0, 0.8)}
    rows = {row.quantity: row for row in compare(pair, both).yardsticks}
    assert (rows["log_px"].values, rows["log_px"].best) == ((-100.0, -95.0), 1)
    assert (rows["ssim"].best, rows["accuracy"].best, rows["psnr"].values) == (1, None, (20.0, 20.0))
    assert "ssim" not in {row.quantity for row in compare(pair, {1: both[1]}).yardsticks}
    other_unit = compare([run(1, held_out(0.1)), run(2, held_out(0.1), likelihood="gaussian")], both)
    assert {"ssim", "log_px"} & {row.quantity for row in other_unit.yardsticks} == {"ssim"}


def test_bits_are_a_yardstick_of_all_that_give_8_bit_pixels_a_probability() -> None:
    first, second = held_out(0.1, bits_per_dim=3.5), held_out(0.1, bits_per_dim=3.0)
    comparison = compare([run(1, first, likelihood="laplace"), run(2, second, likelihood="discretized_logistic")])
    row = next(row for row in comparison.yardsticks if row.quantity == "bits_per_dim")
    assert (row.values, row.best) == ((3.5, 3.0), 1)
    assert "negative_elbo" not in {row.quantity for row in comparison.yardsticks}
    assert "bits/dim is the one that they share" in comparison.sentence


@pytest.mark.parametrize(
    ("changes", "reading"),
    [
        ({}, "soft_bernoulli"),
        ({"likelihood": "gaussian", "scale": "optimal"}, "gaussian_fitted"),
        ({"likelihood": "gaussian", "scale": "shared"}, "gaussian_fitted"),
        ({"likelihood": "gaussian", "sigma": 0.7}, None),
        ({"likelihood": "gaussian", "scale": "per_pixel"}, None),
        ({"likelihood": "laplace"}, None),
    ],
)
def test_a_fixed_scale_is_not_the_fitted_reading(changes: dict[str, Any], reading: str | None) -> None:
    assert compare([run(1, **changes), run(2)]).own[0] == reading


def test_images_are_ranked_only_by_what_every_run_scored(report: Report, scores: Callable[..., Scores]) -> None:
    """BCE on grey pixels has no bits/dim, which the two densities beside it share."""
    densities = [{"likelihood": "gaussian"}, {"likelihood": "gaussian", "scale": "optimal"}]
    evaluations = held_out(0.02), held_out(0.02, bits_per_dim=4.0)
    runs = [run(1, evaluations[0]), *(run(id, evaluations[1], **more) for id, more in enumerate(densities, 2))]
    scored = {one.id: {**scores().values, "label": scores().label.astype(float)} for one in runs}
    for one in runs[1:]:
        scored[one.id]["bits_per_dim"] = np.linspace(3, 4, 10) + one.id
    comparison = compare(runs, {one.id: replace(report, step=one.step) for one in runs}, scored)
    assert "bits_per_dim" in {row.quantity for row in comparison.yardsticks if row.lead}
    assert comparison.images
    assert "bits_per_dim" not in comparison.images.choices
