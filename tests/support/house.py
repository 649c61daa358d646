"""A house for the commands: the unmodified bot in a simulated Discord, the sandbox behind it, its worker in real time."""

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import discord
import simcord
from simcord import interactions
from simcord.backend import serializers

from app.opening import open_bot
from config.loading import settings_of
from config.settings import Settings
from demo.studio import seconds_behind
from media.video.facts import VideoFacts
from media.video.probe import probe
from sandbox.server import Sandbox, open_sandbox
from tests.cogs.strict_discord import StrictDiscord, strict_discord
from tests.sqlite_file import jobs_in, put_empty_database

T = TypeVar("T")

Actor = simcord.MemberActor | None
Room = simcord.ChannelHandle | None
Answer = simcord.InteractionResult

PATIENCE_SECONDS = 20.0
SETTLE_SECONDS = 50.0
PROMPT = "a red kite over the dunes"
NOBODY_TOLD = "told_at IS NULL AND next_at > 4102444800000"
"""What a row says whose requester could not be told of its ending, and is not tried any more: due after 2100."""


@dataclass(slots=True)
class House:
    """One server with a channel and two members, in which the bot works.

    `breaks` says that this test makes our side fail: tracebacks in the log are expected then.
    """

    env: simcord.Env
    strict: StrictDiscord
    sandbox: Sandbox
    settings: Settings
    guild: simcord.GuildHandle
    room: simcord.ChannelHandle
    ann: simcord.MemberActor
    ben: simcord.MemberActor
    _bot: contextlib.AsyncExitStack
    breaks: bool = False

    async def video(
        self, actor: Actor = None, *, room: Room = None, prompt: str = PROMPT, **options: Any
    ) -> Answer:
        """Run `/video` as Ann, or as `actor`."""
        return await (actor or self.ann).slash(room or self.room, "video", prompt=prompt, **options)

    async def job_page(self, key: str | None = None, *, actor: Actor = None, room: Room = None) -> Answer:
        """Open the page of a job in `/jobs`, of the newest unless it is named; its answer shows the page."""
        who = actor or self.ann
        listed = await who.slash(room or self.room, "jobs")
        await who.select(listed.response, [key or self.rows()[-1]["key"]], custom_id="v1:pick:all:0")
        return listed

    @contextlib.contextmanager
    def speaking(self, locale: str) -> Iterator[None]:
        """Let every member's client speak `locale` (such as "zh-CN") inside; the simulator knows English only."""
        emit = self.env.backend.emit

        def emit_in_locale(event: str, payload: Any) -> None:
            emit(event, {**payload, "locale": locale} if event == "INTERACTION_CREATE" else payload)

        self.env.backend.emit = emit_in_locale
        try:
            yield
        finally:
            del self.env.backend.emit

    async def slash_in(
        self, locale: str, name: str, actor: Actor = None, *, room: Room = None, **options: Any
    ) -> Answer:
        """Run a command as Ann, or as `actor`, whose client speaks `locale`."""
        with self.speaking(locale):
            return await (actor or self.ann).slash(room or self.room, name, **options)

    async def delivered(self, *, room: Room = None, count: int = 1) -> list[discord.Message]:
        """Wait until `count` results are there, their rows say so, and no status is left; return the results."""
        place = room or self.room

        def only_results() -> list[discord.Message] | None:
            seen = public(place)
            complete = len(seen) == count and all(message.attachments for message in seen)
            return seen if complete and self._recorded(seen) else None

        return await self.until(only_results, f"{count} result(s) and nothing else in the channel")

    def _recorded(self, results: list[discord.Message]) -> bool:
        """Say whether what was posted is known to its row, with what it cost: that comes a moment later."""
        known = {row["message_id"] for row in self.rows("state <> 'delivering'")}
        return known >= {message.id for message in results}

    async def until(self, look: Callable[[], T | None], what: str) -> T:
        """Wait until `look` finds something; it is asked again after each request of the bot."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not (found := look()):
                    await self.strict.next_call(at_most_seconds=0.05)
        except TimeoutError:
            raise AssertionError(f"never seen: {what}\n{self.env.transcript()}") from None
        return found

    async def until_job(self, condition: str) -> sqlite3.Row:
        return (await self.until(lambda: self.rows(condition), f"a job with {condition}"))[0]

    def rows(self, condition: str = "1 = 1") -> list[sqlite3.Row]:
        return jobs_in(self.settings.data_dir / "clapper.db", condition)

    def first_words(self, asked: Answer) -> dict[str, Any]:
        """Return what a deferred command was answered with at first; the worker may have changed it since."""
        return self.changes_of(asked)[0].json or {}

    def changes_of(self, asked: Answer) -> list[simcord.HttpLogEntry]:
        """Return the requests that filled or changed the answer of a deferred command, oldest first."""
        path = f"/webhooks/{self.env.backend.application_id}/{asked._interaction.token}/messages/@original"
        return [call for call in self.env.http_requests if call.path == path]

    def change_row(self, key: str, *, first_sent_at: int) -> None:
        """Make the first try of a delivery look older than it is."""
        with contextlib.closing(sqlite3.connect(self.settings.data_dir / "clapper.db")) as database:
            database.execute("UPDATE jobs SET first_sent_at = ? WHERE key = ?", (first_sent_at, key))
            database.commit()

    @property
    def posts(self) -> int:
        return len(self.sandbox.ledger.received)

    @property
    def ordered(self) -> dict[str, Any]:
        """Return the body of the newest order that the provider accepted."""
        body = self.sandbox.ledger.accepted[-1].body
        assert body is not None
        return body

    def nothing_was_spent(self) -> bool:
        return not self.rows() and not self.posts

    def private(self, actor: Actor = None) -> list[discord.Message]:
        """Return what only Ann (or `actor`) sees in the channel, oldest first."""
        seen = self.room.history(viewer=actor or self.ann)
        return [message for message in seen if message.flags.ephemeral]

    def direct(self, actor: Actor = None) -> list[discord.Message]:
        """Return the direct messages of the bot to Ann, or to `actor`."""
        channel_id = self.env.backend.dm_channels.get((actor or self.ann).id)
        if channel_id is None:
            return []
        return (actor or self.ann).user.dm_channel.history()

    def pings(self, message: discord.Message) -> list[int]:
        """Return the ids of the members whose phone rings for `message`."""
        stored = self.env.backend.get_message(message.channel.id, message.id)
        return [*stored.ping_user_ids, *stored.ping_role_ids]

    async def forge(
        self,
        actor: simcord.MemberActor,
        message: simcord.ResponseMessage | discord.Message,
        *,
        room: Room = None,
        **data: Any,
    ) -> Answer:
        """Send a press on a component that `message` does not show to `actor`, as a modified client could."""
        backend = self.env.backend
        where = message.channel.id if isinstance(message, discord.Message) else message.channel_id
        stored = backend.get_message(where, message.id)
        place = room or self.room
        record, event = interactions.base_payload(
            backend,
            type=3,
            channel_id=place.id,
            guild_id=place.guild.id if place.guild else None,
            user_id=actor.id,
            data=data,
        )
        record.source_message_id = stored.id
        payload = dict(serializers.message_payload(backend, stored))
        event["message"] = payload | {"components": [_row_with(data)]}
        backend.emit("INTERACTION_CREATE", event)
        await self.env.settle()
        return simcord.InteractionResult(self.env, record)

    def another_server(self) -> simcord.ChannelHandle:
        guild = self.env.create_guild("Elsewhere")
        guild.add_member(self.ann.user)
        return guild.create_text_channel("videos")

    def ann_in(self, room: simcord.ChannelHandle) -> simcord.MemberActor:
        assert room.guild is not None
        return simcord.MemberActor(self.env, room.guild, self.ann.user)

    def closed_room(self, **permissions: bool) -> simcord.ChannelHandle:
        """Return a channel in which the bot has, or lacks, these permissions."""
        overwrite = discord.PermissionOverwrite(**permissions)
        return self.guild.create_text_channel("closed", overwrites={self.guild.default_role: overwrite})

    def thread(self, parent: Room = None) -> simcord.ChannelHandle:
        place = parent or self.room
        made = self.env.backend.create_thread(place.id, "films", owner_id=self.ann.id, broadcast=False)
        self.env.backend.announce_thread_create(made)
        return place.threads[-1]

    def lose_files(self) -> None:
        """Let Discord's file server know nothing of what is attached from now on."""
        self.env.backend.cdn.get = lambda url: None

    async def restart(self, **changes: Any) -> None:
        """Stop the bot and start it again on the same folder; Discord keeps its messages."""
        await self._bot.aclose()
        self.settings = settings_of(**{**vars(self.settings), **changes})
        bot = await self._bot.enter_async_context(open_bot(self.settings, log_in=False))
        await self.env.restart_bot(bot.client)


