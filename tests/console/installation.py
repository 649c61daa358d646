"""A small installation for tests of backups: jobs with their files, made through the store."""

from db.jobs.job import JobState
from db.store import open_store
from tests.db.rows import admit, job_in
from tests.sqlite_file import put_empty_database


async def fill(data_dir):
    """Make jobs that are delivered, undeliverable, rendering and waiting, with their files; return their keys."""
    for folder in ("frames", "videos"):
        (data_dir / folder).mkdir(parents=True)
    path = put_empty_database(data_dir / "clapper.db")
    async with open_store(f"sqlite:///{path}", worker="w", lease_seconds=60) as store:
        jobs = {
            "delivered": await job_in(store, JobState.DELIVERED),
            "undeliverable": await job_in(store, JobState.FAILED),
            "rendering": await job_in(store, JobState.RENDERING),
            "waiting": await admit(store, first_frame="waits.jpg"),
        }
        await store.bot_state.set("commands:1:global", "abc")
    (data_dir / "frames" / "waits.jpg").write_bytes(b"a first frame")
    (data_dir / "frames" / "of-nobody.jpg").write_bytes(b"swept some day")
    (data_dir / "videos" / "kite.mp4").write_bytes(b"a smaller copy")
    (data_dir / "videos" / f"{jobs['undeliverable'].key}.mp4").write_bytes(b"the original film")
    return {name: job.key for name, job in jobs.items()}
