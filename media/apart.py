"""Work on strangers' bytes in a process of its own: it may crash or grow there, and it holds no secrets."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from weakref import WeakKeyDictionary

MAX_AT_ONCE = 2
"""Processes of one module that run at once; each may take as much memory as its limit allows."""

_ROOT = Path(__file__).resolve().parent.parent
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "LANG")
_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = WeakKeyDictionary()


class ApartFailed(Exception):
    """The process crashed, hit a limit of memory or time, or answered nothing. The text says which."""


async def run_apart(module: str, data: bytes, *, timeout_seconds: float) -> bytes:
    """Run `python -m module` with `data` as its input and return its output; a few run at once, the others wait.

    Raises:
        ApartFailed: it did not end well within `timeout_seconds` of its start.
    """
    async with _gate_of(module):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=_ROOT,
            env=_bare_environment(os.environ),
        )
        return await _answer_of(process, data, timeout_seconds)


def limit_this_process(*, memory_bytes: int, cpu_seconds: int, file_bytes: int = 0) -> None:
    """Bound the calling process for good: memory over the bound cannot be had, CPU time over it kills.

    `file_bytes` is how large a file it may write.
    """
    # Windows has no such limits, macOS refuses some: there only the parent's timeout holds.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _gate_of(module: str) -> asyncio.Semaphore:
    gates = _gates.setdefault(asyncio.get_running_loop(), {})
    return gates.setdefault(module, asyncio.Semaphore(MAX_AT_ONCE))


def _bare_environment(environment: Mapping[str, str]) -> dict[str, str]:
    passed_on = {name: environment[name] for name in _PASSED_ON if name in environment}
    # Each malloc arena reserves address space by itself, which the memory limit would count.
    return {**passed_on, "MALLOC_ARENA_MAX": "1"}


async def _answer_of(process: asyncio.subprocess.Process, data: bytes, timeout_seconds: float) -> bytes:
    try:
        async with asyncio.timeout(timeout_seconds):
            answer, _ = await process.communicate(data)
    except TimeoutError:
        raise ApartFailed(f"not done within {timeout_seconds} s") from None
    finally:
        await _end(process)
    if process.returncode or not answer:
        raise ApartFailed(f"ended with code {process.returncode} and {len(answer)} bytes")
    return answer


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await asyncio.shield(process.wait())
