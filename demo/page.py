"""The demo's page: a Discord channel in a browser, with messages and menus, updated while the bot works."""

import asyncio
import io
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import available_timezones

import av
from aiohttp import web
from av.container import InputContainer
from av.error import FFmpegError
from simcord import Preview, SetupError
from simcord.backend.cdn import CDN_BASE
from simcord.backend.errors import BackendError
from simcord.enums import AppCommandType
from simcord.preview._media import MediaInfo, MediaWorker
from simcord.preview._server import PreviewServer
from simcord.results import ResponseMessage

from demo.studio import Studio, clapperboard, seconds_behind

TICK_SECONDS = 0.25


@asynccontextmanager
async def open_page(
    studio: Studio, *, port: int, operators_page: str | None = None
) -> AsyncIterator[Preview]:
    """Serve the channel to a browser on 127.0.0.1 until the context ends, with the operator's page beside it.

    Raises:
        simcord.SetupError: the port is taken, or a part of the simulator is not installed.
    """
    page = studio.env.preview(
        studio.channel,
        viewers=[studio.ann, studio.ben],
        layout="channel",
        timezone=_local_timezone(),
        assets=_pictures(studio),
    )
    turns = asyncio.Lock()
    page._server = Window(page, port, MessageMenus(studio, page, turns), operators_page=operators_page)
    async with page:
        _give_the_browser_its_turn(page, turns)
        page._media_worker = AsDelivered()
        pump = asyncio.create_task(_keep_moving(studio, page, turns))
        try:
            yield page
        finally:
            pump.cancel()
            with suppress(asyncio.CancelledError):
                await pump


class AsDelivered(MediaWorker):
    """The simulator's media worker, changed to serve H.264 videos unchanged.

    The simulator would first convert each to VP9, which takes 10 to 30 s for one video, and 1080p exceeds its
    memory limit. Every common browser plays H.264, so the page can show the original.
    """

    async def validate(self, key: str, blob: bytes, *, media_time: float | None = None) -> MediaInfo:
        """Return how to show the file `blob`; for pictures and other video formats, do as the simulator does."""
        info = await asyncio.to_thread(_as_delivered, blob) if blob[4:8] == b"ftyp" else None
        return info or await super().validate(key, blob, media_time=media_time)


def _local_timezone() -> str:
    """Return the name of this computer's time zone, UTC if it has no known name."""
    name = os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    return name if name in available_timezones() else "UTC"


def _pictures(studio: Studio) -> dict[str, tuple[str, bytes]]:
    bot = studio.env.backend.bot_user
    return {f"{CDN_BASE}/avatars/{bot.id}/{bot.avatar}.png": ("clapper.png", clapperboard())}


def _give_the_browser_its_turn(page: Preview, turns: asyncio.Lock) -> None:
    """Let the browser's actions and the page's automatic refresh take turns.

    The simulator does one thing at a time: it would answer an action with an error if it is busy, and refuse
    an action that was sent just before a refresh as outdated. Discord does neither, so the demo does not
    either.
    """
    act = page._action

    async def act_in_turn(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with turns:
            return await act(context_id, _at_present_revision(page, context_id, body))

    page._action = act_in_turn


def _at_present_revision(page: Preview, context_id: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = page._pages.get(context_id or "")
    if shown is None or not isinstance(body, dict) or body.get("sequence") != shown.last_sequence + 1:
        return body
    return {**body, "published_revision": shown.revision}


async def _keep_moving(studio: Studio, page: Preview, turns: asyncio.Lock) -> None:
    """Advance the simulated time with the real time, and refresh the page when the bot has done something.

    If this fails, the page is closed, because it would no longer change.
    """
    seen = 0
    try:
        while True:
            async with turns:
                seen = await _move_on(studio, page, seen)
            await asyncio.sleep(TICK_SECONDS)
    finally:
        await page.close()


async def _move_on(studio: Studio, page: Preview, seen: int) -> int:
    """Advance the simulated clock, refresh the page if there are new events, and return their total number."""
    transcript = studio.env.backend.transcript
    # A command that takes longer than SETTLE_SECONDS continues by itself; a page that a person has closed is no error.
    with suppress(TimeoutError, SetupError):
        await studio.env.advance_time(seconds_behind(studio.env))
        if len(transcript) != seen:
            await page.refresh()
            return len(transcript)
    return seen


def _as_delivered(blob: bytes) -> MediaInfo | None:
    try:
        with av.open(io.BytesIO(blob), mode="r") as container:
            return _describe(container, blob)
    except (FFmpegError, StopIteration):
        return None


def _describe(container: InputContainer, blob: bytes) -> MediaInfo | None:
    stream = next(iter(container.streams.video), None)
    if stream is None or stream.codec_context.name != "h264":
        return None
    frame = next(container.decode(stream))
    poster = io.BytesIO()
    frame.to_image().save(poster, format="PNG")
    codecs = {"video": "h264"}
    return MediaInfo(
        format="mp4",
        width=frame.width,
        height=frame.height,
        frames=max(1, stream.frames),
        decoded_bytes=frame.width * frame.height * 4,
        normalized=blob,
        content_type="video/mp4",
        kind="video",
        duration=(container.duration or 0) / av.time_base,
        poster=poster.getvalue(),
        source_codecs=codecs,
        display_codecs=codecs,
        transformation="preserved",
        memory_limited=True,
    )


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
    """The context menus of messages, which the simulator's page lacks.

    `turns` is the lock for one action at a time.
    """

    studio: Studio
    page: Preview
    turns: asyncio.Lock

    def names(self) -> list[str]:
        """Return the names of the message menus that the viewer can choose."""
        backend, viewer = self.studio.env.backend, self.studio.ann
        menus = backend.visible_commands(
            user_id=viewer.id, channel_id=self.studio.channel.id, type=AppCommandType.MESSAGE
        )
        return [menu["name"] for menu in menus]

    async def choose(self, context_id: str | None, *, message_id: int, name: str) -> None:
        """Run a menu on a message for the viewer of a page, and show the result.

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
    """The page's server: it adds our style, our script and the menus to the simulator's page."""

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
        """Link the page to the operator's page, and embed that beside the channel if there is room."""
        policy = self._SECURITY_HEADERS[_POLICY]
        allowed = {_POLICY: f"{policy}; frame-src {address}"}
        vars(self)["_SECURITY_HEADERS"] = {
            **self._SECURITY_HEADERS,
            **allowed,
        }  # an instance attribute: other servers keep the headers of the class
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
