"""The commands `/help`, `/usage`, `/settings` and `/privacy`, each about the user's own data."""

import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.discord.acknowledging import defer, send_message, send_modal
from cogs.discord.buttons import ClientWithForms, Form
from cogs.discord.commands import localized, usable_anywhere
from cogs.discord.context import owner_of, role_ids_of, services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.sending import bounded
from cogs.member.settings import SETTINGS_ITEMS, settings_page
from cogs.text.catalogue import Refused, Words
from cogs.text.sentences import dollars
from cogs.text.usage_text import DAYS, chart, left_lines, limits_line, spent_lines
from db.money.caps import UNLIMITED, Level, LevelCaps
from jobs.money.accounts import Allowance
from jobs.money.limits import in_force
from jobs.notify.notifier import NotifyError
from jobs.orders.order import DIRECT_MESSAGE_BYTES
from jobs.privacy import PSEUDONYM_AFTER_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpLinks:
    """Addresses of the operator's pages, shown in the help; None for a page that does not exist."""

    terms: str | None = None
    privacy: str | None = None
    support: str | None = None


class MemberCog(commands.Cog):
    """The cog of the commands `/help`, `/usage`, `/settings` and `/privacy`."""

    privacy = app_commands.Group(
        name=localized("command-privacy"),
        description=localized("command-privacy-description"),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    )

    def __init__(self, links: HelpLinks) -> None:
        self._links = links

    @app_commands.command(name=localized("command-help"), description=localized("command-help-description"))
    @usable_anywhere
    async def help(self, interaction: Interaction) -> None:
        """Show the help."""
        words = words_of(interaction)
        view = link_view(words, self._links)
        await send_message(interaction, words("help"), view=view)

    @app_commands.command(name=localized("command-usage"), description=localized("command-usage-description"))
    @usable_anywhere
    async def usage(self, interaction: Interaction) -> None:
        """Show what the user has spent, what is left and which limits apply, with a chart."""
        await defer(interaction, ephemeral=True, thinking=True)
        words, owner = words_of(interaction), owner_of(interaction)
        accounts = services_of(interaction).accounts
        allowance = await accounts.allowance(owner, role_ids=role_ids_of(interaction))
        days = await accounts.days_of_member(owner, days=DAYS)
        mine = in_force(allowance.member.caps, allowance.member_utc.caps)
        note, charts = await chart(words, days, budget=mine.micros_per_day)
        lines = [
            words("usage-title"),
            *spent_lines(words, allowance.member, days),
            words("usage-left"),
            *left_lines(words, allowance, (Level.MEMBER, Level.MEMBER_UTC, Level.USER)),
            words("usage-limits"),
            *_limits(words, allowance, mine, direct=not owner.guild_id),
            note,
        ]
        await interaction.edit_original_response(
            content="\n".join(lines),
            attachments=charts,
        )

    @app_commands.command(
        name=localized("command-settings"), description=localized("command-settings-description")
    )
    @usable_anywhere
    async def settings(self, interaction: Interaction) -> None:
        """Show the user's settings, with buttons and selects that change them."""
        await defer(interaction, ephemeral=True, thinking=True)
        mine = await services_of(interaction).preferences.member(interaction.user.id)
        content, view = settings_page(words_of(interaction), mine)
        await interaction.edit_original_response(content=content, view=view)

    @privacy.command(
        name=localized("command-privacy-show"), description=localized("command-privacy-show-description")
    )
    async def show(self, interaction: Interaction) -> None:
        """Show which data of the user is stored, and for how long."""
        await defer(interaction, ephemeral=True, thinking=True)
        words, privacy = words_of(interaction), services_of(interaction).privacy
        held = await privacy.holdings(interaction.user.id)
        said = words(
            "privacy-shown",
            orders=held.with_words,
            spent=dollars(words, held.micros),
            videos=round(privacy.retention.videos),
            prompts=round(privacy.retention.prompts),
            months=PSEUDONYM_AFTER_DAYS,
        )
        await interaction.edit_original_response(content=said, view=link_view(words, self._links))

    @privacy.command(
        name=localized("command-privacy-export"), description=localized("command-privacy-export-description")
    )
    async def export(self, interaction: Interaction) -> None:
        """Send an archive of the user's data by direct message or, if those are closed, in the private reply."""
        await defer(interaction, ephemeral=True, thinking=True)
        words, user = words_of(interaction), interaction.user
        with tempfile.TemporaryDirectory(prefix="clapper-export-") as folder:
            archive = Path(folder) / "clapper-export.zip"
            privacy = services_of(interaction).privacy
            await privacy.export(user.id, target=archive, most_bytes=DIRECT_MESSAGE_BYTES)
            try:
                await bounded(user.send(words("privacy-exported"), file=discord.File(archive)))
            except NotifyError:
                await interaction.edit_original_response(
                    content=words("privacy-exported"), attachments=[discord.File(archive)]
                )
                return
        await interaction.edit_original_response(content=words("privacy-export-sent"))

    @privacy.command(
        name=localized("command-privacy-delete"), description=localized("command-privacy-delete-description")
    )
    async def delete(self, interaction: Interaction) -> None:
        """Open the form that asks the user to confirm the deletion of their data."""
        await send_modal(interaction, ForgetForm(words_of(interaction)))


