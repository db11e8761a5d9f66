"""A page from its template."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from app.templating import environment
from app.web.static_files import plotly_url


@cache
def templates() -> Jinja2Templates:
    """The page templates with what only a served page knows: where plotly.js is."""
    made = environment()
    made.globals["plotly_url"] = plotly_url
    return Jinja2Templates(env=made)


def page(request: Request, name: str, context: Mapping[str, Any], status: int = 200) -> Response:
    """A template with its context."""
    return templates().TemplateResponse(request, name, dict(context), status)
