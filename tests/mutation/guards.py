"""Guards of safety: limits, bounds and checks of addresses, each with the change that takes it out and who notices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutant import Mutant, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """`old` stands once in the file at `path`; with `new` in its place one of `tests` fails."""

    promise: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]

    def mutant(self, root: Path) -> Mutant:
        source = (root / self.path).read_bytes()
        start = source.index(self.old.encode())
        return Source(self.path, source).mutant("guard", start, start + len(self.old.encode()), self.new)


_Table = Mapping[tuple[str, ...], Mapping[str, tuple[str, str]]]
"""By file and tests: each promise, with what stands there and what shall stand there instead."""

_OUTSIDE: _Table = {
    ("media/transfer/destinations.py", "tests/media/test_media_download.py"): {
        "an address inside is never connected to": (
            "    if not is_public(place[0]):\n        raise AddressRefused\n",
            "",
        ),
        "a link of a public server must be https": (
            '        if url.scheme != "https":\n            raise DownloadRefused("not an https link", host=host_of(url))\n',
            "",
        ),
        "a public server cannot redirect to a private host": (
            "if redirected_from is Network.PUBLIC:",
            "if False:",
        ),
        "a link with a user name is refused": (
            "if url.user is not None or url.password is not None:",
            "if False:",
        ),
        "a host name that no resolver takes is refused": (
            "not text or len(host) > _LONGEST_HOST",
            "not text",
        ),
    },
    ("media/transfer/destinations.py", "tests/media/test_media_addresses.py"): {
        "a special-purpose IPv4 network is not public": (
            "return not any(ip in network for",
            "return True or any(ip in network for",
        ),
        "IPv6 outside of global unicast is not public": ("ip not in _GLOBAL_UNICAST or ", ""),
        "an IPv4 address in an ISATAP one is not public": (
            " or (int(ip) >> 32) & 0xFDFF_FFFF == _ISATAP",
            "",
        ),
        "a mapped IPv4 address is judged as what it hides": (
            "return is_public(str(ip.ipv4_mapped))",
            "return True",
        ),
        "Azure's own address is not public": ('        "168.63.129.16/32",', '        "168.63.129.17/32",'),
    },
    ("media/transfer/download.py", "tests/media/test_media_download.py"): {
        "headers go to the first origin only": ("headers if url.origin() == origin else {}", "headers"),
        "redirects end": ("range(self._limits.max_redirects + 1)", "range(10_000)"),
        "a redirect is checked as the first link": (
            "network = self._rules.network_of(url, redirected_from=network)",
            "pass",
        ),
        "an announced size above the limit is refused": (
            "if partial.size + (response.content_length or 0) > self._limits.max_bytes:",
            "if False:",
        ),
        "a file that unpacks to too much is given up": ("if written > room:", "if False:"),
        "a download ends in time": (
            "asyncio.timeout(self._limits.total_seconds) as total",
            "asyncio.timeout(None) as total",
        ),
        "slow downloads leave places to others": (
            "crowded = len(self._slow) >= self._limits.slow_at_once",
            "crowded = False",
        ),
        "the rest of another file is not taken for the rest of this one": (
            " or _validator(response) not in (None, partial.validator)",
            "",
        ),
    },
    ("bot.py", "tests/transport/test_closed_files.py"): {
        "what is kept of members is closed to others": ("os.umask(0o077)", "os.umask(0o022)"),
    },
    ("telemetry/server.py", "tests/telemetry/test_server.py"): {
        "the page's token sends nobody elsewhere": ('page.canonical if page else "/"', "request.path"),
    },
    ("media/isolation/isolated_process.py", "tests/media/test_media_isolated.py"): {
        "an isolated process has a limit of processor time": (
            "        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))\n",
            "",
        ),
        "an isolated process writes no larger file than it may": (
            "        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))\n",
            "",
        ),
        "an isolated process has a limit of memory": (
            "        resource.setrlimit(resource.RLIMIT_AS, (most, most))\n",
            "        pass\n",
        ),
        "an isolated process dies with the bot": (
            "        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)\n",
            "",
        ),
    },
    ("media/isolation/isolated.py", "tests/media/test_media_isolated.py"): {
        "an isolated process ends in time": ("asyncio.timeout(task.seconds)", "asyncio.timeout(None)"),
        "an isolated process knows no secret": (
            "for name in _PASSED_ON if name in environment",
            "for name in environment",
        ),
        "isolated work shares one budget of memory": (
            "await stack.enter_async_context(budget.share(size))",
            "pass",
        ),
        "what needs more memory than there is does not begin": (
            "if memory_bytes is not None and memory_bytes > most:",
            "if False:",
        ),
    },
    ("cogs/discord/interactions.py", "tests/cogs/test_cogs_picture_gate.py"): {
        "pictures in hand take a bounded part of the memory": (
            "                    await held.enter_async_context(share)\n",
            "",
        ),
        "a member has one picture in hand at a time": (
            "                    await held.enter_async_context(member)\n",
            "",
        ),
    },
    ("hailuo/transport.py", "tests/hailuo/test_hailuo_calls.py"): {
        "the key goes to its own origin only": ("if base.origin() != self._base.origin():", "if False:"),
    },
    ("hailuo/transport.py", "tests/hailuo/test_hailuo_faults.py", "tests/hailuo/test_hailuo_calls.py"): {
        "the provider's redirects are not followed": ("allow_redirects=False,", "allow_redirects=True,"),
    },
    ("hailuo/transport.py", "tests/hailuo/test_hailuo_bounds.py"): {
        "an answer of the provider is bounded": ("if len(body) > MAX_ANSWER_BYTES:", "if False:"),
        "an answer of the provider unpacks to no more than its bound": (
            "inflater.decompress(body, MAX_ANSWER_BYTES)",
            "inflater.decompress(body)",
        ),
    },
    ("hailuo/transport.py", "tests/hailuo/test_hailuo_faults.py", "tests/hailuo/test_hailuo_bounds.py"): {
        "a call to the provider ends in time": ("asyncio.timeout(seconds)", "asyncio.timeout(None)"),
    },
    ("hailuo/transport.py", "tests/hailuo/test_hailuo_retry_after.py"): {
        "the wait that the provider asks for is bounded": (
            "min(max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)",
            "seconds",
        ),
    },
    ("hailuo/untrusted.py", "tests/hailuo/test_hailuo_answers.py", "tests/hailuo/test_hailuo_reports.py"): {
        "a figure of the provider is bounded": (
            "return number if least <= number <= most else None",
            "return number",
        ),
    },
    ("hailuo/answers.py", "tests/hailuo/test_hailuo_answers.py", "tests/hailuo/test_hailuo_reports.py"): {
        "a cost beyond reason is not booked": ("least=0, most=_MOST_USD * per_usd", "least=0"),
    },
}

_INSIDE: _Table = {
    ("cogs/text/catalogue.py", "tests/cogs/test_cogs_escape.py"): {
        "no mention of a member's words pings": ("discord.utils.escape_mentions(unlinked)", "unlinked"),
        "no link of a member's words is one": (
            '_LINK.sub(r"\\\\\\g<0>", _MARKUP.sub(r"\\\\\\g<0>", line))',
            '_MARKUP.sub(r"\\\\\\g<0>", line)',
        ),
    },
    ("cogs/discord/managing.py", "tests/cogs/test_cogs_admin_matrix.py"): {
        "managers alone manage": (
            "if not interaction.guild_id or not interaction.permissions.manage_guild:",
            "if not interaction.guild_id:",
        ),
    },
    ("cogs/results/moderators.py", "tests/cogs/test_cogs_decisions.py"): {
        "moderators alone decide": (
            "if not interaction.guild_id or not interaction.permissions.manage_messages:",
            "if not interaction.guild_id:",
        ),
    },
    ("db/jobs/job_queries.py", "tests/db/test_db_desk.py"): {
        "a member finds their own jobs only": (
            '_FIND = "SELECT * FROM jobs WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id"',
            '_FIND = "SELECT * FROM jobs WHERE key = :key AND guild_id = :guild_id"',
        ),
        "a member cancels their own jobs only": (
            " WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id AND state = 'queued'",
            " WHERE key = :key AND guild_id = :guild_id AND state = 'queued'",
        ),
    },
    ("db/engines/lock.py", "tests/db/test_db_lock.py"): {
        "one process alone has a SQLite file": (
            "is not None:\n            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
            "is not None:\n            pass\n",
        ),
    },
    ("db/engines/sqlite.py", "tests/db/test_sqlite.py"): {
        "a commit is on the disk before it is answered": (
            '"PRAGMA synchronous = FULL"',
            '"PRAGMA synchronous = NORMAL"',
        ),
    },
    ("db/engines/sqlite.py", "tests/db/test_db_erasure.py"): {
        "deleted words are overwritten": ('"PRAGMA secure_delete = ON"', '"PRAGMA secure_delete = OFF"'),
    },
    ("db/jobs/outcomes.py", "tests/db/test_db_outcomes.py"): {
        "a stale worker records nothing": (
            ' WHERE id = :id AND fence = :fence AND state = \'rendering\'\nRETURNING *\n"""\n\n_RENDERED',
            ' WHERE id = :id AND state = \'rendering\'\nRETURNING *\n"""\n\n_RENDERED',
        ),
    },
    ("db/jobs/claims.py", "tests/db/test_db_claims.py", "tests/jobs/test_submitter.py"): {
        "no more tasks run at once than may": (
            "     + (SELECT COUNT(*) FROM jobs WHERE state = 'rendering' AND late_at IS NULL) < :cap\n",
            "     + 0 < :cap\n",
        ),
    },
    ("jobs/steps/submitter.py", "tests/jobs/test_kill_switch.py"): {
        "the operator's switch stops orders": ("None if self._switch.is_on else ", ""),
    },
    ("jobs/steps/circuit_breaker.py", "tests/jobs/test_guards.py"): {
        "too many refusals suspend a member": ("suspends = 0 < self._strikes <= refused", "suspends = False"),
    },
    ("telemetry/server.py", "tests/telemetry/test_server.py"): {
        "the operator's page wants its token": (
            "return await handler(request) if self._knows(request) else _unknown()",
            "return await handler(request)",
        ),
        "without a token the page is for this machine alone": (
            "return await handler(request) if _asks_this_machine(request.host) else _stranger()",
            "return await handler(request)",
        ),
    },
    ("config/logs.py", "tests/config/test_logs.py"): {
        "no secret reaches the log": ('        text = text.replace(secret, "[secret]")\n', "        pass\n"),
        "no signed address reaches the log": ('    text = _SIGNED_QUERY.sub(r"\\1?[query]", text)\n', ""),
    },
    ("cogs/video/options.py", "tests/cogs/test_cogs_fix_buttons.py"): {
        "a member's drafts are bounded": (
            "while _exceeds(self._held_by(owner.user_id), self._bounds_of_member):",
            "while False:",
        ),
        "all drafts together are bounded": (
            "while _exceeds(self._kept.values(), self._bounds):",
            "while False:",
        ),
    },
    (
        "cogs/video/options.py",
        "tests/cogs/test_cogs_fix_buttons.py",
        "tests/cogs/test_cogs_studio.py",
        "tests/cogs/test_cogs_sketch.py",
    ): {
        "a draft is its owner's alone": (
            "kept is not None and kept.owner == owner else None",
            "kept is not None else None",
        ),
    },
    ("cogs/video/ordering.py", "tests/cogs/test_cogs_video_refused.py"): {
        "a picture that is too large is not fetched": ("if attachment.size >= MAX_BYTES:", "if False:"),
    },
    ("media/pictures/rules.py", "tests/media/test_media_firstframe.py"): {
        "a picture that is too large is not opened": ("if len(data) >= MAX_BYTES:", "if False:"),
    },
    (
        "media/pictures/headers.py",
        "tests/media/test_media_firstframe.py",
        "tests/media/test_media_picture_memory.py",
    ): {
        "a picture that takes too much memory is not decoded": ("> MOST_BYTES:\n", "> 10**15:\n"),
    },
    ("cogs/discord/acknowledging.py", "tests/transport/test_lost_acknowledgements.py"): {
        "an answer counts as given only after one that broke off": (
            " and _BROKE_OFF in interaction.extras",
            "",
        ),
    },
    ("db/jobs/admission.py", "tests/jobs/test_database_file.py"): {
        "nothing is ordered into a database that is gone": (
            "if not transaction.file_still_there():",
            "if False:",
        ),
    },
    ("db/jobs/claims.py", "tests/jobs/test_database_file.py"): {
        "nothing is submitted out of a database that is gone": (" or not transaction.file_still_there()", ""),
    },
    ("jobs/steps/poller.py", "tests/jobs/test_poller.py"): {
        "a done task without a file is decided on in time": (
            "return self._seconds_without_file(job) >= FILE_SECONDS and self._trusted(DOUBT_SECONDS)",
            "return False",
        ),
    },
    ("jobs/steps/poller.py", "tests/jobs/test_clock.py"): {
        "an age that may be wrong makes nothing late": (
            "return elapsed if self._trusted(DOUBT_SECONDS) else min(",
            "return elapsed if True else min(",
        ),
    },
}


def _guards(table: _Table) -> Iterator[Guard]:
    for (path, *tests), changes in table.items():
        for promise, (old, new) in changes.items():
            yield Guard(promise=promise, path=path, old=old, new=new, tests=tuple(tests))


GUARDS = (*_guards(_OUTSIDE), *_guards(_INSIDE))
