"""The generator of mutants: complete for what it knows, one place at a time, never text that cannot run."""

import ast
import re
import sqlite3
from pathlib import Path

import pytest

from db.engines.sqlite import in_sqlite
from db.operations.migrate import migrate_sqlite
from tests.mutation.guards import GUARDS
from tests.mutation.python_mutants import mutants_of
from tests.mutation.sample import FOLDERS, modules, mutants_in, sample
from tests.mutation.sql_mutants import STATEMENT
from tests.mutation.trial import OF_COMMANDS, TESTS_OF, Suite, Verdict, copy_tree
from tests.support.rows import each_row

ROOT = Path(__file__).parents[2]

SAMPLE = '''"""Words, 1 < 2."""

async def look(job: "int | None", *, late: bool = False, mode: str = "base64"):
    """More words: a and b."""
    log.info("elapsed: %d", 1 + 2)
    failpoint(Beat.LOOKED)
    with self.keep(job):
        await self.wait(0.5)
    if not (job.due <= now and job in kept):
        raise Broken(1 or 2)
    return f"{job + 1}" if late else job.count * 2
'''

EXPECTED = """
    3 boolean: False -> True
    3 default: "base64" -> 'base64x'
    7 with: with self.keep(job) -> if True
    8 number: 0.5 -> 1.0
    8 number: 0.5 -> 1.5
    8 statement: await self.wait(0.5) -> pass
    9 and/or: and -> or
    9 comparison: <= -> <
    9 comparison: in -> not in
    9 condition: not (job.due <= now and job in kept) -> False
    9 condition: not (job.due <= now and job in kept) -> True
    9 not: not ->
    11 arithmetic: * -> /
    11 condition: late -> False
    11 condition: late -> True
    11 number: 2 -> 3
    11 number: 2 -> 4
    11 return: f"{job + 1}" if late else job.count * 2 -> None
"""

STATEMENT_SAMPLE = b'''
CLAIM = """
UPDATE jobs SET fence = fence + 1, reason = COALESCE(:reason, reason)
 WHERE id = (SELECT id FROM jobs WHERE next_at <= <dbnow> ORDER BY next_at, id LIMIT 1)
   AND state IN ('failed', 'unknown') AND told_at IS NULL
RETURNING *
"""
'''

EXPECTED_OF_STATEMENT = """
    5 sql and/or: AND -> OR
    5 sql and/or: AND -> OR
    3 sql arithmetic: + 1 ->
    3 sql assignment: , reason = COALESCE(:reason, reason) ->
    3 sql assignment: fence = fence + 1, ->
    3 sql coalesce: COALESCE(:reason, reason) -> COALESCE(reason, :reason)
    4 sql comparison: <= -> <
    4 sql guard: next_at <= <dbnow> -> 1 = 1
    4 sql order: , id ->
    4 sql order: ORDER BY next_at, id ->
    4 sql order: next_at -> next_at DESC
    5 sql guard: AND state IN ('failed', 'unknown') ->
    5 sql guard: AND told_at IS NULL ->
    5 sql list: 'failed', ->
    5 sql list: , 'unknown' ->
    5 sql null: IS NULL -> IS NOT NULL
"""


@each_row("source, expected", [(SAMPLE.encode(), EXPECTED), (STATEMENT_SAMPLE, EXPECTED_OF_STATEMENT)])
def test_every_change_that_the_generator_knows_is_found_and_nothing_else(source, expected):
    found = [
        f"{mutant.line} {mutant.kind}: {mutant.old.strip()} -> {mutant.new}".strip()
        for mutant in mutants_of("m.py", source)
    ]
    assert sorted(found) == sorted(line.strip() for line in expected.strip().splitlines())


@each_row("source", [SAMPLE.encode(), STATEMENT_SAMPLE, "å = 'ü' < 'ö' and 1\n".encode()])
def test_a_mutant_changes_exactly_one_place_and_compiles(source):
    for mutant in mutants_of("m.py", source):
        mutated = mutant.applied_to(source)
        assert mutated != source
        assert mutated[: mutant.start] == source[: mutant.start]
        assert mutated[len(mutated) - (len(source) - mutant.end) :] == source[mutant.end :]
        compile(mutated, "m.py", "exec")


