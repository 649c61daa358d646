"""Counts and durations of HTTP requests to Discord and the provider, by method, path template and outcome."""

import contextvars
import re
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import aiohttp

from telemetry.metrics import Metrics

OTHER = "{other}"
LONGEST = 8
"""Limit of the parts of a path template; no path of Discord's is longer."""

ERROR = "error"
DISCORD_EPOCH_MS = 1_420_070_400_000
MOST_INTERACTIONS = 2000
NO_WAIT_SECONDS = 0.1
"""The seconds that a call may take beyond its requests without counting as a wait: other work shares the loop."""

LONGEST_WAIT_SECONDS = 86400.0

CALLBACK = "/interactions/{id}/{token}/callback"

_ROOT = re.compile(r"^.*?/api(?:/v\d+)?(?=/)")
_WORDS = frozenset(
    {
        *("applications", "attachments", "bot", "callback", "channels", "commands", "gateway", "guilds"),
        *("interactions", "members", "messages", "oauth2", "permissions", "pins", "reactions", "roles"),
        *("threads", "typing", "users", "webhooks", "@me", "@original"),
    }
)


@dataclass(slots=True)
class _Call:
    """A call of discord.py, which may send several requests.

    `explained` is the time, in seconds, of its requests and of the waits that Discord asked for.
    """

    began: float = field(default_factory=time.perf_counter)
    explained: float = 0.0

    def held_back(self) -> float:
        return time.perf_counter() - self.began - self.explained


_calling: contextvars.ContextVar[_Call | None] = contextvars.ContextVar("calling", default=None)

Ended = Callable[[str, str, str, float], None]
"""The function called after each request with its method, path template, outcome and duration in seconds."""


def outcome_of(status: int) -> str:
    """Return the label for an HTTP status: "429", or its class such as "2xx"."""
    return "429" if status == 429 else f"{status // 100}xx"


def discord_route(path: str) -> str:
    """Return the template of a path of Discord's REST interface, such as `/channels/{id}/messages`.

    Tokens and unknown words become placeholders too.
    """
    parts = _ROOT.sub("", path).strip("/").split("/")[:LONGEST]
    shown = [_shown(part, parts[max(0, place - 2) : place]) for place, part in enumerate(parts)]
    return "/" + "/".join(shown)


def _shown(part: str, before: list[str]) -> str:
    if before and before[0] in {"webhooks", "interactions"} and len(before) == 2:
        return "{token}"
    if part.isascii() and part.isdecimal():
        return "{id}"
    return part if part in _WORDS or not part else OTHER


def provider_path(templates: Sequence[str]) -> Callable[[str], str]:
    """Return a function that turns a URL's path into its template, such as `/v1/tasks/{task_id}`.

    The path may begin with a prefix of the provider's address.
    """
    known = [(_pattern(template), template.partition("?")[0]) for template in templates]

    def find(path: str) -> str:
        return next((template for pattern, template in known if pattern.search(path)), OTHER)

    return find


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", template.partition("?")[0])
    return re.compile("[^/]+".join(map(re.escape, parts)) + "$")


def provider_trace(metrics: Metrics, path_of: Callable[[str], str], *, ended: Ended) -> aiohttp.TraceConfig:
    """Return the trace configuration that counts the requests to the provider; `ended` is called after each."""

    def count(method: str, path: str, outcome: str, seconds: float) -> None:
        metrics.provider_requests.labels(method, path, outcome).inc()
        metrics.provider_seconds.labels(method, path).observe(seconds)
        ended(method, path, outcome, seconds)

    return _trace(path_of, count)


