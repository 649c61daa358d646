"""`python bot.py check` names setting, cause and cure of whatever is wrong, in a line, and tells no secret."""

import asyncio
import socket
import ssl
from pathlib import Path
from types import SimpleNamespace

import discord
import pytest

from console.check import Tried, diagnosis
from hailuo.errors import KeyRefused, Misconfigured, OutOfCredit, RateLimited, Unavailable
from media.errors import BucketFailed
from tests.support.processes import environment, run_to_end
from tests.support.rows import each_row

CANARY = "canary-0123456789"


def wrong(folder, *, closed, plain):
    """Return settings that are wrong, each with the words by which the check must say so."""
    folder.mkdir()
    (folder / "file").write_text("no database")
    return [
        ({"DISCORD_TOKEN": CANARY}, "DISCORD_TOKEN: Discord does not know it. Press Reset Token"),
        ({"DISCORD_TOKEN": f"sk-{CANARY}"}, "DISCORD_TOKEN: That is the key of a provider."),
        ({"DISCORD_TOKEN": "123456789012345678"}, "DISCORD_TOKEN: That is an id."),
        ({"DISCORD_API_URL": f"http://127.0.0.1:{closed}"}, "nothing listens there. Check host and port"),
        ({"DISCORD_API_URL": f"{plain}/nowhere"}, "answered 404. It must be Discord's API"),
        ({"HAILUO_API_KEY": CANARY}, "refuses it"),
        ({"HAILUO_API_KEY": f"{'M' * 24}.canary.{'x' * 30}"}, "HAILUO_API_KEY: That is the Discord token."),
        ({"HAILUO_API_URL": f"http://127.0.0.1:{closed}"}, "HAILUO_API_URL: http://127.0.0.1"),
        ({"HAILUO_API_URL": "http://no.such.host.invalid"}, "its name leads nowhere. Check its spelling"),
        (
            {"HAILUO_API_URL": plain.replace("http", "https")},
            "no TLS is spoken there. Does the address begin",
        ),
        ({"DATABASE_URL": f"sqlite:///{folder}/file"}, "Check DATABASE_URL, DATA_DIR and the rights on them"),
        ({"DATABASE_URL": f"postgresql://u:{CANARY}@127.0.0.1:{closed}/d"}, "port in DATABASE_URL right?"),
        (
            {"MEDIA_URL": "s3://b", "MEDIA_KEY_ID": "k", "MEDIA_SECRET_KEY": CANARY}
            | {"MEDIA_ENDPOINT_URL": f"http://127.0.0.1:{closed}"},
            "MEDIA_URL: the storage of MEDIA_URL failed",
        ),
        ({"MEDIA_URL": "s3://b"}, "MEDIA_KEY_ID: is missing. MEDIA_URL needs it."),
    ]


@pytest.mark.process
async def test_whatever_is_wrong_is_said_with_its_setting_and_its_cure(
    discord, sandbox, tmp_path, unused_tcp_port
):
    lanes = asyncio.Semaphore(3)

    async def said_of(number, settings, words):
        folder = tmp_path / str(number)
        async with lanes:
            env = environment(discord, sandbox, folder) | settings
            code, said = await run_to_end(discord, env, "check")
        lines = [line for line in said.splitlines() if words in line]
        right = code > 0 and len(lines) == 1 and len(said.splitlines()) <= 10
        return [] if right and "canary" not in said and "Traceback" not in said else [(words, code, said)]

    rows = wrong(tmp_path / "wrong", closed=unused_tcp_port, plain=sandbox.url)
    found = await asyncio.gather(*(said_of(number, *row) for number, row in enumerate(rows)))
    assert [each for fault in found for each in fault] == []


TRIED = Tried(
    data_dir=Path("data"),
    database_url="",
    storage=None,
    hailuo=None,
    hailuo_url="https://api.example",
    hailuo_key="",
    elsewhere="https://api.elsewhere.example",
    discord_url="https://discord.example",
    discord_token="",
)


def caused_by(cause):
    error = Unavailable("no connection")
    error.__cause__ = cause
    return error


def untrusted():
    error = ssl.SSLCertVerificationError()
    error.verify_message = "self-signed certificate"
    return error


SERVER_ERROR = discord.HTTPException(SimpleNamespace(status=502, reason="Bad Gateway"), "")


@each_row(
    "name, error, words",
    [
        ("folder", PermissionError(13, "denied"), ["DATA_DIR: data cannot be written to: denied", "rights"]),
        (
            "provider key",
            KeyRefused("no", status=401),
            ["HAILUO_API_KEY", "HAILUO_API_URL=https://api.elsewhere"],
        ),
        ("provider key", OutOfCredit("no"), ["HAILUO_API_KEY", "Top it up"]),
        ("provider key", RateLimited("no"), ["HAILUO_API_KEY", "Try again in a minute"]),
        (
            "provider key",
            Misconfigured("redirects", status=301),
            ["HAILUO_API_URL", "redirects", "the root of"],
        ),
        ("provider key", Unavailable("odd"), ["HAILUO_API_URL", "odd", "Try again later"]),
        ("provider key", caused_by(untrusted()), ["HAILUO_API_URL", "self-signed", "SSL_CERT_FILE", "clock"]),
        ("provider key", caused_by(TimeoutError()), ["HAILUO_API_URL", "does not answer", "firewall"]),
        ("Discord token", socket.gaierror(), ["DISCORD_API_URL", "leads nowhere", "DNS"]),
        ("Discord token", OSError(), ["DISCORD_API_URL", "Try again"]),
        ("Discord token", SERVER_ERROR, ["DISCORD_API_URL", "502", "try again later"]),
        ("storage", BucketFailed("PermissionDeniedError"), ["MEDIA_URL", "right to write"]),
        ("storage", BucketFailed("UnauthenticatedError"), ["MEDIA_URL", "MEDIA_SECRET_KEY"]),
        ("storage", BucketFailed("NotFoundError"), ["MEDIA_URL", "Make the bucket"]),
    ],
)
def test_every_failure_names_what_to_do(name, error, words):
    said = diagnosis(name, error, TRIED)
    assert [each for each in words if each not in said] == []
