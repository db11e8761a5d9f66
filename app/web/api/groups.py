"""Runs that were launched together, configuration by configuration: JSON for programs, and what their page shows."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from app.comparison.group import Cell, outcome
from app.comparison.seeds import SeedContrast
from app.jobs.queue import GroupAction, act_on_group, add_seeds
from app.launch.request import MAX_RUNS
from app.records import Record, Run
from app.store import listing
from app.web.dependencies import DatabaseDep, SchedulerDep
from app.web.refusals import CHANGE, refusals
from app.web.security import require_user
from vae_core.schema import DESCRIBED

router = APIRouter(prefix="/api/groups/{group_id}", dependencies=[Depends(require_user)], tags=["groups"])

GroupId = Annotated[str, Path(max_length=64)]


class MoreSeeds(BaseModel):
    """The body of `POST /api/groups/{id}/seeds`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    count: Annotated[int, Field(ge=1, le=MAX_RUNS)] = 3
    """Seeds more of each configuration."""


class ChangedRuns(Record):
    """The runs that a request changed or launched."""

    runs: list[Run]
    """As they are now."""


@dataclass(frozen=True)
class GroupOutcome:
    """What runs that were launched together came to."""

    __pydantic_config__ = DESCRIBED

    id: str
    """The mark that they share."""
    runs: tuple[int, ...]
    """Their numbers; deleted ones are left out."""
    cells: tuple[Cell, ...]
    """The configurations, each with what it came to over its seeds."""
    contrasts: tuple[SeedContrast, ...]
    """How far configurations are apart, of up to eight."""
    sentences: tuple[str, ...]
    """Who is ahead, over seeds, and how sure that is."""


@router.get("", responses=refusals(404, 422))
def read_group(database: DatabaseDep, group_id: GroupId) -> GroupOutcome:
    """Mean, standard deviation and Student's 95 % interval over seeds of each configuration, and their differences.

    Paired by seed where configurations share at least two, else by Welch; each p also after Holm.
    """
    with database.read() as session:
        runs = listing.require_group(session, group_id)
    made = outcome(runs)
    return GroupOutcome(group_id, tuple(run.id for run in runs), made.cells, made.contrasts, made.sentences)


@router.post("/seeds", status_code=201, responses=refusals(404, 422, *CHANGE))
def launch_seeds(
    database: DatabaseDep, scheduler: SchedulerDep, group_id: GroupId, more: Annotated[MoreSeeds, Body()]
) -> ChangedRuns:
    """Launch more seeds of each configuration, in the same group."""
    return ChangedRuns(runs=add_seeds(database, scheduler, group_id, more.count))


@router.post("/{action}", responses=refusals(404, 422, *CHANGE))
def act(database: DatabaseDep, scheduler: SchedulerDep, group_id: GroupId, action: GroupAction) -> ChangedRuns:
    """Stop every live run after saving, or queue again those that failed, or were paused or stopped; what changed."""
    return ChangedRuns(runs=act_on_group(database, scheduler, group_id, action))
