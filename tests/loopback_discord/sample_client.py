"""An unmodified discord.py bot with one of each: command, context menu, buttons, modal."""

import asyncio
from contextlib import asynccontextmanager, contextmanager

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.loopback_discord.wakeup import Wakeup


class SeenEvents(Wakeup):
    """The client's events by name."""

    def __init__(self):
        super().__init__()
        self.names = []

    def add(self, name):
        self.names.append(name)
        self.notify()

    async def wait_for(self, name):
        await self.until(lambda: name in self.names, 10, what=name)


class PlainClient(discord.Client):
    """A bot with one of each: command, context menu, button, select, modal."""

    def __init__(self, **options):
        super().__init__(intents=discord.Intents(guilds=True), max_ratelimit_timeout=30, **options)
        self.events = SeenEvents()
        self.seen = {}
        self.tree = app_commands.CommandTree(self)
        add_commands(self.tree, self.seen)

    async def setup_hook(self):
        await self.tree.sync()

    async def on_ready(self):
        self.events.add("ready")

    async def on_resumed(self):
        self.events.add("resumed")


class ShardedClient(PlainClient, discord.AutoShardedClient):
    """The same with `AutoShardedClient`, which asks for the gateway's address."""


class Prompt(discord.ui.Modal, title="Studio"):
    words = discord.ui.TextInput(label="Prompt", custom_id="words")

    async def on_submit(self, interaction):
        await interaction.response.send_message(f"modal: {self.words.value}", ephemeral=True)


class Buttons(discord.ui.View):
    @discord.ui.button(label="Cancel", custom_id="cancel")
    async def cancel(self, interaction, _):
        await interaction.response.edit_message(content="cancelled", view=None)

    @discord.ui.button(label="Remix", custom_id="remix")
    async def remix(self, interaction, _):
        await interaction.response.send_modal(Prompt())


def add_commands(tree, seen):
    @tree.command(description="Make a video")
    @app_commands.choices(
        duration=[app_commands.Choice(name="6 s", value=6), app_commands.Choice(name="10 s", value=10)]
    )
    async def video(
        interaction: discord.Interaction,
        prompt: app_commands.Range[str, 1, 2000],
        image: discord.Attachment | None = None,
        duration: int = 6,
        camera: str = "",
        friend: discord.Member | None = None,
    ):
        seen["interaction"] = interaction
        await interaction.response.defer(ephemeral=True, thinking=True)
        seen["image"] = await image.read() if image else None
        seen["values"] = (prompt, duration, camera, friend)
        await interaction.edit_original_response(content=f"queued: {prompt}", view=Buttons())

    @tree.context_menu(name="Animate this image")
    async def animate(interaction: discord.Interaction, message: discord.Message):
        data = await message.attachments[0].read()
        await interaction.response.send_message(f"{len(data)} bytes", ephemeral=True)


@contextmanager
def pointed_at(loopback):
    """Point discord.py at the loopback servers as an operator's settings do, and put all back."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = loopback.api_url, yarl.URL(loopback.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def running(client, loopback):
    with pointed_at(loopback):
        task = asyncio.create_task(client.start(loopback.token))
        try:
            await loopback.wait_until_ready(10)
            yield client
        finally:
            await client.close()
            await asyncio.gather(task, return_exceptions=True)
