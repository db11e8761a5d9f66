"""The runs that are picked out keep their looks, and the others stay where they are, faintly."""

from typing import Any

from tests.browser.js.conftest import Scripts

PICK = """({ singledOut }, { data, runs }) => {
  const before = JSON.stringify(data);
  const { data: drawn } = singledOut({ data, layout: {} }, runs && new Set(runs));
  if (JSON.stringify(data) !== before) throw new Error("the figure itself was changed");
  return drawn;
}"""
DOTS = {"mode": "markers", "x": [1, 2, 3], "y": [4, 5, 6], "customdata": [7, 8, 9], "hovertext": ["a", "b", "c"]}
LINES = {"mode": "lines+markers", "x": [0, 1, None, 0, 1, None], "y": [0.1, 0.2, None, 0.3, 0.4, None],
         "customdata": [7, 7, 7, 8, 8, 8], "opacity": 0.5}  # fmt: skip


def pick(scripts: Scripts, data: list[dict[str, Any]], runs: list[int] | None) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = scripts("around/brush.js", PICK, {"data": data, "runs": runs})
    return drawn


def test_without_a_pick_everything_is_as_it_was(scripts: Scripts) -> None:
    assert pick(scripts, [DOTS, LINES], None) == [DOTS, LINES]


def test_every_point_is_drawn_once_that_of_other_runs_faintly(scripts: Scripts) -> None:
    others, picked = pick(scripts, [DOTS], [8])
    assert (others["x"], others["customdata"], others["hovertext"], others["opacity"]) == (
        [1, 3],
        [7, 9],
        ["a", "c"],
        0.15,
    )
    assert (picked["x"], picked["y"], picked["customdata"]) == ([2], [5], [8])
    assert "opacity" not in picked


def test_a_line_goes_with_the_gap_behind_it(scripts: Scripts) -> None:
    others, picked = pick(scripts, [LINES], [7])
    assert (picked["x"], picked["y"], picked["opacity"]) == ([0, 1, None], [0.1, 0.2, None], 0.5)
    assert (others["x"], others["opacity"]) == ([0, 1, None], 0.075)


def test_what_is_no_runs_own_stays(scripts: Scripts) -> None:
    joined = {"mode": "lines", "x": [1, 2], "y": [1, 2], "customdata": [7, 8]}
    heat = {"type": "heatmap", "z": [[1]]}
    assert pick(scripts, [joined, heat], [7]) == [joined, heat]
