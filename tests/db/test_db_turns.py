"""Turns that processes take one after the other, on either engine."""


async def test_turns_of_a_name_come_one_gap_apart_and_none_is_saved_up_while_nobody_comes(store, clock):
    assert [await store.turns.take("polls", gap_ms=200) for _ in range(3)] == [0, 200, 400]
    assert await store.turns.take("submissions", gap_ms=200) == 0

    clock.advance(60)
    assert [await store.turns.take("polls", gap_ms=200) for _ in range(2)] == [0, 200]
