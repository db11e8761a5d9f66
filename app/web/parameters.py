"""What several routes take from a path or a query."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.leaderboard.columns import NEWEST_FIRST
from app.leaderboard.conditions import LONGEST, conditions
from app.run_rules import RunStatus

RunId = Annotated[int, Field(ge=1, le=2**53)]
SweepId = Annotated[int, Field(ge=1, le=2**53)]


StepNumber = Annotated[int, Query(ge=1, le=2**53)]


class RunFilter(BaseModel):
    """Which runs, in which order: the same for the list's page, its JSON and its CSV."""

    model_config = ConfigDict(extra="forbid")

    status: list[RunStatus] = []
    likelihood: list[str] = []
    dataset: list[str] = []
    tag: list[str] = []
    q: Annotated[str, Field(max_length=200)] = ""
    group: str | None = None
    configuration: Annotated[
        str | None, Field(description="What runs share that differ in the seed alone, as a run's `configuration`.")
    ] = None
    deleted: bool = False
    where: Annotated[
        str,
        Field(
            max_length=LONGEST,
            description="Conditions on fields of the configuration and numbers of the list, with commas or 'and' "
            "between: beta > 1, likelihood = gaussian, latent_dim <= 8, hidden = 200,200, mse_per_pixel < 0.02.",
        ),
    ] = ""
    sort: Annotated[
        str,
        Field(
            max_length=60,
            description="A number of the list or a field of the configuration, with a minus for descending. The "
            "numbers of each unit of measure are ranked apart.",
        ),
    ] = NEWEST_FIRST

    @field_validator("status", "likelihood", "dataset", "tag", mode="before")
    @classmethod
    def _without_blanks(cls, values: object) -> object:
        """A form's 'all' says ''."""
        return [value for value in values if value != ""] if isinstance(values, list) else values

    def criteria(self) -> dict[str, Any]:
        """What the store takes. Raises `Refused` for conditions that cannot be read."""
        return self.model_dump(include=set(RunFilter.model_fields)) | {"where": conditions(self.where)}


class RunQuery(RunFilter):
    """The query of a page of the runs list."""

    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


Columns = Annotated[
    list[str], Field(description="Columns of the list, with commas between or one by one; without any, the usual ones.")
]


class TableQuery(RunFilter):
    """The query of the list as a table: every run that matches."""

    columns: Columns = []
