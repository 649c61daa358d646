"""Progress: a bar on a terminal, a line per change elsewhere."""

import io

from rich.console import Console

from console.progress import progress_on


def shown(*, terminal):
    """Return what is written while something goes on, `[` and all."""
    console = Console(file=io.StringIO(), force_terminal=terminal, width=60)
    with progress_on(console) as progress:
        for percent in (None, 10, 10, 60):
            progress.show("rendering [b]task[/b]", percent)
    return console.file.getvalue()


def test_a_pipe_gets_one_plain_line_per_change():
    assert shown(terminal=False).splitlines() == [
        "rendering [b]task[/b]",
        "rendering [b]task[/b], 10 %",
        "rendering [b]task[/b], 60 %",
    ]


def test_a_terminal_gets_a_bar_that_is_gone_in_the_end():
    written = shown(terminal=True)
    assert "rendering [b]task[/b]" in written
    assert "\x1b[2K" in written
