"""Half a year in the marts, small and plain: every weekday two hours of each category, so sums are known by heart.

Law: columns come from the contracts (see `marts`); numbers are chosen so that a page that adds up wrongly is seen.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import likely_marts
import marts
from lifetracer.warehouse import Warehouse
from week_blocks import MONDAY, all_day, block, pair

LONG = "四十文字のとても長いカテゴリ名がどの画面でもはみ出さないことを確かめるための一例"
"""Forty characters without a place to break."""

CATEGORIES = {"Deep work": "#0b83d9", LONG: "#9e5bd9", "No project": "#9aa0a6"}
WEEKS = 26
HOURS = 2
FIRST = MONDAY - timedelta(weeks=WEEKS - 1)


def fill(warehouse: Warehouse, account_id: UUID, today: date = MONDAY + timedelta(days=3)) -> None:
    """Fill every mart that the console reads; what is likely is reckoned from ``today`` on."""
    who = {"account_id": account_id}
    blocks = [
        *pair(("9:00", "11:00"), ("9:10", "11:00"), title="Write"),
        *pair(("13:00", "14:00"), ("13:48", "14:48"), "shifted", category=LONG, title=LONG, category_color="#9e5bd9"),
        block("plan", "18:00", "18:30", "Gym", verdict="missed"),
        block("actual", "20:00", "21:00", "No project", title="", verdict="unplanned", day=2),
        *all_day(LONG, 1, 3),
    ]
    marts.fill(warehouse, account_id, *blocks)
    for table in ("day", "week_category"):
        with warehouse.transaction() as con:
            con.execute(f"delete from marts.{table}".encode())
    _days(warehouse, who)
    _weeks(warehouse, who)
    _lists(warehouse, who)
    _targets(warehouse, who)
    _notes(warehouse, who)
    likely_marts.fill(warehouse, who, CATEGORIES, today)


def _days(warehouse: Warehouse, who: dict[str, object]) -> None:
    days, of_day, projects, hours = [], [], [], []
    for day in (FIRST + timedelta(days=n) for n in range(7 * WEEKS) if n % 7 < 5):
        when = who | {"local_date": day, "week_start": day - timedelta(days=day.weekday())}
        months = {"month_start": day.replace(day=1)}
        spent = HOURS * 3600
        days.append(
            when
            | months
            | {"day_seconds": 86400, "planned_seconds": 3 * spent, "actual_seconds": 3 * spent, "kept_seconds": spent}
            | {"untracked_seconds": 86400 - 3 * spent, "joined_seconds": 0, "future_seconds": 0}
        )
        for name, color in CATEGORIES.items():
            kind = {"category_id": name[:8], "category": name, "category_color": color}
            sums = {"actual_seconds": spent, "planned_seconds": spent, "kept_seconds": spent, "recorded_seconds": spent}
            of_day.append(when | months | kind | sums)
            project = {"client": None, "project": name, "project_color": color, "client_project_key": name[:8]}
            lived = {"entries": 1, "actual_seconds": spent, "recorded_seconds": spent, "billable_seconds": 0}
            projects.append(when | months | kind | project | lived)
        hours.append(
            when
            | {"weekday": day.isoweekday(), "hour": 9, "category_id": "Deep wor", "category": "Deep work"}
            | {"category_color": "#0b83d9", "actual_seconds": 3600, "planned_seconds": 0}
        )
    marts.insert(warehouse, "day", *days)
    marts.insert(warehouse, "day_category", *of_day)
    marts.insert(warehouse, "day_project", *projects)
    marts.insert(warehouse, "hour_category", *hours)


def _weeks(warehouse: Warehouse, who: dict[str, object]) -> None:
    with warehouse.transaction() as con:
        for grain in ("week", "month"):
            con.execute(
                f"insert into marts.{grain}_category (account_id, {grain}_start, category_id, category, category_color,"
                " planned_seconds, actual_seconds, kept_seconds, recorded_seconds)"
                f" select account_id, {grain}_start, category_id, category, category_color, sum(planned_seconds),"
                " sum(actual_seconds), sum(kept_seconds), sum(recorded_seconds) from marts.day_category"
                " group by 1, 2, 3, 4, 5".encode()
            )
            con.execute(
                f"insert into marts.{grain}_project (account_id, {grain}_start, client_project_key, client, project,"
                " project_color, category_id, category, category_color, entries, actual_seconds)"
                f" select account_id, {grain}_start, client_project_key, client, project, project_color, category_id,"
                " category, category_color, sum(entries), sum(actual_seconds) from marts.day_project"
                " group by 1, 2, 3, 4, 5, 6, 7, 8, 9".encode()
            )
    met = {"planned_blocks": 10, "done_blocks": 5, "shifted_blocks": 2, "shortened_blocks": 1, "overrun_blocks": 1}
    met |= {"replaced_blocks": 0, "missed_blocks": 1, "planned_seconds": 36000, "lived_seconds": 30000}
    met |= {"kept_seconds": 28800, "unplanned_seconds": 5400, "adherence": "0.8", "planning_bias": "0.2"}
    met |= {"median_start_delay_seconds": 240}
    for start in (FIRST + timedelta(weeks=n) for n in range(WEEKS)):
        marts.insert(warehouse, "week_adherence", who | met | {"week_start": start})
    for name, color in CATEGORIES.items():
        kind = {"category_id": name[:8], "category": name, "category_color": color, "week_start": MONDAY}
        marts.insert(warehouse, "week_category_adherence", who | met | kind)
    ways = (("Deep work", "Deep work", 20000), ("Deep work", LONG, 4000), (LONG, LONG, 9000))
    for source, target, seconds in (*ways, ("No plan", "Untracked", 40000), ("No plan", LONG, 2000)):
        way = {"from_category_id": source[:8], "from_category": source, "from_color": CATEGORIES.get(source, "#9aa0a6")}
        way |= {"to_category_id": target[:8], "to_category": target, "to_color": CATEGORIES.get(target, "#9aa0a6")}
        marts.insert(
            warehouse, "time_flow", who | way | {"local_date": MONDAY, "week_start": MONDAY, "seconds": seconds}
        )


def _lists(warehouse: Warehouse, who: dict[str, object]) -> None:
    begin = datetime.combine(MONDAY, time(), UTC)
    for number, (name, color) in enumerate(CATEGORIES.items()):
        common = who | {"local_date": MONDAY, "week_start": MONDAY, "category_id": name[:8], "category": name}
        common |= {"category_color": color, "starts_at": begin + timedelta(hours=number)}
        common |= {"ends_at": begin + timedelta(hours=number + HOURS), "planned_seconds": 3600}
        lived = {"entry_id": f"toggl_track/{number}", "project": name, "description": name, "seconds": 7200}
        marts.insert(warehouse, "entry_verdict", common | lived | {"verdict": "planned" if number else "unplanned"})
        plan = {
            "occurrence_id": f"google_calendar/me/{number}",
            "title": name,
            "calendar": "Work",
            "verdict": "shifted",
        }
        marts.insert(warehouse, "plan_verdict", common | plan | {"lived_seconds": 3000, "start_delay_seconds": 2880})


def _targets(warehouse: Warehouse, who: dict[str, object]) -> None:
    for name, is_met, reached in (("Study", None, 18000), (LONG, True, 40000)):
        target = who | {"target_id": uuid4(), "name": name, "priority": 0, "period": "week", "subject": "category"}
        target |= {
            "category_id": name[:8],
            "subject_name": name,
            "category_color": "#9e5bd9",
            "measure": "duration",
            "comparison": "at_least",
        }
        for back in range(3):
            start = MONDAY - timedelta(weeks=back)
            period = {"period_start": start, "period_end": start + timedelta(days=7), "low": 28800, "reached": reached}
            over = {"is_over": back > 0, "is_met": is_met if back == 0 else True, "progress": "0.6"}
            marts.insert(warehouse, "target_progress", target | period | over)
        streak = {"target_id": target["target_id"], "name": name, "period": "week", "current_streak": 2}
        streak |= {"longest_streak": 9, "met_periods": 20, "periods": 25}
        marts.insert(warehouse, "target_streak", who | streak)


def _notes(warehouse: Warehouse, who: dict[str, object]) -> None:
    day = who | {"local_date": MONDAY, "week_start": MONDAY}
    note = {"finding_id": "overlap:1", "kind": "overlap", "severity": "warning", "seconds": 600, "subject": LONG}
    words = {"message_en": f"“{LONG}” overlaps.", "message_ja": f"「{LONG}」が重なっています。"}
    words |= {
        "remedy_en": "Mend one of them.",
        "remedy_ja": "どちらかを直してください。",
        "link": "https://track.toggl.com/timer",
    }
    marts.insert(warehouse, "data_quality", day | note | words)
    kind = {"day_type": "work", "derived_type": "work", "is_corrected": False, "holiday": None, "holiday_en": None}
    marts.insert(warehouse, "day_type", day | kind | {"reason_en": "6 h 00 m of work", "reason_ja": "仕事が6時間0分"})
    moved = {"occurrence_id": "google_calendar/me/9", "title": "Dentist", "category_id": "x", "category": "Health"}
    hours = {
        "before_starts_at": datetime(2026, 11, 16, 6, tzinfo=UTC),
        "before_ends_at": datetime(2026, 11, 16, 7, tzinfo=UTC),
    }
    marts.insert(warehouse, "plan_change", day | moved | hours | {"change": "removed"})
