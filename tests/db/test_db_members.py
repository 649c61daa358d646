"""Settings of members and servers, facts, and turns that processes take one after the other."""

from db.store import open_store
from tests.db.rows import read


async def test_what_a_member_saved_last_is_found(store, engine, clock):
    await store.members.save(11, '{"spoiler": true}')
    clock.advance(60)
    await store.members.save(11, "{}")

    assert await store.members.settings_of(11) == "{}"
    assert await read(engine, "SELECT user_id, changed_at FROM members") == [
        {"user_id": 11, "changed_at": clock.now}
    ]


async def test_a_server_and_a_member_of_the_same_number_do_not_share_settings(store):
    assert await store.members.settings_of(11) is None
    await store.members.save(11, '{"mine": 1}')
    await store.members.save_guild(11, '{"ours": 1}')
    await store.members.save_guild(11, '{"ours": 2}')

    assert await store.members.settings_of(11) == '{"mine": 1}'
    assert await store.members.settings_of_guild(11) == '{"ours": 2}'
    assert await store.members.settings_of_guild(1) is None


async def test_a_fact_outlives_the_process(path):
    async with open_store(f"sqlite:///{path}", worker="w", lease_seconds=60) as store:
        assert await store.bot_state.get("commands") is None
        await store.bot_state.set("commands", "one hash")
        await store.bot_state.set("commands", "another hash")
    async with open_store(f"sqlite:///{path}", worker="w", lease_seconds=60) as store:
        assert await store.bot_state.get("commands") == "another hash"
        assert await store.bot_state.get("other") is None


async def test_turns_of_a_name_come_one_gap_apart_and_none_is_saved_up_while_nobody_comes(store, clock):
    assert [await store.turns.take("polls", gap_ms=200) for _ in range(3)] == [0, 200, 400]
    assert await store.turns.take("submissions", gap_ms=200) == 0

    clock.advance(60)
    assert [await store.turns.take("polls", gap_ms=200) for _ in range(2)] == [0, 200]