@pytest.mark.proof
def test_every_mutated_statement_is_one_that_sqlite_takes(tmp_path):
    migrate_sqlite(tmp_path / "clapper.db")
    connection = sqlite3.connect(tmp_path / "clapper.db")
    tried = 0
    for mutant in mutants_in(ROOT):
        shared = "postgres" not in Path(mutant.path).name
        if shared and mutant.kind.startswith("sql") and mutant.kind != "sql pragma":
            sql = statement_at(mutant.applied_to((ROOT / mutant.path).read_bytes()), mutant.line)
            connection.execute(
                f"EXPLAIN {in_sqlite(sql)}", dict.fromkeys(re.findall(r":(\w+)", in_sqlite(sql)), 1)
            )
            tried += 1
    connection.close()
    assert tried > 400


def statement_at(source, line):
    return next(
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and STATEMENT.match(node.value)
        and node.lineno <= line <= node.end_lineno
    )


@pytest.mark.proof
def test_the_same_seed_draws_the_same_mutants_and_every_file_is_among_them():
    everything = mutants_in(ROOT)
    drawn = sample(everything, count=150, seed=3)
    assert drawn == sample(everything, count=150, seed=3) != sample(everything, count=150, seed=4)
    assert len(set(drawn)) == 150
    drawn_widely = sample(everything, count=300, seed=3)
    assert {mutant.path for mutant in drawn_widely} == {mutant.path for mutant in everything}


def test_every_module_is_mutated_but_migrations_and_packages():
    found = set(modules(ROOT))
    assert {
        "jobs/steps/poller.py",
        "db/jobs/outcomes.py",
        "hailuo/client.py",
        "media/transfer/download.py",
        "cogs/video/_cog.py",
    } < found
    assert not [path for path in found if "migrations" in path or "__init__" in path]


def test_the_tests_named_after_a_module_are_asked_first():
    files = Suite(ROOT).in_order_for("jobs/steps/poller.py")
    assert files[0] == "tests/jobs/test_poller.py"
    assert sorted(files) == sorted(Suite(ROOT).of("jobs"))
    assert set(OF_COMMANDS) < set(files)


def test_the_tests_of_every_folder_are_there():
    missing = [
        f"{folder}: {pattern}"
        for folder, patterns in TESTS_OF.items()
        for pattern in patterns
        if not [*ROOT.glob(pattern)]
    ]
    assert (missing, set(TESTS_OF)) == ([], set(FOLDERS))


def test_every_guard_stands_once_where_it_is_said_to_stand_and_its_tests_exist():
    wrong = [
        guard.promise
        for guard in GUARDS
        if (ROOT / guard.path).read_text(encoding="utf-8").count(guard.old) != 1
        or not all((ROOT / test.partition("::")[0]).is_file() for test in guard.tests)
    ]
    assert wrong == []


@pytest.mark.proof
@pytest.mark.timeout(150)
@pytest.mark.parametrize("guard", GUARDS[::11], ids=lambda guard: guard.promise)
async def test_a_guard_that_is_taken_out_is_missed(guard, tmp_path):
    """One in eleven. All of them: `make mutants ARGS=--guards`."""
    copy = copy_tree(ROOT, tmp_path / "copy")
    verdict = await copy.attempt(guard.mutant(ROOT), limit_seconds=120, tests=guard.tests)
    assert verdict is Verdict.KILLED, copy.output


SMALL_TREE = {
    "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
    "jobs/small.py": "def grown(old):\n    return old + 1\n",
    "tests/jobs/test_small.py": "from jobs.small import grown\n\n\ndef test_small():\n    assert grown(1) > 1\n",
}


@pytest.mark.proof
async def test_a_copy_tells_killed_from_survived_and_is_whole_again_after_every_mutant(tmp_path):
    for name, text in SMALL_TREE.items():
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(text)
    copy = copy_tree(tmp_path / "tree", tmp_path / "copy")
    mutants = {mutant.kind: mutant for mutant in mutants_in(tmp_path / "tree")}

    assert await copy.attempt(mutants["number"], limit_seconds=30) is Verdict.SURVIVED
    assert await copy.attempt(mutants["arithmetic"], limit_seconds=30) is Verdict.KILLED
    assert (tmp_path / "copy/jobs/small.py").read_text() == SMALL_TREE["jobs/small.py"]


@pytest.mark.proof
async def test_tests_that_fail_without_a_mutant_are_no_baseline(tmp_path):
    (tmp_path / "tree/tests/jobs").mkdir(parents=True)
    (tmp_path / "tree/tests/jobs/test_small.py").write_text("def test_small():\n    assert not 1\n")
    copy = copy_tree(tmp_path / "tree", tmp_path / "copy")
    passed, _ = await copy.baseline(["tests/jobs/test_small.py"])
    assert not passed
    assert "assert not 1" in copy.output
