"""Several runs compared: JSON for programs, and what the page reads in the same way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session

from app.comparison.compare import YARDSTICKS, Comparison, compare
from app.comparison.pairing import Scores
from app.comparison.summary import LETTERS
from app.diagnosis.diagnose import diagnose
from app.errors import Refused
from app.records import Run
from app.run_rules import LIVE
from app.store import reports, runs, scores
from app.text.quantities import READING_NAMES
from app.web.api.diagnosis import read_history
from app.web.dependencies import DatabaseDep, ShelfDep
from app.web.pixel_statistics import NoStatistics, StatisticsCache
from app.web.refusals import refusals
from app.web.security import require_user
from vae_core.report import Report

router = APIRouter(prefix="/api", dependencies=[Depends(require_user)], tags=["compare"])

BY = (*YARDSTICKS, *READING_NAMES)

Base = Annotated[int | None, Query(ge=1, le=2**53)]
By = Annotated[str | None, Query(max_length=60)]


@dataclass(frozen=True)
class ComparedRuns:
    """The runs of a comparison, what is known of them, and what follows."""

    runs: Sequence[Run]
    reports: Mapping[int, Report]
    scores: Mapping[int, Scores]
    comparison: Comparison
    counting: bool  # whether the pixels of some data set are, which the reasons could use


def read_comparison(
    session: Session, named: str, base: int | None, by: str | None, shelf: StatisticsCache
) -> ComparedRuns:
    """The runs '3,5' against run `base`, or the first, image by image by `by`. Raises `Refused`, `NotFound`."""
    ids = run_ids(named)
    if base is not None and base not in ids:
        raise Refused(f"base must be one of the runs {', '.join(map(str, ids))}, not {base}", "base")
    if by is not None and by not in BY:
        raise Refused(f"by must be one of {', '.join(BY)}, not {by!r}", "by")
    chosen = [runs.get(session, run_id, deleted_too=True) for run_id in ids]
    examined, scored = reports.last_of(session, ids), scores.of_runs(session, ids)
    place = 0 if base is None else ids.index(base)
    counted = {run.id: shelf.find(run.train_config) for run in chosen}
    known = {run_id: each for run_id, each in counted.items() if not isinstance(each, NoStatistics)}
    ended = [run for run in chosen if run.status not in LIVE]  # of the others it may change with every step
    findings = {run.id: diagnose(read_history(session, shelf, run)).findings for run in ended}
    comparison = compare(chosen, examined, scored, base=place, by=by, statistics=known, findings=findings)
    counting = any(isinstance(each, NoStatistics) and each.soon for each in counted.values())
    return ComparedRuns(chosen, examined, scored, comparison, counting)


def run_ids(text: str, most: int = len(LETTERS)) -> list[int]:
    """'3,5' as the ids of a comparison of up to `most` runs. Raises `Refused`."""
    try:
        ids = list(dict.fromkeys(int(part) for part in text.split(",") if part.strip()))
    except ValueError:
        raise Refused(f"runs must be numbers separated by commas, such as 1,2, not {text[:60]!r}", "runs") from None
    if not 2 <= len(ids) <= most or not all(1 <= run_id < 2**53 for run_id in ids):
        raise Refused(f"runs must name 2 to {most} different runs, each by a number from 1, not {text[:60]!r}", "runs")
    return ids


@router.get("/compare", responses=refusals(404, 422))
def compare_runs(
    database: DatabaseDep,
    shelf: ShelfDep,
    named: Annotated[str, Query(alias="runs")] = "",
    base: Base = None,
    by: By = None,
) -> Comparison:
    """What two to eight runs share: verdicts with reasons, yardsticks with paired differences from the run `base` (by
    default the first), the X-ray, and, by the quantity `by`, which run is best on which images and where they differ
    most.
    """
    with database.read() as session:
        return read_comparison(session, named, base, by, shelf).comparison
