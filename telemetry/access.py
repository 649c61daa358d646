"""Who may read the pages: whoever has the token, or, without one, browsers and programs of this machine alone."""

import hashlib
import hmac
import ipaddress

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

COOKIE = "clapper"
COOKIE_SECONDS = 12 * 3600
OPEN_TO_ALL = frozenset({"/healthz", "/readyz"})
"""They say yes or no, and by name what is wrong; whoever starts processes asks them without a secret."""


class TokenAuth:
    """Lets requests in, as aiohttp middleware."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def middleware(self) -> Middleware:
        """Return it for an application."""

        @web.middleware
        async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path in OPEN_TO_ALL:
                return await handler(request)
            if self._token is None:
                return await handler(request) if _asks_this_machine(request.host) else _stranger()
            if "token" in request.query:
                return self._exchange(request)
            return await handler(request) if self._knows(request) else _unknown()

        return admit

    def _exchange(self, request: web.Request) -> web.StreamResponse:
        """Take the token out of the address, where histories would keep it, and give a cookie for it."""
        if not self._is_token(request.query["token"]):
            return _unknown()
        # Never what a stranger wrote: //elsewhere is another host's address.
        page = request.match_info.route.resource
        answer = web.Response(status=303, headers={"Location": page.canonical if page else "/"})
        answer.set_cookie(
            COOKIE,
            self._cookie(),
            max_age=COOKIE_SECONDS,
            path="/",
            httponly=True,
            samesite="Strict",
            secure=request.secure or request.headers.get("X-Forwarded-Proto") == "https",
        )
        return answer

    def _knows(self, request: web.Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() == "bearer" and self._is_token(given.strip()):
            return True
        return _same(request.cookies.get(COOKIE, ""), self._cookie())

    def _is_token(self, given: str) -> bool:
        return _same(given, self._token or "")

    def _cookie(self) -> str:
        """Return what stands for the token in a browser: it is made from it, and does not give it away."""
        return hmac.new((self._token or "").encode(), b"operator's page", hashlib.sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def _asks_this_machine(host: str) -> bool:
    """Say whether a request names this machine: a page of elsewhere whose name leads here must not read ours."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name.casefold() == "localhost"


def _unknown() -> web.Response:
    words = "The token is missing or wrong: send it as a bearer, or open /?token=... in a browser.\n"
    return web.Response(status=401, text=words, headers={"WWW-Authenticate": "Bearer"})


def _stranger() -> web.Response:
    return web.Response(status=403, text="These pages are for this machine alone.\n")