def was_accepted(words: str) -> bool:
    """Tell whether an answer is that of a job, however far the worker has come with it since."""
    return words.startswith(("**Queued**", "**Rendering**", "**Delivered"))


def answer_to(pressed: Answer) -> simcord.ResponseMessage:
    """Return what a press was answered with, apart from a change of the pressed message."""
    (answer,) = pressed.followups
    return answer


def _row_with(data: dict[str, Any]) -> dict[str, Any]:
    kind = data["component_type"]
    looks = {"style": 2, "label": "x"} if kind == 2 else {"options": [{"label": "x", "value": "x"}]}
    return {"type": 1, "components": [{"type": kind, "custom_id": data["custom_id"], **looks}]}


def public(room: simcord.ChannelHandle) -> list[discord.Message]:
    return [message for message in room.history() if not message.flags.ephemeral]


async def facts_of(message: discord.Message) -> VideoFacts:
    data = await message.attachments[0].read()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "video.mp4")
        path.write_bytes(data)
        return await asyncio.to_thread(probe, path)


def small_settings(data_dir: Path, sandbox: Sandbox, **changes: Any) -> Settings:
    values = {
        "discord_token": "none-is-needed",
        "hailuo_api_key": sandbox.api_key,
        "hailuo_api_url": sandbox.url,
        "data_dir": data_dir,
        "database_url": f"sqlite:///{data_dir / 'clapper.db'}",
        "download_private_hosts": "127.0.0.1",
        "first_poll_seconds": 0.1,
        "poll_interval_seconds": 0.1,
        "polls_per_second": 100,
        "undo_seconds": 1,
        "status_interval_seconds": 0.05,
        "shutdown_grace_seconds": 5,
        "health_port": "off",
        "member_active": 20,
        "member_per_day": 1000,
        "guild_per_day": 1000,
        "bot_per_day": 1000,
        "bot_usd_per_day": 1000,
    }
    return settings_of(**(values | changes))


