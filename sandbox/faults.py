"""Faults that the sandbox simulates on demand: their names, the endpoints they hit, and their command-line syntax."""

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import KW_ONLY, asdict, dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sandbox.shapes import Shape


class Where(StrEnum):
    """An endpoint that a fault can hit."""

    SUBMIT = "submit"
    TASK = "task"
    UPLOAD = "upload"
    BALANCE = "balance"
    FILE = "file"
    RETRIEVE = "retrieve"  #: the link to a file, in MiniMax's first API
    LIST = "list"  #: MiniMax's second API alone
    CANCEL = "cancel"  #: as above


class FaultName(StrEnum):
    """The names of all faults. A comment explains the `value` of a fault that has one."""

    LATENCY_BEFORE = "latency_before"  # seconds to wait before the request is processed
    LATENCY_AFTER = "latency_after"  # seconds to wait after the request took effect

    CUT_BEFORE_READING = "cut_before_reading"
    CUT_AFTER_ACCEPTING = "cut_after_accepting"
    CUT_MID_RESPONSE = "cut_mid_response"
    DRIP = "drip"  # bytes per second
    ENDLESS = "endless"
    REDIRECT = "redirect"  # the target address; without a value, a working address of the sandbox

    RATE_LIMITED = "rate_limited"  # the text of the header Retry-After; without a value, no such header
    SERVER_ERROR = "server_error"  # status 500; "html" answers with an HTML page
    BAD_GATEWAY = "bad_gateway"  # status 502; "html" answers with an HTML page
    UNAVAILABLE = "unavailable"  # status 503; "html", or the text of Retry-After
    GATEWAY_TIMEOUT = "gateway_timeout"  # status 504; "html" answers with an HTML page
    REQUEST_TIMEOUT = "request_timeout"  # status 408; "html" answers with an HTML page
    BAD_KEY = "bad_key"
    OUT_OF_CREDIT = "out_of_credit"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    TOO_LARGE = "too_large"
    MODERATED = "moderated"
    MODERATED_AS_500 = "moderated_as_500"
    CODE = "code"  # one of MiniMax's codes, such as 1002
    ERROR_IN_200 = (
        "error_in_200"  # "object", "text", "success" (a false `success`) or "code" (`code` is not 200)
    )
    EMPTY_BODY = "empty_body"
    NOT_JSON = "not_json"
    IDEMPOTENCY_IN_PROGRESS = "idempotency_in_progress"  # the text of Retry-After
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    IDEMPOTENCY_INDETERMINATE = "idempotency_result_indeterminate"
    IDEMPOTENCY_UNAVAILABLE = "idempotency_unavailable"

    BASE64_REFUSED = "base64_refused"
    FAILS_MODERATED = "fails_moderated"
    FAILS_PROVIDER = "fails_provider"
    FAILS_WITHOUT_REASON = "fails_without_reason"
    STUCK = "stuck"  # seconds of the sandbox's clock; without a value, for ever

    UNKNOWN_STATUS = "unknown_status"  # the status word
    FIGURES = "figures"  # a JSON object whose fields replace those of the task
    SHAPE = "shape"  # a sandbox.shapes.Shape as text, such as "envelope:flat,url:list"

    EXPIRED = "expired"
    TRUNCATED = "truncated"  # the percentage of the file that is served
    WITHOUT_MOOV = "without_moov"
    HTML_FILE = "html_file"  # the content type; default: text/html
    GZIP_BOMB = "gzip_bomb"  # the unpacked size in MiB


