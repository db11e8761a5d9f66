"""The public routes: health, and the way in."""

from importlib.metadata import version
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.records import Record
from app.web.dependencies import GateDep
from app.web.rendering import templates
from app.web.security import cookie_name

router = APIRouter()

MONTH_S = 30 * 24 * 3600


class Health(Record):
    """That the server is up."""

    status: Literal["ok"]
    """Always ok: a server that is not up does not answer."""
    version: str
    """Of ELBOard."""


@router.get("/api/health", tags=["server"])
def read_health() -> Health:
    """Whether the server is up."""
    return Health(status="ok", version=version("elboard"))


@router.get("/login", include_in_schema=False)
def show_login(request: Request, gate: GateDep, code: str | None = None) -> Response:
    """A one-time code from the terminal's link signs in at once; otherwise a form asks for the token."""
    if code is not None:
        return _enter(request, gate, code)
    return templates().TemplateResponse(request, "login/page.html", {"refused": False})


@router.post("/login", include_in_schema=False)
def sign_in(request: Request, gate: GateDep, token: Annotated[str, Form(max_length=200)] = "") -> Response:
    """The token, typed or pasted."""
    return _enter(request, gate, token.strip())


def _enter(request: Request, gate: GateDep, secret: str) -> Response:
    if gate.token is not None and not gate.redeem(secret):
        return templates().TemplateResponse(request, "login/page.html", {"refused": True}, 401)
    answer = RedirectResponse("/runs", 303)
    answer.set_cookie(cookie_name(request), gate.cookie, max_age=MONTH_S, httponly=True, samesite="strict")
    return answer
