"""Tries a mutant: a copy of the tree, the mutated file in it, and the tests that may notice."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.mutation.mutant import Mutant

NOT_COPIED = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache", ".hypothesis", "node_modules")

OF_COMMANDS = (
    "tests/cogs/test_cogs_jobs.py",
    "tests/cogs/test_cogs_cancel.py",
    "tests/cogs/test_cogs_queue.py",
    "tests/cogs/test_cogs_decisions.py",
    "tests/cogs/test_cogs_video_delivered.py",
)
"""For what only the commands exercise."""

NOT_ASKED = ("tests/db/test_db_sql.py",)
"""It judges how the text is written: it would kill a mutant for its spelling."""

OF_POSTGRES = ("postgres", "wakeups", "address", "copying")
"""What stands in these modules of db/ only the tests of PostgreSQL notice. All else is SQLite's as well, and its tests
are quicker."""

LIKELY_FILES = 4
TEST_SECONDS = 30
_PYTEST_TIMEOUT = "from pytest-timeout"
_NONE_CHOSEN = 5
"""The exit code of pytest where `-k` leaves nothing to run."""


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of a tree: which files, and in which order for a mutant."""

    root: Path

    def all(self) -> list[str]:
        """Return every test file that is asked."""
        files = [
            path
            for folder in ("jobs", "db")
            for path in sorted((self.root / "tests" / folder).glob("test_*.py"))
        ]
        names = [path.relative_to(self.root).as_posix() for path in files]
        commands = [name for name in OF_COMMANDS if (self.root / name).exists()]
        return [name for name in (*names, *commands) if name not in NOT_ASKED]

    def in_order_for(self, path: str) -> list[str]:
        """Return the files, those first that are named after the module or speak of it most."""
        stem = Path(path).stem

        def likely(name: str) -> tuple[bool, int]:
            return stem in Path(name).stem, (self.root / name).read_text(encoding="utf-8").count(stem)

        return sorted(self.all(), key=likely, reverse=True)


class Copy:
    """A copy of the tree that tries one mutant at a time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._suite = Suite(root)
        self._tried = 0
        self.output = ""  #: what the last run of the tests said

    async def baseline(self) -> tuple[bool, float]:
        """Run every test on the unmutated copy; return whether all passed, and the seconds it took."""
        begun = time.perf_counter()
        verdict = await self._run(self._suite.all(), limit_seconds=900)
        return verdict is Verdict.SURVIVED, time.perf_counter() - begun

    async def attempt(self, mutant: Mutant, *, limit_seconds: float) -> Verdict:
        """Say what the tests make of a mutant: the likely ones are asked first, the others if those are silent."""
        files = self._suite.in_order_for(mutant.path)
        with self._mutated(mutant):
            for asked in filter(None, (files[:LIKELY_FILES], files[LIKELY_FILES:])):
                verdict = await self._run(
                    asked, limit_seconds=limit_seconds, engines=_engines_of(mutant.path)
                )
                if verdict is not Verdict.SURVIVED:
                    return verdict
        return Verdict.SURVIVED

    @contextlib.contextmanager
    def _mutated(self, mutant: Mutant):
        file = self._root / mutant.path
        original, times = file.read_bytes(), file.stat()
        self._tried += 1
        file.write_bytes(mutant.applied_to(original))
        # What was compiled before is told from it by size and second: both can be the same.
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns + self._tried * 2_000_000_000))
        try:
            yield
        finally:
            file.write_bytes(original)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # what was compiled of it is good again

    async def _run(self, files: list[str], *, limit_seconds: float, engines: str = "") -> Verdict:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"),
            *("-o", f"timeout={TEST_SECONDS}", f"--basetemp={self._root / '.tmp'}", "-k", engines),
            *files,
            cwd=self._root,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1" if self._is_compiled() else ""},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(limit_seconds):
                output, _ = await process.communicate()
        except TimeoutError:
            return Verdict.TIMED_OUT
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # and whatever a test had started
            await process.wait()
        self.output = output.decode(errors="replace")
        if process.returncode in (0, _NONE_CHOSEN):
            return Verdict.SURVIVED
        return Verdict.TIMED_OUT if _PYTEST_TIMEOUT in self.output else Verdict.KILLED

    def _is_compiled(self) -> bool:
        return (self._root / "jobs" / "__pycache__").exists()


def _engines_of(path: str) -> str:
    """Return which tests to choose for a module, as pytest's `-k` takes it."""
    return "" if any(name in path for name in OF_POSTGRES) else "not postgresql"


def copy_tree(root: Path, target: Path) -> Copy:
    """Copy the tree at `root`."""
    shutil.copytree(root, target, ignore=NOT_COPIED)
    return Copy(target)
