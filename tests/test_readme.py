"""The README says what the code says."""

import re
from pathlib import Path

from typer.main import get_group

from app.cli.main import app
from docs.fields import fields_table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_table_of_fields_is_the_configuration() -> None:
    written = README.split("<!-- fields -->\n")[1].split("<!-- /fields -->")[0]
    assert written == fields_table(), "run `python -m docs.fields` to write the table anew"


def test_pictures_and_make_targets_exist() -> None:
    for picture in re.findall(r"!\[.+?\]\((.+?)\)", README):
        assert (ROOT / picture).stat().st_size > 10_000
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`?make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_commands_and_variables_exist() -> None:
    settings = (ROOT / "app" / "settings.py").read_text()
    assert set(re.findall(r"`elboard (\w+)", README)) <= set(get_group(app).commands)
    for variable in set(re.findall(r"ELBOARD_\w+", README)):
        assert variable in settings