@contextlib.asynccontextmanager
async def _simulated_discord(client: discord.Client) -> AsyncGenerator[tuple[simcord.Env, StrictDiscord]]:
    """Do what `simcord.run` does, which cannot be left from another task than it was entered from."""
    env = simcord.Env(client, check_errors=False, settle_timeout=SETTLE_SECONDS)
    env.backend.advance_clock(seconds_behind(env))
    with strict_discord(env) as strict:
        await env.start()
        try:
            yield env, strict
        finally:
            await env.shutdown()


@contextlib.asynccontextmanager
async def open_house(
    data_dir: Path, *, settings: dict[str, Any] | None = None, **provider: Any
) -> AsyncGenerator[House]:
    """Open provider, bot and server, in this order: what is opened before the server runs in real time."""
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(open_sandbox(**({"instant": True} | provider)))
        chosen = small_settings(data_dir, sandbox, **(settings or {}))
        put_empty_database(chosen.data_dir / "clapper.db")
        running = await stack.enter_async_context(contextlib.AsyncExitStack())
        bot = await running.enter_async_context(open_bot(chosen, log_in=False))
        env, strict = await stack.enter_async_context(_simulated_discord(bot.client))
        guild = env.create_guild("Studio")
        house = House(
            env=env,
            strict=strict,
            sandbox=sandbox,
            settings=chosen,
            guild=guild,
            room=guild.create_text_channel("videos"),
            ann=guild.add_member(env.create_user("ann")),
            ben=guild.add_member(env.create_user("ben")),
            _bot=running,
        )
        await env.settle()
        yield house
