"""Functions of this project as they stand in its files, coloured: read, not imported, since many would bring torch."""

import ast
from functools import cache
from pathlib import Path
from textwrap import dedent

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

import vae_core

FOLDER = Path(vae_core.__file__).parent


def source(path: str, name: str) -> str:
    """The text of a function or class `name`, such as Bernoulli.log_prob, in the file at `path` below `vae_core`.

    Equal to `inspect.getsource`, indentation aside. Raises `LookupError` if there is none of this name.
    """
    text = (FOLDER / path).read_text(encoding="utf-8")
    node: ast.AST = ast.parse(text)
    for part in name.split("."):
        node = _defined(node, part)
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)  # noqa: S101
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return dedent("\n".join(text.splitlines()[first - 1 : node.end_lineno])) + "\n"


def _defined(node: ast.AST, name: str) -> ast.AST:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and child.name == name:
            return child
    raise LookupError(f"no {name} there")


@cache
def listing(path: str, name: str) -> Markup:
    """The same for a page, in spans whose classes the style sheet colours."""
    return Markup(highlight(source(path, name), PythonLexer(), HtmlFormatter(nowrap=True)))  # noqa: S704  our own files
