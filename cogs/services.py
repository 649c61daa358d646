"""How commands and buttons reach the job service: the client carries it, every interaction knows the client."""

from typing import Any, Protocol, cast

import discord

from cogs.drafts import Drafts
from cogs.open_replies import OpenReplies
from cogs.picture_gate import PictureGate
from cogs.sketch_turns import SketchTurns
from cogs.words import LANGUAGES, Words
from jobs.accounts import Accounts
from jobs.administration import Administration
from jobs.members import Preferences
from jobs.mod_log import ModLog
from jobs.privacy import PrivacyKeeper
from jobs.service import JobService
from jobs.stops import Stops
from jobs.takes import Takes


class Services(Protocol):
    """What the client carries."""

    service: JobService
    takes: Takes
    accounts: Accounts
    privacy: PrivacyKeeper
    stops: Stops
    administration: Administration
    mod_log: ModLog
    preferences: Preferences
    replies: OpenReplies
    drafts: Drafts
    sketch_turns: SketchTurns
    picture_gate: PictureGate
    fast_requires_image: bool
    undo_seconds: float


def services_of(interaction: discord.Interaction[Any]) -> Services:
    """Return what the client of `interaction` carries."""
    return cast("Services", interaction.client)


def words_of(interaction: discord.Interaction[Any]) -> Words:
    """Return the language of whoever acts: what they chose, else what their Discord client speaks."""
    mine = services_of(interaction).preferences.remembered(interaction.user.id)
    return LANGUAGES.of((mine and mine.language) or interaction.locale.value)
