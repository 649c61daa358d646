"""The loopback Discord as a whole: opened on 127.0.0.1, driven by tests, closed with everything in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.loopback_discord.backend import Backend
from tests.loopback_discord.driver import Driver
from tests.loopback_discord.form import Form
from tests.loopback_discord.gateway import GUILDS
from tests.loopback_discord.ledger import Message
from tests.loopback_discord.payloads import channel_json
from tests.loopback_discord.rest import API, GATEWAY, Door
from tests.loopback_discord.rest_application import ApplicationRoutes
from tests.loopback_discord.rest_channels import ChannelRoutes
from tests.loopback_discord.rest_interactions import InteractionRoutes
from tests.loopback_discord.rules import Rules
from tests.loopback_discord.world import GUILD_ID, MIB, TOKEN, Channel, Permission, User

_LARGEST_REQUEST = 512 * MIB
_SHUTDOWN_SECONDS = 2.0


class LoopbackDiscord(Driver):
    """A Discord for one bot. What users do is in `Driver`; what a test may set is here."""

    def __init__(self, backend: Backend, port: int) -> None:
        super().__init__(backend)
        self.ledger = backend.ledger
        self.faults = backend.faults
        self.gateway = backend.gateway
        self.rules = backend.rules
        self.rate_limits = backend.rate_limits
        self.world = backend.world
        self.direct = backend.direct
        self.token = TOKEN
        self.api_url = f"http://127.0.0.1:{port}{API}"
        self.gateway_url = f"ws://127.0.0.1:{port}{GATEWAY}"

    async def wait_until_ready(self, timeout: float = 30.0) -> None:
        """Wait until a client is connected and its commands are synced."""
        await self.ledger.wakeup.until(
            lambda: bool(self.gateway.connected) and self.backend.commands.synced,
            timeout,
            what="client that is connected and has synced commands",
        )

    def forget_nonces(self) -> None:
        self.backend.messages.forget_nonces()

    async def post_as(
        self, user: User, channel: Channel, content: str, files: dict[str, bytes] | None = None
    ) -> Message:
        """Let a user write into a channel; `files` is name to bytes."""
        numbered = dict(enumerate((files or {}).items()))
        message, _ = self.backend.messages.post(channel, Form({"content": content}, numbered), author=user)
        await self.backend.announce("MESSAGE_CREATE", message)
        return message

    async def delete(self, message: Message) -> None:
        self.backend.messages.delete(message)
        await self.backend.announce("MESSAGE_DELETE", message)

    async def deny(self, channel: Channel, permissions: Permission) -> None:
        """Take permissions from the bot in a channel (50013; 50001 without VIEW_CHANNEL); 0 gives all back."""
        self.world.denied[channel.id] = permissions
        shown = channel_json(channel, self.world)
        await self.gateway.dispatch("CHANNEL_UPDATE", shown, guild_id=GUILD_ID, intent=GUILDS)

    def close_dms(self, user: User) -> None:
        """Let `user` refuse direct messages (50007)."""
        self.world.closed_dms.add(user.id)


@asynccontextmanager
async def open_loopback_discord(
    port: int = 0, *, rules: Rules | None = None
) -> AsyncIterator[LoopbackDiscord]:
    """Open a Discord on 127.0.0.1; port 0 takes a free one."""
    backend = Backend(rules or Rules())
    runner = web.AppRunner(_application(backend), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        taken: int = runner.addresses[0][1]
        discord = LoopbackDiscord(backend, taken)
        backend.gateway.url = discord.gateway_url
        backend.files.site = f"http://127.0.0.1:{taken}"
        yield discord
    finally:
        await backend.gateway.drop(1001)
        await runner.cleanup()


def _application(backend: Backend) -> web.Application:
    application = web.Application(middlewares=[Door(backend).middleware()], client_max_size=_LARGEST_REQUEST)
    for group in (ChannelRoutes, ApplicationRoutes, InteractionRoutes):
        for route in group(backend).routes():
            application.router.add_route(route.method, API + route.path, route.handler)
    application.router.add_get(GATEWAY, backend.gateway.handle)
    application.router.add_get("/attachments/{channel_id}/{file_id}/{filename}", backend.files.serve)
    return application
