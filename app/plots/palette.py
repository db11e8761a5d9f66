"""Eight line colours, each a pair for light and dark pages; static/css/tokens.css carries the same values (tested).

Contrast is at least 3:1 on the page's surface (WCAG 1.4.11), all are saturated, and any two stay apart, also for
colour-blind readers.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

LIGHT = ("#0072b2", "#d55e00", "#009e73", "#b0578d", "#6607a1", "#a80511", "#8c87fc", "#025904")
DARK = ("#56b4e9", "#f0803c", "#009e73", "#cc79a7", "#5d5ce3", "#ce2432", "#fdd716", "#11fed3")

DASHES = {  # plotly's names, and the strokes that draw the same in a swatch
    "solid": "none",
    "dash": "6 5",
    "dot": "0.5 6",
    "dashdot": "7 5 0.5 5",
    "longdash": "10.5 5",
    "longdashdot": "10.5 5 0.5 5",
}


def slot(run_id: int) -> int:
    """The colour slot of a run, 1 to 8: the same on every page."""
    return (run_id - 1) % len(LIGHT) + 1


def slots(run_ids: Sequence[int]) -> dict[int, int]:
    """Slots for runs that share a chart, whatever their order there.

    A run keeps its own slot unless an older one has it; then it takes the next that no run on the chart has, and shares
    its own where all eight are taken.
    """
    taken: dict[int, int] = {}
    for run_id in sorted(run_ids):
        if slot(run_id) not in taken.values():
            taken[run_id] = slot(run_id)
    for run_id in sorted(set(run_ids) - set(taken)):
        own = slot(run_id)
        free = [(own + shift - 1) % len(LIGHT) + 1 for shift in range(len(LIGHT))]
        taken[run_id] = next((place for place in free if place not in taken.values()), own)
    return {run_id: taken[run_id] for run_id in run_ids}


def colour_note(run_id: int, taken: int) -> str | None:
    """What a reader should know of a run that has another slot than its own."""
    return None if taken == slot(run_id) else "Another colour than on its own page, which an older run here has"


def dashes(taken: Mapping[int, int]) -> dict[int, str]:
    """How the runs with these slots are dashed: solid, but for those whose colour an older one has, too."""
    sharing = Counter[int]()
    made = {}
    for run_id in sorted(taken):
        made[run_id] = list(DASHES)[sharing[taken[run_id]] % len(DASHES)]
        sharing[taken[run_id]] += 1
    return made
