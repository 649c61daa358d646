"""Wraps every endpoint of the sandbox: checks the API key, writes the ledger, and applies the armed faults."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox import answers
from sandbox.contract import Refused
from sandbox.faults import ERRORS, Fault, FaultName, Faults, Where
from sandbox.ledger import Event, Ledger
from sandbox.shapes import DOCUMENTED, Shape

_TRANSFER = frozenset(
    {FaultName.CUT_AFTER_ACCEPTING, FaultName.CUT_MID_RESPONSE, FaultName.DRIP, FaultName.ENDLESS}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to an endpoint. `shape`: the format of the answer; `number`: of a submit in the ledger, else 0."""

    request: web.Request
    where: Where
    shape: Shape
    number: int

    @property
    def submit_key(self) -> str | None:
        """Return the request's Idempotency-Key, None if it has none."""
        return self.request.headers.get("Idempotency-Key")


Endpoint = Callable[[Call], Awaitable[web.Response | Path]]
"""A function that answers a call with a response, or with the path of a file to send; it may raise Refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The wrapper around a sandbox's endpoints, for the API key, the ledger and the armed faults."""

    api_key: str
    faults: Faults
    ledger: Ledger
    _open: set[asyncio.Task[Any] | None] = field(default_factory=set, init=False)

    def around(
        self, where: Where, endpoint: Endpoint, shape: Shape = DOCUMENTED
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Wrap an endpoint in checks and faults, and return the handler for aiohttp; `shape`: of its answers."""

        async def serve(request: web.Request) -> web.StreamResponse:
            with self._kept():
                return await self._serve(self._call(where, request, shape), endpoint)

        return serve

    @contextlib.contextmanager
    def _kept(self) -> Iterator[None]:
        """Keep track of this call while it runs, because aiohttp forgets a call whose caller has hung up."""
        task = asyncio.current_task()
        self._open.add(task)
        try:
            yield
        finally:
            self._open.discard(task)

    async def close(self) -> None:
        """Cancel the calls that are still running."""
        tasks = [task for task in self._open if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, call: Call, endpoint: Endpoint) -> web.StreamResponse:
        try:
            await self._wait_before(call)
            return await self._answer_early(call) or await self._answer(call, endpoint)
        except Refused as refused:
            return self._refuse(call, refused)
        except web.HTTPRequestEntityTooLarge:
            return self._refuse(call, Refused(413, "request body is too large"))
        except ConnectionError:
            return web.Response()  # the caller hung up in the middle of its request, so nobody receives this

    def _call(self, where: Where, request: web.Request, shape: Shape) -> Call:
        shaped = self.faults.take(where, {FaultName.SHAPE})
        number = self.ledger.receive(request.headers.get("Idempotency-Key")) if where is Where.SUBMIT else 0
        shape = Shape.parse(shaped.value or "") if shaped else shape
        return Call(request=request, where=where, shape=shape, number=number)

    async def _wait_before(self, call: Call) -> None:
        """Delay this call if a fault says so. Its body is read first, except for uploads: it takes effect even if the caller hangs up."""
        if (fault := self.faults.take(call.where, {FaultName.LATENCY_BEFORE})) is not None:
            if call.where is not Where.UPLOAD:  # a form can be read only once
                await call.request.read()
            await asyncio.sleep(fault.number(0))

    async def _wait_after(self, call: Call) -> None:
        if (fault := self.faults.take(call.where, {FaultName.LATENCY_AFTER})) is not None:
            await asyncio.sleep(fault.number(0))

    async def _answer(self, call: Call, endpoint: Endpoint) -> web.StreamResponse:
        self._check_key(call)
        answer = await endpoint(call)
        await self._wait_after(call)
        return await self._answer_late(call, answer)

    def _check_key(self, call: Call) -> None:
        if call.where is Where.FILE:
            return
        if (shown := call.request.headers.get("Authorization")) is None:
            raise Refused(401, "API key is required")
        if shown != f"Bearer {self.api_key}":
            raise Refused(401, "invalid API key")

    async def _answer_early(self, call: Call) -> web.StreamResponse | None:
        """Return the answer of a fault that keeps the request from taking effect, None if no such fault is armed."""
        fault = self.faults.take(call.where, ERRORS | {FaultName.CUT_BEFORE_READING}, accepted=False)
        if fault is None:
            return None
        if fault.name is FaultName.CUT_BEFORE_READING:
            return answers.cut(call.request)
        # Read the body first, as a real server does: to the client, an error in the middle of it looks like a cut.
        await call.request.read()
        answer = answers.error_answer(fault, call.shape, elsewhere=_elsewhere(call))
        self._rejected(call, answer.status, fault.name)
        return answer

    async def _answer_late(self, call: Call, answer: web.Response | Path) -> web.StreamResponse:
        """Send the answer of a request that took effect, or what an armed fault makes of it."""
        if (fault := self.faults.take(call.where, ERRORS, accepted=True)) is not None:
            return answers.error_answer(fault, call.shape, elsewhere=_elsewhere(call))
        if (fault := self.faults.take(call.where, _TRANSFER)) is not None:
            return await _spoil(call.request, fault, _in_memory(answer))
        return web.FileResponse(answer) if isinstance(answer, Path) else answer

    def _refuse(self, call: Call, refused: Refused) -> web.Response:
        self._rejected(call, refused.status, refused.message)
        return answers.refusal(refused, call.shape)

    def _rejected(self, call: Call, status: int, reason: str) -> None:
        if call.where is Where.SUBMIT:
            self.ledger.record(
                Event.REJECTED, number=call.number, submit_key=call.submit_key, status=status, reason=reason
            )


async def _spoil(request: web.Request, fault: Fault, answer: web.Response) -> web.StreamResponse:
    match fault.name:
        case FaultName.CUT_MID_RESPONSE:
            return await answers.cut_in_the_middle(request, answer)
        case FaultName.DRIP:
            return await answers.drip(request, answer, fault.number(1))
        case FaultName.ENDLESS:
            return await answers.endless(request, answer)
        case _:
            return answers.cut(request)


def _in_memory(answer: web.Response | Path) -> web.Response:
    return (
        web.Response(body=answer.read_bytes(), content_type="video/mp4")
        if isinstance(answer, Path)
        else answer
    )


def _elsewhere(call: Call) -> str:
    """Return the request's own URL with one more parameter, as the target of a redirect."""
    return str(call.request.url.update_query(hop="1"))
