"""Refusals as answers: one JSON form for the API, one page for people, never a traceback."""

import logging
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic_core import ErrorDetails
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from app.database.engine import is_unwritable, why_refused
from app.errors import AppError, Unauthorised
from app.web.refusals import Errors, RefusalReason
from app.web.rendering import templates
from app.web.security import SAFE_METHODS
from vae_core.config.errors import config_error
from vae_core.config.train_config import RefusedConfig

log = logging.getLogger(__name__)

TITLES = {  # of the pages that say so; others have the standard's own
    400: "This request cannot be read",
    403: "Not allowed from there",
    404: "There is nothing here",
    405: "This page cannot do that",
    409: "Not possible now",
    413: "Too large",
    422: "This cannot be done as asked",
    500: "Something went wrong",
    501: "Not possible in this installation",
    503: "Busy: try again soon",
    507: "No room left",
}
WAYS = (  # on from a page that could not be shown, by where it was
    ("/runs/new", "An empty form"),
    ("/sweeps", "All sweeps"),
    ("/compare", "Choose runs to compare"),
    ("/translate", "Translate a loss"),
    ("/explain", "Explain, from its beginning"),
)
RETRY_S = 5  # after a write that found the database locked for as long as it waits


def install(app: FastAPI) -> None:
    """Give every kind of refusal its answer."""
    app.add_exception_handler(AppError, _refused)
    app.add_exception_handler(RefusedConfig, _refused_config)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _unavailable)
    app.add_exception_handler(Exception, _unexpected)


def _answer(request: Request, status: int, refusal: Errors) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse(refusal.model_dump(), status)
    context = {
        "title": TITLES.get(status, HTTPStatus(status).phrase),
        "errors": refusal.errors,
        "changing": request.method not in SAFE_METHODS,
        "ways": [way for way in WAYS if request.url.path.startswith(way[0])],
    }
    return templates().TemplateResponse(request, "error/page.html", context, status)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101
    if isinstance(error, Unauthorised) and not request.url.path.startswith("/api/"):
        return RedirectResponse(_sign_in(request), 303)
    return _answer(request, error.status, Errors.of(error.message, error.field))


def _sign_in(request: Request) -> str:
    """The address of the sign-in, from where a page that only shows something is returned to."""
    if request.method not in SAFE_METHODS:
        return "/login"
    query = f"?{request.url.query}" * bool(request.url.query)
    return f"/login?{urlencode({'next': request.url.path + query})}"


def _refused_config(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedConfig)  # noqa: S101
    return _answer(
        request, 422, Errors(errors=[RefusalReason(field=one.field, message=one.message) for one in error.errors])
    )


def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    if not request.url.path.startswith("/api/"):
        return _invalid_address(request, error)
    return _answer(request, 422, Errors(errors=[_refusal(detail) for detail in error.errors()]))


def _invalid_address(request: Request, error: RequestValidationError) -> Response:
    """For people: an address that names no run or sweep leads nowhere; else what its values should be."""
    details = error.errors()
    for detail in details:
        for kind in ("run", "sweep"):
            if detail["loc"][:2] == ("path", f"{kind}_id"):
                number = str(detail["input"])[:60]
                sentence = f"There is no {kind} “{number}”: {kind}s have numbers, as in /{kind}s/1."
                return _answer(request, 404, Errors.of(sentence))
    reasons = [config_error(cast(ErrorDetails, {**detail, "loc": detail["loc"][1:]})) for detail in details]
    return _answer(
        request, 422, Errors(errors=[RefusalReason(field=one.field, message=f"{one.message}.") for one in reasons])
    )


def _refusal(detail: dict[str, Any]) -> RefusalReason:
    """What Pydantic refuses: the field without where it stood (body, query) and as what, and a value that is short."""
    parts = map(str, detail["loc"])
    place = [part for part in parts if part not in {"body", "query", "path"} and not part.startswith("as a ")]
    field = ".".join(place)[:200] or None
    value = repr(detail.get("input"))
    given = f" (was {value})" if len(value) <= 60 and detail["type"] != "missing" else ""
    return RefusalReason(field=field, message=f"{field or 'body'}: {detail['msg']}{given}")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    message = error.detail if error.status_code != HTTPStatus.NOT_FOUND else "There is nothing at this address."
    return _answer(request, error.status_code, Errors.of(message))


def _unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, OperationalError)  # noqa: S101
    log.warning("%s %s: %s", request.method, request.url.path, error.orig)
    if is_unwritable(error):
        return _answer(request, 507, Errors.of(why_refused(error)))
    answer = _answer(request, 503, Errors.of(why_refused(error)))
    answer.headers["Retry-After"] = str(RETRY_S)
    return answer


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
    return _answer(request, 500, Errors.of("Something went wrong here; the server's log says what."))
