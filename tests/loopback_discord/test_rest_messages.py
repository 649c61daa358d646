"""Messages: nonces, pings, files, history, permissions."""

from tests.loopback_discord import ANN, BEN, LOUNGE, SKETCHES, VIDEOS, Permission
from tests.loopback_discord.bare_calls import MESSAGES, form


async def test_pings_are_what_allowed_mentions_let_through(call, loopback):
    content = f"<@{ANN.id}> <@{BEN.id}> @everyone"
    for allowed in (None, {"parse": []}, {"parse": [], "users": [str(ANN.id)]}):
        body = {"content": content} | ({} if allowed is None else {"allowed_mentions": allowed})
        await call("POST", MESSAGES, body)
    loud, silent, one = loopback.ledger.visible(VIDEOS)
    assert (loud.pings, loud.pings_everyone, loud.allowed_mentions) == ({ANN.id, BEN.id}, True, None)
    assert (silent.pings, silent.pings_everyone) == (frozenset(), False)
    assert (one.pings, one.pings_everyone) == ({ANN.id}, False)


async def test_long_texts_exclusive_mention_rules_and_bad_components_are_refused(call):
    button = {"type": 2, "style": 1, "custom_id": "a", "label": "A"}
    bad = [
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        {"content": "x", "components": [{"type": 1, "components": [button, button]}]},
        {"content": "x", "components": [{"type": 1, "components": [button | {"custom_id": "x" * 101}]}]},
        {"content": "x", "components": [{"type": 1, "components": [button | {"label": "x" * 81}]}]},
        {"content": "x", "components": [{"type": 1, "components": []}]},
        {"embeds": [{"description": "x" * 4097}]},
        {"embeds": [{"description": "x" * 4000}] * 2},
        {"content": "x", "nonce": "n" * 26},
        {"content": "x" * 2001},
    ]
    assert [(await call("POST", MESSAGES, body))[1] for body in bad] == [50035] * len(bad)
    assert (await call("POST", MESSAGES, {"content": "x" * 2000, "nonce": "n" * 25}))[0] == 200
    assert (await call("POST", MESSAGES, {"content": ""}))[1] == 50006
    assert (await call("POST", MESSAGES, data="{"))[1] == 50109


async def test_files_are_stored_counted_and_limited(call, bare, loopback):
    loopback.rules.upload_limit_bytes = 4
    payload = {"attachments": [{"id": 0, "description": "alt"}]}
    _, _, message = await call("POST", MESSAGES, data=form(payload, f0=b"1234", f1=b"5"))
    first, second = message["attachments"]
    assert (first["filename"], first["description"]) == ("SPOILER_a_b.mp4", "alt")
    assert first["content_type"] == "video/mp4"
    async with bare.get(second["url"]) as response:
        assert await response.read() == b"5"
    assert (await call("POST", MESSAGES, data=form({}, f0=b"12345")))[:2] == (413, 40005)
    assert (await call("POST", MESSAGES, data=form({}, **{f"f{n}": b"1" for n in range(11)})))[1] == 50035


async def test_edit_keeps_the_attachments_it_names(call, loopback):
    _, _, message = await call("POST", MESSAGES, data=form({"content": "x"}, f0=b"1", f1=b"2"))
    path = f"{MESSAGES}/{message['id']}"
    kept = message["attachments"][1]["id"]
    assert len((await call("PATCH", path, {"content": "y"}))[2]["attachments"]) == 2
    edited = (await call("PATCH", path, {"attachments": [{"id": kept}]}))[2]
    assert [entry["id"] for entry in edited["attachments"]] == [kept]
    assert edited["content"] == "y"
    assert [revision.content for revision in loopback.ledger.messages[0].revisions] == ["x", "y", "y"]


async def test_attachment_link_expires_and_cannot_be_altered(call, bare, loopback):
    _, _, message = await call("POST", MESSAGES, data=form({}, f0=b"1"))
    url = message["attachments"][0]["url"]
    now = loopback.rules.clock()
    loopback.rules.clock = lambda: now + 86_401
    statuses = []
    fresh = (await call("GET", f"{MESSAGES}/{message['id']}"))[2]["attachments"][0]["url"]
    for link in (url, fresh, fresh.replace("hm=", "hm=0")):
        async with bare.get(link) as response:
            statuses.append(response.status)
    assert statuses == [404, 200, 404]


