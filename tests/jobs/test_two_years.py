"""Two years of a schedule on real PostgreSQL: two workers look at once, machines sleep, clocks change; each run once.

Time is simulated: `schedule.tick` is told what time it is. Around every change of a clock the workers look each hour,
else every few hours; four times they sleep for a day, twice for a week.
"""

import random
import threading
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from lifetracer.jobs import schedule
from lifetracer.warehouse.accounts import create

pytestmark = pytest.mark.db

BEGIN, END = datetime(2025, 1, 1, 12, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)

PEOPLE = {
    "Europe/Berlin": time(2, 30),  # skipped in March, twice in October
    "America/New_York": time(1, 30),  # twice in November
    "Australia/Lord_Howe": time(2, 15),  # its clock moves by half an hour
    "Asia/Tokyo": time(1, 0),  # never changes
    "Africa/Cairo": time(0, 0),  # midnight itself is skipped in April
}
"""Zone of a person → local time of their transform."""

SLEEPS = {
    datetime(2025, 3, 29, 12, tzinfo=UTC): timedelta(days=1),  # over Berlin's spring
    datetime(2025, 4, 24, 12, tzinfo=UTC): timedelta(days=1),  # over Cairo's skipped midnight
    datetime(2025, 7, 1, 12, tzinfo=UTC): timedelta(days=7),
    datetime(2025, 11, 1, 20, tzinfo=UTC): timedelta(days=1),  # over New York's autumn
    datetime(2026, 4, 1, 3, tzinfo=UTC): timedelta(days=7),  # over Lord Howe's autumn
    datetime(2026, 10, 24, 20, tzinfo=UTC): timedelta(days=1),  # over Berlin's autumn
}


def changes(zone):
    """The instants at which a zone's clock changes, to the hour."""
    place, at, found = ZoneInfo(zone), BEGIN, []
    while at < END:
        if at.astimezone(place).utcoffset() != (at + timedelta(hours=1)).astimezone(place).utcoffset():
            found.append(at)
        at += timedelta(hours=1)
    return found


def looks():
    """The instants at which workers look, in order."""
    near = [change for zone in PEOPLE for change in changes(zone)]
    assert len(near) == 16, "two years of four zones with summer time"
    chance, at = random.Random(20261121), BEGIN
    while at < END:
        yield at
        if at_sleep := next((span for begin, span in SLEEPS.items() if at - timedelta(hours=9) < begin <= at), None):
            at += at_sleep
        elif any(abs(at - change) < timedelta(hours=5) for change in near):
            at += timedelta(hours=1)
        else:
            at += timedelta(hours=chance.randint(5, 9))


def owed(zone, local, instants):
    """What must run by pure calendar arithmetic: the local days whose time came between two looks, each look once."""
    place, runs = ZoneInfo(zone), 0
    day, last = instants[0].astimezone(place).date(), instants[0]
    dues = []
    while day <= date(2027, 1, 3):
        naive = datetime.combine(day, local)
        # The instant as the zone's own clock has it: a skipped time is reached by the offset from before the change.
        dues.append((naive - naive.replace(tzinfo=place).utcoffset()).replace(tzinfo=UTC))
        day += timedelta(days=1)
    dues = [due for due in dues if due > instants[0]]
    for now in instants[1:]:
        runs += any(last < due <= now for due in dues)
        last = now
    return runs


def test_each_due_run_is_asked_for_once_in_two_years(warehouse):
    with warehouse.transaction() as con:
        accounts = {create(con, zone, zone, "en").account_id: zone for zone in PEOPLE}
        con.execute("delete from app.schedule where stage <> 'transform'")
        for account_id, zone in accounts.items():
            con.execute("update app.schedule set local_time = %s where account_id = %s", [PEOPLE[zone], account_id])
    instants = list(looks())
    gate, failures = threading.Barrier(2), []

    def work(number):
        try:
            for now in instants:
                gate.wait(60)
                looking = True
                while looking:
                    try:
                        with warehouse.transaction() as con:
                            schedule.tick(con, now)
                    except LookupError:
                        looking = False
                gate.wait(60)
                if number == 0:  # whoever did the jobs: they are done before the next look
                    with warehouse.transaction() as con:
                        con.execute(
                            "update ops.job set status = 'succeeded', finished_at = %s where status = 'queued'", [now]
                        )
        except BaseException as failure:  # noqa: BLE001 - a thread tells the test
            failures.append(failure)
            gate.abort()

    threads = [threading.Thread(target=work, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert not failures, failures
    with warehouse.transaction() as con:
        rows = con.execute("select account_id, finished_at from ops.job order by finished_at").fetchall()
    done = Counter(accounts[account_id] for account_id, _ in rows)
    assert done == {zone: owed(zone, local, instants) for zone, local in PEOPLE.items()}
    assert max(Counter(rows).values()) == 1, "a sleep is caught up once"
    slept = sum(span.days for span in SLEEPS.values()) - len(SLEEPS)
    for zone, count in done.items():
        assert 730 - slept - 2 <= count <= 730 - slept + len(SLEEPS), zone
