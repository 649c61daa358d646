"""`python bot.py generate`: one video from the terminal against a real provider, an exit code for each end, and its page."""

import argparse
import asyncio
import re
import signal
import sys

import pytest

from console import ordering
from console.generate import CannotBeAsked, Tools, add_arguments, generate, generate_options, move_name
from console.ordering import Ending
from hailuo.camera import CameraMove
from hailuo.client import HailuoClient
from hailuo.transport import open_session
from jobs.steps.poller import PollPlan
from media.transfer.download import Downloader
from media.video.probe import probe
from sandbox.faults import Fault, FaultName, Where
from sandbox.server import open_sandbox
from tests.support.caps import GATEWAY
from tests.support.films import jpeg_of
from tests.support.processes import BOT, send
from tests.support.rows import each_row

KEY = "canary-key"
PAGE = (BOT.parent / "docs" / "generate.md").read_text(encoding="utf-8")
PLAN = PollPlan(first_seconds=0.05, interval_seconds=0.05)
STUCK = Fault(FaultName.STUCK)


@pytest.fixture
async def provider():
    async with open_sandbox(instant=True, api_key=KEY) as sandbox:
        yield sandbox


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.mp4"


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_of(640, 480))
    return path


def wanted(*arguments):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return generate_options(
        parser.parse_args([str(argument) for argument in arguments]), fast_requires_image=True
    )


async def made(provider, *arguments, key=KEY, uploads=False):
    async with open_session() as session:
        client = HailuoClient(
            session, api_url=provider.url, api_key=key, table=GATEWAY, uploads_pictures=uploads
        )
        tools = Tools(hailuo=_Opened(client), downloader=Downloader(private_hosts={"127.0.0.1"}), plan=PLAN)
        return await generate(wanted(*arguments), tools)


class _Opened:
    """A client whose session somebody else closes."""

    def __init__(self, client):
        self._client = client

    async def __aenter__(self):
        return self._client

    async def __aexit__(self, *_):
        pass


async def test_a_prompt_becomes_a_film_that_plays(provider, out, capsys):
    assert await made(provider, "a kite over the sea", "-o", out) is Ending.DONE
    facts = probe(out)
    said = capsys.readouterr()
    assert facts.codec == "h264"
    assert said.out.startswith(f"{out}: {facts.duration_seconds:.1f} s, {facts.width}x{facts.height}, h264")
    assert "ordering" in said.err
    assert "fetching" in said.err
    assert [path.name for path in out.parent.iterdir()] == ["out.mp4"]


async def test_everything_that_can_be_chosen_reaches_the_provider(provider, out, picture):
    options = ("--image", picture, "--camera", "push-in,Tilt up", "--duration", "10", "--model", "fast")
    assert await made(provider, "a kite", *options, "--as-written", "-o", out) is Ending.DONE
    [accepted] = provider.ledger.accepted
    assert accepted.body["prompt"] == "[推进,上摇]a kite"
    assert (accepted.body["duration"], accepted.body["resolution"]) == (10, "768p")
    assert accepted.body["model"] == "MiniMax-Hailuo-2.3-Fast"
    assert accepted.body["prompt_optimizer"] is False
    assert accepted.body["first_frame_image"].startswith("data:image/jpeg")
    assert len(accepted.submit_key) == 32


async def test_a_picture_is_uploaded_where_that_is_set(provider, out, picture):
    assert await made(provider, "a kite", "--image", picture, "-o", out, uploads=True) is Ending.DONE
    assert provider.ledger.accepted[0].body["first_frame_image"].startswith("http")


async def test_a_picture_that_is_refused_as_text_is_uploaded_instead(provider, out, picture):
    provider.faults.add(Fault(FaultName.BASE64_REFUSED, times=None))
    assert await made(provider, "a kite", "--image", picture, "-o", out) is Ending.DONE
    keys = [entry.submit_key for entry in provider.ledger.received]
    assert len(provider.ledger.accepted) == 1
    assert len(set(keys)) == len(keys) == 2