async def test_nonce_holds_within_its_window_over_all_channels_and_is_told_to_the_sender_only(call, loopback):
    body = {"content": "x", "nonce": "k-r", "enforce_nonce": True}
    first = (await call("POST", MESSAGES, body))[2]
    elsewhere = (await call("POST", f"/channels/{LOUNGE.id}/messages", body))[2]
    now = loopback.rules.clock()
    loopback.rules.clock = lambda: now + 301
    later = (await call("POST", MESSAGES, body))[2]
    unenforced = (await call("POST", MESSAGES, {"content": "x", "nonce": "k-r"}))[2]
    assert first["nonce"] == "k-r"
    assert first["id"] == elsewhere["id"]
    assert len({first["id"], later["id"], unenforced["id"]}) == 3
    assert "nonce" not in (await call("GET", f"{MESSAGES}/{first['id']}"))[2]


async def test_history_pages(call):
    ids = [(await call("POST", MESSAGES, {"content": str(n)}))[2]["id"] for n in range(5)]
    for query, expected in [
        ("", ids[::-1]),
        ("?limit=2", [ids[4], ids[3]]),
        (f"?after={ids[1]}&limit=2", [ids[3], ids[2]]),
    ]:
        assert [found["id"] for found in (await call("GET", MESSAGES + query))[2]] == expected


async def test_deleted_message_is_unknown_and_stays_in_the_ledger(call, loopback):
    message = (await call("POST", MESSAGES, {"content": "x"}))[2]
    path = f"{MESSAGES}/{message['id']}"
    assert (await call("DELETE", path))[0] == 204
    assert (await call("DELETE", path))[:2] == (404, 10008)
    assert (await call("PATCH", path, {"content": "y"}))[:2] == (404, 10008)
    assert [(kept.content, kept.deleted) for kept in loopback.ledger.messages] == [("x", True)]


async def test_lost_permissions_and_channels_refuse_with_their_codes(call, loopback):
    codes = []
    for denied in (Permission.SEND_MESSAGES, Permission.VIEW_CHANNEL, Permission(0)):
        await loopback.deny(VIDEOS, denied)
        codes.append((await call("POST", MESSAGES, {"content": "x"}))[1])
    await loopback.deny(VIDEOS, Permission.ATTACH_FILES)
    codes.append((await call("POST", MESSAGES, data=form({}, f0=b"1")))[1])
    codes.append((await call("POST", "/channels/5/messages", {"content": "x"}))[1])
    assert codes == [50013, 50001, None, 50013, 10003]


async def test_thread_needs_its_own_permission_and_obeys_its_parent(call, loopback):
    path = f"/channels/{SKETCHES.id}/messages"
    assert (await call("POST", path, {"content": "x"}))[0] == 200
    await loopback.deny(SKETCHES, Permission.SEND_MESSAGES_IN_THREADS)
    assert (await call("POST", path, {"content": "x"}))[1] == 50013
    await loopback.deny(VIDEOS, Permission.VIEW_CHANNEL)
    assert (await call("POST", path, {"content": "x"}))[1] == 50001


async def test_reply_needs_a_message_that_is_there(call, loopback):
    message = (await call("POST", MESSAGES, {"content": "x"}))[2]
    reply = {"content": "y", "message_reference": {"message_id": message["id"]}}
    answer = (await call("POST", MESSAGES, reply))[2]
    assert (answer["type"], answer["message_reference"]["message_id"]) == (19, message["id"])
    await call("DELETE", f"{MESSAGES}/{message['id']}")
    assert (await call("POST", MESSAGES, reply))[1] == 50035
    reply["message_reference"]["fail_if_not_exists"] = False
    assert (await call("POST", MESSAGES, reply))[0] == 200
    await loopback.deny(VIDEOS, Permission.READ_MESSAGE_HISTORY)
    assert (await call("POST", MESSAGES, reply))[1] == 160002


async def test_direct_messages_open_once_and_can_be_closed(call, loopback):
    opened = [(await call("POST", "/users/@me/channels", {"recipient_id": str(ANN.id)}))[2] for _ in range(2)]
    assert opened[0]["id"] == opened[1]["id"]
    path = f"/channels/{opened[0]['id']}/messages"
    assert (await call("POST", path, {"content": "x"}))[0] == 200
    loopback.close_dms(ANN)
    assert (await call("POST", path, {"content": "x"}))[:2] == (403, 50007)
    assert (await call("POST", "/users/@me/channels", {"recipient_id": "5"}))[:2] == (400, 50033)


async def test_message_of_somebody_else_cannot_be_edited(call, loopback):
    message = await loopback.post_as(ANN, VIDEOS, "mine")
    assert (await call("PATCH", f"{MESSAGES}/{message.id}", {"content": "x"}))[:2] == (403, 50005)
    assert (await call("DELETE", f"{MESSAGES}/{message.id}"))[:2] == (403, 50013)
