"""Guards of safety: limits, bounds and checks of addresses, each with the change that takes it out and who notices."""

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
        """Return the change that takes the guard out."""
        source = (root / self.path).read_bytes()
        start = source.index(self.old.encode())
        return Source(self.path, source).mutant("guard", start, start + len(self.old.encode()), self.new)


GUARDS: tuple[Guard, ...] = (
    Guard(
        promise="an address inside is never connected to",
        path="media/addresses.py",
        old="    if not is_public(place[0]):\n        raise AddressRefused\n",
        new="",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="a special-purpose IPv4 network is not public",
        path="media/addresses.py",
        old="return not any(ip in network for",
        new="return True or any(ip in network for",
        tests=("tests/media/test_media_addresses.py",),
    ),
    Guard(
        promise="IPv6 outside of global unicast is not public",
        path="media/addresses.py",
        old="ip not in _GLOBAL_UNICAST or ",
        new="",
        tests=("tests/media/test_media_addresses.py",),
    ),
    Guard(
        promise="an IPv4 address in an ISATAP one is not public",
        path="media/addresses.py",
        old=" or (int(ip) >> 32) & 0xFDFF_FFFF == _ISATAP",
        new="",
        tests=("tests/media/test_media_addresses.py",),
    ),
    Guard(
        promise="a mapped IPv4 address is judged as what it hides",
        path="media/addresses.py",
        old="return is_public(str(ip.ipv4_mapped))",
        new="return True",
        tests=("tests/media/test_media_addresses.py",),
    ),
    Guard(
        promise="Azure's own address is not public",
        path="media/addresses.py",
        old='        "168.63.129.16/32",',
        new='        "168.63.129.17/32",',
        tests=("tests/media/test_media_addresses.py",),
    ),
    Guard(
        promise="a link of a public server must be https",
        path="media/links.py",
        old='        if url.scheme != "https":\n            raise DownloadRefused("not an https link", host=host_of(url))\n',
        new="",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="a public server cannot redirect to a private host",
        path="media/links.py",
        old="if redirected_from is Network.PUBLIC:",
        new="if False:",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="a link with a user name is refused",
        path="media/links.py",
        old="if url.user is not None or url.password is not None:",
        new="if False:",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="a host name that no resolver takes is refused",
        path="media/links.py",
        old="not text or len(host) > _LONGEST_HOST",
        new="not text",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="headers go to the first origin only",
        path="media/download.py",
        old="headers if url.origin() == origin else {}",
        new="headers",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="redirects end",
        path="media/download.py",
        old="range(self._limits.max_redirects + 1)",
        new="range(10_000)",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="a redirect is checked as the first link",
        path="media/download.py",
        old="network = self._rules.network_of(url, redirected_from=network)",
        new="pass",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="an announced size above the limit is refused",
        path="media/download.py",
        old="if partial.size + (response.content_length or 0) > self._limits.max_bytes:",
        new="if False:",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="a file that unpacks to too much is given up",
        path="media/download.py",
        old="if written > room:",
        new="if False:",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="a download ends in time",
        path="media/download.py",
        old="asyncio.timeout(self._limits.total_seconds) as total",
        new="asyncio.timeout(None) as total",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="slow downloads leave places to others",
        path="media/download.py",
        old="crowded = len(self._slow) >= self._limits.slow_at_once",
        new="crowded = False",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="the rest of another file is not taken for the rest of this one",
        path="media/download.py",
        old=" or _validator(response) not in (None, partial.validator)",
        new="",
        tests=("tests/media/test_media_download.py",),
    ),
    Guard(
        promise="what is kept of members is closed to others",
        path="bot.py",
        old="os.umask(0o077)",
        new="os.umask(0o022)",
        tests=("tests/transport/test_closed_files.py",),
    ),
    Guard(
        promise="the page's token sends nobody elsewhere",
        path="telemetry/access.py",
        old='page.canonical if page else "/"',
        new="request.path",
        tests=("tests/telemetry/test_server.py",),
    ),
    Guard(
        promise="an isolated process has a limit of processor time",
        path="media/isolated.py",
        old="        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))\n",
        new="",
        tests=("tests/media/test_media_isolated.py",),
    ),
    Guard(
        promise="an isolated process writes no larger file than it may",
        path="media/isolated.py",
        old="        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))\n",
        new="",
        tests=("tests/media/test_media_isolated.py",),
    ),
    Guard(
        promise="an isolated process has a limit of memory",
        path="media/isolated.py",
        old="        resource.setrlimit(resource.RLIMIT_AS, (most, most))\n",
        new="        pass\n",
        tests=("tests/media/test_media_isolated.py",),
    ),
    Guard(
        promise="an isolated process ends in time",
        path="media/isolated.py",
        old="asyncio.timeout(task.seconds)",
        new="asyncio.timeout(None)",
        tests=("tests/media/test_media_isolated.py",),
    ),
    Guard(
        promise="an isolated process dies with the bot",
        path="media/isolated.py",
        old="        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)\n",
        new="",
        tests=("tests/media/test_media_isolated.py",),
    ),
    Guard(
        promise="an isolated process knows no secret",
        path="media/isolated.py",
        old="for name in _PASSED_ON if name in environment",
        new="for name in environment",
        tests=("tests/media/test_media_isolated.py",),
    ),
    Guard(
        promise="isolated work shares one budget of memory",
        path="media/isolated.py",
        old="await stack.enter_async_context(budget.share(size))",
        new="pass",
        tests=("tests/media/test_media_isolated.py",),
    ),
    Guard(
        promise="what needs more memory than there is does not begin",
        path="media/isolated.py",
        old="if memory_bytes is not None and memory_bytes > most:",
        new="if False:",
        tests=("tests/media/test_media_isolated.py",),
    ),
    Guard(
        promise="pictures in hand take a bounded part of the memory",
        path="cogs/picture_gate.py",
        old="                    await held.enter_async_context(share)\n",
        new="",
        tests=("tests/cogs/test_cogs_picture_gate.py",),
    ),
    Guard(
        promise="a member has one picture in hand at a time",
        path="cogs/picture_gate.py",
        old="                    await held.enter_async_context(member)\n",
        new="",
        tests=("tests/cogs/test_cogs_picture_gate.py",),
    ),
    Guard(
        promise="the key goes to its own origin only",
        path="hailuo/exchange.py",
        old="if base.origin() != self._base.origin():",
        new="if False:",
        tests=("tests/hailuo/test_hailuo_calls.py",),
    ),
    Guard(
        promise="the provider's redirects are not followed",
        path="hailuo/exchange.py",
        old="allow_redirects=False,",
        new="allow_redirects=True,",
        tests=(
            "tests/hailuo/test_hailuo_faults.py",
            "tests/hailuo/test_hailuo_calls.py",
        ),
    ),
    Guard(
        promise="an answer of the provider is bounded",
        path="hailuo/exchange.py",
        old="if len(body) > MAX_ANSWER_BYTES:",
        new="if False:",
        tests=("tests/hailuo/test_hailuo_bounds.py",),
    ),
    Guard(
        promise="an answer of the provider unpacks to no more than its bound",
        path="hailuo/exchange.py",
        old="inflater.decompress(body, MAX_ANSWER_BYTES)",
        new="inflater.decompress(body)",
        tests=("tests/hailuo/test_hailuo_bounds.py",),
    ),
    Guard(
        promise="a call to the provider ends in time",
        path="hailuo/exchange.py",
        old="asyncio.timeout(seconds)",
        new="asyncio.timeout(None)",
        tests=(
            "tests/hailuo/test_hailuo_faults.py",
            "tests/hailuo/test_hailuo_bounds.py",
        ),
    ),
    Guard(
        promise="the wait that the provider asks for is bounded",
        path="hailuo/retry_after.py",
        old="min(max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)",
        new="seconds",
        tests=("tests/hailuo/test_hailuo_retry_after.py",),
    ),
    Guard(
        promise="a figure of the provider is bounded",
        path="hailuo/json_values.py",
        old="return number if least <= number <= most else None",
        new="return number",
        tests=(
            "tests/hailuo/test_hailuo_answers.py",
            "tests/hailuo/test_hailuo_reports.py",
        ),
    ),
    Guard(
        promise="a cost beyond reason is not booked",
        path="hailuo/parsing.py",
        old="least=0, most=_MOST_USD * per_usd",
        new="least=0",
        tests=(
            "tests/hailuo/test_hailuo_answers.py",
            "tests/hailuo/test_hailuo_reports.py",
        ),
    ),
    Guard(
        promise="no mention of a member's words pings",
        path="cogs/escape.py",
        old="discord.utils.escape_mentions(unlinked)",
        new="unlinked",
        tests=("tests/cogs/test_cogs_escape.py",),
    ),
    Guard(
        promise="no link of a member's words is one",
        path="cogs/escape.py",
        old='_LINK.sub(r"\\\\\\g<0>", _MARKUP.sub(r"\\\\\\g<0>", line))',
        new='_MARKUP.sub(r"\\\\\\g<0>", line)',
        tests=("tests/cogs/test_cogs_escape.py",),
    ),
    Guard(
        promise="managers alone manage",
        path="cogs/managing.py",
        old="if not interaction.guild_id or not interaction.permissions.manage_guild:",
        new="if not interaction.guild_id:",
        tests=("tests/cogs/test_cogs_admin_matrix.py",),
    ),
    Guard(
        promise="moderators alone decide",
        path="cogs/decision_buttons.py",
        old="if not interaction.guild_id or not interaction.permissions.manage_messages:",
        new="if not interaction.guild_id:",
        tests=("tests/cogs/test_cogs_decisions.py",),
    ),
    Guard(
        promise="a member finds their own jobs only",
        path="db/desk.py",
        old='_FIND = "SELECT * FROM jobs WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id"',
        new='_FIND = "SELECT * FROM jobs WHERE key = :key AND guild_id = :guild_id"',
        tests=("tests/db/test_db_desk.py",),
    ),
    Guard(
        promise="a member cancels their own jobs only",
        path="db/desk.py",
        old=" WHERE key = :key AND guild_id = :guild_id AND user_id = :user_id AND state = 'queued'",
        new=" WHERE key = :key AND guild_id = :guild_id AND state = 'queued'",
        tests=("tests/db/test_db_desk.py",),
    ),
    Guard(
        promise="one process alone has a SQLite file",
        path="db/lock.py",
        old="is not None:\n            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        new="is not None:\n            pass\n",
        tests=("tests/db/test_db_lock.py",),
    ),
    Guard(
        promise="a commit is on the disk before it is answered",
        path="db/sqlite.py",
        old='"PRAGMA synchronous = FULL"',
        new='"PRAGMA synchronous = NORMAL"',
        tests=("tests/db/test_sqlite.py",),
    ),
    Guard(
        promise="deleted words are overwritten",
        path="db/sqlite.py",
        old='"PRAGMA secure_delete = ON"',
        new='"PRAGMA secure_delete = OFF"',
        tests=("tests/db/test_db_erasure.py",),
    ),
    Guard(
        promise="a stale worker records nothing",
        path="db/outcomes.py",
        old=' WHERE id = :id AND fence = :fence AND state = \'rendering\'\nRETURNING *\n"""\n\n_RENDERED',
        new=' WHERE id = :id AND state = \'rendering\'\nRETURNING *\n"""\n\n_RENDERED',
        tests=("tests/db/test_db_outcomes.py",),
    ),
    Guard(
        promise="no more tasks run at once than may",
        path="db/claims.py",
        old="     + (SELECT COUNT(*) FROM jobs WHERE state = 'rendering' AND late_at IS NULL) < :cap\n",
        new="     + 0 < :cap\n",
        tests=(
            "tests/db/test_db_claims.py",
            "tests/jobs/test_submitter.py",
        ),
    ),
    Guard(
        promise="the operator's switch stops orders",
        path="jobs/submitter.py",
        old="None if self._switch.is_on else ",
        new="",
        tests=("tests/jobs/test_kill_switch.py",),
    ),
    Guard(
        promise="too many refusals suspend a member",
        path="jobs/guards.py",
        old="suspends = 0 < self._strikes <= refused",
        new="suspends = False",
        tests=("tests/jobs/test_guards.py",),
    ),
    Guard(
        promise="the operator's page wants its token",
        path="telemetry/access.py",
        old="return await handler(request) if self._knows(request) else _unknown()",
        new="return await handler(request)",
        tests=("tests/telemetry/test_server.py",),
    ),
    Guard(
        promise="without a token the page is for this machine alone",
        path="telemetry/access.py",
        old="return await handler(request) if _asks_this_machine(request.host) else _stranger()",
        new="return await handler(request)",
        tests=("tests/telemetry/test_server.py",),
    ),
    Guard(
        promise="no secret reaches the log",
        path="config/logs.py",
        old='        text = text.replace(secret, "[secret]")\n',
        new="        pass\n",
        tests=("tests/config/test_logs.py",),
    ),
    Guard(
        promise="no signed address reaches the log",
        path="config/logs.py",
        old='    text = _SIGNED_QUERY.sub(r"\\1?[query]", text)\n',
        new="",
        tests=("tests/config/test_logs.py",),
    ),
)
