"""The public routes: health, and the way in, which leads to the page that was asked for."""

from importlib.metadata import version
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.records import Record
from app.web.dependencies import GateDep
from app.web.rendering import templates
from app.web.security import cookie_name, own_address

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
def show_login(
    request: Request, gate: GateDep, code: str | None = None, destination: Annotated[str, Query(alias="next")] = ""
) -> Response:
    """A one-time code from the terminal's link signs in at once; otherwise a form asks for the token.

    Who is signed in already goes on, whether or not the link was used before.
    """
    if gate.token is not None and gate.admits(request):
        gate.redeem(code or "")
        return RedirectResponse(own_address(destination), 303)
    if code is not None:
        return _enter(request, gate, code, destination)
    return _form(request, destination)


@router.post("/login", include_in_schema=False)
def sign_in(
    request: Request,
    gate: GateDep,
    token: Annotated[str, Form(max_length=200)] = "",
    destination: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """The token, typed or pasted."""
    return _enter(request, gate, token.strip(), destination)


def _form(request: Request, destination: str, status: int = 200) -> Response:
    context = {"refused": status != 200, "next": own_address(destination)}
    return templates().TemplateResponse(request, "login/page.html", context, status)


def _enter(request: Request, gate: GateDep, secret: str, destination: str) -> Response:
    if gate.token is not None and not gate.redeem(secret):
        return _form(request, destination, 401)
    answer = RedirectResponse(own_address(destination), 303)
    answer.set_cookie(cookie_name(request), gate.cookie, max_age=MONTH_S, httponly=True, samesite="strict")
    return answer
