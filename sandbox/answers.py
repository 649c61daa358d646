"""The answers of simulated faults: error bodies, HTML pages, broken, slow and endless transfers."""

import asyncio
import contextlib
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from aiohttp import web

from sandbox.contract import CODES, Refused
from sandbox.faults import PAGES, Fault, FaultName
from sandbox.replies import error_reply, v2_status
from sandbox.shapes import ErrorForm, Shape

_REFUSALS: Mapping[FaultName, Refused] = MappingProxyType(
    {
        FaultName.RATE_LIMITED: Refused(429, "rate limit exceeded, please slow down"),
        FaultName.SERVER_ERROR: Refused(500, "internal server error"),
        FaultName.BAD_GATEWAY: Refused(502, "upstream service is unavailable"),
        FaultName.UNAVAILABLE: Refused(503, "service temporarily unavailable"),
        FaultName.GATEWAY_TIMEOUT: Refused(504, "upstream timed out"),
        FaultName.REQUEST_TIMEOUT: Refused(408, "request timed out"),
        FaultName.BAD_KEY: Refused(401, "invalid API key"),
        FaultName.OUT_OF_CREDIT: Refused(402, "insufficient balance, please top up"),
        FaultName.FORBIDDEN: Refused(403, "this key may not use this model"),
        FaultName.NOT_FOUND: Refused(404, "task does not exist or has expired"),
        FaultName.TOO_LARGE: Refused(413, "request body is too large"),
        FaultName.MODERATED: Refused(400, "content moderation failed: sensitive content detected", code=1026),
        FaultName.MODERATED_AS_500: Refused(
            500, "build_request_failed: content moderation failed: sensitive content detected", code=1026
        ),
        FaultName.ERROR_IN_200: Refused(500, "upstream quota exhausted"),
        FaultName.IDEMPOTENCY_IN_PROGRESS: Refused(
            409, "a request with this key is being processed", type="idempotency_in_progress"
        ),
        FaultName.IDEMPOTENCY_KEY_REUSED: Refused(
            409, "this key was used with another body", type="idempotency_key_reused"
        ),
        FaultName.IDEMPOTENCY_INDETERMINATE: Refused(
            409, "the outcome of the first request is not known", type="idempotency_result_indeterminate"
        ),
        FaultName.IDEMPOTENCY_UNAVAILABLE: Refused(
            503, "idempotency store unavailable, nothing was executed", type="idempotency_unavailable"
        ),
    }
)
_CHUNK = 65_536
_SIP_SECONDS = 0.05


def refusal(refused: Refused, shape: Shape) -> web.Response:
    """Return the HTTP error for a refused request, with a JSON body in this shape."""
    return web.json_response(error_reply(refused, shape), status=_status(refused, shape))


def error_answer(fault: Fault, shape: Shape, *, elsewhere: str) -> web.Response:
    """Return the answer for a fault of `sandbox.faults.ERRORS`; `elsewhere`: the default target of a redirect."""
    match fault.name:
        case FaultName.REDIRECT:
            return web.Response(status=302, headers={"Location": fault.value or elsewhere})
        case FaultName.CODE:
            code = int(fault.number(1000))
            status = next((status for status, known in CODES.items() if known == code), 500)
            return refusal(Refused(status, "as told", code=code), shape)
        case FaultName.EMPTY_BODY:
            return web.Response(content_type="application/json")
        case FaultName.NOT_JSON:
            return web.Response(text='{"code":200,"data":[{"status"', content_type="application/json")
        case FaultName.ERROR_IN_200:
            return web.json_response(_error_in_200(fault.value or "object", shape))
        case name if name in PAGES and fault.value == "html":
            return page(_REFUSALS[name].status)
        case name:
            answer = refusal(_REFUSALS[name], shape)
            if fault.value and fault.value != "json":
                answer.headers["Retry-After"] = fault.value
            return answer


def _status(refused: Refused, shape: Shape) -> int:
    match shape.error:
        case ErrorForm.BASE_RESP:
            return 200
        case ErrorForm.MINIMAX_V2:
            return v2_status(refused)
        case _:
            return refused.status


def page(status: int, *, content_type: str = "text/html") -> web.Response:
    """Return an HTML error page, as proxies send it."""
    text = f"<!doctype html><html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
    return web.Response(status=status, text=text, content_type=content_type)


def _error_in_200(kind: str, shape: Shape) -> dict[str, Any]:
    refused = _REFUSALS[FaultName.ERROR_IN_200]
    match kind:
        case "success":
            return {"success": False, "message": refused.message}
        case "code":
            return {"code": refused.status, "message": refused.message, "data": None}
        case "text":
            return {"error": refused.message}
        case _:
            return error_reply(refused, shape)


def cut(request: web.Request) -> web.Response:
    """Break the connection at once; the returned response is never sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def cut_in_the_middle(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Send the headers and the first half of the body, then break the connection."""
    body = _body(answer)
    response = await _opened(request, answer, length=len(body))
    with contextlib.suppress(ConnectionError):
        await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def drip(request: web.Request, answer: web.Response, bytes_per_second: float) -> web.StreamResponse:
    """Send the body slowly, in small pieces, until the end or until the client disconnects."""
    body, rate = _body(answer), max(bytes_per_second, 0.01)
    sip = max(1, round(rate * _SIP_SECONDS))
    response = await _opened(request, answer, length=len(body))
    with contextlib.suppress(ConnectionError):
        for start in range(0, len(body), sip):
            await response.write(body[start : start + sip])
            await asyncio.sleep(sip / rate)
    return response


async def endless(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Send the body again and again until the client disconnects."""
    body = _body(answer)
    block = body * max(1, _CHUNK // max(1, len(body))) or b" " * _CHUNK
    response = await _opened(request, answer, length=None)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(block)
            await asyncio.sleep(0)
    return response


def gzip_bomb(mebibytes: int) -> web.Response:
    """Return a response with a small gzip body that unpacks to `mebibytes` MiB of zeros."""
    packer = zlib.compressobj(level=9, wbits=31)
    block = bytes(1024 * 1024)
    body = b"".join(packer.compress(block) for _ in range(mebibytes)) + packer.flush()
    return web.Response(body=body, content_type="video/mp4", headers={"Content-Encoding": "gzip"})


def _body(answer: web.Response) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b""


async def _opened(request: web.Request, answer: web.Response, *, length: int | None) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.content_type})
    response.content_length = length
    await response.prepare(request)
    return response
