"""The page's files: the simulator's own, with Clapper's name, look and moving clock added to them."""

from pathlib import Path
from typing import Any, ClassVar

from aiohttp import web
from simcord import Preview, SetupError
from simcord.backend.errors import BackendError
from simcord.preview._server import PreviewServer

from demo.menus import MessageMenus

_STYLE = str(Path(__file__).with_name("static") / "clapper.css")
_SCRIPT = str(Path(__file__).with_name("static") / "clapper.js")
_TITLE = ("<title>SimCord Preview</title>", "<title>Clapper demo</title>")
_LINKS = (
    "</head>",
    '<link rel="stylesheet" href="/clapper.css"><script type="module" src="/clapper.js"></script></head>',
)


_MENUS = "/menus.json"
_MENU = "X-Clapper-Menu"


class Window(PreviewServer):
    """Serves three more files than the simulator does, links them from its page, and takes choices from menus."""

    _STATIC_FILES: ClassVar[dict[str, str]] = {
        **PreviewServer._STATIC_FILES,
        "/clapper.css": _STYLE,
        "/clapper.js": _SCRIPT,
        _MENUS: _MENUS,
    }
    _STATIC_CONTENT_TYPES: ClassVar[dict[str, str]] = {
        **PreviewServer._STATIC_CONTENT_TYPES,
        _STYLE: "text/css",
        _SCRIPT: "application/javascript",
    }

    def __init__(self, page: Preview, port: int, menus: MessageMenus) -> None:
        super().__init__(page, port)
        self._menus = menus

    async def _static(self, request: Any) -> Any:
        if request.headers.get("Host", "") not in self._allowed_hosts():
            raise web.HTTPForbidden
        if request.path == _MENUS:
            return web.json_response(self._menus.names(), headers=self._SECURITY_HEADERS)
        response = await super()._static(request)
        if request.path == "/":
            response.text = response.text.replace(*_TITLE).replace(*_LINKS)
        return response

    async def _action(self, request: Any) -> Any:
        if _MENU not in request.headers:
            return await super()._action(request)
        context_id = request.headers.get("X-Simcord-Context")
        if not self._authorized(request, context=context_id):
            raise web.HTTPUnauthorized
        try:
            body = await request.json()
            await self._menus.choose(context_id, message_id=int(body["message_id"]), name=body["name"])
        except (SetupError, BackendError, ValueError, KeyError, TypeError) as error:
            raise web.HTTPBadRequest from error
        return web.json_response({}, headers=self._SECURITY_HEADERS)
