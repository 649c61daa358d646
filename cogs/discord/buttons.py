"""Buttons, selects and forms whose custom ids carry their state: nobody keeps them, and they work after a restart."""

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
    """Is rebuilt from a custom id: the constructor takes `words`, and each group of the template by its name.

    `reads` says how a group is read that is no text.
    """

    reads: ClassVar[Mapping[str, Callable[[str], object]]] = MappingProxyType({})

    @classmethod
    def rebuilt(cls, words: Words, match: re.Match[str]) -> Self:
        """Return what stood in a message, or was opened, perhaps before a restart."""
        values = {name: cls.reads.get(name, str)(text) for name, text in match.groupdict().items()}
        build: Any = cls
        return build(words=words, **values)


def flag(text: str) -> bool:
    """Read a flag of a custom id."""
    return text == "1"


class Answer(Enum):
    """What the first answer to a press is. Discord waits three seconds for it, whatever the disk does."""

    CHANGE = auto()  #: the promise of a change of the message
    REPLY = auto()  #: the promise of a reply for the presser alone
    FORM = auto()  #: a form, which `press` opens: none can follow a promise


class AcknowledgedItem(FromCustomId):
    """Acknowledges a press before anything is looked up, and answers whatever goes wrong after that."""

    answer: ClassVar[Answer] = Answer.CHANGE

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the item of a message, as discord.py asks for."""
        return cls.rebuilt(words_of(interaction), match)

    async def callback(self, interaction: Interaction) -> Any:
        """Do what the item says; answer any error privately."""
        try:
            await self.acknowledge(interaction)
            await self.press(interaction)
        except Exception as error:  # noqa: BLE001 - the counterpart of the command tree's handler
            await answer_error(interaction, error)

    async def acknowledge(self, interaction: Interaction) -> None:
        """Give the first answer, if it is a promise."""
        if self.answer is not Answer.FORM:
            private = self.answer is Answer.REPLY
            await defer(interaction, ephemeral=private, thinking=private)

    async def press(self, interaction: Interaction) -> None:
        """Act for the presser."""
        raise NotImplementedError


class DynamicButton(AcknowledgedItem, discord.ui.DynamicItem[discord.ui.Button[Any]], template="v0:button"):
    """A button that is found by its custom id."""

    def __init__(
        self, label: str, *, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> None:
        super().__init__(discord.ui.Button[Any](label=label, style=style, custom_id=custom_id))


class JobButton(DynamicButton, template="v0:job"):
    """A button about one job. A press looks the job up anew: what is not the presser's does not exist."""

    action: ClassVar[str]
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary

    def __init__(self, key: str, words: Words, *, after: str = "", price: int = 0) -> None:
        """Name it, with its `price` (micro-dollars) if a press costs something."""
        label = priced(words, words(f"button-{self.action}"), price)
        super().__init__(label, style=self.style, custom_id=f"v1:{self.action}:{key}{after}")
        self.key = key


def priced(words: Words, label: str, price: int) -> str:
    """Return the label of a button with what a press costs, if it costs anything."""
    return words("button-priced", label=label, price=dollars(words, price)) if price else label


def chosen_value(interaction: Interaction) -> str:
    """Return the chosen value of a single-value select; empty if a modified client sent none."""
    values: list[str] = (interaction.data or {}).get("values", [])  # type: ignore[assignment]
    return values[0] if values else ""


def chosen_ids(interaction: Interaction) -> list[int]:
    """Return what was chosen in a select of roles, channels or members; what a modified client made up is left out."""
    data: Any = interaction.data or {}
    return [int(value) for value in data.get("values", ()) if value.isascii() and value.isdigit()][:25]


