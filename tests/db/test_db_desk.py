"""The desk: people see and touch their own jobs, where they made them, and nothing else."""

from db.jobs.job import JobState, Owner, Reason
from tests.db.rows import ANN, TASK, admit, history, job_in, read, row_of, undeliverable, usage
from tests.support.rows import each_row

DIRECT = Owner(guild_id=0, user_id=ANN.user_id)
OTHERS = {
    "another member of the same server": Owner(guild_id=ANN.guild_id, user_id=22),
    "the same member in another server": Owner(guild_id=2, user_id=ANN.user_id),
    "the same member in a direct message": DIRECT,
    "another member in another server": Owner(guild_id=2, user_id=22),
    "another member in a direct message": Owner(guild_id=0, user_id=22),
    "somebody with the ids the wrong way round": Owner(guild_id=ANN.user_id, user_id=ANN.guild_id),
}


@each_row("other", OTHERS.values(), before="emptied")
async def test_somebody_elses_job_is_neither_found_nor_listed_nor_cancelled_nor_sent_anywhere(
    store, engine, other
):
    film = await undeliverable(store, await admit(store))
    job, theirs = await admit(store), await admit(store, other)
    before, shares = await read(engine, "SELECT * FROM jobs ORDER BY id"), await usage(engine)

    assert await store.job_queries.find(job.key, other) is None
    assert await store.job_queries.newest(other, limit=25) == [theirs]
    assert await store.job_queries.cancel(job.key, other) is None
    assert await store.job_queries.deliver_again(film.key, other, channel_id=666, upload_limit=1) is None

    assert await read(engine, "SELECT * FROM jobs ORDER BY id") == before
    assert await usage(engine) == shares
    assert await store.job_queries.find(job.key, ANN) == job
    assert await store.job_queries.newest(ANN, limit=25) == [job, film]


async def test_a_job_of_a_direct_message_is_found_there_only(store):
    job = await admit(store, DIRECT)

    assert await store.job_queries.find(job.key, DIRECT) == job
    assert await store.job_queries.find(job.key, ANN) is None
    assert await store.job_queries.cancel(job.key, ANN) is None
    assert await store.job_queries.newest(ANN, limit=25) == []


async def test_a_key_that_does_not_exist_answers_like_somebody_elses(store):
    await undeliverable(store, await admit(store))
    await admit(store)

    assert await store.job_queries.find("nobody's", ANN) is None
    assert await store.job_queries.cancel("nobody's", ANN) is None
    assert await store.job_queries.deliver_again("nobody's", ANN, channel_id=1, upload_limit=1) is None


async def test_the_newest_jobs_come_first_and_no_more_than_asked_for(store):
    jobs = [await admit(store) for _ in range(4)]

    assert await store.job_queries.newest(ANN, limit=3) == [jobs[3], jobs[2], jobs[1]]


async def test_a_waiting_job_is_cancelled_once_and_never_submitted(store, engine, clock):
    job = await admit(store)

    cancelled = await store.job_queries.cancel(job.key, ANN)

    assert (cancelled.state, cancelled.charged, cancelled.finished_at) == (JobState.CANCELLED, 0, clock.now)
    assert await history(engine, job) == [(None, "queued"), ("queued", "cancelled")]
    assert await store.job_queries.cancel(job.key, ANN) is None
    assert await usage(engine) == {("member", ANN.user_id): 0, ("bot", 0): 0}
    assert await store.claims.queued(running_cap=10) is None


@each_row("state", JobState, before="emptied")
async def test_only_a_waiting_job_is_cancelled_and_only_a_failed_one_sent_again(store, engine, state):
    job = await job_in(store, state)
    before, shares = await row_of(engine, job), await usage(engine)

    if state is not JobState.QUEUED:
        assert await store.job_queries.cancel(job.key, ANN) is None
    if state is not JobState.FAILED:
        assert await store.job_queries.deliver_again(job.key, ANN, channel_id=88, upload_limit=5) is None

    assert await row_of(engine, job) == before
    assert await usage(engine) == shares


