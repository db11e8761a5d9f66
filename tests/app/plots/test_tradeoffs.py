"""Figures of what is weighed: densities with area 1, bars that add up, lines that are the core's."""

from pathlib import Path

import numpy as np
import pytest

from app.plots.tradeoffs import MOST_UNITS, balance_figure, implied_figure, kl_figure, noise_figure, spectrum_figure
from app.text.markdown_tables import grids
from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import implied


def test_the_code_and_the_prior_are_densities_whose_kl_is_the_formulas() -> None:
    code, prior = kl_figure(0.5, 0.4)["data"]
    z, q, p = (np.array(values) for values in (code["x"], code["y"], prior["y"]))
    assert np.trapezoid(q, z) == pytest.approx(1, abs=1e-3)
    shown = q > 0
    kl = np.trapezoid(np.where(shown, q * np.log(np.where(shown, q / p, 1)), 0), z)
    assert kl == pytest.approx(0.5 * (0.5**2 + 0.4**2 - 1 - np.log(0.4**2)), abs=2e-3)


def test_the_bar_is_whole() -> None:
    error, kl = balance_figure(75, 25)["data"]
    assert (error["x"][0], kl["x"][0]) == (75, 25)


def test_the_implied_widths_are_those_of_a_run_with_such_a_loss() -> None:
    summed, _, mean, there = implied_figure(64, 0.01)["data"]
    for trace, reduction in ((summed, "sum"), (mean, "mean")):
        for weight, sigma in list(zip(trace["x"], trace["y"], strict=True))[::8]:
            loss = {"likelihood": "gaussian", "beta": weight, "reconstruction_reduction": reduction}
            assert implied(TrainConfig.parse(loss)).sigma == pytest.approx(sigma, rel=1e-4)  # σ = √½: the plain SSE
    assert (there["x"][0], there["y"][0]) == (0.01, pytest.approx((64 * 0.01 / 2) ** 0.5))


def test_a_long_spectrum_is_cut_and_its_threshold_is_level() -> None:
    values, threshold = spectrum_figure(np.linspace(2, 0.01, 100), 0.3)["data"]
    assert len(values["y"]) == len(threshold["y"]) == MOST_UNITS
    assert set(threshold["y"]) == {0.3}


def test_noise_has_a_line_for_each_m_in_each_panel() -> None:
    tables = grids((Path(__file__).parents[3] / "docs" / "estimator.md").read_text())
    figure = noise_figure(tables[:2])
    assert [trace["name"] for trace in figure["data"]] == ["M = 10", "M = 32", "M = 100", "M = 500", "", "", "", ""]
    assert list(figure["data"][2]["y"]) == tables[0].numbers()[2]
