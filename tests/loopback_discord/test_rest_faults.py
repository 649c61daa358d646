"""Faults on demand, buckets, and the door."""

import aiohttp
import pytest

from tests.loopback_discord import LOUNGE, VIDEOS, Cut, Limit
from tests.loopback_discord.bare_calls import MESSAGES, POSTS, form


async def test_json_has_no_charset_and_every_answer_tells_its_bucket(bare, loopback):
    loopback.rate_limits.default = Limit(2, 60.0)
    found = []
    for _ in range(3):
        async with bare.get(f"{loopback.api_url}/users/@me") as response:
            found.append((response.status, response.headers, await response.json()))
    assert [headers["Content-Type"] for _, headers, _ in found] == ["application/json"] * 3
    assert [headers["X-RateLimit-Remaining"] for _, headers, _ in found] == ["1", "0", "0"]
    assert [status for status, _, _ in found] == [200, 200, 429]
    assert found[-1][1]["Retry-After"] == "60"
    assert 0 < found[-1][2]["retry_after"] <= 60


async def test_buckets_are_apart_by_channel(call, loopback):
    loopback.rate_limits.default = Limit(1, 60.0)
    statuses = [(await call("GET", f"/channels/{channel.id}"))[0] for channel in (VIDEOS, LOUNGE, VIDEOS)]
    assert statuses == [200, 200, 429]


async def test_wrong_bot_token_is_401_and_unknown_route_404(call, loopback):
    assert (await call("GET", "/users/@me", headers={"Authorization": "Bot x"}))[0] == 401
    assert (await call("GET", "/nowhere"))[:2] == (404, 0)
    assert (await call("GET", "/gateway/bot"))[2]["url"] == loopback.gateway_url


async def test_fault_strikes_as_often_as_it_was_asked_to(call, loopback):
    fault = loopback.faults.add(*POSTS, code=50013, times=2)
    codes = [(await call("POST", MESSAGES, {"content": str(n)}))[1] for n in range(3)]
    assert (codes, fault.hits) == ([50013, 50013, None], 2)
    assert [message.content for message in loopback.ledger.visible(VIDEOS)] == ["2"]


async def test_fault_can_be_for_uploads_only(call, loopback):
    loopback.faults.add(*POSTS, status=500, uploads_only=True)
    statuses = [(await call("POST", MESSAGES, {"content": "x"}))[0]]
    statuses += [(await call("POST", MESSAGES, data=form({}, f0=b"1")))[0] for _ in range(2)]
    assert statuses == [200, 500, 200]


@pytest.mark.parametrize("cut", list(Cut))
@pytest.mark.parametrize("after", [True, False])
async def test_cut_leaves_the_client_without_an_answer(call, loopback, cut, after):
    loopback.faults.add(*POSTS, cut=cut, after_accepting=after)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await call("POST", MESSAGES, {"content": "x"})
    [request] = loopback.ledger.requests_to(*POSTS)
    assert (request.accepted, request.status) == (after, None)
    assert len(loopback.ledger.visible(VIDEOS)) == after