@each_row("reason", [Reason.UNDELIVERABLE, Reason.TOO_LARGE], before="emptied")
async def test_a_kept_video_is_sent_once_to_the_place_that_is_asked_for_and_has_no_ending_to_tell(
    store, engine, clock, reason
):
    job = await undeliverable(store, await admit(store), reason=reason)

    again = await store.job_queries.deliver_again(job.key, ANN, channel_id=88, upload_limit=5)

    assert (again.state, again.channel_id, again.upload_limit) == (JobState.DELIVERING, 88, 5)
    assert (await history(engine, job))[-1] == ("failed", "delivering")
    assert await store.job_queries.deliver_again(job.key, ANN, channel_id=88, upload_limit=5) is None
    assert (await store.claims.due_delivery()).id == job.id
    clock.advance(3600)
    assert await store.claims.unnotified() is None


@each_row("reason", [Reason.BAD_RESULT, Reason.AMBIGUOUS_DELIVERY], before="emptied")
async def test_a_video_that_ended_for_another_reason_is_not_sent_again(store, reason):
    job = await undeliverable(store, await admit(store), reason=reason)

    assert await store.job_queries.deliver_again(job.key, ANN, channel_id=88, upload_limit=5) is None


async def test_an_undeliverable_job_without_a_file_is_not_sent_again(store):
    job = await job_in(store, JobState.DELIVERING)
    job = await store.outcomes.undeliverable(job, reason=Reason.UNDELIVERABLE, detail="")

    assert await store.job_queries.deliver_again(job.key, ANN, channel_id=88, upload_limit=5) is None


async def test_the_queue_of_a_server_shows_its_own_jobs_with_their_place_among_all(store):
    elsewhere = Owner(guild_id=2, user_id=22)
    running = [
        await job_in(store, state) for state in (JobState.DELIVERING, JobState.RENDERING, JobState.SUBMITTING)
    ]
    for state in (JobState.DELIVERED, JobState.FAILED, JobState.UNKNOWN, JobState.CANCELLED):
        await job_in(store, state)
    await job_in(store, JobState.RENDERING, elsewhere)
    first = await admit(store)
    await admit(store, elsewhere)
    third = await admit(store, Owner(guild_id=1, user_id=33))

    queue = await store.job_queries.queue(1)

    assert [job.id for job in queue.running] == [job.id for job in running]
    assert queue.waiting == [(1, first), (3, third)]
    empty = await store.job_queries.queue(3)
    assert (empty.running, empty.waiting) == ([], [])


async def test_status_messages_of_ended_jobs_are_left_over_until_forgotten(store):
    jobs = {state: await job_in(store, state) for state in JobState if state is not JobState.QUEUED}
    jobs[JobState.QUEUED] = await job_in(store, JobState.QUEUED)
    for job in jobs.values():
        await store.job_queries.set_status_message(job.id, 900 + job.id)
    ended = {JobState.DELIVERED, JobState.FAILED, JobState.CANCELLED, JobState.UNKNOWN}

    left = await store.job_queries.leftover_statuses()
    assert {job.state: job.status_message_id - 900 for job in left} == {
        state: jobs[state].id for state in ended
    }

    await store.job_queries.set_status_message(jobs[JobState.FAILED].id, None)
    assert {job.state for job in await store.job_queries.leftover_statuses()} == ended - {JobState.FAILED}


async def test_a_status_message_is_noted_while_a_step_holds_the_job(store):
    job = await job_in(store, JobState.RENDERING)

    await store.job_queries.set_status_message(job.id, 900)

    now = await store.outcomes.rendered(job, result_url="https://provider.example/v.mp4", expires_at=None)
    assert now.status_message_id == 900


async def test_render_times_are_those_of_one_format_newest_first(store, clock):
    for seconds in (10, 20, 30):
        await rendered_in(store, clock, seconds)
    await rendered_in(store, clock, 99, format="b/6s/768p")
    await job_in(store, JobState.RENDERING)

    assert await store.job_queries.render_times("a/6s/768p", limit=2) == [30_000, 20_000]


async def rendered_in(store, clock, seconds, **changes):
    await admit(store, **changes)
    job = await store.claims.queued(running_cap=1000)
    await store.outcomes.accepted(job, order=TASK, first_poll_ms=seconds * 1000)
    clock.advance(seconds)
    job = await store.claims.due_poll()
    await store.outcomes.rendered(job, result_url="https://provider.example/v.mp4", expires_at=None)


async def test_a_row_is_found_by_its_own_id_and_no_other(store):
    jobs = [await admit(store) for _ in range(3)]

    assert [await store.job_queries.by_id(job.id) for job in jobs] == jobs
    assert await store.job_queries.by_id(404) is None
