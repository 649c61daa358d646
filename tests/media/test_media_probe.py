"""Only whole films pass the probe; whatever is cut off, disguised or emptied does not."""

import ast
import struct
from dataclasses import replace
from pathlib import Path

import av
import pytest
from film_samples import film_of, write_noise

from media.errors import NotAVideo
from media.isolation.tasks import probe_isolated
from media.video.facts import VideoFacts, Way, plan
from media.video.mp4_headers import read_boxes
from media.video.probe import probe
from tests.support.rows import each_row


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return film_of(tmp_path_factory.mktemp("film"), seconds=2, fps=24)


def altered(folder, data):
    path = folder / "altered.mp4"
    path.write_bytes(data)
    return path


def without(path, kind):
    data = path.read_bytes()
    return b"".join(data[box.start : box.start + box.length] for box in read_boxes(path) if box.kind != kind)


def test_a_whole_film_gives_its_facts(film):
    facts = probe(film)
    assert facts.duration_seconds == pytest.approx(2, abs=0.05)
    assert (facts.width, facts.height) == (170, 96)
    assert (facts.codec, facts.pixel_format) == ("h264", "yuv420p")
    assert (facts.has_audio, facts.faststart) == (False, True)
    assert facts.size_bytes == film.stat().st_size


def test_sound_and_a_late_index_are_noticed(tmp_path):
    facts = probe(write_noise(tmp_path / "noise.mp4", frames=12, faststart=False))
    assert (facts.has_audio, facts.faststart) == (True, False)


@each_row("part", [0.1, 0.5, 0.99])
@each_row("faststart", [True, False])
def test_a_cut_off_film_is_none(tmp_path, part, faststart):
    data = write_noise(tmp_path / "noise.mp4", frames=12, faststart=faststart).read_bytes()
    with pytest.raises(NotAVideo):
        probe(altered(tmp_path, data[: int(len(data) * part)]))


@each_row("data", [
    b"", b"<!doctype html><title>Sign in</title>", b'{"error":"expired"}', bytes(5000), b"\x00\x00\x00\x08ftyp",
])  # fmt: skip
def test_what_is_only_called_a_film_is_none(tmp_path, data):
    with pytest.raises(NotAVideo):
        probe(altered(tmp_path, data))


@each_row("kind", ["ftyp", "moov", "mdat"])
def test_every_box_is_needed(tmp_path, film, kind):
    with pytest.raises(NotAVideo):
        probe(altered(tmp_path, without(film, kind)))


@each_row("stray", [b"\0\0\0\0", b"\r\n", bytes(100), b"<html>", b"\0\0\1\0free and cut off"])
def test_bytes_behind_the_last_box_are_noticed_and_forgiven(tmp_path, film, stray):
    facts = probe(altered(tmp_path, film.read_bytes() + stray))
    assert (facts.tidy, plan(facts)) == (False, Way.REMUX)


@each_row("kind", [b"mdat", b"moof", b"moov"])
def test_a_box_of_pictures_that_is_cut_off_is_not_forgiven(tmp_path, film, kind):
    with pytest.raises(NotAVideo, match="cut off"):
        probe(altered(tmp_path, film.read_bytes() + struct.pack(">I4s", 5000, kind) + bytes(100)))


def test_a_file_that_ends_before_its_last_picture_is_none(tmp_path, film):
    data, last = film.read_bytes(), read_boxes(film)[-1]
    up_to_the_end = data[: last.start] + struct.pack(">I4s", 0, b"mdat") + data[last.start + 8 :]
    with pytest.raises(NotAVideo, match="before its last picture"):
        probe(altered(tmp_path, up_to_the_end[:-40]))


def test_lengths_of_64_bits_and_a_box_up_to_the_end_are_understood(tmp_path, film):
    data, last = film.read_bytes(), read_boxes(film)[-1]
    assert last.kind == "mdat"
    body = data[last.start + 8 :]
    long_form = struct.pack(">I4sQ", 1, b"mdat", len(body) + 16) + body
    assert read_boxes(altered(tmp_path, data[: last.start] + long_form))[-1].length == len(body) + 16
    up_to_the_end = data[: last.start] + struct.pack(">I4s", 0, b"mdat") + body
    assert probe(altered(tmp_path, up_to_the_end)).size_bytes == len(data)


