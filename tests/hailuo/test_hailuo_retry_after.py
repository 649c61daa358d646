"""The Retry-After header: seconds or a date, always within 1..600 seconds, never nonsense."""

from hailuo.transport import parse_retry_after
from tests.support.rows import each_row

NOW = 1_763_174_708.0  # Sat, 15 Nov 2025 02:45:08 GMT


@each_row(
    "value, seconds",
    [
        ("1", 1.0),
        (" 30 ", 30.0),
        ("600", 600.0),
        ("601", 600.0),
        ("99999999999", 600.0),
        ("9" * 5_000, 600.0),
        ("0", 1.0),
        ("Sat, 15 Nov 2025 02:45:38 GMT", 30.0),
        ("Saturday, 15-Nov-25 02:45:38 GMT", 30.0),
        ("Sat, 15 Nov 2025 04:45:38 +0200", 30.0),
        ("Sat, 15 Nov 2025 02:45:38", 30.0),
        ("Sat, 15 Nov 2025 02:45:38 -0000", 30.0),
        ("Sat, 15 Nov 2025 02:00:00 GMT", 1.0),
        ("Sun, 16 Nov 2025 02:45:08 GMT", 600.0),
        (None, None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("-5", None),
        ("+5", None),
        ("1e3", None),
        ("2.5", None),
        ("٣", None),
        ("soon", None),
        ("Sat, 99 Nov 2025 02:45:38 GMT", None),
        ("Sat, 15 Nov 99999 02:45:38 GMT", None),
    ],
)
def test_a_wait_is_read_clamped_or_ignored(value, seconds):
    assert parse_retry_after(value, now=NOW) == seconds
