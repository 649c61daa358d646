"""Where the files of jobs lie so that every host of an installation finds them."""

from pathlib import Path
from typing import Protocol


class Storage(Protocol):
    """Keeps copies of local files. A file is known by its folder and name."""

    async def keep(self, path: Path) -> None:
        """Put the local file into the storage; only then may a row name it."""
        ...

    async def bring(self, path: Path) -> None:
        """Make the file local, if it is not and the storage has it."""
        ...

    async def drop(self, *paths: Path) -> None:
        """Forget these files."""
        ...

    async def sweep(self, *, older_than_seconds: float) -> int:
        """Forget what was kept so long ago; return how many."""
        ...


class LocalStorage:
    """The folder is the storage: DATA_DIR of one host, or one that all hosts mount."""

    async def keep(self, path: Path) -> None:
        """It is there."""

    async def bring(self, path: Path) -> None:
        """It is there, or nowhere."""

    async def drop(self, *paths: Path) -> None:
        """Its owner has removed them."""

    async def sweep(self, *, older_than_seconds: float) -> int:  # noqa: ARG002 - the protocol's
        """Its owner sweeps."""
        return 0
