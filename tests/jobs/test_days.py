"""When days and months turn: in the zone of a server, also where its clocks change, and in UTC for the whole bot."""

from datetime import datetime
from zoneinfo import ZoneInfo

from db.money.caps import Level, Measure
from jobs.money.limits import days_at
from tests.support.rows import each_row

HOUR = 3600_000
BERLIN, NEW_YORK, TOKYO = "Europe/Berlin", "America/New_York", "Asia/Tokyo"


def at(text, zone="UTC"):
    """Return a moment, as a clock in a zone shows it, in epoch ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def guild(now, zone):
    return days_at(now, zone=zone).guild


@each_row(
    "zone, day, left",
    [
        ("UTC", "2026-06-30", 1),
        (BERLIN, "2026-07-01", 23),
        (TOKYO, "2026-07-01", 16),
        (NEW_YORK, "2026-06-30", 5),
    ],
)
def test_one_moment_is_another_day_elsewhere(zone, day, left):
    now = at("2026-06-30 23:00")
    days = days_at(now, zone=zone)
    assert (days.guild.day, days.guild.ends_at) == (day, now + left * HOUR)
    assert (days.bot.day, days.bot.ends_at) == ("2026-06-30", now + HOUR)


def test_the_last_millisecond_belongs_to_the_day_and_the_next_to_the_next():
    midnight = at("2026-11-24 00:00", BERLIN)
    before, after = guild(midnight - 1, BERLIN), guild(midnight, BERLIN)
    assert (before.day, before.ends_at, after.day) == ("2026-11-23", midnight, "2026-11-24")


@each_row(
    "zone, day, hours",
    [
        (BERLIN, "2026-03-29", 23),
        (BERLIN, "2026-10-25", 25),
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Africa/Cairo", "2026-04-24", 23),  # its midnight does not exist
        ("Africa/Cairo", "2026-10-29", 25),  # its last hour comes twice
        ("Asia/Kathmandu", "2026-03-29", 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone, day, hours):
    noon = at(f"{day} 12:00", zone)
    period = guild(noon, zone)
    begun = guild(guild(noon - 24 * HOUR, zone).ends_at, zone)
    assert (period.day, begun.day) == (day, day)
    assert period.ends_at - guild(noon - 24 * HOUR, zone).ends_at == hours * HOUR


@each_row(
    "moment, month_end",
    [
        ("2026-01-31 12:00", "2026-02-01 00:00"),
        ("2026-02-28 23:59", "2026-03-01 00:00"),
        ("2028-02-28 12:00", "2028-03-01 00:00"),
        ("2026-03-01 00:00", "2026-04-01 00:00"),
        ("2026-12-31 23:59", "2027-01-01 00:00"),
    ],
)
@each_row("zone", ["UTC", BERLIN, NEW_YORK])
def test_a_month_ends_with_its_last_day(moment, month_end, zone):
    assert guild(at(moment, zone), zone).month_ends_at == at(month_end, zone)


def test_the_whole_bot_counts_in_utc_whatever_the_zone_of_the_server():
    now = at("2026-12-31 18:00")
    days = days_at(now, zone=TOKYO)
    assert (days.guild.day, days.bot.day) == ("2027-01-01", "2026-12-31")
    assert days.bot.month_ends_at == at("2027-01-01 00:00")
    assert days.guild.month_ends_at == at("2027-02-01 00:00", TOKYO)
    assert days.bot == days_at(now, zone=NEW_YORK).bot


@each_row("level", Level)
@each_row("measure", Measure)
def test_a_limit_counts_anew_when_its_own_day_or_month_ends(level, measure):
    days = days_at(at("2026-06-30 23:30"), zone=BERLIN)
    period = days.guild if level in {Level.MEMBER, Level.GUILD} else days.bot
    wanted = {
        Measure.PER_DAY: period.ends_at,
        Measure.MICROS_PER_DAY: period.ends_at,
        Measure.MICROS_PER_MONTH: period.month_ends_at,
    }
    assert days.resets_at(level, measure) == wanted.get(measure)


def test_the_days_are_those_of_the_clock_and_not_of_this_machine(monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert days_at(at("2026-06-30 12:00"), zone="UTC").bot.day == "2026-06-30"