class ForgetForm(Form, template=r"v1:forget"):
    """A form that asks the user to type a word before their data is deleted for good."""

    def __init__(self, words: Words) -> None:
        super().__init__(words("privacy-delete-title"), state="v1:forget")
        self._confirmation = discord.ui.TextInput[Any](custom_id="word", max_length=20)
        label = words("privacy-delete-label", word=words("privacy-delete-word"))
        self.add_item(discord.ui.TextDisplay[Any](words("privacy-delete-what")))
        self.add_item(discord.ui.Label[Any](text=label, component=self._confirmation))

    async def send_off(self, interaction: Interaction) -> None:
        """Delete the user's data if the word was typed; reply how many running jobs are deleted later."""
        words = words_of(interaction)
        if self._confirmation.value.strip().casefold() != words("privacy-delete-word").casefold():
            raise Refused("privacy-not-deleted", word=words("privacy-delete-word"))
        services = services_of(interaction)
        await services.privacy.delete(interaction.user.id)
        services.preferences.forget(interaction.user.id)
        left = (await services.privacy.holdings(interaction.user.id)).under_way
        said = words("privacy-deleted")
        await interaction.edit_original_response(
            content=words.joined([said, words("privacy-deleted-later", count=left)]) if left else said
        )


def _limits(words: Words, allowance: Allowance, mine: LevelCaps, *, direct: bool) -> list[str]:
    levels = {Level.MEMBER: mine, Level.USER: allowance.user.caps}
    if not direct:
        levels[Level.GUILD] = in_force(allowance.guild.caps, allowance.guild_utc.caps)
    levels[Level.BOT] = allowance.bot.caps
    return [
        words(f"usage-limits-{level}", limits=limits_line(words, caps))
        for level, caps in levels.items()
        if level is not Level.USER or caps != UNLIMITED
    ]


def link_view(words: Words, links: HelpLinks) -> discord.ui.View:
    """Return a view with a button for each page of the operator that exists."""
    view = discord.ui.View(timeout=None)
    for link in fields(links):
        address = getattr(links, link.name)
        if address:
            view.add_item(discord.ui.Button(label=words(f"help-link-{link.name}"), url=address))
    return view


async def setup(client: ClientWithForms, links: HelpLinks) -> None:
    """Register the cog, its form and its items with the client; `links` are the operator's pages."""
    client.add_dynamic_items(*SETTINGS_ITEMS)
    client.add_forms(ForgetForm)
    await client.add_cog(MemberCog(links))
