"""The unmodified discord.py against the loopback Discord: what the double must get right to be believed."""

import asyncio
import io

import aiohttp
import discord
import pytest

from tests.loopback_discord import ANN, BEN, BOT, VIDEOS, Cut, Limit
from tests.loopback_discord.bare_calls import POSTS, run
from tests.loopback_discord.sample_client import PlainClient, ShardedClient, pointed_at, running
from tests.support.rows import each_row

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x08\x08\x02\x00\x00\x00"
    + b"picture" * 3000
)
MP4 = bytes(range(256)) * 400


@pytest.fixture(params=[PlainClient, ShardedClient])
async def any_client(request, loopback):
    async with running(request.param(guild_ready_timeout=0.1), loopback) as client:
        yield client


@pytest.fixture
async def client(loopback):
    async with running(PlainClient(guild_ready_timeout=0.1), loopback) as client:
        yield client


async def send(client, content="here", *, nonce="job-1-r", data=MP4, **kwargs):
    channel = client.get_partial_messageable(VIDEOS.id, type=discord.ChannelType.text)
    file = discord.File(io.BytesIO(data), "kite.mp4", description="a kite")
    async with asyncio.timeout(20):
        return await channel.send(content, file=file, nonce=nonce, **kwargs)


async def test_client_connects_syncs_and_knows_the_guild(any_client, loopback):
    await any_client.events.wait_for("ready")
    guild = any_client.guilds[0]
    permissions = guild.get_channel(VIDEOS.id).permissions_for(guild.me)
    assert any_client.application_id == any_client.user.id == BOT.id
    assert [thread.name for thread in guild.threads] == ["sketches"]
    assert (permissions.attach_files, permissions.manage_messages) == (True, False)
    assert guild.filesize_limit == loopback.rules.upload_limit_bytes == 10 * 1024 * 1024
    assert loopback.ledger.operations() == [2]


async def test_client_defers_and_edits_the_ephemeral_reply(any_client, loopback):
    handle = await loopback.slash(
        "video",
        user=ANN,
        channel=VIDEOS,
        options={"prompt": "a kite", "duration": 10, "friend": BEN},
        attachments={"image": ("a picture.png", PNG)},
        locale="de",
    )
    callback = await handle.callback()
    reply = await handle.original()
    interaction = any_client.seen["interaction"]
    assert (callback.type, callback.data["flags"], callback.seconds > 0) == (5, 64, True)
    assert (reply.content, reply.ephemeral, len(reply.revisions)) == ("queued: a kite", True, 1)
    assert any_client.seen["image"] == PNG
    assert any_client.seen["values"][:3] == ("a kite", 10, "")
    assert any_client.seen["values"][3].id == BEN.id
    assert interaction.locale is discord.Locale.german
    assert interaction.app_permissions.attach_files
    assert interaction.channel.id == VIDEOS.id
    assert interaction.user.id == ANN.id
    assert interaction.is_guild_integration()
    assert interaction.context.guild
    assert loopback.ledger.visible(VIDEOS) == []
    [image] = interaction.data["resolved"]["attachments"].values()
    assert (image["filename"], image["ephemeral"]) == ("a_picture.png", True)
    assert (image["size"], image["content_type"]) == (len(PNG), "image/png")
    assert (image["width"], image["height"]) == (16, 8)


async def test_button_edits_the_message_it_is_on(client, loopback):
    reply = await (await run(loopback)).original()
    click = await loopback.click(reply, "cancel", user=ANN)
    assert (await click.callback()).type == 7
    assert (await click.original()) is reply
    assert (reply.content, reply.components) == ("cancelled", [])


async def test_modal_comes_back_filled(client, loopback):
    reply = await (await run(loopback)).original()
    opened = await loopback.click(reply, "remix", user=ANN)
    sent = await loopback.submit_modal(opened, {"words": "a red kite"})
    assert (await sent.original()).content == "modal: a red kite"


async def test_context_menu_hands_over_the_message(client, loopback):
    photo = await loopback.post_as(BEN, VIDEOS, "look", {"photo.png": PNG})
    handle = await loopback.context_menu("Animate this image", user=ANN, channel=VIDEOS, target=photo)
    assert (await handle.original()).content == f"{len(PNG)} bytes"


async def test_same_nonce_makes_one_message_of_two_uploads_until_it_is_forgotten(client, loopback):
    first = await send(client)
    second = await send(client)
    third = await send(client, nonce="job-2-r")
    [kept, other] = loopback.ledger.visible(VIDEOS)
    assert first.id == second.id == kept.id
    assert third.id == other.id
    assert kept.attachments[0].data == MP4
    assert kept.attachments[0].description == "a kite"
    assert await second.attachments[0].read() == MP4
    loopback.forget_nonces()
    assert (await send(client)).id != first.id


async def test_nonce_of_a_deleted_message_is_unknown(client, loopback):
    message = await send(client)
    await message.delete()
    with pytest.raises(discord.NotFound) as caught:
        await send(client)
    assert caught.value.code == 10008
    assert loopback.ledger.visible(VIDEOS) == []


