"""The card that a process shows when it is ready: who it is, where it works, and which limits apply."""

import logging
import sys
from dataclasses import asdict, dataclass

from app import VERSION
from app.parts import api_url_of, caps_of
from cogs.client import ClapperClient
from cogs.discord.commands import invite_address
from config.logs import is_for_people
from config.settings import Settings
from db.money.caps import LevelCaps
from hailuo.errors import HailuoError
from hailuo.provider import Provider

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCard:
    """What an operator wants to know of a process that has just started."""

    bot: str
    servers: int
    commands: int
    provider: str
    balance: str
    limits: str
    page: str
    invite: str

    def lines(self) -> list[str]:
        """Return the card as lines for a terminal."""
        return [
            f"Clapper {VERSION} is ready.",
            *(f"  {name:<9} {value}" for name, value in asdict(self).items()),
            "  Ctrl-C stops it and finishes what is in hand.",
        ]


async def show_start_card(
    client: ClapperClient, settings: Settings, provider: Provider, *, pages: str | None
) -> None:
    """Wait until the client is connected, then show the card: as lines in a terminal, else in one line of the log."""
    await client.wait_until_ready()
    card = StartCard(
        bot=str(client.user),
        servers=len(client.guilds),
        commands=len(client.tree.get_commands()),
        provider=api_url_of(settings),
        balance=await _balance(provider),
        limits=_limits(settings),
        page=pages or "off",
        invite=invite_address(client),
    )
    facts = {name: value for name, value in asdict(card).items() if name != "invite"}
    if not is_for_people(settings.log_format):
        log.info("ready", extra=facts)
    elif sys.stderr.isatty():
        sys.stderr.write("\n".join([*card.lines(), ""]))
    else:
        log.info("ready: %s", ", ".join(f"{name} {value}" for name, value in facts.items()))


async def _balance(provider: Provider) -> str:
    try:
        return str(await provider.balance())
    except HailuoError as error:
        return f"unknown ({type(error).__name__}; `python bot.py check` says more)"


def _limits(settings: Settings) -> str:
    caps = caps_of(settings)
    levels = {"member": caps.member, "server": caps.guild, "everybody": caps.bot}
    said = [f"{name}: {words}" for name, level in levels.items() if (words := _in_words(level))]
    return "; ".join(said) or "none"


def _in_words(caps: LevelCaps) -> str:
    figures = [
        (caps.active, "{} at once"),
        (caps.per_day, "{} a day"),
        (caps.micros_per_day and caps.micros_per_day / 1e6, "${:.2f} a day"),
        (caps.micros_per_month and caps.micros_per_month / 1e6, "${:.2f} a month"),
    ]
    return ", ".join(words.format(figure) for figure, words in figures if figure is not None)
