"""Eight line colours, each a pair for light and dark pages; static/css/tokens.css carries the same values (tested).

Contrast is at least 3:1 on the page's surface (WCAG 1.4.11), all are saturated, and any two stay apart, also for
colour-blind readers.
"""

LIGHT = ("#0072b2", "#d55e00", "#009e73", "#b0578d", "#6607a1", "#a80511", "#8c87fc", "#025904")
DARK = ("#56b4e9", "#f0803c", "#009e73", "#cc79a7", "#5d5ce3", "#ce2432", "#fdd716", "#11fed3")

DASHES = {  # plotly's names, and the strokes that draw the same in a swatch
    "solid": "none",
    "dot": "0.5 6",
    "dash": "6 5",
    "dashdot": "7 5 0.5 5",
    "longdash": "10.5 5",
    "longdashdot": "10.5 5 0.5 5",
}


def slot(run_id: int) -> int:
    """The colour slot of a run, 1 to 8: the same on every page."""
    return (run_id - 1) % len(LIGHT) + 1


def slots(run_ids: list[int]) -> dict[int, int]:
    """Slots for runs that share a chart: each keeps its own where it can, a clash moves on to the next free one."""
    taken: dict[int, int] = {}
    for run_id in run_ids:
        own = slot(run_id)
        free = [(own + shift - 1) % len(LIGHT) + 1 for shift in range(len(LIGHT))]
        taken[run_id] = next((place for place in free if place not in taken.values()), own)
    return taken
