"""Looks for what must not be there: in output, files, pages of the database, and all that Discord received."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.loopback_discord import LoopbackDiscord

_AROUND = 60


@dataclass(frozen=True, slots=True)
class Leak:
    canary: str
    place: str
    around: str


def leaks_in(text: bytes, place: str, canaries: dict[str, str]) -> Iterator[Leak]:
    for name, canary in canaries.items():
        at = text.find(canary.encode())
        if at >= 0:
            around = text[max(0, at - _AROUND) : at + len(canary) + _AROUND]
            yield Leak(name, place, around.decode("utf-8", "replace"))


def leaks_on_disk(folder: Path, canaries: dict[str, str]) -> list[Leak]:
    """Look through every file, the database's pages, -wal and -shm included."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        leak
        for path in files
        for leak in leaks_in(path.read_bytes(), str(path.relative_to(folder)), canaries)
    ]


def leaks_to_discord(discord: LoopbackDiscord, canaries: dict[str, str]) -> list[Leak]:
    """Look through the body of every request, and every message with its files. Addresses hold tokens by design."""
    ledger = discord.ledger
    bodies = [(f"{request.method} {request.path}", request.payload) for request in ledger.requests]
    files = [
        (f"{file.filename} of {message.id}", file.data)
        for message in ledger.messages
        for file in message.attachments
    ]
    texts = [(place, json.dumps(body, ensure_ascii=False).encode()) for place, body in bodies]
    return [leak for place, data in (*texts, *files) for leak in leaks_in(data, place, canaries)]


def without_result_links(folder: Path, copy: Path) -> Path:
    """Return a copy of a data folder whose rows have lost their `result_url`, and whose pages were written anew."""
    shutil.copytree(folder, copy)
    with closing(sqlite3.connect(copy / "clapper.db")) as database:
        database.execute("UPDATE jobs SET result_url = NULL")
        database.commit()
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return copy
