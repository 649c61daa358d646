"""The decisions of a server's managers. Every change is made here, and recorded in the audit with its author."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from db.jobs.job import Job, JobState
from db.money.caps import Caps, LevelCaps
from db.settings.pauses import MODERATOR, Cause
from db.store import JobStore
from jobs.money.limits import OrderPolicy, effective_limits, in_force
from jobs.orders.service import JobService
from jobs.runtime.changes import StateListener
from jobs.servers.guild_settings import AuditAction, AuditDetail, GuildSettings, Manager
from jobs.servers.moderation import MAX_PATTERNS, MAX_WORDS, found_in, require_pattern
from jobs.servers.preferences import Preferences, Revise

MAX_ROLES = 25
"""How many roles of a server may have limits of their own, and how many may have priority."""

PAGE = 10
"""How many jobs, or entries of the audit, are on one page."""


class TooMany(Exception):
    """Raised if a server would have more than `limit` entries of one kind: roles, banned words or patterns."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit}")
        self.limit = limit


class ZoneUnknown(Exception):
    """Raised if no time zone has the given name."""


class Administration:
    """The actions of `/admin`, each recorded in the audit. The caller checks that the manager may take them."""

    def __init__(
        self,
        store: JobStore,
        *,
        preferences: Preferences,
        service: JobService,
        policy: OrderPolicy,
        changed: StateListener,
    ) -> None:
        self._store = store
        self._preferences = preferences
        self._service = service
        self._policy = policy
        self._changed = changed

    async def caps(self, guild_id: int) -> Caps:
        """Return the limits in force: of a member without roles that raise them, and of the whole server."""
        rules = await self._preferences.guild(guild_id)
        caps = effective_limits(self._policy.caps, rules, guild_id=guild_id, role_ids=frozenset()).caps
        return Caps(member=in_force(caps.member, caps.member_utc), guild=in_force(caps.guild, caps.guild_utc))

    async def limit_members(self, manager: Manager, figures: Mapping[str, int | None]) -> None:
        """Set the limits of each member, by measure; None: as the operator allows."""
        await self._revise(
            manager,
            lambda rules: replace(rules, member_limits=replace(rules.member_limits, **figures)),
            AuditAction.MEMBER_LIMITS,
            AuditDetail(figures=dict(figures)),
        )

    async def limit_guild(self, manager: Manager, figures: Mapping[str, int | None]) -> None:
        """Set the limits of the whole server, by measure. They can only be stricter than the operator's."""
        await self._revise(
            manager,
            lambda rules: replace(rules, guild_limits=replace(rules.guild_limits, **figures)),
            AuditAction.GUILD_LIMITS,
            AuditDetail(figures=dict(figures)),
        )

    async def set_time_zone(self, manager: Manager, name: str) -> None:
        """Set the time zone in which the server's days begin and end.

        Raises:
            ZoneUnknown: there is no such zone.
        """
        zone = _zone(name)
        if zone != (await self._preferences.guild(manager.guild_id)).time_zone:
            await self._set(manager, {"time_zone": zone}, AuditAction.TIME_ZONE, AuditDetail(texts=(zone,)))

    async def limit_role(self, manager: Manager, role_id: int, caps: LevelCaps | None) -> None:
        """Set limits that members of a role have at least; None removes the role's limits.

        Raises:
            TooMany: too many roles have limits already.
        """

        def revise(rules: GuildSettings) -> GuildSettings:
            others = {role: kept for role, kept in rules.role_limits.items() if role != role_id}
            if caps is not None and len(others) >= MAX_ROLES:
                raise TooMany(MAX_ROLES)
            return replace(rules, role_limits=others | ({} if caps is None else {role_id: caps}))

        figures = None if caps is None else {name: getattr(caps, name) for name in LevelCaps.__slots__}
        change = AuditAction.ROLE_NO_LIMITS if caps is None else AuditAction.ROLE_LIMITS
        await self._revise(manager, revise, change, AuditDetail(role=role_id, figures=figures))

    async def favour(self, manager: Manager, role_id: int, *, favoured: bool) -> None:
        """Give priority in the queue to members of a role, or take it away.

        Raises:
            TooMany: too many roles have priority already.
        """
        role = frozenset({role_id})

        def revise(rules: GuildSettings) -> GuildSettings:
            roles = rules.favoured_roles | role if favoured else rules.favoured_roles - role
            if len(roles) > MAX_ROLES:
                raise TooMany(MAX_ROLES)
            return replace(rules, favoured_roles=roles)

        change = AuditAction.ROLE_FAVOURED if favoured else AuditAction.ROLE_NOT_FAVOURED
        await self._revise(manager, revise, change, AuditDetail(role=role_id))

    async def allow_channels(self, manager: Manager, channel_ids: Iterable[int]) -> None:
        """Set the only channels where members may order; an empty list allows all that are not denied."""
        chosen = frozenset(channel_ids)
        detail = AuditDetail(channels=tuple(sorted(chosen)))
        await self._set(manager, {"allowed_channels": chosen}, AuditAction.ALLOWED_CHANNELS, detail)

    async def deny_channels(self, manager: Manager, channel_ids: Iterable[int]) -> None:
        """Set the channels where members may not order."""
        chosen = frozenset(channel_ids)
        detail = AuditDetail(channels=tuple(sorted(chosen)))
        await self._set(manager, {"denied_channels": chosen}, AuditAction.DENIED_CHANNELS, detail)

    async def ban(self, manager: Manager, *, words: Iterable[str], patterns: Iterable[str]) -> None:
        """Set the words and the patterns that no prompt may contain.

        Raises:
            PatternInvalid: RE2 does not accept a pattern.
            TooMany: there are too many words, or too many patterns.
        """
        banned, matched = tuple(dict.fromkeys(words)), tuple(dict.fromkeys(patterns))
        for given, limit in ((banned, MAX_WORDS), (matched, MAX_PATTERNS)):
            if len(given) > limit:
                raise TooMany(limit)
        for pattern in matched:
            require_pattern(pattern)
        before = await self._preferences.guild(manager.guild_id)
        if banned != before.banned_words:
            await self._set(
                manager, {"banned_words": banned}, AuditAction.BANNED_WORDS, AuditDetail(texts=banned)
            )
        if matched != before.banned_patterns:
            detail = AuditDetail(texts=matched)
            await self._set(manager, {"banned_patterns": matched}, AuditAction.BANNED_PATTERNS, detail)

    async def found_in(self, guild_id: int, prompt: str) -> list[tuple[str, str]]:
        """Return (banned part of the prompt, the word or pattern that matches it) for each rule that matches."""
        rules = await self._preferences.guild(guild_id)
        by_word = [(found_in(prompt, words=[word], patterns=()), word) for word in rules.banned_words]
        by_pattern = [(found_in(prompt, words=(), patterns=[one]), one) for one in rules.banned_patterns]
        return [(found, rule) for found, rule in [*by_word, *by_pattern] if found is not None]

    async def set_rule(self, manager: Manager, rule: str, *, on: bool) -> None:
        """Turn the setting `others_images` or `spoiler_everywhere` on or off."""
        await self._set(manager, {rule: on}, AuditAction(f"{rule}_{'on' if on else 'off'}"), AuditDetail())

    async def hide_in_channel(self, manager: Manager, channel_id: int, *, hide: bool) -> None:
        """Turn the spoiler for all results in one channel on or off."""
        await self._preferences.hide_in_channel(manager.guild_id, channel_id, hide=hide)
        change = AuditAction.SPOILER_HERE_ON if hide else AuditAction.SPOILER_HERE_OFF
        await self._note(manager, change, AuditDetail(channels=(channel_id,)))

    async def log_to(self, manager: Manager, channel_id: int | None) -> None:
        """Set the channel of the moderators' log; None turns the log off."""
        channels = () if channel_id is None else (channel_id,)
        await self._set(
            manager, {"log_channel": channel_id}, AuditAction.LOG_CHANNEL, AuditDetail(channels=channels)
        )

    async def block(self, manager: Manager, user_id: int, *, days: int | None = None) -> bool:
        """Block a member from ordering, for `days` days or for good; return whether that changed anything."""
        seconds = None if days is None else timedelta(days=days).total_seconds()
        blocked = await self._store.blocks.block(
            user_id, guild_id=manager.guild_id, cause=MODERATOR, seconds=seconds
        )
        if blocked:
            await self._note(manager, AuditAction.BLOCKED, AuditDetail(user=user_id, days=days))
        return blocked

    async def unblock(self, manager: Manager, user_id: int) -> bool:
        """Let a blocked member order again; return whether the member was blocked."""
        unblocked = await self._store.blocks.unblock(user_id, guild_id=manager.guild_id)
        if unblocked:
            await self._note(manager, AuditAction.UNBLOCKED, AuditDetail(user=user_id))
        return unblocked

    async def pause(self, manager: Manager) -> bool:
        """Pause ordering in the server; return whether a manager had not paused it already."""
        paused = await self._store.pauses.pause(Cause.MODERATOR, guild_id=manager.guild_id)
        if paused:
            await self._note(manager, AuditAction.PAUSED, AuditDetail())
        return paused

    async def resume(self, manager: Manager) -> bool:
        """Lift the managers' pause of the server; return whether there was one."""
        resumed = await self._store.pauses.lift(Cause.MODERATOR, guild_id=manager.guild_id)
        if resumed:
            await self._note(manager, AuditAction.RESUMED, AuditDetail())
        return resumed

    async def cancel(self, manager: Manager, key: str) -> Job | None:
        """Cancel the waiting job with this key, of any member of the server; return the job, None if no such job waits.

        Its requester is notified.
        """
        job = await self._store.guild_queries.cancel(key, manager.guild_id)
        if job is not None:
            self._changed(job, was=JobState.QUEUED)
            await self._note(manager, AuditAction.CANCELLED, AuditDetail(user=job.user_id, job=job.key))
        return job

    async def submit_again(self, manager: Manager, key: str) -> Job | None:
        """Submit the job with this key again if its outcome is unknown; return the job, None if there is no such job.

        Raises:
            CapReached: a limit is used up; the job stays as it is.
        """
        job = await self._service.submit_again(key, guild_id=manager.guild_id)
        if job is not None:
            await self._note(manager, AuditAction.SUBMITTED_AGAIN, AuditDetail(user=job.user_id, job=key))
        return job

    async def give_up(self, manager: Manager, key: str) -> Job | None:
        """End the job with this key if its outcome is unknown; return the job, None if there is no such job."""
        job = await self._service.give_up(key, guild_id=manager.guild_id)
        if job is not None:
            await self._note(manager, AuditAction.GIVEN_UP, AuditDetail(user=job.user_id, job=key))
        return job

    async def took_down(self, manager: Manager, job: Job) -> None:
        """Record in the audit that a moderator deleted a member's video."""
        await self._note(manager, AuditAction.TAKEN_DOWN, AuditDetail(user=job.user_id, job=job.key))

    async def _set(
        self, manager: Manager, fields: Mapping[str, object], change: AuditAction, detail: AuditDetail
    ) -> None:
        await self._revise(manager, lambda rules: replace(rules, **fields), change, detail)  # type: ignore[arg-type]

    async def _revise(
        self, manager: Manager, revise: Revise, change: AuditAction, detail: AuditDetail
    ) -> None:
        await self._preferences.revise_guild(manager.guild_id, revise)
        await self._note(manager, change, detail)

    async def _note(self, manager: Manager, change: AuditAction, detail: AuditDetail) -> None:
        await self._store.audit.note(
            manager.guild_id, manager.user_id, action=change, detail=detail.to_json()
        )


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:  # raised for unknown and for malformed names
        raise ZoneUnknown(name) from error