class Form(FromCustomId, discord.ui.Modal):
    """A form: what its fields do not hold is in the custom id (`state`)."""

    template: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, template: str | None = None, **how: Any) -> None:
        super().__init_subclass__(**how)
        if template is not None:
            cls.template = re.compile(template + _CHANCE)

    def __init__(self, title: str, *, state: str) -> None:
        # The end is left to chance: a client that remembers what it had in a form must not see it in another one.
        super().__init__(title=title, timeout=None, custom_id=f"{state}:{secrets.token_hex(4)}")
        self.stop()  # the library keeps no form that has ended: `read_form` rebuilds it

    async def acknowledge(self, interaction: Interaction) -> None:
        """Promise an answer for the writer alone."""
        await defer(interaction, ephemeral=True, thinking=True)

    async def send_off(self, interaction: Interaction) -> None:
        """Do what was filled in, behind an acknowledgement for the writer alone."""
        raise NotImplementedError

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Acknowledge, then go on with what was filled in; answer any error privately."""
        try:
            await self.acknowledge(interaction)
            await self.send_off(interaction)
        except Exception as error:  # noqa: BLE001 - the counterpart of the command tree's handler
            await answer_error(interaction, error)

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:
        """Answer what could not even be read."""
        await answer_error(interaction, error)


class ClientWithForms(commands.Bot):
    """A client that reads forms which were sent off; the library takes care of commands and presses."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._forms: tuple[type[Form], ...] = ()

    def add_forms(self, *kinds: type[Form]) -> None:
        """Take forms of these kinds, whichever process has opened them."""
        self._forms += kinds

    async def on_interaction(self, interaction: Interaction) -> None:
        """Read a form."""
        if interaction.type is discord.InteractionType.modal_submit:
            await read_form(interaction, self._forms)


async def read_form(interaction: Interaction, kinds: tuple[type[Form], ...]) -> None:
    """Let a form that was sent off do its work, whichever process has opened it."""
    data: Any = interaction.data
    for kind in kinds:
        match = kind.template.fullmatch(data["custom_id"])
        if match is not None:
            form: Any = kind.rebuilt(words_of(interaction), match)
            # As the library does with forms that it keeps.
            await form._dispatch_submit(interaction, data["components"], data.get("resolved", {}))
            return
    await answer_error(interaction, Refused("form-ended"))


class CancelButton(JobButton, template=r"v1:cancel:(?P<key>[0-9a-f]{16})"):
    """Cancels a job that still waits."""

    action, style = "cancel", discord.ButtonStyle.danger

    async def press(self, interaction: Interaction) -> None:
        """Cancel, or say why it cannot be."""
        job = await find_own(interaction, self.key)
        if await services_of(interaction).service.cancel(job.key, owner_of(interaction)):
            await self.show_cancelled(interaction)
            return
        now = await find_own(interaction, job.key)
        await self.show_as_it_is(interaction, now)
        await interaction.followup.send(
            words_of(interaction)(f"not-cancelled-{now.state.value}"), ephemeral=True
        )

    async def show_cancelled(self, interaction: Interaction) -> None:
        """Change the acknowledgement."""
        await interaction.edit_original_response(content=words_of(interaction)("cancelled"), view=None)

    async def show_as_it_is(self, interaction: Interaction, job: Job) -> None:
        """Take the button away where there is nothing to cancel any more."""
        await interaction.edit_original_response(view=cancel_view(words_of(interaction), job))


class ShowAgainButton(JobButton, template=r"v1:again:(?P<key>[0-9a-f]{16})"):
    """Shows a kept video: to its owner alone, or in the channel where it never arrived."""

    action, answer = "again", Answer.REPLY

    async def press(self, interaction: Interaction) -> None:
        """Show the video."""
        job = await find_own(interaction, self.key)
        if _never_arrived(job):
            await self._deliver_here(interaction, job)
        else:
            await self._show_privately(interaction, job)

    async def _deliver_here(self, interaction: Interaction, job: Job) -> None:
        directly = job.route is Route.PRIVATE or only_directly(interaction)
        if not directly:
            require_place_to_post(interaction)
        again = await services_of(interaction).service.deliver_again(
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
        path = await services_of(interaction).service.video(job)
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
"""What the client registers, so that presses on old messages find their way."""


def cancel_view(words: Words, job: Job) -> discord.ui.View | None:
    """Return the view under an acknowledgement: *Cancel*, while there is something to cancel."""
    if job.state is not JobState.QUEUED:
        return None
    return discord.ui.View(timeout=None).add_item(CancelButton(job.key, words))


def undo_view(words: Words, job: Job) -> discord.ui.View | None:
    """Return the view under what a press has just ordered: *Cancel* by the name of *Undo*."""
    view = cancel_view(words, job)
    for item in view.children if view else ():
        if isinstance(item, CancelButton):
            item.item.label = words("button-undo")
    return view


def _never_arrived(job: Job) -> bool:
    return job.state is JobState.FAILED and job.reason in {Reason.UNDELIVERABLE, Reason.TOO_LARGE}
