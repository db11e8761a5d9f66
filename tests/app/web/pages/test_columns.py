import pytest

from app.web.pages.columns import COLUMNS, STANDARD, Name


def test_the_standard_columns_are_some_of_all_in_their_order() -> None:
    assert [name for name in COLUMNS if name in STANDARD] == list(STANDARD)


@pytest.mark.parametrize(
    ("name", "sort", "direction", "next_sort"),
    [
        ("best", "-created", None, "best"),
        ("best", "best", "ascending", "-best"),
        ("best", "-best", "descending", "best"),
        ("created", "-created", "descending", "created"),
        ("created", "created", "ascending", "-created"),
        ("step", "name", None, "-step"),
        ("kl", "name", None, ""),
    ],
)
def test_a_heading_says_how_it_sorts_and_what_a_click_does(
    name: Name, sort: str, direction: str | None, next_sort: str
) -> None:
    column = COLUMNS[name]
    assert (column.direction(sort), column.next_sort(sort) if column.sort else "") == (direction, next_sort)
