"""The style sheets take every size of type and every space from the tokens, and every token is used."""

import re
from pathlib import Path

import pytest

SHEETS = sorted((Path(__file__).parents[1] / "static" / "css").glob("*.css"))
TOKENS = next(path for path in SHEETS if path.name == "tokens.css").read_text()
SPACING = re.compile(r"(?<![\w-])(?:padding|margin|gap|row-gap|column-gap)(?:-[a-z-]+)?:([^;}]*)")
TYPE = re.compile(r"(?<![\w-])font(?:-size)?:([^;}]*)")
LENGTH = re.compile(r"\d(?:rem|px)\b")


@pytest.mark.parametrize("sheet", [path for path in SHEETS if path.name != "tokens.css"], ids=lambda path: path.name)
def test_type_and_spaces_come_from_the_scales(sheet: Path) -> None:
    text = sheet.read_text()
    spaces = [value for value in SPACING.findall(text) if LENGTH.search(re.sub(r"-?[12]px", "", value))]
    sizes = [value for value in TYPE.findall(text) if LENGTH.search(value)]
    assert (spaces, sizes) == ([], [])


def test_the_scales_are_short_and_used() -> None:
    sizes, spaces = (re.findall(rf"(--{name}-\d):", TOKENS) for name in ("text", "space"))
    assert len(sizes) <= 6
    assert len(spaces) <= 8
    text = "".join(path.read_text() for path in SHEETS)
    assert [token for token in sizes + spaces if f"var({token})" not in text] == []
