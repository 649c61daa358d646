"""Tries a mutant: a copy of the tree, the mutated file in it, and the tests that may notice."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
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
    "tests/cogs/test_cogs_admin_limits.py",
    "tests/cogs/test_cogs_admin_matrix.py",
    "tests/cogs/test_cogs_admin_moderation.py",
    "tests/cogs/test_cogs_admin_people.py",
    "tests/cogs/test_cogs_admin_queue.py",
    "tests/cogs/test_cogs_operator.py",
    "tests/cogs/test_cogs_privacy.py",
    "tests/cogs/test_cogs_server.py",
    "tests/cogs/test_cogs_settings.py",
)
"""For what only the commands exercise."""

_LIFE_OF_A_JOB = ("tests/jobs/test_*.py", "tests/db/test_*.py", *OF_COMMANDS)

TESTS_OF = {
    "jobs": _LIFE_OF_A_JOB,
    "db": _LIFE_OF_A_JOB,
    "hailuo": (
        "tests/hailuo/test_*.py",
        "tests/jobs/test_submitter.py",
        "tests/jobs/test_poller.py",
        "tests/test_use_cases.py",
        "tests/guarantees/test_faults_provider.py",
    ),
    "media": (
        "tests/media/test_*.py",
        "tests/jobs/test_joins.py",
        "tests/guarantees/test_faults_download.py",
        "tests/guarantees/test_picture_bomb.py",
    ),
    "cogs": ("tests/cogs/test_*.py", "tests/guarantees/test_faults_discord.py"),
}
"""The tests that are asked about a mutant, by its folder."""

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
    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of a tree: which files, and in which order for a mutant."""

    root: Path

    def of(self, folder: str) -> list[str]:
        files = [path for pattern in TESTS_OF[folder] for path in sorted(self.root.glob(pattern))]
        names = [path.relative_to(self.root).as_posix() for path in files]
        return [name for name in names if name not in NOT_ASKED]

    def in_order_for(self, path: str) -> list[str]:
        """Return the files, those first that are named after the module or speak of it most."""
        stem = Path(path).stem

        def likely(name: str) -> tuple[bool, int]:
            return stem in Path(name).stem, (self.root / name).read_text(encoding="utf-8").count(stem)

        return sorted(self.of(folder_of(path)), key=likely, reverse=True)


def folder_of(path: str) -> str:
    return path.partition("/")[0]


class Copy:
    """A copy of the tree that tries one mutant at a time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._suite = Suite(root)
        self._tried = 0
        self.output = ""  #: what the last run of the tests said

    async def baseline(self, tests: Sequence[str]) -> tuple[bool, float]:
        """Run tests on the unmutated copy; return whether all passed, and the seconds it took."""
        begun = time.perf_counter()
        verdict = await self._run(tests, limit_seconds=900)
        return verdict is Verdict.SURVIVED, time.perf_counter() - begun

    def tests_of(self, folder: str) -> list[str]:
        return self._suite.of(folder)

    async def attempt(
        self, mutant: Mutant, *, limit_seconds: float, tests: Sequence[str] | None = None
    ) -> Verdict:
        """Return what the tests make of a mutant.

        Without `tests`, those of its folder: the likely ones first, the others if those notice nothing.
        """
        files = self._suite.in_order_for(mutant.path) if tests is None else tests
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

    async def _run(self, files: Sequence[str], *, limit_seconds: float, engines: str = "") -> Verdict:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"),
            *("-o", f"timeout={TEST_SECONDS}", f"--basetemp={self._root / '.tmp'}", "-k", engines),
            *files,
            cwd=self._root,
            env={
                **os.environ,
                "PYTHONDONTWRITEBYTECODE": "1" if (self._root / "jobs/__pycache__").exists() else "",
            },
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


def _engines_of(path: str) -> str:
    """Return which tests to choose for a module, as pytest's `-k` takes it."""
    return "" if any(name in path for name in OF_POSTGRES) else "not postgresql"


def copy_tree(root: Path, target: Path) -> Copy:
    shutil.copytree(root, target, ignore=NOT_COPIED)
    return Copy(target)
