"""Six weeks of two people who are unlike, as raw rows, and what the transform makes of them.

Law: every verdict, every kind of finding and every sort of target occurs, so that no panel is empty by accident.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from lifetracer.warehouse import Warehouse
from transform.life import Life, begin

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 9, 21), date(2026, 11, 1)
"""Monday of the first and Sunday of the last week; the clock goes back on 25 October."""
NOW = datetime(2026, 11, 1, 20, tzinfo=UTC)

PROJECTS = {"Deep work": 1, "Atlas": 2, "Gym": 3, "Study": 4, "Sleep": 5, "Admin": 6, "Reading": 7}


def anna(house: Warehouse) -> Life:
    """Keeps about half of what she plans: five kinds of days, in turn."""
    life = begin(house, "Anna", "Europe/Berlin")
    life.put("toggl_track", "clients", "1", {"id": 1, "name": "ACME"})
    workspace = {"id": 1, "name": "Mine", "default_hourly_rate": 80, "default_currency": "EUR"}
    life.put("toggl_track", "workspaces", "1", workspace)
    for name, number in PROJECTS.items():
        project = {"id": number, "name": name, "color": f"#{number:02x}80d0", "active": True, "workspace_id": 1}
        life.put("toggl_track", "projects", str(number), project | ({"client_id": 1} if name == "Atlas" else {}))
    for n in range((LAST - FIRST).days + 1):
        _plan(life, FIRST + timedelta(days=n))
        _live(life, FIRST + timedelta(days=n), n)
    _mistakes(life)
    _wish(house, life.account_id)
    return life


def bert(house: Warehouse) -> Life:
    """Somebody else, all of whose words begin with ZZZ."""
    life = begin(house, "Bert", "America/New_York")
    life.project(1, "ZZZ music", "#ff0000")
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=n)
        life.event(f"m{day}", "ZZZ music", (at(day, "18:00"), at(day, "19:00")))
        life.entry(n + 1, at(day, "18:00"), at(day, "18:50"), 1, description="ZZZ scales")
    _wish(house, life.account_id, "ZZZ music")
    return life


def at(day: date, clock: str) -> str:
    """Give the instant at which clocks in Berlin show a time; 24:30 is half past midnight of the next day."""
    hour, minute = map(int, clock.split(":"))
    local = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24, minute), BERLIN)
    return local.astimezone(UTC).isoformat()


PLAN = "Deep work 09:00-12:00, Atlas 13:00-15:00, Gym 16:00-17:00, Study 20:00-21:00"
LIVES = (
    "Deep work 09:02-12:00, Atlas 13:00-15:00, Gym 16:05-17:00, Study 20:00-21:00",
    "Deep work 09:20-12:50, Atlas 13:00-16:40, Reading 18:00-19:00",
    "Deep work 09:00-10:00, Admin 10:00-12:00, Gym 18:00-19:00, Study 20:00-20:20",
    "Admin 09:00-12:00, Atlas 13:00-14:00, Reading 20:00-21:00",
    "Deep work 09:00-12:00, Atlas 12:58-15:00, Gym 16:00-17:00",
)
"""What is planned for a weekday, and the five ways in which weekdays turn out."""


def blocks(text: str) -> Iterator[tuple[str, str, str]]:
    """Read ``Gym 16:00-17:00, …`` into name, start and stop."""
    for block in text.split(", "):
        name, _, span = block.rpartition(" ")
        yield name, *span.split("-")  # type: ignore[misc]


def _plan(life: Life, day: date) -> None:
    if day.weekday() < 5:
        for name, start, stop in blocks(PLAN):
            life.event(f"{name}-{day}", name, (at(day, start), at(day, stop)))


def _live(life: Life, day: date, n: int) -> None:
    life.entry(1000 + n, at(day, "23:00"), at(day, "30:30") if n % 7 else at(day, "30:00"), PROJECTS["Sleep"])
    if day.weekday() < 5:
        for k, (name, start, stop) in enumerate(blocks(LIVES[n % len(LIVES)])):
            more = {"billable": name == "Atlas", "tags": ["focus"] if name == "Deep work" else None}
            life.entry(n * 10 + k, at(day, start), at(day, stop), PROJECTS[name], **more)
    else:
        life.entry(n * 10, at(day, "14:00"), at(day, "17:00"), PROJECTS["Reading"])


def _mistakes(life: Life) -> None:
    life.entry(5001, at(date(2026, 10, 3), "14:30"), at(date(2026, 10, 3), "15:30"), PROJECTS["Admin"])  # overlaps
    life.entry(5002, at(date(2026, 10, 10), "18:00"), at(date(2026, 10, 10), "19:00"))  # without a project
    life.entry(5003, at(date(2026, 10, 11), "08:00"), at(date(2026, 10, 11), "22:00"), PROJECTS["Admin"])  # forgotten
    with life.house.transaction() as con:
        toggl = (life.account_id, life.connections["toggl_track"])
        con.execute(
            "update app.connection set last_success_at = now() - interval '2 hours', "
            "last_change_at = now() - interval '3 hours' where (account_id, connection_id) = (%s, %s)",
            toggl,
        )
        con.execute(
            "update app.connection set last_success_at = now() - interval '30 days' where account_id = %s "
            "and connection_id <> %s",
            toggl,
        )
        con.execute(
            "insert into ops.quota (account_id, connection_id, bucket, total, remaining, resets_at) "
            "values (%s, %s, 'organization', 30, 12, now() + interval '20 minutes')",
            toggl,
        )


def _wish(house: Warehouse, account_id: UUID, subject: str = "Deep work") -> None:
    """Targets of each measure; some are met, some are not."""
    wishes = (
        (f"{subject} 10 h", "project", subject, "duration", "week", "at_least", 36_000, None),
        (f"{subject} daily", "project", subject, "count", "day", "at_least", 1, None),
        (f"{subject} early", "all", None, "start_time", "day", "at_most", None, 30_600),
        (f"{subject} evenings", "all", None, "end_time", "day", "at_most", None, 79_200),
        (f"{subject} share", "project", subject, "share", "month", "between", 0.05, 0.5),
    )
    with house.transaction() as con:
        for wish in wishes:
            con.execute(
                "insert into app.target (account_id, name, subject, subject_value, measure, period, comparison, low, "
                "high, valid_from) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (account_id, *wish, FIRST),
            )


def foresee(life: Life, subject: str) -> None:
    """What was estimated: a week that is over, one day ahead and as it began, and the month."""
    with life.house.transaction() as con:
        for grain, start, end, made_on, p50 in (
            ("week", date(2026, 10, 19), date(2026, 10, 26), date(2026, 10, 18), 36_000),
            ("week", date(2026, 10, 26), date(2026, 11, 2), date(2026, 10, 25), 90_000),
            ("day", date(2026, 10, 21), date(2026, 10, 22), date(2026, 10, 20), 9_000),
            ("month", date(2026, 11, 1), date(2026, 12, 1), date(2026, 11, 1), 150_000),
        ):
            con.execute(
                "insert into core.estimate (account_id, category_id, grain, period_start, period_end, made_at, made_on,"
                " horizon, p10, p25, p50, p75, p90, mean, lived_seconds, planned_seconds, baseline_p10, baseline_p25,"
                " baseline_p50, baseline_p75, baseline_p90, method, is_model)"
                " select %(account)s, category_id, %(grain)s, %(start)s, %(end)s, %(made_on)s::date, %(made_on)s,"
                " %(start)s::date - %(made_on)s::date, %(p50)s - 5000, %(p50)s - 2000, %(p50)s, %(p50)s + 2000,"
                " %(p50)s + 5000, %(p50)s, 0, 3600, 0, 0, 3600, 7200, 9000, 'model', true"
                " from core.dim_category where account_id = %(account)s and category = %(subject)s",
                {"account": life.account_id, "grain": grain, "start": start, "end": end, "made_on": made_on}
                | {"p50": p50, "subject": subject},
            )


def forget_a_plan(life: Life) -> None:
    """What changes after a first transform: one plan put off, one dropped, one made at the last minute."""
    day = date(2026, 10, 28)
    life.event(f"Gym-{day}", "Gym", (at(day, "17:30"), at(day, "18:30")))
    life.event(f"Study-{day}", "Study", (at(day, "20:00"), at(day, "21:00")), status="cancelled")
    life.event(f"late-{day}", "Reading", (at(day, "21:30"), at(day, "22:30")))
