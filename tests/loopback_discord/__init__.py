# ruff: noqa: F401 - what tests take from here stands in the modules below
"""A Discord on loopback, REST and gateway, that speaks the real protocol to an unmodified client.

    async with open_loopback_discord() as discord:
        ...                                      # start a client against discord.api_url, discord.gateway_url
        await discord.wait_until_ready()
        sent = await discord.slash("video", user=ANN, channel=VIDEOS, options={"prompt": "a kite"})
        reply = await sent.original()
        video = await discord.wait_for_message(VIDEOS, lambda message: message.attachments)

What came in is in `discord.ledger`, what shall go wrong is told to `discord.faults`, limits stand in
`discord.rules`, and the connection is broken by `discord.gateway.drop()`.
"""

from tests.loopback_discord.errors import Refusal
from tests.loopback_discord.faults import Cut, Fault
from tests.loopback_discord.handle import Handle
from tests.loopback_discord.ledger import Callback, Interaction, Ledger, Message, Request
from tests.loopback_discord.options import NotSendable
from tests.loopback_discord.ratelimits import Limit
from tests.loopback_discord.rules import Rules
from tests.loopback_discord.server import LoopbackDiscord, open_loopback_discord
from tests.loopback_discord.world import (
    ANN,
    BEN,
    BOT,
    EVERYONE,
    GUILD_ID,
    LOUNGE,
    MODERATOR,
    OWNER,
    SKETCHES,
    TOKEN,
    VIDEOS,
    Channel,
    Permission,
    User,
)
