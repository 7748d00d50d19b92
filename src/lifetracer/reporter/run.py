"""Makes a report: reads the period, lays it out, prints it, puts it on the shelf or into a file.

Law: a file appears whole or not at all, under a name that says what it is, and the same rows give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from babel.dates import format_date

from lifetracer.charts import LANGUAGES, Words
from lifetracer.errors import FixByHandError, UsageError
from lifetracer.periods import start_of, step
from lifetracer.reporter import bill, facts, sections, shelf
from lifetracer.reporter.press import draw
from lifetracer.reporter.sheet import Sheet, footer, page
from lifetracer.reporter.wish import PAPERS, Rounding, Wish, grain_of, kind_of
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse
from lifetracer.whole import whole_file


@dataclass(frozen=True)
class ReportSummary:
    """What was made."""

    name: str
    place: str
    """The file's path or address."""
    wish: Wish
    size: int
    """Bytes."""
    is_kept: bool = True
    """Whether it stands on the shelf, where the console and the API list it."""

    def as_json(self) -> dict[str, Any]:
        """Give the summary as plain data."""
        return {
            "name": self.name if self.is_kept else None,
            "path": self.place,
            "kind": self.wish.kind,
            "period": self.wish.period,
            "language": self.wish.language,
            "paper": self.wish.paper,
            "size": self.size,
            **self.wish.parameters,
        }


def report(
    warehouse: Warehouse,
    settings: Settings,
    account_id: UUID,
    kind: str = "week",
    day: date | None = None,
    language: str | None = None,
    output: Path | None = None,
    *,
    paper: str = "a4",
    client: str | None = None,
    rounding: Rounding | None = None,
) -> ReportSummary:
    """Write the report of the period that a day lies in, by default the last complete one.

    Args:
        warehouse: where the marts are.
        settings: for the shelf and the language.
        account_id: whose report it is.
        kind: ``day``, ``week``, ``month`` or ``client`` (a month).
        day: any local day of the period.
        language: ``en`` or ``ja``; by default the setting's, then the account's.
        output: a file to write instead of the shelf, where the report is kept and listed.
        paper: ``a4`` or ``letter``.
        client: of a client's report: whose; by default every client's.
        rounding: of a client's report; by default none.

    Raises:
        UsageError: unknown kind, language, paper or rounding.
        NotFoundError: unknown account.
        FixByHandError: there are no marts yet, or the file cannot be written.
    """
    with warehouse.transaction(account_id=account_id, timeout="2min") as connection:
        person, wish = _wish(connection, settings, kind, day, language, paper, client, rounding)
        body = _print(connection, account_id, person, wish)
    if output is not None:
        _write(output, body)
        return ReportSummary(output.name, str(output), wish, len(body), is_kept=False)
    place = shelf.put(warehouse, settings, account_id, wish, body)
    return ReportSummary(wish.name, place, wish, len(body))


def render(warehouse: Warehouse, settings: Settings, account_id: UUID, kind: str, day: date, **given: Any) -> bytes:
    """Draw the report of a day's period and return the PDF; the rest as :func:`report`."""
    wanted = {"language": None, "paper": "a4", "client": None, "rounding": None} | given
    with warehouse.transaction(account_id=account_id, timeout="2min") as connection:
        person, wish = _wish(connection, settings, kind, day, **wanted)
        return _print(connection, account_id, person, wish)


def render_week(warehouse: Warehouse, settings: Settings, account_id: UUID, day: date, language: str | None) -> bytes:
    """Draw the week of a day and return the PDF."""
    return render(warehouse, settings, account_id, "week", day, language=language)


def _wish(
    connection: Connection,
    settings: Settings,
    kind: str,
    day: date | None,
    language: str | None,
    paper: str,
    client: str | None,
    rounding: Rounding | None,
) -> tuple[facts.Person, Wish]:
    kind_of(kind)
    if language not in (None, *LANGUAGES):
        raise UsageError(f"There is no report in {language}.", remedy=f"Choose one of: {', '.join(LANGUAGES)}.")
    person = facts.read_person(connection)
    grain = grain_of(kind)
    first = start_of(day, grain) if day else step(start_of(person.today, grain), grain, -1)
    chosen = language or settings.language or person.language
    return person, Wish(kind, first, chosen, paper, client, rounding or Rounding())


def _print(connection: Connection, account_id: UUID, person: facts.Person, wish: Wish) -> bytes:
    _ = Words(wish.language)
    document: dict[str, Any] = {
        "language": wish.language,
        "paper": PAPERS[wish.paper][0],
        "date": [wish.last.year, wish.last.month, wish.last.day],
        "name": person.name,
        "author": person.name,
        "description": _("Time report by lifetracer"),
        "keywords": ["lifetracer", wish.kind, wish.period],
        **_head(wish, _),
        "week": None,
    }
    if wish.kind == "client":
        freshness = facts.read_freshness(connection)
        document["parts"] = bill.parts(wish, bill.Bill(connection, account_id, wish), person.zone, _)
    else:
        known = facts.read(connection, account_id, wish)
        freshness = list(known.freshness)
        if wish.kind == "week":
            document["week"] = page(Sheet(known.weeks[0], _, person.name, person.zone, freshness, wish.paper))
        document["parts"] = list(sections.of_period(wish, known, _))
    document["footer"] = footer(freshness, person.zone, _)
    return draw(document)


def _head(wish: Wish, _: Words) -> dict[str, str]:
    if wish.kind == "day":
        return {"title": _.day(wish.first), "dates": _("Week {number}", number=wish.first.isocalendar().week)}
    dates = _.dates(wish.first, wish.last)
    if wish.kind == "week":
        return {"title": _("Week {number}", number=wish.first.isocalendar().week), "dates": dates}
    if wish.kind == "month":
        return {"title": _month(wish.first, _), "dates": dates}
    title = _("Time report: {client}", client=wish.client) if wish.client else _("Time report for clients")
    return {"title": title, "dates": dates}


def _month(first: date, _: Words) -> str:
    return format_date(first, "y年M月" if _.language == "ja" else "MMMM y", locale=_.language)


def _write(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            file.write(body)
    except OSError as failure:
        raise FixByHandError(
            f"The report cannot be written to {path} ({failure.strerror}).", remedy="Choose another file with --output."
        ) from None
