"""What several pages hand to their templates and scripts."""

from collections.abc import Mapping
from typing import Any

from app.database.tables import Run
from app.plots.figure import Line
from app.plots.palette import slots
from app.run_rules import LIVE
from vae_core.config.families import FAMILIES

Json = dict[str, Any]


def lines(chosen: list[Run], names: list[str]) -> list[Line]:
    """A colour slot for each run, a dash for each loss."""
    places = slots([run.id or 0 for run in chosen])
    return [
        Line(run.id or 0, name, places[run.id or 0], FAMILIES[run.config["likelihood"]].dash)
        for run, name in zip(chosen, names, strict=True)
    ]


def page_data(
    chosen: list[Run], evaluated: Mapping[int, list[Json]], sheets: Mapping[int, list[Json]], cursor: int
) -> Json:
    """What the page's script starts from; the stream goes on from `cursor`."""
    return {
        "cursor": cursor,
        "runs": [
            {
                "id": run.id,
                "name": run.name,
                "live": run.status in LIVE,
                "total": run.total_steps,
                "evaluations": [{k: v for k, v in row.items() if k != "kl_per_dim"} for row in evaluated[run.id or 0]],
                "pictures": sheets[run.id or 0],
            }
            for run in chosen
        ],
    }
