"""The arrows between the scripts, read from the source."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "static" / "js"
SCRIPTS = sorted(FOLDER.rglob("*.js"))
MAY_IMPORT = {
    "parts": {"parts"},
    "stream": {"stream", "parts"},
    "charts": {"charts", "parts"},
    "around": {"around", "parts"},
    "pictures": {"pictures", "parts"},
    "form": {"form", "parts"},
    "theme": {"theme", "parts"},
    "pages": {"pages", "around", "charts", "pictures", "form", "theme", "parts", "stream"},
}


def imports(script: Path) -> list[Path]:
    """The scripts that this one loads."""
    names = re.findall(r'^import .*"(.+)";$', script.read_text(), re.MULTILINE)
    names += re.findall(r'new URL\("(.+)", import\.meta\.url\)', script.read_text())
    return [(script.parent / name).resolve() for name in names]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.relative_to(FOLDER).as_posix())
def test_arrows_run_downwards_to_scripts_that_are_there(script: Path) -> None:
    for other in imports(script):
        assert other.is_file(), other
        assert other.parent.name in MAY_IMPORT[script.parent.name], other


def test_every_script_is_on_a_page() -> None:
    pages = "".join(template.read_text() for template in (ROOT / "templates").rglob("*.html"))
    waiting = [FOLDER / name for name in re.findall(r'src="/static/js/([^"]+)"', pages)]
    reached: set[Path] = set()
    while waiting:
        if (script := waiting.pop()) not in reached:
            reached.add(script)
            waiting += imports(script)
    assert sorted(reached) == SCRIPTS


def test_what_an_exported_page_carries_imports_nothing() -> None:
    assert imports(FOLDER / "charts" / "figures.js") == []