ERRORS = frozenset(
    {
        FaultName.REDIRECT,
        FaultName.RATE_LIMITED,
        FaultName.SERVER_ERROR,
        FaultName.BAD_GATEWAY,
        FaultName.UNAVAILABLE,
        FaultName.GATEWAY_TIMEOUT,
        FaultName.REQUEST_TIMEOUT,
        FaultName.BAD_KEY,
        FaultName.OUT_OF_CREDIT,
        FaultName.FORBIDDEN,
        FaultName.NOT_FOUND,
        FaultName.TOO_LARGE,
        FaultName.MODERATED,
        FaultName.MODERATED_AS_500,
        FaultName.CODE,
        FaultName.ERROR_IN_200,
        FaultName.EMPTY_BODY,
        FaultName.NOT_JSON,
        FaultName.IDEMPOTENCY_IN_PROGRESS,
        FaultName.IDEMPOTENCY_KEY_REUSED,
        FaultName.IDEMPOTENCY_INDETERMINATE,
        FaultName.IDEMPOTENCY_UNAVAILABLE,
    }
)
"""The faults that replace the real answer: before the request takes effect or, with `accepted`, after it did."""

PAGES = frozenset(
    {
        FaultName.SERVER_ERROR,
        FaultName.BAD_GATEWAY,
        FaultName.UNAVAILABLE,
        FaultName.GATEWAY_TIMEOUT,
        FaultName.REQUEST_TIMEOUT,
    }
)
"""The errors that may be answered with an HTML page, as by a proxy in front of the provider."""

FATES = frozenset(
    {FaultName.FAILS_MODERATED, FaultName.FAILS_PROVIDER, FaultName.FAILS_WITHOUT_REASON, FaultName.STUCK}
)
"""The faults that decide the end of a task ("fate"); one is assigned when the task is accepted."""

FILE_DAMAGE = frozenset(
    {
        FaultName.EXPIRED,
        FaultName.TRUNCATED,
        FaultName.WITHOUT_MOOV,
        FaultName.HTML_FILE,
        FaultName.GZIP_BOMB,
    }
)

