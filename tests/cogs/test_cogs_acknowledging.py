"""First answers come before all other work: Discord waits three seconds for them, and for nothing else."""

import asyncio
import contextlib

from cogs.discord.interactions import UnansweredInteractions


async def test_work_waits_until_the_first_answers_of_others_are_given():
    unanswered, answers, done = UnansweredInteractions(), asyncio.Event(), []

    async def answer(name):
        with unanswered.one():
            await answers.wait()
        done.append(name)

    async def work():
        await unanswered.let_pass()
        done.append("work")

    tasks = [asyncio.create_task(step) for step in (answer("Ben's"), answer("Cleo's"), work())]
    await asyncio.sleep(0)
    answers.set()
    await asyncio.gather(*tasks)
    assert done == ["Ben's", "Cleo's", "work"]


async def test_an_answer_that_hangs_holds_nobody_up_for_long():
    unanswered = UnansweredInteractions()
    with unanswered.one():
        await asyncio.wait_for(unanswered.let_pass(), timeout=10)


async def test_an_answer_that_breaks_off_is_not_waited_for():
    unanswered = UnansweredInteractions()
    with contextlib.suppress(ConnectionError), unanswered.one():
        await _break_off()
    async with asyncio.timeout(0):
        await unanswered.let_pass()


async def _break_off():
    raise ConnectionError
