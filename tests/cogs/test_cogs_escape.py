"""The one function that every prompt passes before it is shown."""

from hypothesis import given
from hypothesis import strategies as st

from cogs.text.catalogue import plain_text, quoted, shown
from tests.support.rows import each_row


@each_row(
    "typed, seen",
    [
        ("a red kite", "a red kite"),
        ("a\n b\t\tc", "a b c"),
        ("**x** _y_ `z`", r"\*\*x\*\* \_y\_ \`z\`"),
        ("[a](https://b)", r"\[a\](https\://b)"),
        ("#1 > #2", r"\#1 \> \#2"),
        ("<@1>", r"‹@1\>"),
        ("- list", r"\- list"),
        ("well-made", "well-made"),
        ("@everyone", "@\u200beveryone"),
        ("me@example.org", "me@example.org"),
        ("discord.gg/abc", r"discord\.gg/abc"),
        ("back\\slash", r"back\\slash"),
        ("x\u202ey\u200bz\ufeff", "xyz"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_what_was_typed_is_seen_as_typed(typed, seen):
    assert shown(typed, limit=100) == seen


def units(text):
    return len(text.encode("utf-16-le")) // 2


@given(st.text(), st.integers(2, 300))
def test_nothing_that_is_shown_exceeds_its_limit_or_leaves_its_line(text, limit):
    for said in (shown(text, limit=limit), plain_text(text, limit=limit)):
        assert units(said) <= limit
        assert len(said.splitlines()) <= 1


@given(st.text(alphabet="😀*@here\u200d ", min_size=50))
def test_what_is_cut_says_so(text):
    cut = plain_text(text, limit=10)
    assert cut == plain_text(text, limit=10_000) or cut.endswith("…")


def test_a_quotation_stays_one_line():
    assert quoted("a\n> b", limit=50) == r"> a \> b"
