"""REST routes of interactions: the callback, and the webhook of its token."""

from aiohttp import web

from tests.loopback_discord.answers import found, nothing
from tests.loopback_discord.backend import Backend
from tests.loopback_discord.errors import DiscordError, Refusal
from tests.loopback_discord.form import FORM
from tests.loopback_discord.ledger import Message
from tests.loopback_discord.responses import InteractionDesk
from tests.loopback_discord.world import BOT

CALLBACK = "/interactions/{webhook_id}/{token}/callback"
_WEBHOOK = "/webhooks/{webhook_id}/{token}"
RECEIVED_AT = web.RequestKey("received_at", float)


class InteractionRoutes:
    """Routes that need no bot token: the interaction's own token opens them."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._desk = InteractionDesk(backend)

    def routes(self) -> list[web.RouteDef]:
        one = _WEBHOOK + "/messages/{message_id}"
        return [
            web.post(CALLBACK, self.callback),
            web.post(_WEBHOOK, self.follow_up),
            web.get(one, self.get_message),
            web.patch(one, self.edit_message),
            web.delete(one, self.delete_message),
        ]

    async def callback(self, request: web.Request) -> web.Response:
        form = request[FORM]
        answer = await self._desk.answer(
            int(request.match_info["webhook_id"]),
            request.match_info["token"],
            form,
            received_at=request[RECEIVED_AT],
        )
        return found(answer) if request.query.get("with_response") in ("1", "true") else nothing()

    async def follow_up(self, request: web.Request) -> web.Response:
        self._check_application(request)
        form = request[FORM]
        return self._shown(await self._desk.follow_up(request.match_info["token"], form))

    async def get_message(self, request: web.Request) -> web.Response:
        return self._shown(self._message(request))

    async def edit_message(self, request: web.Request) -> web.Response:
        form = request[FORM]
        message = self._message(request)
        await self._desk.edit(message, form)
        return self._shown(message)

    async def delete_message(self, request: web.Request) -> web.Response:
        await self._desk.delete(self._message(request))
        return nothing()

    def _message(self, request: web.Request) -> Message:
        self._check_application(request)
        token, message_id = request.match_info["token"], request.match_info["message_id"]
        if message_id == "@original":
            return self._desk.original(token)
        return self._desk.message(token, int(message_id))

    def _check_application(self, request: web.Request) -> None:
        if int(request.match_info["webhook_id"]) != BOT.id:
            raise DiscordError(Refusal.UNKNOWN_WEBHOOK)

    def _shown(self, message: Message) -> web.Response:
        return found(self._backend.shown(message))
