"""Who may ask: a token, a cookie made from it, the Host and the origin of each request, and the headers of each answer.

Loopback is no boundary: any page the user visits can send requests to it, and every local account can reach it.
"""

import hashlib
import hmac
import re
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Forbidden, Unauthorised
from app.web.refusals import Errors
from vae_core.durable import write_durably

HOME = "/runs"  # the page to go to where no other was asked for
# A path of this server. A browser takes //host and /\host for another one, and ignores control characters on the way.
OWN_ADDRESS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\x9f]*")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HOSTS = ["localhost", "127.0.0.1", "[::1]", "::1"]

# plotly.js adds one empty <style> and fills it by insertRule: the hash is that of the empty text.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; "
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def read_or_make_token(path: Path) -> str:
    """The installation's token, made on first use with mode 0600. An empty file holds none."""
    with suppress(FileNotFoundError):
        if token := path.read_text().strip():
            return token
    token = secrets.token_urlsafe(32)
    write_durably(path, f"{token}\n".encode(), mode=0o600)
    return token


class Authenticator:
    """Checks credentials; without a token it lets everybody in (`--no-auth`, loopback only)."""

    def __init__(self, token: str | None):
        self.token = token
        self._codes: set[str] = set()

    @property
    def cookie(self) -> str:
        """What a signed-in browser carries: made from the token, so a new token signs everybody out."""
        return hmac.new((self.token or "").encode(), b"elboard session", hashlib.sha256).hexdigest()

    def new_code(self) -> str:
        """A code for one sign-in, short enough for a link in the terminal."""
        code = secrets.token_urlsafe(16)
        self._codes.add(code)
        return code

    def redeem(self, secret: str) -> bool:
        """Whether this is the token itself or a code not yet used."""
        if secret in self._codes:
            self._codes.discard(secret)
            return True
        return self.token is not None and hmac.compare_digest(secret.encode(), self.token.encode())

    def admits(self, request: Request) -> bool:
        """Whether the request carries the token or the cookie."""
        if self.token is None:
            return True
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(bearer.strip().encode(), self.token.encode()):
            return True
        return hmac.compare_digest(request.cookies.get(cookie_name(request), "").encode(), self.cookie.encode())


def cookie_name(request: Request) -> str:
    """Cookies ignore ports, so two servers on one host need two names."""
    return f"elboard_{request.url.port or 0}"


def own_address(text: str) -> str:
    """The address if it is a page of this server that may follow the sign-in, else the page of the runs."""
    leads_here = OWN_ADDRESS.fullmatch(text) and text.partition("?")[0] != "/login"
    return text if leads_here else HOME


def require_user(request: Request) -> None:
    """Router-level: no route behind it answers a stranger. Raises `Unauthorised`."""
    gate: Authenticator = request.app.state.gate
    if not gate.admits(request):
        raise Unauthorised("Sign in first: send the token as 'Authorization: Bearer …', or open the sign-in link.")


def require_same_origin(request: Request) -> None:
    """Refuse changes asked for by another site's page (the algorithm of Go 1.25's CrossOriginProtection).

    Raises `Forbidden`.
    """
    if request.method in SAFE_METHODS:
        return
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        allowed = fetch_site in {"same-origin", "none"}
    else:
        origin = request.headers.get("origin")
        allowed = origin is None or urlsplit(origin)[:2] == (request.url.scheme, request.headers.get("host"))
    if not allowed:
        raise Forbidden("This change was asked for by a page of another site.")


class DeclaredSizeLimit:
    """Refuses a body that says itself that it is too large, in the API's one form and before a byte of it is read."""

    def __init__(self, app: ASGIApp, max_body_size: int):
        self.app, self.max_body_size = app, max_body_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        app: ASGIApp = self.app
        if declared.isdecimal() and int(declared) > self.max_body_size:
            app = JSONResponse(
                Errors.of(f"A request may have at most {self.max_body_size / 2**20:g} MiB.").model_dump(), 413
            )
        await app(scope, receive, send)


class SecurityHeaders:
    """Every answer, errors and files included, carries the same protective headers."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)
