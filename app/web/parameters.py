"""What several routes take from a path or a query."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.run_rules import RunStatus

RunId = Annotated[int, Field(ge=1, le=2**53)]
SweepId = Annotated[int, Field(ge=1, le=2**53)]


StepNumber = Annotated[int, Query(ge=1, le=2**53)]


class RunFilter(BaseModel):
    """The query of the runs list, the same for page and API."""

    model_config = ConfigDict(extra="forbid")

    status: list[RunStatus] = []
    likelihood: list[str] = []
    dataset: list[str] = []
    tag: list[str] = []
    q: Annotated[str, Field(max_length=200)] = ""
    group: str | None = None
    deleted: bool = False
    sort: Literal["created", "-created", "name", "-name", "step", "-step", "latest", "-latest", "best", "-best"] = (
        "-created"
    )
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    @field_validator("status", "likelihood", "dataset", "tag", mode="before")
    @classmethod
    def _without_blanks(cls, values: object) -> object:
        """A form's 'all' says ''."""
        return [value for value in values if value != ""] if isinstance(values, list) else values