@each_row(
    "fault, ending, said",
    [
        (FaultName.MODERATED, Ending.REFUSED, "filter refused the prompt or the picture"),
        (FaultName.BAD_KEY, Ending.REFUSED, "refused the key (HAILUO_API_KEY)"),
        (FaultName.OUT_OF_CREDIT, Ending.REFUSED, "no credit left"),
        (FaultName.TOO_LARGE, Ending.REFUSED, "refused the request"),
        (FaultName.FAILS_MODERATED, Ending.REFUSED, "filter refused the video"),
        (FaultName.FAILS_PROVIDER, Ending.BROKEN, "failed to make the video"),
        (FaultName.FAILS_WITHOUT_REASON, Ending.BROKEN, "failed to make the video"),
    ],
)
async def test_what_the_provider_refuses_ends_with_3_and_what_it_fails_to_make_with_4(
    provider, out, fault, ending, said, capsys
):
    provider.faults.add(Fault(fault, where=Where.SUBMIT))
    assert await made(provider, "a kite", "-o", out) is ending
    assert (Ending.REFUSED, Ending.BROKEN) == (3, 4)
    found = capsys.readouterr().err
    assert said in found
    assert KEY not in found
    if ending is Ending.REFUSED:
        assert "--task" not in found
    assert not out.exists()


async def test_a_task_that_nobody_knows_ends_with_4(provider, out, capsys):
    assert await made(provider, "--task", "no-such-task", "-o", out) == Ending.BROKEN == 4
    assert "does not know the task no-such-task" in capsys.readouterr().err


@each_row("fault", [FaultName.HTML_FILE, FaultName.WITHOUT_MOOV])
async def test_a_file_that_is_no_film_ends_with_4_and_is_not_kept(provider, out, fault, monkeypatch):
    monkeypatch.setattr("console.ordering.FETCHES", 1)
    provider.faults.add(Fault(fault, times=None))
    assert await made(provider, "a kite", "-o", out) == Ending.BROKEN == 4
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize(
    "fault", ["html_file", "truncated=50", "server_error@file", "empty_body@file", "expired"]
)
async def test_the_provider_is_asked_for_its_link_again_whatever_was_wrong_with_the_file(
    provider, out, fault
):
    provider.faults.add(Fault.parse(fault))
    assert await made(provider, "a kite", "-o", out) is Ending.DONE
    [accepted] = provider.ledger.accepted
    assert provider.ledger.task_gets[accepted.task_id] == 2
    assert probe(out)


async def test_a_link_that_stays_dead_ends_with_1_and_says_how_to_go_on(provider, out, capsys):
    provider.faults.add(Fault(FaultName.EXPIRED, times=None))
    assert await made(provider, "a kite", "-o", out) == Ending.FAILED == 1
    [accepted] = provider.ledger.accepted
    assert f"python bot.py generate --task {accepted.task_id} -o {out}" in capsys.readouterr().err


async def test_what_is_not_done_in_time_ends_with_5_and_is_fetched_later(provider, out, capsys):
    provider.faults.add(Fault(FaultName.STUCK, "0.5"))
    assert await made(provider, "a kite", "-o", out, "--timeout", "0.003") == Ending.LATE == 5
    [accepted] = provider.ledger.accepted
    assert f"--task {accepted.task_id} -o {out}" in capsys.readouterr().err

    assert await made(provider, "--task", accepted.task_id, "-o", out) is Ending.DONE

    assert probe(out)
    assert len(provider.ledger.received) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultName.CUT_AFTER_ACCEPTING),
        Fault(FaultName.BAD_GATEWAY, accepted=True),
        Fault(FaultName.NOT_JSON, accepted=True),
    ],
)
async def test_an_order_of_unknown_outcome_ends_with_6_and_is_not_sent_again(provider, out, fault, capsys):
    provider.faults.add(fault)
    assert await made(provider, "a kite", "-o", out) == Ending.UNKNOWN == 6
    assert "it may have been charged, and is not ordered again by itself" in capsys.readouterr().err
    assert len(provider.ledger.received) == 1


