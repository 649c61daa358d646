"""Facts of a busy day, for pages to show."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from telemetry.markup import DiscordStatus, PageFacts, ProviderStatus, ShownDay, ShownJob
from telemetry.readiness import OK

AT = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)
_ORDERS = (12, 19, 23, 17, 31, 8, 5, 22, 27, 34, 29, 18, 11, 21)
_FORMATS = ("hailuo-2.3/6s/768p", "hailuo-2.3/10s/768p", "hailuo-2.3-fast/6s/1080p")


def busy_day(**changes: object) -> PageFacts:
    facts = PageFacts(
        at=AT,
        version="0.1.0",
        role="everything",
        uptime_seconds=3 * 86400 + 4 * 3600,
        checks={"database": OK, "gateway": OK, "worker": OK},
        waiting=3,
        oldest_seconds=74,
        running=4,
        running_cap=10,
        orders_today=21,
        orders_cap=None,
        spent_today_usd=5.9,
        budget_usd=10,
        pauses=[],
        delivered=16,
        under_way=[
            job(1, "submitting", 1, 52),
            job(2, "rendering", 21, 80, "34 %"),
            job(3, "rendering", 66, 121, "71 %"),
            job(4, "rendering", 1260, 1311, "late"),
            job(5, "delivering", 4, 158),
            job(6, "queued", 74, 74),
            job(7, "queued", 40, 40),
            job(8, "queued", 3, 3),
        ],
        unknown=[job(9, "unknown", 1800, 1830, "ambiguous submit")],
        failures={"moderated": 3, "undeliverable": 1, "lost": 1, "ambiguous_submit": 1},
        cancelled=2,
        days=priced_days(),
        provider=ProviderStatus(
            last_success_seconds=2, answers=412, failures=5, balance="$86.41 left, $13.59 used"
        ),
        discord=DiscordStatus(connected=True, latency_seconds=0.087, waits=2, waited_seconds=1.3),
        lag_seconds=0.0021,
    )
    return replace(facts, **changes)


def job(number: int, stage: str, stage_seconds: float, age_seconds: float, note: str = "") -> ShownJob:
    return ShownJob(
        key=f"{number * 0x1B0C_77A9_5D31_E0F4 % 2**64:016x}",
        format=_FORMATS[number % len(_FORMATS)],
        stage=stage,
        stage_seconds=stage_seconds,
        age_seconds=age_seconds,
        note=note,
    )


def priced_days() -> list[ShownDay]:
    first = date(2026, 11, 10)
    return [
        ShownDay(
            day=(first + timedelta(days=number)).isoformat(), orders=orders, usd=round(orders * 0.281, 2)
        )
        for number, orders in enumerate(_ORDERS)
    ]


def quiet_day() -> PageFacts:
    return busy_day(
        waiting=0,
        oldest_seconds=None,
        running=0,
        orders_today=0,
        spent_today_usd=0,
        budget_usd=None,
        delivered=0,
        under_way=[],
        unknown=[],
        failures={},
        cancelled=0,
        days=[ShownDay(day=day.day, orders=0) for day in priced_days()],
        provider=ProviderStatus(last_success_seconds=None, answers=0, failures=0, balance=None),
        discord=DiscordStatus(connected=None, latency_seconds=None, waits=0, waited_seconds=0),
    )
