"""The commands fit into Discord in every language, and no sentence stands in the logic."""

import ast
import re
from pathlib import Path

import pytest

import cogs
from tests.support.rows import each_row

FOLDER = Path(cogs.__file__).parent
NOT_FOR_USERS = {"rate limited", "HTTP {}, code {}"}
"""Details that only the log shows."""

NAME = re.compile(r"[-_'\w]{1,32}")
"""What Discord takes as the name of a command or an option, in any script; upper case is refused."""

CHINESE = re.compile(r"[\u4e00-\u9fff]")

SLASH, ON_A_MESSAGE = 1, 3


@pytest.fixture
async def registered(house):
    """Return the commands as they were sent to Discord."""
    return {command["name"]: command for command in sent_by(house) if command["type"] == SLASH}


@pytest.fixture
async def menus(house):
    """Return the menus of messages as they were sent to Discord."""
    return {menu["name"]: menu for menu in sent_by(house) if menu["type"] == ON_A_MESSAGE}


def sent_by(house):
    (sent,) = [request.json for request in house.env.http_requests if request.method == "PUT"]
    return sent


def texts_of(part):
    """Yield every text that counts towards the 8000 characters of a command: the longest of all languages."""
    yield str(part.get("value", ""))
    for name in ("name", "description"):
        if name in part:
            yield max(in_every_language(part, name), key=len)
    for child in [*(part.get("options") or []), *(part.get("choices") or [])]:
        yield from texts_of(child)


def parts_of(command):
    """Return a command, its options, the commands below it, and theirs."""
    below = command.get("options") or []
    return [command, *(part for option in below for part in parts_of(option))]


def in_every_language(part, text):
    """Return a text of a command as every client shows it."""
    return [part[text], *(part.get(f"{text}_localizations") or {}).values()]


async def test_exactly_the_promised_commands_are_registered(registered):
    assert sorted(registered) == [
        "admin",
        "help",
        "jobs",
        "operator",
        "privacy",
        "queue",
        "settings",
        "studio",
        "usage",
        "video",
    ]


async def test_messages_have_exactly_the_promised_menus_where_they_make_sense(menus):
    assert {name: (menu["contexts"], menu["integration_types"]) for name, menu in menus.items()} == {
        "Animate this image": ([0, 1, 2], [0, 1]),
        "Delete my video": ([0, 1], [0]),
        "Report video": ([0], [0]),
        "Video details": ([0, 1], [0]),
    }
    for menu in menus.values():
        assert all(1 <= len(name) <= 32 for name in in_every_language(menu, "name"))
        assert CHINESE.search(menu["name_localizations"]["zh-CN"])


async def test_there_are_no_more_commands_and_menus_than_discord_takes(registered, menus):
    assert 1 <= len(registered) <= 100
    assert 1 <= len(menus) <= 15


async def test_every_command_option_and_choice_is_within_discords_sizes_in_every_language(registered):
    for command in registered.values():
        assert len("".join(texts_of(command))) <= 8000
        assert len(command["options"]) <= 25
        for part in parts_of(command):
            assert all(NAME.fullmatch(name) for name in in_every_language(part, "name"))
            assert all(name == name.lower() for name in in_every_language(part, "name"))
            for description in in_every_language(part, "description"):
                assert 1 <= len(description) <= 100
                assert not description.endswith("…")  # the library cuts silently
            assert len(part.get("choices") or []) <= 25
            for choice in part.get("choices") or []:
                assert all(1 <= len(name) <= 100 for name in in_every_language(choice, "name"))
                assert len(str(choice["value"])) <= 100


async def test_chinese_clients_see_chinese_options_descriptions_and_choices_and_commands_by_their_one_name(
    registered,
):
    for command in registered.values():
        for part in parts_of(command):
            is_command = part is command or part["type"] in (1, 2)
            names = part.get("name_localizations") or {}
            assert set(names) == (set() if is_command else {"zh-CN", "zh-TW"})
            for locale in ("zh-CN", "zh-TW"):
                assert is_command or CHINESE.search(names[locale])
                assert CHINESE.search(part["description_localizations"][locale])
    (enhance,) = [option for option in registered["video"]["options"] if option["name"] == "enhance"]
    assert [choice["name_localizations"]["zh-CN"] for choice in enhance["choices"]] == [
        "完整优化",
        "快速优化",
        "关闭，完全按原文",
    ]


async def test_no_two_commands_or_options_have_the_same_name_in_any_language(registered):
    for parts in (registered.values(), registered["video"]["options"]):
        for names in zip(*(in_every_language(part, "name") for part in parts), strict=True):
            assert len(set(names)) == len(names)


async def test_the_options_of_video_stand_in_the_order_of_need(registered):
    assert [option["name"] for option in registered["video"]["options"]] == [
        "prompt",
        "image",
        "duration",
        "resolution",
        "camera",
        "model",
        "enhance",
        "private",
        "spoiler",
        "watermark",
        "sketch",
    ]
    assert [option["name"] for option in registered["video"]["options"] if option.get("required")] == [
        "prompt"
    ]


async def test_commands_are_for_everywhere_and_for_members_apart_from_those_of_a_server(registered):
    installed = {
        name: (command["contexts"], command["integration_types"]) for name, command in registered.items()
    }
    anywhere, in_servers = ([0, 1, 2], [0, 1]), ([0], [0])
    assert installed == {
        "video": anywhere,
        "studio": anywhere,
        "jobs": anywhere,
        "help": anywhere,
        "queue": in_servers,
        "settings": anywhere,
        "privacy": anywhere,
        "operator": ([1], [0]),
        "usage": anywhere,
        "admin": in_servers,
    }


class _Sentences(ast.NodeVisitor):
    """Collects literals with words in them, apart from docstrings, log lines and what only programmers read."""

    def __init__(self):
        self.found = []

    def visit_Expr(self, node):
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Raise(self, node):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(raised, ast.Name) and raised.id == "Refused":
            self.generic_visit(node)

    def visit_Call(self, node):
        called = node.func
        if (
            isinstance(called, ast.Attribute)
            and isinstance(called.value, ast.Name)
            and called.value.id in {"log", "re"}
        ):
            return
        self.generic_visit(node)

    def visit_JoinedStr(self, node):
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        self._judge(node, "".join(parts))

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self._judge(node, node.value)

    def _judge(self, node, text):
        english = " " in text.strip() and any(sign.isalpha() for sign in text)
        if english or CHINESE.search(text):
            self.found.append((node.lineno, text))


def sentences_in(source):
    visitor = _Sentences()
    visitor.visit(ast.parse(source))
    return visitor.found


def test_the_search_for_sentences_finds_them_wherever_they_are_sent():
    assert sentences_in('await x.send("Hello you")')
    assert sentences_in('await x.send(content=f"Hello {you} there")')
    assert sentences_in('raise Refused("No no")')
    assert sentences_in('LABEL = "Show again"')
    assert sentences_in('words("重新显示")')
    assert not sentences_in('log.info("job done: %s", key)')
    assert not sentences_in('"""What it does."""')


@each_row(
    "path",
    [pytest.param(path, id=path.relative_to(FOLDER).as_posix()) for path in sorted(FOLDER.rglob("*.py"))],
)
def test_sentences_stand_in_the_catalogue_and_nowhere_else(path):
    found = [text for _, text in sentences_in(path.read_text(encoding="utf-8"))]
    assert [text for text in found if text not in NOT_FOR_USERS] == []
