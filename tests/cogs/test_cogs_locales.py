"""The catalogues and the code that speaks from them agree: nothing is missing, nothing is left over."""

import dataclasses
import re

import pytest

from cogs.admin import limits as admin_limits
from cogs.admin import moderation as admin_moderation
from cogs.admin import people as admin_people
from cogs.admin.channels import LISTS
from cogs.admin.home import Part
from cogs.admin.moderation import RULES
from cogs.discord.buttons import JOB_BUTTONS
from cogs.member._cog import HelpLinks
from cogs.member.settings import SELECTS, TOGGLES
from cogs.results.buttons import RESULT_BUTTONS
from cogs.results.deletion import DELETIONS
from cogs.results.moderators import DECISIONS, TAKEDOWNS
from cogs.text.catalogue import LANGUAGES, MENTIONS, Words
from cogs.video.placing import CHANGES, FORMS
from db.jobs.job import JobState, Reason, Relation
from db.jobs.pages import Group
from db.money.caps import CapReached, Level, Measure
from db.settings.pauses import MODERATOR, STRIKES, Cause
from hailuo.camera import CameraMove, MoveGroup
from hailuo.request import Duration, Enhance, Model, Resolution, Rule
from jobs.notify.mod_log import Reported
from jobs.notify.notifier import Alert
from jobs.servers.guild_settings import AuditAction
from media.errors import PictureFault
from media.pictures.rules import Repair
from tests.cogs import surface_words
from tests.cogs.catalogues import LOCALES, UNREADABLE, calls, calls_in, entries, options
from tests.support.caps import LIMITED
from tests.support.rows import each_row

CATALOGUES = {path.stem: dict(entries(path)) for path in LOCALES}
ENGLISH = CATALOGUES["en"]
CALLS = calls()

ITEMS = (*JOB_BUTTONS, *DECISIONS, *RESULT_BUTTONS, *DELETIONS, *TAKEDOWNS)

FAMILIES = {
    "admin-{}": list(Part),
    "admin-{}-description": list(Part),
    "admin-{}-title": list(admin_limits.KINDS),
    "admin-button-{}": [
        *admin_moderation.FORMS,
        *admin_people.BLOCK_FORMS,
        *admin_limits.ACTIONS,
        *("first", "next", "back"),
        *(f"{kind}-{level}" for kind in admin_limits.KINDS for level in admin_limits.LEVELS),
    ],
    "admin-channels-{}": list(LISTS),
    "admin-level-{}": list(admin_limits.LEVELS),
    "audit-{}": [*AuditAction, "other"],
    "button-{}": [item.action for item in ITEMS if hasattr(item, "action")],
    "alert-{}": [alert.value for alert in Alert],
    "blocked-{}": [MODERATOR, STRIKES],
    "cap-{}": [CapReached(level, measure, limit=1).name for level, measure in LIMITED],
    "choice-{}": [
        *(f"duration-{duration.value}" for duration in Duration),
        *(f"resolution-{resolution.value}" for resolution in Resolution),
        *(f"model-{model.name.lower()}" for model in Model),
        *(f"enhance-{level.value}" for level in Enhance),
    ],
    "draft-{}": [*CHANGES, *FORMS],
    "repair-{}": list(Repair),
    "ending-{}": [reason.value for reason in Reason],
    "form-choice-{}": ["enhance", "fast", "private", "spoiler"],
    "form-format-{}": ["6-768p", "10-768p", "6-1080p"],
    "help-link-{}": [link.name for link in dataclasses.fields(HelpLinks)],
    "jobs-{}": [group.value for group in Group],
    "measure-{}": list(Measure),
    "model-{}": [model.name.lower() for model in Model],
    "move-{}": [move.value for move in CameraMove],
    "move-group-{}": [group.value for group in MoveGroup if group is not MoveGroup.OTHER],
    "move-name-{}": [move.value for move in CameraMove],
    "not-cancelled-{}": [state.value for state in JobState],
    "operator-pause-{}": [cause.value for cause in Cause],
    "option-{}": sorted(options()),
    "option-{}-description": sorted(options()),
    "paused-{}": [cause.value for cause in Cause if cause is not Cause.OUTAGE],
    "permission-{}": ["view_channel", "send_messages", "send_messages_in_threads", "attach_files"],
    "picture-{}": [fault.value for fault in PictureFault],
    "relation-{}": [relation.value for relation in Relation],
    "report-{}": [became.name.lower() for became in Reported],
    "rule-{}": [rule.value for rule in Rule],
    "server-{}": list(RULES),
    "setting-{}": [*SELECTS, *TOGGLES],
    "spent-{}": ["today", "month", "days"],
    "state-{}": [state.value for state in JobState],
    "usage-limits-{}": [Level.MEMBER, Level.USER, Level.GUILD, Level.BOT],
    "usage-resets-{}": [level for level in Level if level is not Level.BOT],
    "cap-resets-{}": ["local", "utc", "pace", "active"],
}
"""Keys with a part that is known at run time only, and everything that this part can be."""

COUNTS = {"place", "count", "limit", "percent", "seconds"}

every_catalogue = pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in LOCALES])


def keys_of(call):
    """Return every key that a call can name."""
    return [call.key.replace("{}", part) for part in FAMILIES[call.key]] if "{}" in call.key else [call.key]


