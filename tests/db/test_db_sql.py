"""The SQL itself: it stands in db/ alone, whole and literal, in words that both engines know."""

import ast
import re
from pathlib import Path

from db.engines.engine import UNDER_WAY
from db.jobs.job import OPEN, JobState

ROOT = Path(__file__).parents[2]
DB = ROOT / "db"
# Benchmarks fill the databases of other queues.
OTHERS = ["bot.py", "app", "console", "cogs", "config", "jobs", "hailuo", "media", "sandbox", "demo"]
COPIES = {DB / "operations" / "copying.py", DB / "operations" / "backup.py"}
"""Know tables by their names alone: their statements are the same for each of them."""
OF_ONE_ENGINE = {
    *(DB / "engines" / name for name in ("sqlite.py", "wakeups.py")),
    *(DB / "operations" / name for name in ("migrate.py", "upgrade.py", "backup.py")),
    *DB.rglob("*postgres*.py"),
}

STATEMENT = re.compile(
    r"^\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE (UNIQUE )?(TABLE|INDEX)|ALTER TABLE|DROP|WITH|PRAGMA)\b"
)
CLAUSE = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|WHERE|VALUES|RETURNING|ORDER BY|CREATE|ALTER|DROP)\b|\bstate IN\b"
)
STATE_PARAMETER = re.compile(r"(?<![\w_])state\s*(=|<>|!=|IN|NOT IN)\s*\(?\s*[:?]")
ONE_ENGINE_ONLY = re.compile(
    r"\b(INSERT OR|REPLACE INTO|AUTOINCREMENT|rowid|GLOB|IFNULL|PRAGMA|strftime|datetime|julianday|unixepoch"
    r"|last_insert_rowid|clapper_now|json_extract|IIF|total"
    r"|FOR UPDATE|SKIP LOCKED|ILIKE|pg_\w+|clock_timestamp|statement_timestamp|now|extract|jsonb?|ANY|DISTINCT ON|serial)\b"
    r"|[?`\"@$]|\bLIKE\b|==|&&|::"
)


def modules(*names):
    files = [file for name in names for file in ([name] if name.is_file() else sorted(name.rglob("*.py")))]
    assert files
    return [(file, ast.parse(file.read_text(encoding="utf-8"))) for file in files]


def places(names, found, *, but=()):
    """Return where `found` finds lines in the modules of files and folders."""
    searched = modules(*(ROOT / name for name in names))
    return [
        f"{file.relative_to(ROOT)}:{line}"
        for file, tree in searched
        if file not in but
        for line in found(tree)
    ]


def strings(tree):
    """Return (line, text) of every string that is no docstring; the parts of an f-string are left out."""
    skipped = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    skipped |= {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
    ]


def statements():
    """Return (place, text) of every statement in db/, what is one engine's alone left out."""
    shared = [
        (file, tree)
        for file, tree in modules(DB)
        if "migrations" not in file.parts and file not in OF_ONE_ENGINE
    ]
    return [
        (f"{file.name}:{line}", text)
        for file, tree in shared
        for line, text in strings(tree)
        if STATEMENT.match(text)
    ]


def built_up(tree):
    """Return the lines where a text with SQL in it is put together while the program runs."""
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=parts):
                text = " ".join(part.value for part in parts if isinstance(part, ast.Constant))
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod() | ast.Add()):
                pass
            case ast.BinOp(right=ast.Constant(value=str(text)), op=ast.Add()):
                pass
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format" | "join")):
                pass
            case _:
                continue
        if CLAUSE.search(text):
            yield node.lineno


def test_no_statement_is_built_up_while_the_program_runs():
    assert places([DB], built_up, but=COPIES) == []


def test_a_transaction_is_handed_finished_text_only():
    def handed(tree):
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="one" | "all"), args=[ast.Name() | ast.Subscript(), *_]
                ):
                    continue
                case ast.Call(func=ast.Attribute(attr="one" | "all")):
                    yield node.lineno

    assert places([DB], handed) == []


def test_a_state_is_a_literal_never_a_parameter():
    assert [place for place, sql in statements() if STATE_PARAMETER.search(sql)] == []


def test_the_states_under_way_stand_once_letter_for_letter_as_in_the_partial_index():
    assert f"WHERE state IN {UNDER_WAY};" in (DB / "schema.sql").read_text(encoding="utf-8")
    assert re.findall(r"\w+", UNDER_WAY) == [state for state in OPEN if state is not JobState.UNKNOWN]
    assert [place for place, sql in statements() if UNDER_WAY in sql] == []
    assert [sql for _, sql in statements() if "<under_way>" in sql]


def test_no_statement_uses_a_word_that_only_one_engine_knows():
    assert [place for place, sql in statements() if ONE_ENGINE_ONLY.search(sql)] == []


def test_a_colon_begins_a_parameter_and_nothing_else():
    odd = re.compile(r":(?![a-z_]+\b)|(?<=:):")

    assert [place for place, sql in statements() if odd.search(sql)] == []
    assert [place for place, sql in statements() if ":" in "".join(re.findall("'[^']*'", sql))] == []


def test_every_write_answers_with_what_it_wrote():
    writes = [(place, sql) for place, sql in statements() if re.match(r"\s*(INSERT|UPDATE|DELETE)", sql)]

    assert [place for place, sql in writes if "RETURNING" not in sql] == []
    assert len(writes) > 20
    assert len(statements()) > 35


def test_sql_stands_in_db_and_nowhere_else():
    def of_sql(tree):
        return [line for line, text in strings(tree) if STATEMENT.match(text)]

    assert places(OTHERS, of_sql) == []


def test_only_db_reaches_for_a_database_library():
    libraries = {"sqlite3", "aiosqlite", "asyncpg", "sqlalchemy", "alembic"}

    def reaching(tree):
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=names):
                    imported = {name.name.partition(".")[0] for name in names}
                case ast.ImportFrom(module=str(module)):
                    imported = {module.partition(".")[0]}
                case _:
                    continue
            if imported & libraries:
                yield node.lineno

    assert places(OTHERS, reaching) == []
