"""The templates of pages, with the filters that they use: for the server, and for a page that is kept as a file."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from app import words

PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """`templates`, `static` or `docs`: inside an installed wheel's `app`, or beside it in a checkout."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def environment() -> Environment:
    """What renders `templates`; whatever is put into a page is escaped."""
    made = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(words.FILTERS)
    return made
