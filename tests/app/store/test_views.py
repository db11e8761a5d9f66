"""Saved views: what may be one, and what becomes of it."""

import pytest

from app.database.engine import Database
from app.errors import NotFound, Refused
from app.store import views


def test_views_are_saved_changed_and_forgotten(database: Database) -> None:
    with database.write() as session:
        best = views.create(session, " best ", "by MSE", "/runs?sort=mse_per_pixel&where=beta+%3E+1")
        pair = views.create(session, "pair", "", "/compare?runs=1,2#plane")
        assert (best.name, best.note, pair.address) == ("best", "by MSE", "/compare?runs=1,2#plane")
        assert views.saved(session) == [best, pair]
        changed = views.update(session, best.id, note="")
        assert changed == best.model_copy(update={"note": ""})
        assert views.update(session, best.id, name="all", address="/runs").address == "/runs"
        assert views.delete(session, pair.id) == pair
        assert [view.name for view in views.saved(session)] == ["all"]
        with pytest.raises(NotFound, match="There is no saved view 2"):
            views.update(session, pair.id, name="x")
        with pytest.raises(NotFound, match="There is no saved view 9"):
            views.delete(session, 9)


@pytest.mark.parametrize(
    "address",
    [
        *("", "runs", "//runs", "///runs", "/runs/1", "/runsx", "/login", "/api/runs", "https://evil.example/runs"),
        *(
            "javascript:alert(1)",
            "/\\evil.example",
            "/runs?q=a b",
            "/runs?q=\n",
            "/runs\n",
            "//evil.example/compare?runs=1,2",
        ),
    ],
)
def test_only_lists_and_comparisons_of_this_server_are_views(database: Database, address: str) -> None:
    with database.write() as session, pytest.raises(Refused, match="address must be that of a list") as refused:
        views.create(session, "name", "", address)
    assert refused.value.field == "address"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "  ", "name must hold a letter or a digit, not '  '"),
        ("name", "x" * 121, "name must have at most 120 letters, not 121"),
        ("note", "x" * 1001, "note must have at most 1,000 letters, not 1,001"),
        ("address", "/runs?q=" + "x" * 2000, "address must have at most 2,000 letters, not 2,008"),
    ],
)
def test_what_is_wrong_with_a_view_is_named_and_nothing_is_stored(
    database: Database, field: str, value: str, sentence: str
) -> None:
    given = {"name": "name", "note": "", "address": "/runs"} | {field: value}
    with pytest.raises(Refused) as refused, database.write() as session:
        views.create(session, **given)
    assert (refused.value.field, refused.value.message) == (field, sentence)
    with database.read() as session:
        assert views.saved(session) == []