def test_the_search_for_keys_reads_every_way_of_naming_one():
    def keys(source):
        return [call.key for call in calls_in(source, name="x")]

    assert keys('words("a")') == ["a"]
    assert keys('words_of(interaction)("a" if b else "c")') == ["a", "c"]
    assert keys('raise Refused("a", n=1)') == ["a"]
    assert keys('words(f"a-{b.value}")') == ["a-{}"]
    assert keys("words(key)") == [UNREADABLE]
    assert keys('print("a")') == []


def test_every_key_can_be_read_from_the_code():
    assert [call.place for call in CALLS if call.key == UNREADABLE] == []


def test_every_family_of_keys_is_declared_and_used():
    assert {call.key for call in CALLS if "{}" in call.key} == set(FAMILIES)
    assert all(FAMILIES.values())


@every_catalogue
def test_a_catalogue_says_each_message_once(path):
    keys = [key for key, _ in entries(path)]
    assert [key for key in keys if keys.count(key) > 1] == []


@every_catalogue
def test_every_language_has_every_message_that_the_code_names(path):
    catalogue = CATALOGUES[path.stem]
    assert [(call.place, key) for call in CALLS for key in keys_of(call) if key not in catalogue] == []


@every_catalogue
def test_no_message_of_a_catalogue_is_unused(path):
    used = {key for call in CALLS for key in keys_of(call)}
    referred = {key for entry in CATALOGUES[path.stem].values() for key in entry.messages}
    assert sorted(set(CATALOGUES[path.stem]) - used - referred) == []


@every_catalogue
def test_every_language_has_the_same_messages_with_the_same_variables(path):
    wanted = {key: entry.variables for key, entry in ENGLISH.items()}
    assert {key: entry.variables for key, entry in CATALOGUES[path.stem].items()} == wanted


def test_every_message_is_given_the_values_it_wants():
    faults = [
        (call.place, key)
        for call in CALLS
        if call.values is not None
        for key in keys_of(call)
        if not call.values >= ENGLISH[key].variables
    ]
    assert faults == []


def test_no_value_is_given_that_no_message_wants():
    faults = [
        (call.place, call.values)
        for call in CALLS
        if call.values and not any(call.values & ENGLISH[key].variables for key in keys_of(call))
    ]
    assert faults == []


@every_catalogue
@each_row("count", [1, 2, 2000])
def test_every_message_can_be_said_without_help_from_english(path, count):
    words = Words(path.stem, path.read_text(encoding="utf-8"))
    for key, entry in CATALOGUES[path.stem].items():
        said = words(key, **{name: count if name in COUNTS else f"«{name}»" for name in entry.variables})
        assert "{" not in said
        assert [name for name in entry.variables - COUNTS if f"«{name}»" not in said] == []
        assert len(said) <= 2000


@each_row("words", [pytest.param(words, id=words.code) for words in LANGUAGES])
def test_every_label_of_a_button_fits(words):
    for action in (*FAMILIES["button-{}"], "back", "undo"):
        assert 1 <= len(words(f"button-{action}")) <= 80
    assert 1 <= len(words("jobs-placeholder")) <= 150


STILTED = {
    "en": ("whoever", "came to nothing", "counts anew", "behind a click"),
    "zh-CN": ("下单", "订单"),
}
"""Words that no sentence of a catalogue uses, by language."""


def sources(code):
    """Return what stands behind each key of a catalogue, with its line breaks as blanks."""
    (path,) = [path for path in LOCALES if path.stem == code]
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"^([a-z][\w-]*) =(.*(?:\n(?: .*)?(?=\n|\Z))*)", text, flags=re.MULTILINE)
    return {key: " ".join(said.split()) for key, said in found}


@each_row("code", sorted(STILTED))
def test_no_sentence_uses_stilted_words(code):
    said = sources(code)
    assert set(said) == set(CATALOGUES[code])
    assert [(key, word) for key in said for word in STILTED[code] if word in said[key].lower()] == []


@each_row("code, wanted", [("en", surface_words.ENGLISH), ("zh-CN", surface_words.CHINESE)])
def test_the_sentences_that_people_meet_most_are_plain(code, wanted):
    said = sources(code)
    assert {key: said[key] for key in wanted} == wanted


BARE_COMMAND = re.compile(
    r"/\{ ?command-|(?<![\w<./])/(?:admin|help|jobs|privacy|queue|settings|studio|usage|video)\b"
)


@each_row("code", sorted(STILTED))
def test_texts_name_commands_by_the_one_function_that_can_mention_them(code):
    said = {key: text for key, text in sources(code).items() if not key.endswith("-description")}
    assert [key for key, text in said.items() if BARE_COMMAND.search(text)] == []
    assert sum('COMMAND("' in text for text in said.values()) > 15


def test_a_command_is_a_mention_once_it_is_registered_and_a_plain_name_before(monkeypatch):
    monkeypatch.setattr(MENTIONS, "_ids", {})
    assert LANGUAGES.english("jobs-empty").endswith("with `/video`.")
    MENTIONS.learn({"video": 4711, "privacy": 4712})
    assert LANGUAGES.english("jobs-empty").endswith("with </video:4711>.")
    assert MENTIONS("privacy export") == "</privacy export:4712>"
    assert MENTIONS("jobs") == "`/jobs`"
