"""Each figure has a sentence and a table, and they say what it shows."""

import numpy as np
import pytest
from pydantic import ValidationError

from app.explain.exhibits import Controls, exhibits, widths_table
from app.text.markdown_tables import Grid
from vae_core.theory.pixel_statistics import Pixels

NOISE = (Grid("Encoder, late", ("", "L = 1", "L = 2"), (("M = 10", "0.4", "0.5"),)),)
SPECTRUM = np.array([1.0, 0.5, 0.05, 0.01])
PIXELS = Pixels(np.full(4, 0.5), SPECTRUM, SPECTRUM, 1.0, SPECTRUM, SPECTRUM)


def test_every_exhibit_speaks() -> None:
    for name, shown in exhibits(Controls(), NOISE, PIXELS).items():
        assert shown.figure is not None, name
        assert shown.summary.endswith("."), name
        assert shown.table["rows"], name
        assert all(len(row) == len(shown.table["head"]) for row in shown.table["rows"]), name
        assert set(shown.sliders) <= Controls.model_fields.keys()


def test_every_slider_moves_a_figure() -> None:
    used = [slider for shown in exhibits(Controls(), NOISE, PIXELS).values() for slider in shown.sliders]
    assert sorted(used) == sorted(Controls.model_fields)


@pytest.mark.parametrize(
    ("control", "value", "name", "words"),
    [
        ("sigma", 0.1, "gaussian", "the loss is 50 · SSE + KL, plus a constant: the same as SSE + 0.02 · KL"),
        ("sigma", 0.1, "balance", "the error makes 94\u00a0%"),
        ("mean", -2.0, "kl", "N(−2, 0.5²) costs 2.32 nats, 3.34 bits"),
        ("grey", 0.5, "grey", "even there it costs 0.693 nats"),
        ("grey", 1.0, "grey", "even there it costs 0 nats"),
        ("parameter", 0.5, "density", "is 0.5 and not 1: the cross-entropy lacks log C = 0.693"),
        ("parameter", 0.8, "normaliser", "the mean of the pixel is 0.612"),
        ("power", -2.0, "implied", "averaged over 64 pixels, σ = 0.566"),
        ("dataset", "mnist", "implied", "σ = 19.8. A cross-entropy averaged like this implies β = 784."),
        ("width", 0.3, "spectrum", "2 of 4 directions vary by more than βσ² = 0.09"),
    ],
)  # fmt: skip
def test_the_sentence_follows_the_slider(control: str, value: object, name: str, words: str) -> None:
    assert words in exhibits(Controls.model_validate({control: value}), NOISE, PIXELS)[name].summary


@pytest.mark.parametrize("control", [name for name in Controls.model_fields if name != "dataset"])
def test_the_ends_of_every_slider_can_be_drawn_and_nothing_beyond(control: str) -> None:
    known = Controls.model_json_schema()["properties"][control]
    for end in (known["minimum"], known["maximum"]):
        shown = exhibits(Controls.model_validate({control: end}), NOISE, PIXELS)
        assert "nan" not in str([one.table for one in shown.values()])
        for beyond in (end - 100, end + 100, float("nan")):
            with pytest.raises(ValidationError):
                Controls.model_validate({control: beyond})


def test_without_the_images_the_spectrum_says_why() -> None:
    shown = exhibits(Controls(), NOISE, None, "They are not here.")["spectrum"]
    assert (shown.figure, shown.summary) == (None, "They are not here.")


def test_widths_are_weights_of_one_loss() -> None:
    for sigma, factor, beta, cost, constant in widths_table():
        assert factor * beta == pytest.approx(1)
        assert beta == pytest.approx(2 * sigma**2)
        assert cost == pytest.approx(0.01 * factor)
        assert constant == pytest.approx(0.5 * np.log(2 * np.pi * sigma**2))
