"""A table as one test: it tries every row, and names each one that fails."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

SHOWN = 300
"""How many characters of a row a failure repeats."""

_Param = type(pytest.param())


def each_row(
    names: str, rows: Iterable[Any], *, before: str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Call a test once for each row of a table, and fail with every row that is wrong.

    It takes what `pytest.mark.parametrize` takes. A row has a `tmp_path` and a log of its own, and what it patches by
    `monkeypatch` is undone after it; every other fixture is shared by all rows. `before` names a fixture that is
    awaited before each row of an asynchronous test.
    """
    columns = [name.strip() for name in names.split(",")]
    table = [_values(row, len(columns)) for row in rows]
    assert table, f"no rows of {names}"

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(test)
        def tried(**fixtures: Any) -> None:
            with _all_of(len(table)) as failures:
                for number, row in enumerate(table):
                    with _row(row, number, fixtures, failures) as own:
                        test(**dict(zip(columns, row, strict=True)), **own)

        @functools.wraps(test)
        async def awaited(**fixtures: Any) -> None:
            prepare = fixtures.pop(before) if before else None
            with _all_of(len(table)) as failures:
                for number, row in enumerate(table):
                    if prepare:
                        await prepare()
                    with _row(row, number, fixtures, failures) as own:
                        await test(**dict(zip(columns, row, strict=True)), **own)

        signature = inspect.signature(test)
        rest = [parameter for name, parameter in signature.parameters.items() if name not in columns]
        if before:
            rest.append(inspect.Parameter(before, inspect.Parameter.KEYWORD_ONLY))
        whole = awaited if inspect.iscoroutinefunction(test) else tried
        whole.__signature__ = signature.replace(parameters=rest)  # pyright: ignore[reportFunctionMemberAccess]  # what pytest reads
        return whole

    return decorate


def _values(row: Any, columns: int) -> tuple[Any, ...]:
    if isinstance(row, _Param):
        assert not row.marks, "a row cannot be marked"
        return row.values
    return (row,) if columns == 1 else tuple(row)


@contextlib.contextmanager
def _all_of(rows: int) -> Iterator[list[BaseException]]:
    failures: list[BaseException] = []
    yield failures
    if failures:
        named = "".join(f"\n  {failure.__notes__[-1]}" for failure in failures)
        raise BaseExceptionGroup(f"{len(failures)} of {rows} rows:{named}\n", failures)


@contextlib.contextmanager
def _row(
    row: tuple[Any, ...], number: int, fixtures: dict[str, Any], failures: list[BaseException]
) -> Iterator[dict[str, Any]]:
    with contextlib.ExitStack() as stack:
        own = dict(fixtures)
        if "tmp_path" in own:
            own["tmp_path"] = own["tmp_path"] / f"row{number}"
            own["tmp_path"].mkdir()
        if "caplog" in own:
            own["caplog"].clear()
        if "monkeypatch" in own:
            own["monkeypatch"] = stack.enter_context(own["monkeypatch"].context())
        try:
            yield own
        except (Exception, SystemExit, pytest.fail.Exception) as failure:  # noqa: BLE001  # raised again, with those of the other rows
            shown = ", ".join(map(repr, row))
            failure.add_note(f"{shown[:SHOWN]}: {type(failure).__name__}")
            failures.append(failure)