def test_a_film_of_zeros_is_none(tmp_path, film):
    mdat = read_boxes(film)[-1]
    emptied = film.read_bytes()[: mdat.start + 8] + bytes(mdat.length - 8)
    with pytest.raises(NotAVideo):
        probe(altered(tmp_path, emptied))


def test_pictures_in_an_unknown_coding_are_none(tmp_path, film):
    data = film.read_bytes().replace(b"avc1\0\0", b"zzzz\0\0")
    assert data.count(b"zzzz") == 1
    with pytest.raises(NotAVideo, match="no known coding"):
        probe(altered(tmp_path, data))


def test_names_that_are_no_text_do_not_matter(tmp_path, film):
    data = film.read_bytes()
    assert b"VideoHandler" in data
    assert probe(altered(tmp_path, data.replace(b"VideoHandler", b"Video\xff\xfeHandl"))).width == 170


def test_sound_alone_is_none(tmp_path):
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w", format="mp4") as film:
        heard = film.add_stream("aac", rate=48000)
        block = av.AudioFrame(format="s16", layout="stereo", samples=1024)
        block.planes[0].update(bytes(block.planes[0].buffer_size))
        block.rate = 48000
        film.mux(heard.encode(block))
        film.mux(heard.encode())
    with pytest.raises(NotAVideo, match="no pictures"):
        probe(path)


def test_a_missing_file_is_a_fault_of_the_disk(tmp_path):
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "nothing.mp4")


PLAYS = VideoFacts(
    duration_seconds=6, width=1366, height=768, codec="h264", pixel_format="yuv420p", has_audio=False,
    size_bytes=5_000_000, faststart=True,
)  # fmt: skip
PLANS = [
    ({}, Way.PASS),
    ({"has_audio": True}, Way.PASS),
    ({"pixel_format": "yuvj420p"}, Way.PASS),
    ({"profile": "Constrained Baseline"}, Way.PASS),
    ({"width": 2160, "height": 3840}, Way.PASS),
    ({"faststart": False}, Way.REMUX),
    ({"tidy": False}, Way.REMUX),
    ({"has_audio": True, "sound_plays": False}, Way.REMUX),
    ({"codec": "hevc"}, Way.ENCODE),
    ({"codec": "av1"}, Way.ENCODE),
    ({"codec": "mpeg4", "faststart": False}, Way.ENCODE),
    ({"pixel_format": "yuv444p", "profile": "High 4:4:4 Predictive"}, Way.ENCODE),
    ({"pixel_format": "yuv422p"}, Way.ENCODE),
    ({"pixel_format": "yuv420p10le"}, Way.ENCODE),
    ({"profile": "High 4:4:4 Predictive"}, Way.ENCODE),
    ({"width": 7680, "height": 4320}, Way.ENCODE),
]


@each_row("facts, way", PLANS)
def test_only_what_some_player_does_not_show_is_changed_and_no_more_than_it_takes(facts, way):
    assert plan(replace(PLAYS, **facts)) is way


async def test_a_process_of_its_own_knows_the_same_and_refuses_the_same(tmp_path, film):
    assert await probe_isolated(film) == probe(film)
    with pytest.raises(NotAVideo, match="not an mp4"):
        await probe_isolated(altered(tmp_path, b"<html>"))
    with pytest.raises(FileNotFoundError):
        await probe_isolated(tmp_path / "nothing.mp4")


ROOT = Path(__file__).parents[2]
READERS = {"probe", "reading", "fit_to", "join", "first_frame", "last_frame"}
"""What runs FFmpeg on a film in the process that calls it."""


def test_nothing_that_holds_secrets_reads_a_film_in_its_own_process():
    pages = [ROOT / "bot.py"]
    pages += [
        page
        for folder in ("app", "cogs", "console", "jobs", "telemetry")
        for page in (ROOT / folder).rglob("*.py")
    ]
    assert len(pages) > 100
    assert [
        (page.name, name) for page in pages for name in _imported_from_media(page) if name in READERS
    ] == []


def _imported_from_media(page):
    tree = ast.parse(page.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [
        alias.name for node in imports if (node.module or "").split(".")[0] == "media" for alias in node.names
    ]
