"""Eight colours that can be told from the page and from one another, the same in Python and in CSS."""

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.plots.palette import DARK, DASHES, LIGHT, dashes, slot, slots
from app.templating import environment

CSS = Path(__file__).parents[3] / "static" / "css" / "tokens.css"

# Machado, Oliveira, Fernandes 2009, severity 1: what a dichromat's eye makes of linear RGB.
VISION = {
    "normal": np.eye(3),
    "protan": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deutan": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "tritan": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}


def linear(colour: str) -> np.ndarray:
    """sRGB to linear light."""
    value = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) + 0.05 for colour in (one, other))
    return high / low


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson 2020: linear RGB to a space where distance is what eyes see."""
    cones = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]) @ rgb
    mixed = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
    return mixed @ np.cbrt(np.clip(cones, 0, None))


@pytest.mark.parametrize(("colours", "surface", "least"), [(LIGHT, "#ffffff", 3.0), (DARK, "#181b21", 3.0)])
def test_lines_stand_out_from_the_page(colours: tuple[str, ...], surface: str, least: float) -> None:
    assert min(contrast(colour, surface) for colour in colours) >= least


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("vision", VISION)
def test_lines_stand_out_from_one_another(colours: tuple[str, ...], vision: str) -> None:
    perceived = [oklab(VISION[vision] @ linear(colour)) for colour in colours]
    least = 0.12 if vision == "normal" else 0.05
    assert min(np.linalg.norm(one - other) for one, other in combinations(perceived, 2)) > least


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_no_colour_is_muddy(colours: tuple[str, ...]) -> None:
    assert min(np.hypot(*oklab(linear(colour))[1:]) for colour in colours) >= 0.1


def test_the_style_sheet_has_the_same_values() -> None:
    declared = re.findall(r"--slot-\d: light-dark\((#\w+), (#\w+)\)", CSS.read_text())
    assert tuple(light for light, _ in declared) == LIGHT
    assert tuple(dark for _, dark in declared) == DARK


def test_a_run_keeps_its_slot_unless_a_neighbour_has_it() -> None:
    assert [slot(run) for run in (1, 8, 9)] == [1, 8, 1]
    assert slots([1, 2]) == {1: 1, 2: 2}
    assert slots([1, 9, 17]) == {1: 1, 9: 2, 17: 3}
    assert sorted(slots(list(range(1, 9))).values()) == list(range(1, 9))


def test_a_clash_takes_no_colour_from_a_run_of_the_same_chart() -> None:
    assert slots([1, 9, 2]) == {1: 1, 9: 3, 2: 2}
    assert slots([9, 2, 1]) == slots([1, 2, 9])


def test_lines_are_solid_while_colours_tell_runs_apart() -> None:
    assert set(dashes(slots(list(range(1, 9)))).values()) == {"solid"}
    many = slots(list(range(1, 21)))
    dashed = dashes(many)
    assert len({(many[run], dashed[run]) for run in many}) == 20
    assert dashed[1] == "solid"


def test_strokes_differ() -> None:
    assert len(set(DASHES.values())) == len(DASHES)


@pytest.mark.parametrize("dash", DASHES)
def test_a_swatch_is_the_line_of_the_chart(dash: str) -> None:
    macros: Any = environment().get_template("shared/_run.html").module
    assert f'stroke-dasharray="{DASHES[dash]}"' in macros.swatch(3, dash)
    assert "slot-3" in macros.swatch(3)
    assert f'stroke-dasharray="{DASHES["solid"]}"' in macros.swatch(3)


def test_a_swatch_in_a_colour_that_is_not_the_runs_own_says_so() -> None:
    macros: Any = environment().get_template("shared/_run.html").module
    assert "Another colour" not in macros.swatch(3, "solid", 3)
    assert "Another colour" in macros.swatch(4, "solid", 3)
