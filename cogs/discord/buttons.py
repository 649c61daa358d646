"""Base classes for buttons, selects and forms, and two buttons that act on jobs.

Their custom ids carry all their state, so that nothing is kept in memory and they still work after a restart.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, ClassVar, Self

import discord
from discord.ext import commands

from cogs.discord.acknowledging import defer
from cogs.discord.context import (
    find_own,
    only_directly,
    owner_of,
    require_place_to_post,
    services_of,
    upload_limit_of,
    words_of,
)
from cogs.discord.errors import answer_error
from cogs.discord.interactions import Interaction
from cogs.discord.sending import notify_error
from cogs.text.catalogue import Refused, Words
from cogs.text.job_pages import alt_text
from cogs.text.sentences import dollars
from db.jobs.job import Job, JobState, Reason, Route
from jobs.notify.notifier import TooLarge
from jobs.orders.order import Order

_CHANCE = r":[0-9a-f]{8}"


class FromCustomId:
    """A mixin for buttons, selects and forms that are rebuilt from their custom id.

    The constructor takes `words` (the language) and each named group of the custom id's pattern. `reads`
    holds a parser for each group that is not plain text.
    """

    reads: ClassVar[Mapping[str, Callable[[str], object]]] = MappingProxyType({})

    @classmethod
    def rebuilt(cls, words: Words, match: re.Match[str]) -> Self:
        """Rebuild the button, select or form from its matched custom id, whichever process created it."""
        values = {name: cls.reads.get(name, str)(text) for name, text in match.groupdict().items()}
        build: Any = cls
        return build(words=words, **values)


def flag(text: str) -> bool:
    """Return whether a flag in a custom id is set ("1")."""
    return text == "1"


class Answer(Enum):
    """The kinds of first answer to a press. Discord waits three seconds for it, even if the database is slow."""

    CHANGE = auto()  #: acknowledge; the pressed message is edited later
    REPLY = auto()  #: acknowledge; a reply that only the presser sees follows later
    FORM = auto()  #: no acknowledgement: `press` opens a form, which must be the first answer


class AcknowledgedItem(FromCustomId):
    """A button or select that acknowledges a press before it looks anything up, and answers any error of the press."""

    answer: ClassVar[Answer] = Answer.CHANGE

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button or select of a pressed message; discord.py calls this."""
        return cls.rebuilt(words_of(interaction), match)

    async def callback(self, interaction: Interaction) -> Any:
        """Acknowledge the press and act on it; answer any error privately."""
        try:
            await self.acknowledge(interaction)
            await self.press(interaction)
        except Exception as error:  # noqa: BLE001 - the counterpart of the command tree's handler
            await answer_error(interaction, error)

    async def acknowledge(self, interaction: Interaction) -> None:
        """Acknowledge the press, unless a form is to be the first answer."""
        if self.answer is not Answer.FORM:
            private = self.answer is Answer.REPLY
            await defer(interaction, ephemeral=private, thinking=private)

    async def press(self, interaction: Interaction) -> None:
        """Act on the press; subclasses implement this."""
        raise NotImplementedError


class DynamicButton(AcknowledgedItem, discord.ui.DynamicItem[discord.ui.Button[Any]], template="v0:button"):
    """A button that discord.py recognises by the pattern of its custom id."""

    def __init__(
        self, label: str, *, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> None:
        super().__init__(discord.ui.Button[Any](label=label, style=style, custom_id=custom_id))


class JobButton(DynamicButton, template="v0:job"):
    """A button that acts on one job.

    Each press looks the job up again, and only among the jobs that the presser may act on.
    """

    action: ClassVar[str]
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary

    def __init__(self, key: str, words: Words, *, after: str = "", price: int = 0) -> None:
        """Create the button; its label shows `price` (micro-dollars) if a press costs something."""
        label = priced(words, words(f"button-{self.action}"), price)
        super().__init__(label, style=self.style, custom_id=f"v1:{self.action}:{key}{after}")
        self.key = key


def priced(words: Words, label: str, price: int) -> str:
    """Return the label of a button, followed by the price of a press if there is one."""
    return words("button-priced", label=label, price=dollars(words, price)) if price else label


def chosen_value(interaction: Interaction) -> str:
    """Return the chosen value of a single-value select; empty if a modified client sent none."""
    values: list[str] = (interaction.data or {}).get("values", [])  # type: ignore[assignment]
    return values[0] if values else ""


def chosen_ids(interaction: Interaction) -> list[int]:
    """Return the ids chosen in a select of roles, channels or members, at most 25; malformed ids are left out."""
    data: Any = interaction.data or {}
    return [int(value) for value in data.get("values", ()) if value.isascii() and value.isdigit()][:25]


class Form(FromCustomId, discord.ui.Modal):
    """A form (Discord's modal). What its fields do not hold is in its custom id (`state`)."""

    template: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, template: str | None = None, **how: Any) -> None:
        super().__init_subclass__(**how)
        if template is not None:
            cls.template = re.compile(template + _CHANCE)

    def __init__(self, title: str, *, state: str) -> None:
        # Each custom id ends in random digits: some clients remember what was typed into a form with the same id.
        super().__init__(title=title, timeout=None, custom_id=f"{state}:{secrets.token_hex(4)}")
        self.stop()  # the library forgets a stopped form; `read_form` rebuilds it when it is submitted

    async def acknowledge(self, interaction: Interaction) -> None:
        """Acknowledge the form; a reply that only the user sees follows later."""
        await defer(interaction, ephemeral=True, thinking=True)

    async def send_off(self, interaction: Interaction) -> None:
        """Process the submitted form after its acknowledgement; subclasses implement this."""
        raise NotImplementedError

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Acknowledge and process the submitted form; answer any error privately."""
        try:
            await self.acknowledge(interaction)
            await self.send_off(interaction)
        except Exception as error:  # noqa: BLE001 - the counterpart of the command tree's handler
            await answer_error(interaction, error)

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:
        """Answer an error that occurred before the form could be processed."""
        await answer_error(interaction, error)


class ClientWithForms(commands.Bot):
    """A client that handles submitted forms. discord.py itself handles commands and presses."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._forms: tuple[type[Form], ...] = ()

    def add_forms(self, *kinds: type[Form]) -> None:
        """Register classes of forms; this client then handles their submissions, whichever process opened the form."""
        self._forms += kinds

    async def on_interaction(self, interaction: Interaction) -> None:
        """Process the interaction if it is a submitted form."""
        if interaction.type is discord.InteractionType.modal_submit:
            await read_form(interaction, self._forms)


