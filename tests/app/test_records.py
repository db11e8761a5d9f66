"""Records say themselves what they hold."""

import pytest
from pydantic import ValidationError

from app import records
from app.records import Extremes, Record

RECORDS = [one for one in vars(records).values() if isinstance(one, type) and issubclass(one, Record)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_is_described(record: type[Record]) -> None:
    assert not [name for name, field in record.model_fields.items() if not field.description]


def test_a_record_never_changes_and_takes_no_other_field() -> None:
    points = {"first": (1, 3.0), "last": (2, 2.0), "min": (2, 2.0), "max": (1, 3.0)}
    with pytest.raises(ValidationError, match="frozen"):
        Extremes(**points).first = (3, 1.0)
    with pytest.raises(ValidationError, match="Extra inputs"):
        Extremes.model_validate({**points, "median": (1, 1.0)})
