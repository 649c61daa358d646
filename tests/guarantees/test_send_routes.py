"""Everything that the bot ever sends, over whole lives of jobs: nothing pings but the requester, nothing is more than words."""

import re

import discord
import pytest

from sandbox.faults import Fault, FaultName
from tests.cogs.test_cogs_hostile_prompts import INVISIBLE, faults_of, units
from tests.support.house import public

HOSTILE = (
    "@everyone @here <@&1> <@123456789012345678> [free](https://evil.example/x) ```code``` `x` **b** ||s||"
    " \u202egnp.exe\u202c k\u200bic\u2060k\ufeff\n2026-11-23 10:00:00,000 INFO db: forged\r# Big\n>>> all "
)
PROMPT = HOSTILE + "😀" * (1800 - len(HOSTILE))
ALIVE = re.compile(r"@everyone|@here|<@&|<@1234|(?<!\\)\]\(http|(?<!\\)```|(?m:^(?:# |>>>|2026-))")
"""What of it would be more than words, had it come through as it was typed."""

FORMS = {
    "result, or its link": re.compile(r"POST /channels/\d+/messages \w+-r"),
    "result in direct messages": re.compile(r"POST /channels/\d+/messages \w+-rd"),
    "status": re.compile(r"POST /channels/\d+/messages \w+-s"),
    "ending in a channel": re.compile(r"POST /channels/\d+/messages \w+-e\d+"),
    "ending in direct messages": re.compile(r"POST /channels/\d+/messages \w+-d\d+"),
    "change of a status": re.compile(r"PATCH /channels/\d+/messages/\d+ "),
    "answer, page or decision": re.compile(r"PATCH /webhooks/\d+/[^/]+/messages/@original "),
    "further answer": re.compile(r"POST /webhooks/\d+/[^/]+ "),
}
NO_MESSAGES = re.compile(
    r"(POST /interactions/\d+/[^/]+/callback|POST /users/@me/channels|PUT /applications/\d+/commands) "
)


def sent_by(house):
    """Return (request as text with its nonce, body) of all that the bot sent, and nothing that only asks."""
    return [
        (f"{request.method} {request.path} {(request.json or {}).get('nonce', '')}", request.json or {})
        for request in house.env.http_requests
        if request.method in {"POST", "PATCH", "PUT"} and isinstance(request.json or {}, dict)
    ]


def form_of(name):
    return next((form for form, pattern in FORMS.items() if pattern.fullmatch(name)), None)


def messages_of(house):
    """Return (form, body) of every message that the bot sent or changed; what fits no form must be no message."""
    found = []
    for name, body in sent_by(house):
        if form := form_of(name):
            found.append((form, body))
        else:
            assert NO_MESSAGES.fullmatch(name), f"a way to send that nobody thought of: {name}"
            callback = body.get("data") or {}
            assert not ({"content", "embeds", "components"} & callback.keys()), (
                f"said without a check: {name}"
            )
    return found


def pings_somebody_else(body, requester):
    """Tell whether a body lets Discord ping more than the requester, or choose for itself."""
    allowed = body.get("allowed_mentions")
    if allowed is None or allowed.get("parse") != [] or allowed.get("roles"):
        return True
    return not {int(user) for user in allowed.get("users") or ()} <= {requester}


async def order(house, fault=None, **options):
    if fault:
        house.sandbox.faults.add(Fault.parse(fault))
    asked = await house.video(prompt=PROMPT, **options)
    return asked, house.rows()[-1]["key"]


async def ended(house, key, state):
    return await house.until_job(f"key = '{key}' AND state = '{state}'")


async def succeed(house):
    _, key = await order(house)
    await ended(house, key, "delivered")
    page = await house.job_page(key)
    await house.ann.click(page.response, label="Show again")
    await house.ann.click(page.response, label="Back to the list")


async def fail(house):
    for fault in ("fails_provider", "moderated"):
        _, key = await order(house, fault)
        await ended(house, key, "failed")


