"""Syncing commands, and what users may then send."""

import pytest

from tests.loopback_discord import ANN, BEN, BOT, GUILD_ID, VIDEOS, NotSendable, Permission
from tests.loopback_discord.bare_calls import JOBS, MESSAGES, VIDEO, answer, run
from tests.support.rows import each_row


async def test_sync_gives_ids_that_stay(call, synced):
    again = (await call("PUT", f"/applications/{BOT.id}/commands", [JOBS, VIDEO]))[2]
    assert [command["id"] for command in again] == [command["id"] for command in reversed(synced)]
    in_guild = await call("PUT", f"/applications/{BOT.id}/guilds/{GUILD_ID}/commands", [VIDEO])
    assert in_guild[2][0]["guild_id"] == str(GUILD_ID)


@each_row(
    "broken",
    [
        {"name": "Video"},
        {"name": "x" * 33},
        {"description": "x" * 101},
        {"description": ""},
        {"options": [VIDEO["options"][1], VIDEO["options"][0]]},
        {"options": [VIDEO["options"][2] | {"name": f"n{n}"} for n in range(26)]},
        {"options": [VIDEO["options"][2] | {"autocomplete": True}]},
        {"options": [VIDEO["options"][2] | {"choices": [{"name": "x" * 101, "value": 1}]}]},
        {"description_localizations": {"de": "x" * 101}},
        {"integration_types": [0, 1]},
    ],
)
async def test_command_that_discord_would_refuse_is_refused(call, broken):
    assert (await call("PUT", f"/applications/{BOT.id}/commands", [VIDEO | broken]))[:2] == (400, 50035)


async def test_duplicate_and_too_many_commands_are_refused(call):
    path = f"/applications/{BOT.id}/commands"
    assert (await call("PUT", path, [VIDEO, VIDEO]))[:2] == (400, 50035)
    assert (await call("PUT", path, [VIDEO | {"name": f"v{n}"} for n in range(101)]))[:2] == (400, 30032)


async def test_event_carries_what_discord_sends(loopback, synced):
    handle = await loopback.slash(
        "video",
        user=ANN,
        channel=VIDEOS,
        options={"prompt": "a kite", "duration": 6},
        attachments={"image": ("a.png", b"png")},
        app_permissions=Permission.VIEW_CHANNEL,
        member_permissions=Permission.MANAGE_GUILD,
        locale="de",
    )
    payload = handle.interaction.payload
    data = payload["data"]
    assert (payload["type"], payload["context"], payload["locale"]) == (2, 0, "de")
    assert payload["app_permissions"] == str(1 << 10)
    assert payload["member"]["permissions"] == str(1 << 5)
    assert payload["authorizing_integration_owners"] == {"0": str(GUILD_ID)}
    assert payload["attachment_size_limit"] == 10 * 1024 * 1024
    assert data["id"] == synced[0]["id"]
    types = {option["name"]: option["type"] for option in data["options"]}
    assert types == {"prompt": 3, "duration": 4, "image": 11}
    assert list(data["resolved"]["attachments"]) == [data["options"][2]["value"]]


async def test_subcommands_are_nested(loopback, synced):
    handle = await loopback.slash("jobs show", user=ANN, channel=VIDEOS, options={"count": 5})
    assert handle.interaction.payload["data"]["options"] == [
        {"name": "show", "type": 1, "options": [{"name": "count", "type": 4, "value": 5}]}
    ]


@each_row(
    "name, options",
    [
        ("video", {}),
        ("video", {"prompt": "x" * 11}),
        ("video", {"prompt": ""}),
        ("video", {"prompt": 5}),
        ("video", {"prompt": "x", "duration": 7}),
        ("video", {"prompt": "x", "size": 1}),
        ("video", {"prompt": "x", "image": "y"}),
        ("jobs show", {"count": 6}),
        ("jobs show", {"count": True}),
        ("jobs", {}),
        ("jobs hide", {}),
    ],
)
async def test_users_cannot_send_what_discord_would_not_let_through(loopback, synced, name, options):
    with pytest.raises(NotSendable):
        await loopback.slash(name, user=ANN, channel=VIDEOS, options=options)


async def test_forged_values_and_unsynced_commands(loopback, synced):
    handle = await loopback.slash("video", user=ANN, channel=VIDEOS, options={"duration": 99}, checked=False)
    assert handle.interaction.payload["data"]["options"][0]["value"] == 99
    with pytest.raises(LookupError, match="video, jobs"):
        await loopback.slash("nothing", user=ANN, channel=VIDEOS)


async def test_click_sends_the_message_and_refuses_what_is_not_there(call, loopback):
    button = {"type": 2, "style": 1, "custom_id": "v1:cancel:k", "label": "Cancel"}
    off = {"type": 2, "style": 1, "custom_id": "off", "label": "Off", "disabled": True}
    await call("POST", MESSAGES, {"content": "x", "components": [{"type": 1, "components": [button, off]}]})
    [message] = loopback.ledger.visible(VIDEOS)
    handle = await loopback.click(message, "v1:cancel:k", user=BEN)
    assert handle.interaction.payload["message"]["id"] == str(message.id)
    assert handle.interaction.payload["data"]["component_type"] == 2
    for custom_id in ("off", "other"):
        with pytest.raises(NotSendable):
            await loopback.click(message, custom_id, user=BEN)
    forged = await loopback.click(message, "other", user=BEN, checked=False)
    await answer(call, forged, 7, content="y")
    assert (message.content, [revision.content for revision in message.revisions]) == ("y", ["x", "y"])


async def test_modal_answers_have_the_modals_shape(call, loopback, synced):
    handle = await run(loopback)
    label = {"type": 18, "label": "x"}
    parts = [
        label | {"component": {"type": 4, "custom_id": "prompt", "style": 2}},
        label | {"component": {"type": 3, "custom_id": "camera", "options": [{"label": "a", "value": "a"}]}},
        label | {"component": {"type": 19, "custom_id": "frame"}},
        {"type": 1, "components": [{"type": 4, "custom_id": "old", "style": 1}]},
    ]
    modal = {"custom_id": "studio", "title": "Studio", "components": parts}
    assert (await answer(call, handle, 9, **modal | {"title": "x" * 46}))[1] == 50035
    assert (await answer(call, handle, 9, **modal))[0] == 204
    filled_in = {"prompt": "a kite", "camera": ["a"], "frame": [("a.png", b"png")]}
    sent = await loopback.submit_modal(handle, filled_in)
    data = sent.interaction.payload["data"]
    prompt, camera, frame, old = data["components"]
    assert (sent.interaction.type, data["custom_id"]) == (5, "studio")
    assert (prompt["type"], prompt["component"]["value"]) == (18, "a kite")
    assert camera["component"]["values"] == ["a"]
    assert frame["component"]["values"] == list(data["resolved"]["attachments"])
    assert old["components"][0]["value"] == ""
    with pytest.raises(KeyError):
        await loopback.submit_modal(handle, {"nothing": "x"})
