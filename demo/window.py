"""What the page adds to the simulator's own: Clapper's name, look and moving clock, and the menus of messages."""

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from aiohttp import web
from simcord import Preview, SetupError
from simcord.backend.errors import BackendError
from simcord.enums import AppCommandType
from simcord.preview._server import PreviewServer
from simcord.results import ResponseMessage

from demo.studio import Studio

_STYLE = str(Path(__file__).with_name("static") / "clapper.css")

_SCRIPT = str(Path(__file__).with_name("static") / "clapper.js")

_TITLE = ("<title>SimCord Preview</title>", "<title>Clapper demo</title>")

_LINKS = (
    "</head>",
    '<link rel="stylesheet" href="/clapper.css"><script type="module" src="/clapper.js"></script></head>',
)

_MENU_OF_SESSION = '<details class="session-menu">'

_POLICY = "Content-Security-Policy"

_MENUS = "/menus.json"

_MENU = "X-Clapper-Menu"


@dataclass(frozen=True, slots=True)
class MessageMenus:
    """The bot's menus of a message, which the simulator's page does not show. `turns` lets one action act at a time."""

    studio: Studio
    page: Preview
    turns: asyncio.Lock

    def names(self) -> list[str]:
        """Return what there is to choose."""
        backend, viewer = self.studio.env.backend, self.studio.ann
        menus = backend.visible_commands(
            user_id=viewer.id, channel_id=self.studio.channel.id, type=AppCommandType.MESSAGE
        )
        return [menu["name"] for menu in menus]

    async def choose(self, context_id: str | None, *, message_id: int, name: str) -> None:
        """Let whoever looks at a page choose a menu of a message, and show what comes of it.

        Raises:
            SetupError, BackendError: there is no such page, message or menu.
        """
        async with self.turns:
            shown = self.page._get_page(context_id)
            message = ResponseMessage(self.studio.env, self.page._target_message(shown, message_id))
            result = await shown.viewer.context_menu(self.studio.channel, name, message)
            if result.modal is not None:
                shown.modal, shown.modal_handle = result, f"m_{secrets.token_urlsafe(12)}"
            self.page._publish_message_pages()


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

    def __init__(
        self, page: Preview, port: int, menus: MessageMenus, *, operators_page: str | None = None
    ) -> None:
        super().__init__(page, port)
        self._menus = menus
        self._beside: list[tuple[str, str]] = []
        if operators_page:
            self._show_beside(operators_page)

    def _show_beside(self, address: str) -> None:
        """Let the page link to the operator's page, and show it beside the channel if there is room."""
        policy = self._SECURITY_HEADERS[_POLICY]
        allowed = {_POLICY: f"{policy}; frame-src {address}"}
        vars(self)["_SECURITY_HEADERS"] = {**self._SECURITY_HEADERS, **allowed}  # of this server alone
        name = "Operator's page"
        link = f'<a class="toolbar-button" href="{address}" target="_blank" rel="noopener">{name}</a>'
        frame = f'<iframe class="operators-page" src="{address}/?refresh=2" title="{name}"></iframe>'
        self._beside = [(_MENU_OF_SESSION, link + _MENU_OF_SESSION), ("</body>", f"{frame}</body>")]

    async def _static(self, request: Any) -> Any:
        if request.headers.get("Host", "") not in self._allowed_hosts():
            raise web.HTTPForbidden
        if request.path == _MENUS:
            return web.json_response(self._menus.names(), headers=self._SECURITY_HEADERS)
        response = await super()._static(request)
        if request.path == "/":
            for old, new in (_TITLE, _LINKS, *self._beside):
                response.text = response.text.replace(old, new)
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
