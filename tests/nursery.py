"""Starts bots quickly: a process that has loaded the program already forks for each life.

A life is a process of its own all the same, which reads its settings, opens everything and can be killed at any beat.
What it saves is imports, thousands of times. Where a process cannot fork well, nothing is saved.
"""

import asyncio
import atexit
import contextlib
import functools
import gc
import json
import os
import runpy
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

CAN_FORK = sys.platform == "linux"
ROOT = Path(__file__).parents[1]


class Born:
    """A process that the nursery started: what `asyncio.subprocess.Process` is of one's own child."""

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._writer = writer
        self._ending = asyncio.create_task(self._hear_of_the_end(reader))

    async def wait(self) -> int:
        """Return the exit code once it has ended."""
        return await asyncio.shield(self._ending)

    async def _hear_of_the_end(self, reader: asyncio.StreamReader) -> int:
        try:
            self.returncode = int(await reader.readline())
        finally:
            self._writer.close()
        return self.returncode


async def start(script: Path, *arguments: str, env: Mapping[str, str], log: Path) -> Born:
    """Run a script of the project; it starts in the folder of its log."""
    reader, writer = await asyncio.open_unix_connection(_nursery())
    order = {"words": [str(script), *arguments], "env": dict(env), "log": str(log)}
    writer.write(json.dumps(order).encode() + b"\n")
    return Born(int(await reader.readline()), reader, writer)


@functools.cache
def _nursery() -> str:
    """Open the nursery of this process; it ends with its standard input, however this process ends."""
    folder = tempfile.mkdtemp(prefix="clapper-nursery-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = f"{folder}/births"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(server.fileno())],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            pass_fds=[server.fileno()],
        )
    assert keeper.stdin is not None
    atexit.register(keeper.wait)
    atexit.register(keeper.stdin.close)
    return path


def main(number: str) -> None:
    """Fork for everybody who calls at the socket of this number, until the standard input ends."""
    import app.opening  # noqa: F401 - what it loads is there before anybody asks
    import bot  # noqa: F401 - likewise

    gc.freeze()  # and is shared: a collection that looked through it would copy it
    with socket.socket(fileno=int(number)) as server:
        while server in select.select([server, sys.stdin], [], [])[0]:
            caller, _ = server.accept()
            with caller:
                if os.fork() == 0:
                    server.close()
                    _see_to_its_end(caller)
                    return
            _let_go(os.WNOHANG)
    _let_go(0)


def _let_go(options: int) -> None:
    """Take note of who has ended, so that their processor time counts as that of the tests."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, options) != (0, 0):
            pass


def _see_to_its_end(caller: socket.socket) -> None:
    order = json.loads(caller.makefile().readline())
    pid = os.fork()
    if pid == 0:
        caller.close()
        _live(**order)
        return
    caller.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    caller.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _live(*, words: list[str], env: dict[str, str], log: str) -> None:
    """Become what `python` with these words would be."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    os.dup2(sink := os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), sys.stdout.fileno())
    os.dup2(sink, sys.stderr.fileno())
    os.chdir(Path(log).parent)
    os.environ.clear()
    os.environ.update(env)
    _bind_failpoints()
    sys.argv, sys.path[0] = words, str(Path(words[0]).parent)
    runpy.run_path(words[0], run_name="__main__")


def _bind_failpoints() -> None:
    """Do what the import of `jobs.runtime.failpoints` does with its environment: each module has bound the name for itself."""
    from jobs.runtime import failpoints

    if asked_for := os.environ.get("FAILPOINT"):
        strike = failpoints.armed(asked_for)
        for name, module in list(sys.modules.items()):
            if name.startswith(("jobs.", "cogs.")) and hasattr(module, "failpoint"):
                module.failpoint = strike


if __name__ == "__main__":
    main(*sys.argv[1:])
