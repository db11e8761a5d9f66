"""What several pages hand to their templates and scripts."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.plots.figure import Line
from app.plots.palette import dashes, slots
from app.records import EvaluationRecord, PictureSheet, Run
from app.run_rules import LIVE

Json = dict[str, Any]


def lines(runs: Sequence[Run], names: list[str]) -> list[Line]:
    """A colour for each run, and dashes where there are more runs than colours."""
    places = slots([run.id for run in runs])
    dashed = dashes(places)
    return [Line(run.id, name, places[run.id], dashed[run.id]) for run, name in zip(runs, names, strict=True)]


def page_data(
    runs: Sequence[Run],
    evaluations: Mapping[int, Sequence[EvaluationRecord]],
    sheets: Mapping[int, Sequence[PictureSheet]],
    cursor: int,
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
                "evaluations": [one.model_dump(exclude={"kl_per_dim"}) for one in evaluations[run.id]],
                "pictures": [sheet.model_dump() for sheet in sheets[run.id]],
            }
            for run in runs
        ],
    }
