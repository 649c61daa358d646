"""Progress: a bar on a terminal, a line per change elsewhere."""

import asyncio
import io

from console.progress import progress_on


class Terminal(io.StringIO):
    def isatty(self):
        return True


async def written(stream):
    async with progress_on(stream) as progress:
        for percent in (None, 10, 10, 60):
            progress.show("rendering task", percent)
    return stream.getvalue()


async def test_a_pipe_gets_one_plain_line_per_change():
    lines = (await written(io.StringIO())).splitlines()
    assert lines == ["rendering task", "rendering task, 10 %", "rendering task, 60 %"]


async def test_a_terminal_gets_one_line_with_a_bar_that_is_gone_in_the_end():
    lines = (await written(Terminal())).split("\r\x1b[2K")
    assert lines[0] == lines[-1] == ""
    assert lines[1] == "rendering task  0:00"
    assert lines[-2] == f"rendering task  [{'#' * 24}{'.' * 16}] 60 %  0:00"


async def test_the_time_runs_while_nothing_else_changes():
    stream = Terminal()
    async with progress_on(stream) as progress, asyncio.timeout(5):
        progress.show("ordering")
        while "ordering  0:01" not in stream.getvalue():
            await asyncio.sleep(0.01)


async def test_a_line_is_never_wider_than_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    lines = (await written(Terminal())).split("\r\x1b[2K")
    assert max(map(len, lines)) == 29
