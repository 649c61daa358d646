"""What happened lately: for a quarter of an hour, and when it was last."""

from telemetry.traces import WINDOW_SECONDS, Recent


def test_what_is_older_than_the_window_is_forgotten_but_not_when_it_was_last():
    now = 1000.0
    recent = Recent(clock=lambda: now)
    recent.add(2.0)
    now += WINDOW_SECONDS / 2
    recent.add(3.0)
    assert (recent.count, recent.total, recent.last_seconds) == (2, 5.0, 0.0)

    now += WINDOW_SECONDS / 2 + 1
    assert (recent.count, recent.total) == (1, 3.0)

    now += WINDOW_SECONDS
    assert (recent.count, recent.total, recent.last_seconds) == (0, 0, WINDOW_SECONDS * 1.5 + 1)


def test_what_never_happened_has_no_last_time():
    assert Recent().last_seconds is None