_ONLY_AT: Mapping[FaultName, tuple[Where, ...]] = MappingProxyType(
    dict.fromkeys(FATES, (Where.SUBMIT,))
    | dict.fromkeys(FILE_DAMAGE, (Where.FILE,))
    | {
        FaultName.BASE64_REFUSED: (Where.SUBMIT,),
        FaultName.UNKNOWN_STATUS: (Where.TASK,),
        FaultName.FIGURES: (Where.TASK,),
        FaultName.SHAPE: (Where.TASK, Where.SUBMIT),
    }
)
_HOME: Mapping[FaultName, Where] = MappingProxyType(
    {
        FaultName.NOT_FOUND: Where.TASK,
        FaultName.DRIP: Where.FILE,
        FaultName.ENDLESS: Where.FILE,
        FaultName.REDIRECT: Where.FILE,
    }
)
_FIGURES = frozenset(
    {
        FaultName.LATENCY_BEFORE,
        FaultName.LATENCY_AFTER,
        FaultName.DRIP,
        FaultName.STUCK,
        FaultName.TRUNCATED,
        FaultName.GZIP_BOMB,
        FaultName.CODE,
    }
)
_WORDS: Mapping[FaultName, tuple[str, ...]] = MappingProxyType(
    dict.fromkeys(PAGES - {FaultName.UNAVAILABLE}, ("json", "html"))
    | {FaultName.ERROR_IN_200: ("object", "text", "success", "code")}
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault to simulate.

    value: explained at each `FaultName`. times: the number of requests to hit (of tasks, for a fault that is a task's
    fate); None: always. where: the endpoint to hit; None: the usual one of this fault. accepted: the request takes
    effect before it is answered with an error.

    Raises:
        ValueError: the fault cannot happen at this endpoint, or its value is invalid.
    """

    name: FaultName
    value: str | None = None
    _: KW_ONLY
    times: int | None = 1
    where: Where | None = None
    accepted: bool = False

    def __post_init__(self) -> None:
        if self.where is not None and self.where not in _ONLY_AT.get(self.name, tuple(Where)):
            raise ValueError(f"{self.name} cannot happen at {self.where}")
        if self.times is not None and not (type(self.times) is int and self.times > 0):
            raise ValueError("times must be a positive number")
        if self.accepted and self.name not in ERRORS:
            raise ValueError(f"{self.name} does not answer with an error")
        self._check_value()

    def _check_value(self) -> None:
        """Raise ValueError for an invalid value now, and not only when a request meets the fault."""
        if self.name is FaultName.SHAPE:
            Shape.parse(self.value or "")
        if self.name in _FIGURES and not 0 <= self.number(0) < math.inf:
            raise ValueError(f"{self.name} needs a figure")
        if self.name in _WORDS and self.value not in (None, *_WORDS[self.name]):
            raise ValueError(f"{self.name} is one of {', '.join(_WORDS[self.name])}")

    @property
    def place(self) -> Where:
        """Return the endpoint that the fault hits."""
        return self.where or _HOME.get(self.name) or _ONLY_AT.get(self.name, (Where.SUBMIT,))[0]

    def number(self, default: float) -> float:
        """Return `value` as a number, or `default` if there is no value."""
        return float(self.value) if self.value else default

    def to_json(self) -> dict[str, Any]:
        """Return the fault as plain JSON values, which `from_json` can read."""
        return asdict(self) | {"where": self.place}

    @classmethod
    def from_json(cls, data: Any) -> "Fault":
        """Read a fault from a JSON object with the fields of this class, or from text in the command-line syntax.

        Raises:
            ValueError: the data are not a valid fault.
        """
        match data:
            case str():
                return cls.parse(data)
            case {"name": str(name), **rest} if rest.keys() <= {"value", "times", "where", "accepted"}:
                where = Where(rest["where"]) if rest.get("where") else None
                value = None if rest.get("value") is None else str(rest["value"])
                return cls(FaultName(name), **(rest | {"where": where, "value": value}))
            case _:
                raise ValueError("a fault is a text or an object with a name")

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Parse a fault from `NAME[+accepted][@WHERE][=VALUE][*TIMES]`; TIMES is a number or `always`.

        Raises:
            ValueError: the text is not a valid fault.
        """
        found = _SPELLING.fullmatch(text)
        if found is None:
            raise ValueError(f"not a fault: {text}")
        times = found["times"] or "1"
        return cls(
            FaultName(found["name"]),
            found["value"],
            times=None if times == "always" else int(times),
            where=Where(found["where"]) if found["where"] else None,
            accepted=bool(found["accepted"]),
        )


_SPELLING = re.compile(
    r"(?P<name>[a-z0-9_]+)(?P<accepted>\+accepted)?(?:@(?P<where>[a-z]+))?"
    r"(?:=(?P<value>.*?))?(?:\*(?P<times>\d+|always))?",
    re.DOTALL,
)


class Faults:
    """The active ("armed") faults of a sandbox, oldest first, each with the number of requests that it still hits."""

    def __init__(self) -> None:
        self._armed: list[tuple[Fault, int | None]] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter([replace(fault, times=left) for fault, left in self._armed])

    def add(self, *faults: Fault) -> None:
        """Arm more faults; they come after those already armed."""
        self._armed += [(fault, fault.times) for fault in faults]

    def clear(self) -> None:
        """Disarm all faults; tasks already accepted keep the fate assigned to them."""
        self._armed.clear()

    def take(
        self, where: Where, names: Collection[FaultName], *, accepted: bool | None = None
    ) -> Fault | None:
        """Return the oldest armed fault for this endpoint that is among `names`, and count the use; else None.

        accepted: take only faults with this value of `accepted`; None: take both kinds.
        """
        for index, (fault, left) in enumerate(self._armed):
            if fault.place is where and fault.name in names and accepted in (None, fault.accepted):
                self._use(index, left)
                return fault
        return None

    def _use(self, index: int, left: int | None) -> None:
        fault, _ = self._armed[index]
        if left == 1:
            del self._armed[index]
        else:
            self._armed[index] = (fault, None if left is None else left - 1)
