"""Callbacks, replies and follow-ups of interactions."""

import pytest

from tests.loopback_discord import ANN, BOT, VIDEOS
from tests.loopback_discord.bare_calls import MESSAGES, answer, callback_path, form, run, webhook_path
from tests.support.rows import each_row


async def test_second_acknowledgement_is_40060(call, loopback, synced):
    handle = await run(loopback)
    assert (await answer(call, handle, 5, flags=64))[0] == 204
    assert (await answer(call, handle, 5))[:2] == (400, 40060)
    assert handle.interaction.callback.data == {"flags": 64}


async def test_callback_answers_with_its_message_when_asked(call, loopback, synced):
    handle = await run(loopback)
    body = {"type": 4, "data": {"content": "hello <@1>", "flags": 64}}
    answer = (await call("POST", callback_path(handle) + "?with_response=true", body))[2]
    assert answer["interaction"]["response_message_ephemeral"] is True
    assert answer["resource"]["message"]["content"] == "hello <@1>"
    assert answer["resource"]["message"]["interaction_metadata"]["user"]["id"] == str(ANN.id)


async def test_refused_callback_can_be_sent_again(call, loopback, synced):
    handle = await run(loopback)
    assert (await answer(call, handle, 4, content="x" * 2001))[1] == 50035
    assert (await answer(call, handle, 4, content=""))[1] == 50006
    assert (await answer(call, handle, 4, content="x"))[0] == 204


@each_row("kind", [6, 7, 8, 1])
async def test_callback_must_suit_its_interaction(call, loopback, synced, kind):
    handle = await run(loopback)
    assert (await answer(call, handle, kind))[:2] == (400, 50035)


async def test_unknown_token_is_10062_for_the_callback_and_10015_for_the_webhook(call, loopback, synced):
    handle = await run(loopback)
    assert (await call("POST", f"/interactions/{handle.id}/no/callback", {"type": 5}))[:2] == (404, 10062)
    assert (await call("POST", f"/webhooks/{BOT.id}/no", {"content": "x"}))[:2] == (404, 10015)
    assert (await call("GET", webhook_path(handle, "/messages/@original")))[:2] == (404, 10015)


async def test_late_acknowledgement_is_taken_and_recorded_as_late(call, loopback, synced):
    handle = await run(loopback)
    handle.interaction.dispatched_at -= 4
    assert (await answer(call, handle, 5))[0] == 204
    assert handle.interaction.callback.seconds > 4


async def test_token_dies_after_fifteen_minutes(call, loopback, synced):
    handle = await run(loopback)
    await answer(call, handle, 5)
    original, now = webhook_path(handle, "/messages/@original"), loopback.rules.clock()
    loopback.rules.clock = lambda: now + 899
    assert (await call("PATCH", original, {"content": "x"}))[0] == 200
    loopback.rules.clock = lambda: now + 901
    assert (await call("PATCH", original, {"content": "y"}))[:2] == (401, 50027)


async def test_original_is_thinking_then_edited_then_deleted(call, loopback, synced):
    handle = await run(loopback)
    original = webhook_path(handle, "/messages/@original")
    await answer(call, handle, 5, flags=64)
    assert (await call("GET", original))[2]["flags"] == 64 | 128
    assert (await call("PATCH", original, data=form({"content": "done"}, f0=b"movie")))[2]["flags"] == 64
    assert (await handle.original()).attachments[0].data == b"movie"
    assert (await call("DELETE", original))[0] == 204
    assert (await call("GET", original))[:2] == (404, 10008)
    assert handle.interaction.original.deleted


async def test_ephemeral_messages_are_hidden_from_the_channel(call, loopback, synced):
    handle = await run(loopback)
    await answer(call, handle, 4, content="psst", flags=64)
    message = await handle.original()
    assert (await call("GET", MESSAGES))[2] == []
    assert (await call("GET", f"{MESSAGES}/{message.id}"))[:2] == (404, 10008)
    with pytest.raises(TimeoutError, match="no such message"):
        await loopback.wait_for_message(VIDEOS, timeout=0.01)
