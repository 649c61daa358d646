"""How commands and buttons reach what they need: the client carries it, every interaction knows the client."""

from typing import TYPE_CHECKING, Protocol, cast

from cogs.discord.interactions import Interaction
from cogs.discord.open_replies import OpenReplies
from cogs.discord.picture_gate import PictureGate
from cogs.discord.sketch_turns import SketchTurns
from cogs.text.catalogue import LANGUAGES, Words
from db.store import JobStore
from jobs.money.accounts import Accounts
from jobs.money.ordering_pauses import OrderingPauses
from jobs.notify.mod_log import ModLog
from jobs.orders.service import JobService
from jobs.orders.variations import Variations
from jobs.privacy import PrivacyKeeper
from jobs.servers.administration import Administration
from jobs.servers.preferences import Preferences

if TYPE_CHECKING:
    from cogs.discord.acknowledging import UnansweredInteractions
    from cogs.video.drafts import Drafts


class Services(Protocol):
    """What the client carries."""

    store: JobStore
    service: JobService
    variations: Variations
    accounts: Accounts
    privacy: PrivacyKeeper
    ordering_pauses: OrderingPauses
    administration: Administration
    mod_log: ModLog
    preferences: Preferences
    replies: OpenReplies
    drafts: "Drafts"
    sketch_turns: SketchTurns
    picture_gate: PictureGate
    unanswered: "UnansweredInteractions"
    fast_requires_image: bool
    undo_seconds: float


def services_of(interaction: Interaction) -> Services:
    """Return what the client of `interaction` carries."""
    return cast("Services", interaction.client)


def words_of(interaction: Interaction) -> Words:
    """Return the language of whoever acts: what they chose, else what their Discord client speaks."""
    mine = services_of(interaction).preferences.remembered(interaction.user.id)
    return LANGUAGES.of((mine and mine.language) or interaction.locale.value)
