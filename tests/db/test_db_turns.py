"""Turns that processes take one after the other, on either engine."""


async def test_turns_come_one_gap_apart_whoever_takes_them(store):
    waits = [await store.turns.take("polls", gap_ms=200) for _ in range(3)]
    assert waits == [0, 200, 400]


async def test_nothing_is_saved_up_while_nobody_comes(store, clock):
    await store.turns.take("polls", gap_ms=200)
    clock.advance(60)
    assert [await store.turns.take("polls", gap_ms=200) for _ in range(2)] == [0, 200]


async def test_a_turn_of_another_name_waits_for_nobody(store):
    await store.turns.take("polls", gap_ms=200)
    assert await store.turns.take("submissions", gap_ms=200) == 0
