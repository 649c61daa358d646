"""What an isolated process runs: it bounds itself, then does one piece of work (`media/isolation/isolated.py` starts it).

It is started for every film and picture, so that it loads nothing but what the work needs.
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
"""Processors of one process: libraries start threads for each, and every thread takes memory."""

_NICENESS, _NICENESS_OF_MINUTES = 5, 10
"""Commands are answered before either."""

_DIES_FIRST = "1000"
_PR_SET_PDEATHSIG = 1


def main(entry: str, *limits: str) -> None:
    """Run one task in this process: its input comes from the standard input, its result goes to the standard output."""
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
    """Return a line of facts, empty where the work ended well, and the work's bytes."""
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


# Windows has none of these, macOS some: there only the parent's timeout holds.
_ABSENT = (ImportError, AttributeError, ValueError, OSError)


def _end_with(parent: int) -> None:
    with contextlib.suppress(*_ABSENT):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was gone before that
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
    """Allow `share` bytes of address space beyond what the libraries have taken of it."""
    with contextlib.suppress(*_ABSENT):
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + share
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
