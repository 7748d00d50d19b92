"""The report for a client: billable hours by project and day, rounded as asked for, and what they come to.

    marts.billable_entry ─▶ what is rounded (entries, days or projects) ─▶ lines of project and rate ─▶ totals

Law: a sum is the sum of what is printed above it: first each item is rounded, then it is added up.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.numbers import format_currency, get_currency_precision
from psycopg.rows import dict_row

from lifetracer.charts import Words, keep
from lifetracer.reporter.facts import Row
from lifetracer.reporter.sections import NONE, table
from lifetracer.reporter.wish import Rounding, Wish
from lifetracer.warehouse import Connection
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

RULES = {
    ("up", "entry"): keep("Each entry is rounded up to {minutes} minutes."),
    ("up", "day"): keep("The time of each day and project is rounded up to {minutes} minutes."),
    ("up", "project"): keep("The time of each project is rounded up to {minutes} minutes."),
    ("nearest", "entry"): keep("Each entry is rounded to the nearest {minutes} minutes."),
    ("nearest", "day"): keep("The time of each day and project is rounded to the nearest {minutes} minutes."),
    ("nearest", "project"): keep("The time of each project is rounded to the nearest {minutes} minutes."),
}
"""How the page says what was rounded."""


class Bill:
    """What a client's report says, read in the account's transaction."""

    def __init__(self, connection: Connection, account_id: UUID, wish: Wish) -> None:
        rounding = wish.rounding
        cursor = connection.cursor(row_factory=dict_row)
        asked: dict[str, Any] = {
            "account_id": account_id,
            "first": wish.first,
            "last": wish.last,
            "client": wish.client,
            "mode": rounding.mode,
            "step": rounding.minutes * 60,
            "per": rounding.per,
        }
        currencies = cursor.execute(SQL["currencies"].encode(), asked).fetchall()
        digits = {row["currency"]: get_currency_precision(row["currency"]) for row in currencies}
        asked["digits"] = json.dumps(digits)
        self.lines: Sequence[Row] = cursor.execute(SQL["lines"].encode(), asked).fetchall()
        self.totals: Sequence[Row] = cursor.execute(SQL["totals"].encode(), asked).fetchall()
        self.days: Sequence[Row] = cursor.execute(SQL["days"].encode(), asked).fetchall()
        self.entries: Sequence[Row] = cursor.execute(SQL["entries"].encode(), asked).fetchall()


def parts(wish: Wish, bill: Bill, zone: ZoneInfo, _: Words) -> list[dict[str, Any]]:
    """Lay out the report's parts."""
    if not bill.lines:
        said = _("No billable time was recorded.")
        return [{"kind": "notes", "title": _("Billable time"), "items": [], "none": said, "more": ""}]
    return [
        _headline(bill, _),
        _lines(wish, bill, _),
        _days(wish, bill, _),
        _entries(bill, zone, _),
        {
            "kind": "notes",
            "title": _("How it was counted"),
            "items": [],
            "none": _counted(wish.rounding, bill, _),
            "more": "",
        },
    ]


def money(amount: Decimal | None, currency: str, _: Words) -> str:
    """Word an amount in the way of the language; a dash without a currency."""
    if amount is None or not currency:
        return NONE
    return str(format_currency(amount, currency, locale="ja_JP" if _.language == "ja" else "en_GB"))


def hours(seconds: int, _: Words) -> str:
    """Word billed time exactly, also where it is not whole minutes."""
    whole, rest = _.duration(seconds - seconds % 60), seconds % 60
    if not rest:
        return whole
    return f"{whole}{rest}秒" if _.language == "ja" else f"{whole} {rest:02} s"


def _headline(bill: Bill, _: Words) -> dict[str, Any]:
    items = [{"label": _("Billed time"), "value": hours(bill.totals[0]["all_billed_seconds"], _), "note": ""}]
    items[0]["note"] = _("recorded: {value}", value=hours(bill.totals[0]["all_recorded_seconds"], _))
    for total in bill.totals:
        if total["currency"]:
            said = hours(total["billed_seconds"], _)
            items.append(
                {"label": total["currency"], "value": money(total["amount"], total["currency"], _), "note": said}
            )
    return {"kind": "figures", "items": items, "verdicts": []}


def _lines(wish: Wish, bill: Bill, _: Words) -> dict[str, Any]:
    rows = [
        [
            row["client"] or _("No client"),
            _.named(row["project"]),
            hours(row["recorded_seconds"], _),
            hours(row["billed_seconds"], _),
            money(row["hourly_amount"], row["currency"], _),
            money(row["amount"], row["currency"], _),
        ]
        for row in bill.lines
    ]
    heads = [_("Client"), _("Project"), _("Recorded"), _("Billed"), _("Per hour"), _("Amount")]
    total = [
        [
            _("Total") if len(bill.totals) == 1 else _("Total {currency}", currency=row["currency"] or NONE),
            "",
            hours(row["recorded_seconds"], _),
            hours(row["billed_seconds"], _),
            "",
            money(row["amount"], row["currency"], _),
        ]
        for row in bill.totals
    ]
    made = table(_("By project"), heads, rows, align="llrrrr", wide=1)
    return made | {"total": total, "note": "" if wish.rounding.mode == "none" else _rule(wish.rounding, _)}


def _days(wish: Wish, bill: Bill, _: Words) -> dict[str, Any]:
    by_project = wish.rounding.mode != "none" and wish.rounding.per == "project"
    rows = [
        [
            _.day(row["local_date"]),
            " · ".join(part for part in (row["client"], _.named(row["project"])) if part),
            hours(row["recorded_seconds"], _),
            NONE if by_project else hours(row["billed_seconds"], _),
        ]
        for row in bill.days
    ]
    heads = [_("Day"), _("Project"), _("Recorded"), _("Billed")]
    return table(_("By day"), heads, rows, align="llrr", wide=1)


def _entries(bill: Bill, zone: ZoneInfo, _: Words) -> dict[str, Any]:
    rows = [
        [
            _.day(row["local_date"]),
            _times(row, zone),
            " · ".join(part for part in (_.named(row["project"]), row["description"]) if part)[:160],
            hours(row["billable_seconds"], _),
        ]
        for row in bill.entries
    ]
    return table(_("Entries"), [_("Day"), _("Time"), _("What"), _("Recorded")], rows, align="lllr", wide=2)


def _times(row: Row, zone: ZoneInfo) -> str:
    start, end = (row[name].astimezone(zone) for name in ("starts_at", "ends_at"))
    return f"{start.hour}:{start.minute:02}–{end.hour}:{end.minute:02}"


def _rule(rounding: Rounding, _: Words) -> str:
    return _(RULES[rounding.mode, rounding.per], minutes=rounding.minutes)


def _counted(rounding: Rounding, bill: Bill, _: Words) -> str:
    said = [
        _("Nothing is rounded: time is billed as recorded, to the second.")
        if rounding.mode == "none"
        else _rule(rounding, _) + " " + _("Sums are sums of what was rounded."),
        _("Entries that overlap are billed each; an entry over midnight is cut there."),
        _("Amounts are rounded once for each project and rate."),
    ]
    if any(row["hourly_amount"] is None for row in bill.lines):
        said.append(_("Where no rate is known, no amount is given."))
    return " ".join(said)
