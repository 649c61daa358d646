"""The journal: short texts in files of DATA_DIR whose space is reserved in advance.

A full disk cannot prevent a write here, because a text overwrites bytes that exist already. A process locks
its files, and takes over the files of processes that have died.
"""

import contextlib
import itertools
import logging
import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from db.engines.engine import DatabaseBusy, DatabaseError
from db.engines.lock import lock_file

SLOTS, SLOT_BYTES = 64, 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a journal file with room for one text."""

    file: BinaryIO
    offset: int

    def read(self) -> str:
        """Return the text of the slot; empty if there is none."""
        self.file.seek(self.offset)
        return self.file.read(SLOT_BYTES).decode("ascii", "replace").strip()

    def write(self, text: str) -> None:
        """Write `text` to the disk in place of the slot's old text."""
        self.file.seek(self.offset)
        self.file.write(text.encode("ascii").ljust(SLOT_BYTES))
        os.fsync(self.file.fileno())


class Journal:
    """A store of short texts, which are kept until they are cleared, even if this process dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._free: list[Slot] = []

    @contextlib.contextmanager
    def open(self) -> Generator[dict[Slot, str]]:
        """Reserve the space, and yield the texts that earlier processes have left. A full disk only logs a warning."""
        with contextlib.ExitStack() as stack:
            slots: list[Slot] = []
            try:
                for file in self._take_files(stack):
                    slots += [Slot(file, number * SLOT_BYTES) for number in range(SLOTS)]
            except (OSError, DatabaseError) as error:
                log.warning("no space can be reserved for what the database does not take: %s", error)
            texts = {slot: text for slot in slots if (text := slot.read())}
            self._free = [slot for slot in slots if slot not in texts]
            yield texts
            self._free = []

    def keep(self, text: str) -> Slot | None:
        """Write a text into a free slot; log an error and return None if there is no room."""
        if len(text) > SLOT_BYTES or not self._free:
            log.error("there is no room in the journal: %s", text)
            return None
        slot = self._free.pop()
        try:
            slot.write(text)
        except (OSError, ValueError):  # ValueError: the file is closed
            log.exception("not even written into the journal: %s", text)
        return slot

    def clear(self, slot: Slot | None) -> None:
        """Delete the text of a slot."""
        if slot is None:
            return
        try:
            slot.write("")
        except (OSError, ValueError):
            log.exception("not cleared in the journal; the next start finds it written already")
        self._free.append(slot)

    def _take_files(self, stack: contextlib.ExitStack) -> Generator[BinaryIO]:
        """Yield every journal file that no other process holds; create one if all are held."""
        taken = 0
        for number in itertools.count(1):
            path = self._folder / f"journal-{number}"
            if taken and not path.exists():
                return
            with contextlib.suppress(DatabaseBusy):
                stack.enter_context(lock_file(path))
                yield stack.enter_context(_reserved(path))
                taken += 1


@contextlib.contextmanager
def _reserved(path: Path) -> Generator[BinaryIO]:
    """Open a file of full length, with written bytes: a sparse file would need disk space later."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0) as file:
        missing = SLOTS * SLOT_BYTES - file.seek(0, os.SEEK_END)
        if missing > 0:
            file.write(b" " * missing)
            os.fsync(file.fileno())
        yield file
