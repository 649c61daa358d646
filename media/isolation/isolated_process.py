"""The program of an isolated process: it limits itself, then does one task; started by `media/isolation/isolated.py`.

A process is started for every video and picture, so it loads only the modules that the task needs.
"""

import contextlib
import ctypes
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from media.errors import NotAVideo, PictureRefused

_CPUS = 4
"""The number of processors for one process: libraries start a thread for each, and every thread takes memory."""

_NICENESS, _NICENESS_OF_MINUTES = 5, 10
"""The scheduling priority of an isolated process, for short and for background tasks: below the bot's own."""

_DIES_FIRST = "1000"
_PR_SET_PDEATHSIG = 1


def main(entry: str, *limits: str) -> None:
    """Run one task in this process: read its input from standard input, write its result to standard output.

    `entry` names the task's function, as `module:name`. `limits`: bytes of memory, seconds of processor time, the
    largest file in bytes, 1 for a background task, and the id of the process that started this one.
    """
    share, cpu_seconds, file_bytes, background, parent = map(int, limits)
    _end_with(parent)
    _bound(cpu_seconds=cpu_seconds, file_bytes=file_bytes, background=bool(background))
    module, _, name = entry.partition(":")
    work = getattr(importlib.import_module(module), name)
    _bound_memory(share)
    facts, data = _outcome(work, share)
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n")
    sys.stdout.buffer.write(data)


def _outcome(work: Callable[[bytes], bytes], share: int) -> tuple[dict[str, Any], bytes]:
    """Run the work and return its error as a dict for JSON, empty after a success, and its result bytes."""
    try:
        return {}, work(sys.stdin.buffer.read())
    except PictureRefused as refusal:
        return {"picture": refusal.reason, "figures": refusal.figures}, b""
    except NotAVideo as refusal:
        return {"video": str(refusal)}, b""
    except MemoryError:
        return {"memory": share}, b""
    except OSError as fault:
        return {"disk": [fault.errno, fault.strerror]}, b""


# Windows has none of these limits, macOS only some: there, the starting process's timeout is the only limit.
_ABSENT = (ImportError, AttributeError, ValueError, OSError)


def _end_with(parent: int) -> None:
    with contextlib.suppress(*_ABSENT):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent ended before the line above took effect
            sys.exit(1)


def _bound(*, cpu_seconds: int, file_bytes: int, background: bool) -> None:
    with contextlib.suppress(*_ABSENT):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    with contextlib.suppress(*_ABSENT):
        os.nice(_NICENESS_OF_MINUTES if background else _NICENESS)
    with contextlib.suppress(*_ABSENT):
        own = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {own[(os.getpid() + each) % len(own)] for each in range(_CPUS)})
    with contextlib.suppress(*_ABSENT):
        Path("/proc/self/oom_score_adj").write_text(_DIES_FIRST, encoding="ascii")


def _bound_memory(share: int) -> None:
    """Limit the address space to its present size, with the libraries loaded, and `share` bytes more."""
    with contextlib.suppress(*_ABSENT):
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + share
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
