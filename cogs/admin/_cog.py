"""The command `/admin`, for managers of a server, and the command `/operator`, for the owner of the bot."""

from discord import app_commands
from discord.ext import commands

from cogs.admin.channels import CHANNEL_ITEMS
from cogs.admin.home import HOME_ITEMS, show_home
from cogs.admin.jobs import QUEUE_ITEMS, UNKNOWN_ITEMS
from cogs.admin.limits import LIMIT_FORMS, LIMIT_ITEMS, ROLE_FORMS, ROLE_ITEMS
from cogs.admin.moderation import MODERATION_FORMS, MODERATION_ITEMS
from cogs.admin.people import PEOPLE_FORMS, PEOPLE_ITEMS
from cogs.admin.reports import AUDIT_ITEMS, USAGE_ITEMS
from cogs.discord.acknowledging import defer
from cogs.discord.buttons import ClientWithForms
from cogs.discord.commands import localized, usable_in_servers
from cogs.discord.context import services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import acknowledged_manager
from cogs.text.catalogue import Refused, Words
from cogs.text.sentences import dollars
from db.settings.pauses import EVERYWHERE, Pause
from jobs.money.limits import OrderingPauses

ADMIN_ITEMS = (
    *HOME_ITEMS,
    *LIMIT_ITEMS,
    *ROLE_ITEMS,
    *CHANNEL_ITEMS,
    *PEOPLE_ITEMS,
    *MODERATION_ITEMS,
    *QUEUE_ITEMS,
    *UNKNOWN_ITEMS,
    *USAGE_ITEMS,
    *AUDIT_ITEMS,
)
"""The buttons and selects that the client registers."""

ADMIN_FORMS = (*LIMIT_FORMS, *ROLE_FORMS, *PEOPLE_FORMS, *MODERATION_FORMS)
"""The forms that the client registers."""


class AdminCog(commands.Cog):
    """The cog of the command `/admin`."""

    @app_commands.command(name=localized("command-admin"), description=localized("command-admin-description"))
    @usable_in_servers
    @app_commands.default_permissions(manage_guild=True)
    async def admin(self, interaction: Interaction) -> None:
        """Open the home page of the server's managers."""
        await show_home(interaction, await acknowledged_manager(interaction))


class OperatorCog(commands.Cog):
    """The cog of the command `/operator`, which pauses and resumes ordering and shows the bot's state.

    Discord shows the command to everybody; it refuses all users but the owner of the bot.
    """

    operator = app_commands.Group(
        name=localized("command-operator"),
        description=localized("command-operator-description"),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(guild=False, dm_channel=True, private_channel=False),
    )

    def __init__(self, client: commands.Bot) -> None:
        self._client = client

    @operator.command(
        name=localized("command-operator-pause"), description=localized("command-operator-pause-description")
    )
    async def pause(self, interaction: Interaction) -> None:
        """Pause ordering everywhere."""
        ordering_pauses = await self._stops(interaction)
        await ordering_pauses.stop()
        await interaction.edit_original_response(content=words_of(interaction)("operator-paused"))

    @operator.command(
        name=localized("command-operator-resume"),
        description=localized("command-operator-resume-description"),
    )
    async def resume(self, interaction: Interaction) -> None:
        """Lift all pauses that apply everywhere."""
        ordering_pauses = await self._stops(interaction)
        lifted = await ordering_pauses.go_on()
        words = words_of(interaction)
        said = words("operator-resumed" if lifted else "operator-not-paused")
        await interaction.edit_original_response(content=said)

    @operator.command(
        name=localized("command-operator-status"),
        description=localized("command-operator-status-description"),
    )
    async def status(self, interaction: Interaction) -> None:
        """Show which pauses are active, what was spent today, and the servers that spent most."""
        ordering_pauses = await self._stops(interaction)
        words, accounts = words_of(interaction), services_of(interaction).accounts
        today, guilds = await accounts.of_everybody(), await accounts.busiest_guilds(limit=10)
        lines = [
            *_paused_lines(
                words, await ordering_pauses.standing(), switched_off=ordering_pauses.is_switched_off
            ),
            words("operator-today", videos=today.n, spent=dollars(words, today.micros)),
            *(
                words(
                    "operator-guild", guild=str(guild_id), videos=spent.n, spent=dollars(words, spent.micros)
                )
                for guild_id, spent in guilds
            ),
        ]
        await interaction.edit_original_response(content="\n".join(lines))

    async def _stops(self, interaction: Interaction) -> OrderingPauses:
        await defer(interaction, ephemeral=True, thinking=True)
        if not await self._client.is_owner(interaction.user):
            raise Refused("operators-decide")
        return services_of(interaction).ordering_pauses


def _paused_lines(words: Words, pauses: list[Pause], *, switched_off: bool) -> list[str]:
    causes = [pause.cause.value for pause in pauses if pause.guild_id == EVERYWHERE]
    causes += ["operator"] if switched_off and "operator" not in causes else []
    return [words(f"operator-pause-{cause}") for cause in causes] or [words("operator-open")]


async def setup(client: ClientWithForms) -> None:
    """Register both cogs, their items and their forms with the client."""
    client.add_dynamic_items(*ADMIN_ITEMS)
    client.add_forms(*ADMIN_FORMS)
    await client.add_cog(AdminCog())
    await client.add_cog(OperatorCog(client))