async def test_an_order_that_surely_did_not_arrive_is_sent_again_under_its_key(provider, out):
    provider.faults.add(Fault(FaultName.RATE_LIMITED, "1"))
    assert await made(provider, "a kite", "-o", out) is Ending.DONE
    first, second = provider.ledger.received
    assert first.submit_key == second.submit_key
    assert len(provider.ledger.accepted) == 1


async def test_a_provider_that_cannot_be_reached_ends_with_1(out, unused_tcp_port, monkeypatch, capsys):
    monkeypatch.setattr(ordering, "SUBMITS", 1)

    class Nobody:
        url = f"http://127.0.0.1:{unused_tcp_port}"

    assert await made(Nobody, "a kite", "-o", out) == Ending.FAILED == 1
    assert "Nothing was ordered, in 1 tries" in capsys.readouterr().err


@pytest.mark.parametrize("fault", [FaultName.SERVER_ERROR, FaultName.RATE_LIMITED, FaultName.NOT_JSON])
async def test_a_poll_that_fails_is_repeated(provider, out, fault):
    value = "1" if fault is FaultName.RATE_LIMITED else None
    provider.faults.add(Fault(fault, value, where=Where.TASK))
    assert await made(provider, "a kite", "-o", out) is Ending.DONE


async def test_a_key_that_is_refused_at_a_poll_leaves_the_order_to_be_fetched_later(provider, out, capsys):
    provider.faults.add(Fault(FaultName.BAD_KEY, where=Where.TASK))
    assert await made(provider, "a kite", "-o", out) == Ending.REFUSED
    assert f"--task {provider.ledger.accepted[0].task_id}" in capsys.readouterr().err


async def test_what_is_there_is_overwritten_with_force_alone(provider, out):
    out.write_bytes(b"precious")
    with pytest.raises(CannotBeAsked, match="is there already"):
        await made(provider, "a kite", "-o", out)
    assert (out.read_bytes(), provider.ledger.received) == (b"precious", [])
    assert await made(provider, "a kite", "-o", out, "--force") is Ending.DONE
    assert probe(out)


async def test_what_somebody_puts_there_meanwhile_is_not_overwritten(provider, out, capsys):
    provider.faults.add(Fault(FaultName.STUCK, "0.5"))
    making = asyncio.create_task(made(provider, "a kite", "-o", out))
    await seen(lambda: provider.ledger.accepted)
    out.write_bytes(b"precious")
    assert await making is Ending.FAILED
    [beside] = out.parent.glob("out-*.mp4")
    assert out.read_bytes() == b"precious"
    assert probe(beside)
    assert f"the video lies in {beside}" in capsys.readouterr().err


@each_row(
    "arguments, said",
    [
        (["   "], "Your prompt is empty"),
        (["a" * 2001], "Your prompt is too long"),
        (["a", "--duration", "10", "--resolution", "1080p"], "1080p works with 6 seconds only"),
        (["a", "--model", "fast"], "needs a first frame"),
        (["a", "--camera", "sideways"], "There is no camera move 'sideways'. There are: truck-left"),
        (["a", "--camera", "shake,static,tracking,zoom-in"], "At most 3 camera moves"),
        (["a", "--image", "nowhere.png"], "The picture cannot be read"),
        (
            ["a", "--image", __file__],
            "I can't use this picture as the first frame: the file isn't a picture",
        ),
        (["a", "-o", "nowhere/out.mp4"], "no folder that can be written to"),
        (["a", "--task", "t"], "Name either a prompt"),
        ([], "Name either a prompt"),
    ],
)
def test_what_cannot_be_ordered_is_refused_in_a_sentence(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CannotBeAsked) as refused:
        wanted(*arguments)
    assert said in str(refused.value)
    assert "**" not in str(refused.value)


@each_row("move", list(CameraMove))
def test_every_camera_move_has_a_name_without_blanks(move, out):
    assert wanted("a kite", "--camera", move_name(move), "-o", out).request.prompt == f"[{move.token}]a kite"