class DiscordTraffic:
    """The measurement of discord.py: its requests, waits for rate limits, and times until acknowledgement."""

    def __init__(self, metrics: Metrics, *, clock: Callable[[], float] = time.time) -> None:
        self._metrics = metrics
        self._clock = clock
        self._received: OrderedDict[int, float] = OrderedDict()
        self.waits = Recent()

    def trace(self) -> aiohttp.TraceConfig:
        """Return the trace configuration that the client takes as `http_trace`."""
        trace = _trace(discord_route, self._count)
        trace.on_request_end.append(self._answered)
        return trace

    def received(self, interaction_id: int) -> None:
        """Record that an interaction has arrived that needs an acknowledgement."""
        self._received[interaction_id] = self._clock()
        if len(self._received) > MOST_INTERACTIONS:
            self._received.popitem(last=False)

    def held_back(self, request: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        """Wrap discord.py's `request`, to measure how long the library holds back a call beyond its HTTP requests."""

        async def measured(*args: object, **named: object) -> object:
            call = _Call()
            token = _calling.set(call)
            try:
                return await request(*args, **named)
            finally:
                _calling.reset(token)
                if (seconds := call.held_back()) > NO_WAIT_SECONDS:
                    self._waited("held back", seconds)

        return measured

    def _count(self, method: str, route: str, outcome: str, seconds: float) -> None:
        self._metrics.discord_requests.labels(method, route, outcome).inc()
        self._metrics.discord_seconds.labels(method, route).observe(seconds)
        _explain(seconds)

    def _waited(self, kind: str, seconds: float) -> None:
        self._metrics.rate_limit_waits.labels(kind).observe(seconds)
        self.waits.add(seconds)

    async def _answered(self, _: object, __: object, params: aiohttp.TraceRequestEndParams) -> None:
        response = params.response
        if response.status == 429:
            asked = _seconds_in(response.headers.get("Retry-After"))
            self._waited("asked", asked)
            _explain(asked)
        if response.status < 300 and discord_route(params.url.raw_path) == CALLBACK:
            self._acknowledged(int(params.url.raw_parts[-3]))

    def _acknowledged(self, interaction_id: int) -> None:
        received = self._received.pop(interaction_id, None)
        if received is None:  # an autocompletion, or an interaction that another process received
            return
        now = self._clock()
        created = ((interaction_id >> 22) + DISCORD_EPOCH_MS) / 1000
        self._metrics.acknowledged.labels("received").observe(max(0.0, now - received))
        self._metrics.acknowledged.labels("created").observe(max(0.0, now - created))


def _explain(seconds: float) -> None:
    if (call := _calling.get()) is not None:
        call.explained += seconds


def _seconds_in(header: str | None) -> float:
    try:
        seconds = float(header or 0)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds <= LONGEST_WAIT_SECONDS else 0.0


def _trace(path_of: Callable[[str], str], ended: Ended) -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()

    async def on_start(_: object, context: SimpleNamespace, __: object) -> None:
        context.began = time.perf_counter()

    async def on_end(_: object, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        end(params.method, params.url.raw_path, outcome_of(params.response.status), context)

    async def on_exception(
        _: object, context: SimpleNamespace, params: aiohttp.TraceRequestExceptionParams
    ) -> None:
        end(params.method, params.url.raw_path, ERROR, context)

    def end(method: str, path: str, outcome: str, context: SimpleNamespace) -> None:
        ended(method, path_of(path), outcome, time.perf_counter() - context.began)

    trace.on_request_start.append(on_start)
    trace.on_request_end.append(on_end)
    trace.on_request_exception.append(on_exception)
    return trace


WINDOW_SECONDS = 900.0
MOST = 20_000


class Recent:
    """The amounts that were recorded in the last 15 minutes, and the time of the last one."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, float]] = deque(maxlen=MOST)
        self._last: float | None = None

    def add(self, amount: float = 1.0) -> None:
        """Record an amount now."""
        self._last = self._clock()
        self._seen.append((self._last, amount))

    @property
    def count(self) -> int:
        """The number of amounts recorded in the last 15 minutes."""
        return len(self._within())

    @property
    def total(self) -> float:
        """The sum of the amounts of the last 15 minutes."""
        return sum(amount for _, amount in self._within())

    @property
    def last_seconds(self) -> float | None:
        """The seconds since the last amount, however long ago; None if there was none."""
        return None if self._last is None else self._clock() - self._last

    def _within(self) -> deque[tuple[float, float]]:
        oldest = self._clock() - WINDOW_SECONDS
        while self._seen and self._seen[0][0] < oldest:
            self._seen.popleft()
        return self._seen
