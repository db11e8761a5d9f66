"""A fixed scale against the errors made."""

from typing import Any

import pytest

from vae_core.config.train_config import TrainConfig
from vae_core.theory.linear import linear_optimum
from vae_core.theory.pixel_statistics import Statistics, statistics
from vae_core.theory.scale_fit import scale_fit


@pytest.fixture(scope="module")
def grey(tmp_path_factory: pytest.TempPathFactory) -> Statistics:
    return statistics("digits", "none", cache=tmp_path_factory.mktemp("statistics"))


def config(**changes: Any) -> TrainConfig:
    return TrainConfig.parse({"likelihood": "gaussian", **changes})


def test_the_plain_sum_of_squares_on_digits_costs_what_theory_says(grey: Statistics) -> None:
    fit = scale_fit(config(), 0.5**0.5, 0.26**2, grey.train)
    assert fit is not None
    assert (fit.off, fit.wide, fit.changes, fit.made_up) == (True, True, {"scale": "optimal"}, False)
    assert fit.now == linear_optimum(config(), grey.train)
    assert fit.fitted == linear_optimum(config(scale="optimal"), grey.train)
    assert fit.rate == pytest.approx(25.2, abs=0.05)
    assert fit.density == pytest.approx(64 * (1.0005 + 0.5 * (0.1352 - 1)), abs=0.05)


@pytest.mark.parametrize(("error", "off"), [(0.15, False), (0.134, False), (0.133, True), (0.3, False), (0.301, True)])
def test_a_factor_of_one_and_a_half_is_off_either_way(error: float, off: bool) -> None:
    fit = scale_fit(config(sigma=0.2), 0.2, error**2, None)
    assert fit is not None
    assert fit.off == off
    assert fit.wide == (error < 0.2)
    assert fit.rate is None


def test_theory_that_points_the_other_way_is_left_out(grey: Statistics) -> None:
    """Two linear units err by 0.23, a deep network by 0.12: at σ = 0.2 theory would widen σ."""
    fit = scale_fit(config(sigma=0.2, latent_dim=2), 0.2, 0.12**2, grey.train)
    assert fit is not None
    assert (fit.off, fit.now, fit.fitted) == (True, None, None)


def test_weights_that_make_up_for_the_scale_are_told_from_a_misfit(grey: Statistics) -> None:
    fit = scale_fit(config(beta=0.1), 0.5**0.5, 0.2**2, grey.train)
    assert fit is not None
    assert (fit.made_up, fit.trained) == (True, pytest.approx(0.05**0.5))
    assert (fit.changes["beta"], fit.changes["sigma"]) == (1.0, pytest.approx(0.05**0.5))
    assert scale_fit(config(beta=4), 0.5**0.5, 0.2**2, grey.train).made_up is False


@pytest.mark.parametrize(
    "changes", [{"likelihood": "bernoulli"}, {"scale": "shared"}, {"scale": "optimal"}, {"model": "ae"}]
)
def test_without_a_fixed_scale_nothing_can_misfit(changes: dict[str, Any]) -> None:
    assert scale_fit(config(**changes), 1.0, 0.01, None) is None


def test_a_family_without_a_closed_form_learns_its_scale() -> None:
    fit = scale_fit(config(likelihood="student_t"), 0.9, 0.01, None)
    assert fit is not None
    assert (fit.changes, fit.density) == ({"scale": "shared"}, None)
