"""REST routes of the application: itself, its gateway, its commands."""

from aiohttp import web

from tests.loopback_discord.answers import found
from tests.loopback_discord.backend import Backend
from tests.loopback_discord.errors import DiscordError, Refusal
from tests.loopback_discord.form import FORM
from tests.loopback_discord.payloads import application_json
from tests.loopback_discord.world import BOT, GUILD_ID


class ApplicationRoutes:
    """What a bot asks for before it does anything."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[web.RouteDef]:
        in_guild = "/applications/{application_id}/guilds/{guild_id}/commands"
        return [
            web.get("/oauth2/applications/@me", self.get_application),
            web.get("/applications/@me", self.get_application),
            web.patch("/applications/@me", self.edit_application),
            web.get("/gateway", self.get_gateway),
            web.get("/gateway/bot", self.get_bot_gateway),
            web.put("/applications/{application_id}/commands", self.replace_commands),
            web.put(in_guild, self.replace_commands),
        ]

    async def get_application(self, _: web.Request) -> web.Response:
        return found(application_json(self._backend.commands.installations))

    async def edit_application(self, request: web.Request) -> web.Response:
        payload = request[FORM].payload
        kinds = payload.get("integration_types_config") if isinstance(payload, dict) else None
        if not isinstance(kinds, dict) or not kinds.keys() <= {"0", "1"}:
            raise DiscordError(Refusal.INVALID_FORM)
        self._backend.commands.installations |= {int(kind) for kind in kinds}
        return found(application_json(self._backend.commands.installations))

    async def get_gateway(self, _: web.Request) -> web.Response:
        return found({"url": self._backend.gateway.url})

    async def get_bot_gateway(self, _: web.Request) -> web.Response:
        starts = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
        return found({"url": self._backend.gateway.url, "shards": 1, "session_start_limit": starts})

    async def replace_commands(self, request: web.Request) -> web.Response:
        form = request[FORM]
        if not isinstance(form.payload, list):
            raise DiscordError(Refusal.INVALID_FORM)
        commands = self._backend.commands.replace(_scope(request), form.payload)
        self._backend.ledger.wakeup.notify()
        return found(commands)


def _scope(request: web.Request) -> int | None:
    """Return the guild of the commands, None for the global ones."""
    if int(request.match_info["application_id"]) != BOT.id:
        raise DiscordError(Refusal.NOT_FOUND)
    guild_id = request.match_info.get("guild_id")
    if guild_id is not None and int(guild_id) != GUILD_ID:
        raise DiscordError(Refusal.MISSING_ACCESS)
    return None if guild_id is None else int(guild_id)
