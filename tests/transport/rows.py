"""What a PostgreSQL database says of its jobs, read beside the processes."""

import asyncpg


async def states(url):
    """Return where the jobs stand, oldest first."""
    return await _column(url, "SELECT state FROM jobs ORDER BY id")


async def keys(url):
    """Return the keys of the jobs."""
    return await _column(url, "SELECT key FROM jobs")


async def _column(url, sql):
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(sql)]
    finally:
        await connection.close()
