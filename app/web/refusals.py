"""The one JSON form of a refusal, and which refusals an operation declares."""

from http import HTTPStatus
from typing import Any, Self

from app.records import Record

Responses = dict[int | str, dict[str, Any]]

CHANGE = (403, 413, 503, 507)  # also possible where a request changes something or has a body


class RefusalReason(Record):
    """One reason why a request was refused."""

    field: str | None
    """The field that is to blame; null where none is."""
    message: str
    """A sentence for people."""


class Errors(Record):
    """Why a request was refused: every reason, not only the first."""

    errors: list[RefusalReason]
    """At least one."""

    @classmethod
    def of(cls, message: str, field: str | None = None) -> Self:
        """One reason."""
        return cls(errors=[RefusalReason(field=field, message=message)])


def refusals(*statuses: int) -> Responses:
    """The `responses` of an operation behind the sign-in that also refuses with these statuses."""
    return {status: {"model": Errors, "description": HTTPStatus(status).phrase} for status in sorted({401, *statuses})}


def file_of(*media_types: str) -> Responses:
    """The `responses` of an operation that answers with a file; its `response_class` must have no media type."""
    return {200: {"description": "The file", "content": {name: {"schema": _schema_of(name)} for name in media_types}}}


def _schema_of(media_type: str) -> dict[str, str]:
    if media_type == "application/json":
        return {"type": "object"}
    return {"type": "string"} if media_type.startswith("text/") else {"type": "string", "format": "binary"}