async def read_form(interaction: Interaction, kinds: tuple[type[Form], ...]) -> None:
    """Rebuild a submitted form from its custom id and process it; answer that it has expired if no class matches."""
    data: Any = interaction.data
    for kind in kinds:
        match = kind.template.fullmatch(data["custom_id"])
        if match is not None:
            form: Any = kind.rebuilt(words_of(interaction), match)
            # discord.py does the same with the forms that it keeps in memory.
            await form._dispatch_submit(interaction, data["components"], data.get("resolved", {}))
            return
    await answer_error(interaction, Refused("form-ended"))


class CancelButton(JobButton, template=r"v1:cancel:(?P<key>[0-9a-f]{16})"):
    """A button that cancels a job which is still queued."""

    action, style = "cancel", discord.ButtonStyle.danger

    async def press(self, interaction: Interaction) -> None:
        """Cancel the job; if that is no longer possible, update the message and reply why."""
        job = await find_own(interaction, self.key)
        if await services_of(interaction).jobs.cancel(job.key, owner_of(interaction)):
            await self.show_cancelled(interaction)
            return
        now = await find_own(interaction, job.key)
        await self.show_as_it_is(interaction, now)
        await interaction.followup.send(
            words_of(interaction)(f"not-cancelled-{now.state.value}"), ephemeral=True
        )

    async def show_cancelled(self, interaction: Interaction) -> None:
        """Replace the text of the pressed message and remove its buttons."""
        await interaction.edit_original_response(content=words_of(interaction)("cancelled"), view=None)

    async def show_as_it_is(self, interaction: Interaction, job: Job) -> None:
        """Update the buttons of the pressed message: *Cancel* goes if the job is no longer queued."""
        await interaction.edit_original_response(view=cancel_view(words_of(interaction), job))


class ShowAgainButton(JobButton, template=r"v1:again:(?P<key>[0-9a-f]{16})"):
    """A button that shows a stored video again: privately to its requester.

    If the video could never be delivered, the button delivers it where it was pressed: in the channel, or by
    direct message for a private job and where the bot may not post.
    """

    action, answer = "again", Answer.REPLY

    async def press(self, interaction: Interaction) -> None:
        """Show the video privately, or deliver it if it was never delivered."""
        job = await find_own(interaction, self.key)
        if _never_arrived(job):
            await self._deliver_here(interaction, job)
        else:
            await self._show_privately(interaction, job)

    async def _deliver_here(self, interaction: Interaction, job: Job) -> None:
        directly = job.route is Route.PRIVATE or only_directly(interaction)
        if not directly:
            require_place_to_post(interaction)
        again = await services_of(interaction).jobs.deliver_again(
            job,
            channel_id=interaction.channel_id or 0,
            upload_limit=upload_limit_of(interaction),
            private=directly,
        )
        if again is None:
            raise Refused("file-gone")
        await interaction.followup.send(
            words_of(interaction)("sent-again-directly" if directly else "sent-again")
        )

    async def _show_privately(self, interaction: Interaction, job: Job) -> None:
        path = await services_of(interaction).jobs.video(job)
        if path is None:
            raise Refused("file-gone")
        if path.stat().st_size > upload_limit_of(interaction):
            raise Refused("file-too-large")
        file = discord.File(
            path,
            filename=f"clapper-{job.key}.mp4",
            spoiler=bool(job.spoiler),
            description=alt_text(Order.of(job)),
        )
        try:
            words = words_of(interaction)
            await interaction.followup.send(words("shown-privately"), file=file, ephemeral=True)
        except discord.HTTPException as error:
            if isinstance(notify_error(error), TooLarge):
                raise Refused("file-too-large") from error
            raise


JOB_BUTTONS = (CancelButton, ShowAgainButton)
"""Buttons that the client registers, so that presses on old messages still reach them."""


def cancel_view(words: Words, job: Job) -> discord.ui.View | None:
    """Return a view with a *Cancel* button while the job is queued, else None."""
    if job.state is not JobState.QUEUED:
        return None
    return discord.ui.View(timeout=None).add_item(CancelButton(job.key, words))


def undo_view(words: Words, job: Job) -> discord.ui.View | None:
    """Return the view of `cancel_view` with the button named *Undo*, for an order that a press has just placed."""
    view = cancel_view(words, job)
    for item in view.children if view else ():
        if isinstance(item, CancelButton):
            item.item.label = words("button-undo")
    return view


def _never_arrived(job: Job) -> bool:
    return job.state is JobState.FAILED and job.reason in {Reason.UNDELIVERABLE, Reason.TOO_LARGE}
