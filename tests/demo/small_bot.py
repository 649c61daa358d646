"""A bot small enough to read, with the same shape as the real one: private acknowledgement, worker outside."""

import asyncio
import contextlib
import io
from pathlib import Path

import av
import discord
from discord import app_commands
from PIL import Image

from demo.studio import hills, open_studio


class PoliteTree(app_commands.CommandTree):
    """Answers every error with its text."""

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        await interaction.response.send_message(str(error), ephemeral=True)


class SmallBot(discord.Client):
    """Answers `/video` in private and posts `clip` to the channel from a task that the simulator does not own."""

    def __init__(self, clip: bytes) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.clip = clip
        self.tree = PoliteTree(self)
        self.orders: asyncio.Queue[int] = asyncio.Queue()
        self.tree.command(name="video", description="Make a video")(self._video())
        self.tree.context_menu(name="Read it")(self._menu())

    async def setup_hook(self) -> None:
        await self.tree.sync()

    def _video(self):
        async def video(
            interaction: discord.Interaction,
            prompt: str,
            image: discord.Attachment | None = None,
            duration: int = 6,
            resolution: str = "768p",
            camera: str | None = None,
        ) -> None:
            if prompt == "forbidden":
                raise app_commands.AppCommandError("refused")
            await interaction.response.send_message(f"queued: {prompt}", ephemeral=True)
            self.orders.put_nowait(interaction.channel_id)

        return video

    def _menu(self):
        async def read(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(f"read: {message.content[:20]}", ephemeral=True)

        return read

    async def work(self) -> None:
        while True:
            room = self.get_partial_messageable(await self.orders.get())
            status = await room.send("rendering")
            await status.edit(content="rendering, 50 %")
            await room.send("done", file=discord.File(io.BytesIO(self.clip), "clip.mp4"))
            await status.delete()


@contextlib.asynccontextmanager
async def open_small_bot(clip: bytes):
    bot = SmallBot(clip)
    worker = asyncio.create_task(bot.work())
    try:
        yield bot
    finally:
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
        await bot.close()


@contextlib.asynccontextmanager
async def open_small_studio(clip: bytes = b"no video"):
    async with open_small_bot(clip) as bot, open_studio(bot) as studio:
        yield studio


def encode(path: Path, *, width: int, height: int, seconds: int, fps: int = 5) -> bytes:
    """Return a real H.264 mp4 that shows the picture of the check."""
    picture = Image.open(io.BytesIO(hills())).resize((width, height))
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for _ in range(seconds * fps):
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode(None))
    return path.read_bytes()