async def be_cancelled(house):
    house.sandbox.faults.add(Fault(FaultName.RATE_LIMITED, "600"))
    asked, key = await order(house)
    await house.until_job(f"key = '{key}' AND state = 'queued' AND attempt > 0 AND lease_owner IS NULL")
    await house.ben.slash(house.room, "queue")
    await house.forge(house.ben, asked.response, component_type=2, custom_id=f"v1:cancel:{key}")
    await house.ann.click(asked.response, label="Cancel")
    await ended(house, key, "cancelled")


async def be_unclear_and_decided(house):
    rights = discord.Permissions(manage_messages=True)
    judge = house.guild.add_member(
        house.env.create_user("judge"), roles=[house.guild.create_role("Moderators", permissions=rights)]
    )
    for label, state in (("Give up", "failed"), ("Submit again", "delivered")):
        _, key = await order(house, "cut_after_accepting")
        (message,) = await house.until(
            lambda: [seen for seen in public(house.room) if "can sort this out" in seen.content],
            "an ending",
        )
        await house.ben.click(message, label=label)
        await judge.click(message, label=label)
        await ended(house, key, state)


async def lose_the_channel(house):
    """Order in a channel that is deleted while the video is made; return the job's key."""
    gone = house.guild.create_text_channel("gone")
    _, key = await order(house, room=gone)
    await house.until(lambda: public(gone), "a status")
    house.env.backend.delete_channel(gone.id)
    return key


async def be_delivered_directly(house):
    await ended(house, await lose_the_channel(house), "delivered")
    assert [message for message in house.direct() if message.attachments]


async def be_offered_as_a_link(house):
    house.strict.limit_bytes = 100
    _, key = await order(house)
    await ended(house, key, "delivered")
    house.strict.limit_bytes = 10 * 1024 * 1024
    assert [message for message in public(house.room) if "Download it here" in message.content]


async def be_undeliverable_and_sent_again(house):
    house.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    key = await lose_the_channel(house)
    await house.until_job(
        f"key = '{key}' AND reason = 'undeliverable' AND told_at IS NULL AND next_at > finished_at + 86400000"
    )
    house.env.backend.faults.clear()
    page = await house.job_page(key)
    await house.ann.click(page.response, label="Show again")
    await ended(house, key, "delivered")


async def be_told_directly(house):
    _, key = await order(house, "fails_moderated")
    await house.until_job(f"key = '{key}' AND state = 'rendering'")
    await house.restart()
    await house.until(lambda: [seen for seen in house.direct() if "content filter" in seen.content], "news")
    await ended(house, key, "failed")


async def be_refused(house):
    await house.video(prompt=PROMPT, camera=HOSTILE[:200])
    await house.video(prompt="\u200b\u202e")


@pytest.fixture
async def lived(build_house):
    """Return a house in which a hostile prompt has gone through everything that can become of it."""
    house = await build_house(render_seconds=0.4)
    for life in (
        succeed,
        fail,
        be_cancelled,
        be_unclear_and_decided,
        be_undeliverable_and_sent_again,
        be_delivered_directly,
        be_offered_as_a_link,
        be_refused,
        be_told_directly,
    ):
        await life(house)
    await house.until(lambda: not house.rows("status_message_id IS NOT NULL"), "the last status gone")
    return house


async def test_whatever_becomes_of_a_hostile_prompt_no_message_can_do_more_than_name_the_requester(lived):
    messages = messages_of(lived)
    assert {form for form, _ in messages} == set(FORMS)
    assert [(form, body) for form, body in messages if pings_somebody_else(body, lived.ann.id)] == []
    rung = [
        user
        for channel in lived.env.backend.messages.values()
        for message in channel.values()
        for user in (*message.ping_user_ids, *message.ping_role_ids)
    ]
    assert set(rung) == {lived.ann.id}

    contents = [body["content"] for _, body in messages if body.get("content")]
    quotations = [line for content in contents for line in content.split("\n") if line.startswith("> ")]
    assert len(quotations) > 10
    assert [(line, faults) for line in quotations if (faults := faults_of(line))] == []
    for content in contents:
        assert units(content) <= 2000
        assert not INVISIBLE.search(content)
        assert not ALIVE.search(content)
