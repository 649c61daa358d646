"""What a soak does and when: a pure function of its seed and its length."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from tests.soak.discord_faults import DISCORD_FAULTS, GATEWAY_FAULTS
from tests.soak.provider_faults import PROVIDER_FAULTS

Item = TypeVar("Item")

MEMBERS = 6
CHANNELS = 3
_ORDERS_PER_SECOND = 2.0
_PROVIDER_FAULTS_PER_SECOND = 0.7
_DISCORD_FAULTS_PER_SECOND = 0.5
_SECONDS_PER_GATEWAY_FAULT = 15.0
_SECONDS_PER_BLOW = 7.0
_SECONDS_PER_DECISION = 5.0
_QUIET_SHARE = 0.25
"""The last part of a soak has no blows, so that one life is long enough to be measured."""


class Blow(StrEnum):
    """What is done to the process."""

    KILL = "kill -9"
    STOP = "SIGTERM"
    PAUSE = "SIGSTOP, past the lease, SIGCONT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A member runs `/video`; `member` and `channel` are indexes."""

    member: int
    channel: int
    picture: bool
    cancelled: bool
    doubled: bool  #: the gateway delivers the interaction twice


@dataclass(frozen=True, slots=True)
class ProviderFault:
    """A fault of the provider, as its command line spells it."""

    spelling: str


@dataclass(frozen=True, slots=True)
class DiscordFault:
    """A fault of Discord's REST API, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class GatewayFault:
    """A way for the gateway's connection to break, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A moderator decides about the oldest job of unknown outcome, if there is one."""

    again: bool


Act = Order | ProviderFault | DiscordFault | GatewayFault | Decision | Blow


@dataclass(frozen=True, slots=True)
class Planned:
    """An act, and the second at which it is due. On a slow machine it comes later, never earlier."""

    at: float
    act: Act


def plan(seed: int, seconds: float) -> list[Planned]:
    """Return what happens, in order. The same seed and length give the same plan."""
    busy = seconds * (1 - _QUIET_SHARE)
    planned = [
        *_orders(seed, seconds),
        *_dealt(seed, seconds, PROVIDER_FAULTS, ProviderFault, seconds * _PROVIDER_FAULTS_PER_SECOND),
        *_dealt(seed, seconds, DISCORD_FAULTS, DiscordFault, seconds * _DISCORD_FAULTS_PER_SECOND),
        *_dealt(seed, seconds, GATEWAY_FAULTS, GatewayFault, seconds / _SECONDS_PER_GATEWAY_FAULT),
        *_dealt(seed, seconds, [True, True, False], Decision, seconds / _SECONDS_PER_DECISION),
        *_dealt(seed, busy, _BLOWS, Blow, busy / _SECONDS_PER_BLOW),
    ]
    return sorted(planned, key=lambda item: item.at)


_BLOWS = [Blow.KILL, Blow.KILL, Blow.KILL, Blow.STOP, Blow.PAUSE]


def told(acts: Sequence[Planned]) -> Counter[str]:
    return Counter(filter(None, (_name(item.act) for item in acts)))


def _name(act: Act) -> str | None:
    match act:
        case ProviderFault(spelling):
            return f"provider: {spelling}"
        case DiscordFault(name):
            return f"Discord: {name}"
        case GatewayFault(name):
            return f"gateway: {name}"
        case _:
            return None


def _orders(seed: int, seconds: float) -> list[Planned]:
    dice = _dice(seed, Order)
    return [
        Planned(dice.uniform(0, seconds), _order(dice)) for _ in range(_count(seconds * _ORDERS_PER_SECOND))
    ]


def _order(dice: random.Random) -> Order:
    return Order(
        member=dice.randrange(MEMBERS),
        channel=dice.randrange(CHANNELS),
        picture=dice.random() < 0.15,
        cancelled=dice.random() < 0.15,
        doubled=dice.random() < 0.1,
    )


def _dealt(
    seed: int, seconds: float, kinds: Iterable[Item], made: Callable[[Item], Act], count: float
) -> list[Planned]:
    """Deal `count` acts like cards: every kind comes once before any comes twice."""
    dice = _dice(seed, made)
    cards = _cards(dice, list(kinds))
    return [Planned(dice.uniform(0, seconds), made(next(cards))) for _ in range(_count(count))]


def _dice(seed: int, made: Callable[..., Act]) -> random.Random:
    """Return dice of their own for each kind of act, so that a new fault moves no blow."""
    return random.Random(f"{seed} {made.__name__}")


def _cards(dice: random.Random, kinds: Sequence[Item]) -> Iterator[Item]:
    while True:
        yield from dice.sample(kinds, len(kinds))


def _count(wanted: float) -> int:
    return max(1, round(wanted))
