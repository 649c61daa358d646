"""Does what its input says, to show what isolated work may and may not do."""

import os
import resource
import sys
import time
from pathlib import Path

from media.errors import NotAVideo, PictureFault, PictureRefused


def misbehave(order):
    """Return what an order, a word and its detail, has come to."""
    word, _, detail = order.decode().partition(" ")
    return _DEEDS[word](detail)


def _refuse(kind):
    raise {
        "picture": PictureRefused(PictureFault.TOO_SMALL, width=3, height=4, above=300),
        "video": NotAVideo("has no moov box"),
        "disk": OSError(28, "No space left on device"),
    }[kind]


def _spin(_):
    while True:
        pass


def _sleep(path):
    Path(path).write_text(str(os.getpid()))
    time.sleep(600)


def _fill(path):
    Path(path).write_bytes(bytes(2_000_000))
    return path.encode()


def _limits(_):
    names = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE")
    return repr({name: resource.getrlimit(getattr(resource, name)) for name in names}).encode()


def _flood(megabytes):
    sys.stdout.buffer.write(b"{}\n")
    for _ in range(int(megabytes)):
        sys.stdout.buffer.write(bytes(1024**2))
    return b""


def _babble(_):
    sys.stdout.buffer.write(b"a library's own words\n")
    return b""


_DEEDS = {
    "flood": _flood,
    "babble": _babble,
    "environment": lambda _: "\n".join(os.environ).encode(),
    "crash": lambda _: os.abort(),
    "stop": lambda _: os._exit(0),
    "grow": lambda size: str(len(bytearray(int(size)))).encode(),
    "spin": _spin,
    "sleep": _sleep,
    "fill": _fill,
    "refuse": _refuse,
    "limits": _limits,
    "compiles": lambda _: str(not sys.dont_write_bytecode).encode(),
    "niceness": lambda _: str(os.nice(0)).encode(),
    "nothing": lambda _: b"",
}