async def test_429_is_waited_out_and_sent_again(client, loopback):
    loopback.faults.add(*POSTS, status=429, retry_after=0.05)
    await send(client)
    assert [request.status for request in loopback.ledger.requests_to(*POSTS)] == [429, 200]
    assert len(loopback.ledger.visible(VIDEOS)) == 1


async def test_429_without_via_is_an_error_at_once(client, loopback):
    loopback.faults.add(*POSTS, status=429, headers={"Via": ""})
    with pytest.raises(discord.HTTPException):
        await send(client)


async def test_502_after_accepting_is_retried_with_the_same_nonce(client, loopback):
    loopback.faults.add(*POSTS, status=502, body="<html>", after_accepting=True)
    message = await send(client)
    attempts = loopback.ledger.requests_to(*POSTS)
    assert [(attempt.status, attempt.accepted) for attempt in attempts] == [(502, True), (200, True)]
    assert [attempt.payload["nonce"] for attempt in attempts] == ["job-1-r", "job-1-r"]
    assert [kept.id for kept in loopback.ledger.visible(VIDEOS)] == [message.id]


@each_row(
    "cut, error",
    [
        (Cut.CLOSE, aiohttp.ServerDisconnectedError),
        (Cut.RESET, aiohttp.ClientOSError),
        (Cut.SHORT, aiohttp.ClientPayloadError),
    ],
)
async def test_cut_after_accepting_leaves_one_message_and_an_error(client, loopback, cut, error):
    await send(client, nonce="before")
    loopback.faults.add(*POSTS, cut=cut, after_accepting=True)
    with pytest.raises(error):
        await send(client)
    await send(client)
    assert [message.nonce for message in loopback.ledger.visible(VIDEOS)] == ["before", "job-1-r"]


async def test_html_with_status_200_is_no_message_object(client, loopback):
    loopback.faults.add(
        "POST", "/channels/*/messages", status=200, body="<html></html>", after_accepting=True
    )
    with pytest.raises(TypeError):
        await send(client)
    assert len(loopback.ledger.visible(VIDEOS)) == 1


async def test_file_above_the_limit_is_refused_with_40005(client, loopback):
    loopback.rules.upload_limit_bytes = 1000
    with pytest.raises(discord.HTTPException) as caught:
        await send(client, data=b"x" * 1001)
    assert (caught.value.status, caught.value.code) == (413, 40005)
    assert await send(client, data=b"x" * 1000)


async def test_exhausted_bucket_slows_the_client_down_without_a_429(client, loopback):
    loopback.rate_limits.per_route["POST /channels/{channel_id}/messages"] = Limit(2, 0.3)
    await asyncio.gather(*(send(client, nonce=f"job-{number}") for number in range(5)))
    requests = loopback.ledger.requests_to(*POSTS)
    assert [request.status for request in requests] == [200] * 5
    assert requests[-1].received_at - requests[0].received_at > 0.3


async def test_client_resumes_after_close_4000_and_gets_what_it_missed(any_client, loopback):
    await any_client.events.wait_for("ready")
    await loopback.gateway.drop(4000)
    handle = await run(loopback)
    assert (await handle.original()).content == "queued: a kite"
    await any_client.events.wait_for("resumed")
    assert any_client.events.names.count("ready") == 1
    assert loopback.ledger.operations() == [2, 6]


async def test_client_resumes_when_asked_to_reconnect(any_client, loopback):
    await any_client.events.wait_for("ready")
    await loopback.gateway.ask_to_reconnect()
    await any_client.events.wait_for("resumed")
    assert loopback.ledger.operations() == [2, 6]


async def test_bad_token_is_a_login_failure(loopback):
    loopback.token = "wrong"
    with pytest.raises(discord.LoginFailure):
        await start(PlainClient(), loopback)


async def test_privileged_intents_must_be_granted(loopback):
    client = discord.Client(intents=discord.Intents(guilds=True, message_content=True))
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await start(client, loopback)


async def start(client, loopback):
    with pointed_at(loopback):
        async with asyncio.timeout(10), client:
            await client.start(loopback.token)


async def test_direct_message_reaches_its_person_only(client, loopback):
    place = await client.create_dm(discord.Object(BEN.id))
    message = await place.send("your video", nonce="job-1-d")
    sent = await loopback.wait_for_message(None, lambda found: found.channel.recipient == BEN)
    assert (sent.id, sent.channel.guild_id) == (message.id, None)


async def test_followup_fills_the_thinking_reply_first(client, loopback):
    reply = await (await run(loopback)).original()
    followup = await client.seen["interaction"].followup.send("more", ephemeral=True)
    assert followup.id != reply.id
    handle = await loopback.click(reply, "nobody", user=ANN, checked=False)
    interaction = await client.wait_for("interaction", check=lambda found: found.id == handle.id, timeout=5)
    await interaction.response.defer(thinking=True)
    filled = await interaction.followup.send("filled")
    assert filled.id == handle.interaction.original.id
    assert (await handle.original()).content == "filled"