class Process:
    """`python bot.py generate` as somebody runs it: no Discord token is set."""

    def __init__(self, provider, folder):
        self._env = {
            "PATH": "",
            "HAILUO_API_URL": provider.url,
            "HAILUO_API_KEY": KEY,
            "DOWNLOAD_PRIVATE_HOSTS": "127.0.0.1",
            "FIRST_POLL_SECONDS": "0.1",
            "POLL_INTERVAL_SECONDS": "0.1",
        }
        self._folder = folder

    async def start(self, *arguments, **env):
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(BOT), "generate", *map(str, arguments)),
            env={name: value for name, value in (self._env | env).items() if value is not None},
            cwd=self._folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    def interrupt(self):
        send(self._process, signal.SIGINT)

    async def says(self, words):
        await asyncio.wait_for(self._process.stderr.readuntil(words.encode()), 30)

    async def ended(self):
        try:
            output, said = await asyncio.wait_for(self._process.communicate(), 30)
        finally:
            if self._process.returncode is None:
                self._process.kill()
        return self._process.returncode, output.decode(), said.decode()


@pytest.fixture
def process(provider, tmp_path):
    return Process(provider, tmp_path)


async def seen(condition):
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.process
async def test_the_command_needs_a_provider_key_alone(process, out):
    await process.start("a kite over the sea", "-o", out)
    code, output, said = await process.ended()
    assert (code, output.startswith(f"{out}: ")) == (0, True), said
    assert probe(out)


@pytest.mark.process
async def test_without_a_key_it_ends_with_2_and_names_the_setting(process, out):
    await process.start("a kite", "-o", out, HAILUO_API_KEY=None)
    code, _, said = await process.ended()
    assert code == 2
    assert "HAILUO_API_KEY: is missing" in said
    assert "DISCORD_TOKEN" not in said


@pytest.mark.process
async def test_misuse_ends_with_2(process, out):
    await process.start("a kite", "-o", out, "--camera", "sideways")
    code, _, said = await process.ended()
    assert (code, "There is no camera move 'sideways'" in said) == (2, True)


@pytest.mark.process
async def test_interrupting_a_render_says_how_to_go_on_and_orders_nothing_more(process, provider, out):
    provider.faults.add(STUCK)
    await process.start("a kite", "-o", out)
    await seen(lambda: provider.ledger.task_gets)
    process.interrupt()
    code, _, said = await process.ended()
    [accepted] = provider.ledger.received and provider.ledger.accepted
    assert code == 130
    assert f"python bot.py generate --task {accepted.task_id} -o {out}" in said
    assert "Traceback" not in said


@pytest.mark.process
async def test_interrupting_an_order_waits_for_the_number_of_its_task(process, provider, out):
    provider.faults.add(Fault(FaultName.LATENCY_AFTER, "1"))
    await process.start("a kite", "-o", out)
    await seen(lambda: provider.ledger.accepted)
    process.interrupt()
    code, _, said = await process.ended()
    assert code == 130
    assert f"--task {provider.ledger.accepted[0].task_id}" in said


@pytest.mark.process
async def test_interrupting_an_order_twice_says_that_it_may_have_been_charged(process, provider, out):
    provider.faults.add(Fault(FaultName.LATENCY_AFTER, "20"))
    await process.start("a kite", "-o", out)
    await seen(lambda: provider.ledger.accepted)
    process.interrupt()
    await process.says("Ctrl-C again leaves it")
    process.interrupt()
    code, _, said = await process.ended()
    assert code == 6
    assert "it may have been charged" in said


def test_every_exit_code_has_a_row():
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)] == [*Ending]


def test_every_option_is_named_and_no_other():
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser)
    options = {option for action in parser._actions for option in action.option_strings}
    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", PAGE)) == options - {"--output"}


def test_every_camera_move_is_named():
    listed = PAGE.partition("Camera moves: ")[2].partition(".\n")[0]
    assert re.findall(r"`([a-z-]+)`", listed) == [move_name(move) for move in CameraMove]
