"""Makes a report: reads the week, draws it, writes the file.

Law: a file appears whole or not at all, under a name that says what it is.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row

from lifetracer import charts
from lifetracer.charts import LANGUAGES, Words
from lifetracer.errors import FixByHandError, NotFoundError, UsageError
from lifetracer.reporter.sheet import Freshness, Sheet, draw
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.queries import beside

KINDS = ("week",)


@dataclass(frozen=True)
class ReportSummary:
    """What was made."""

    path: Path
    kind: str
    period: str
    language: str
    size: int
    """Bytes."""

    def as_json(self) -> dict[str, Any]:
        """Give the summary as plain data."""
        return asdict(self) | {"path": str(self.path)}


def report(
    warehouse: Warehouse,
    settings: Settings,
    account_id: UUID,
    kind: str = "week",
    day: date | None = None,
    language: str | None = None,
    output: Path | None = None,
) -> ReportSummary:
    """Write the report of the period that a day lies in, by default the last complete week.

    Args:
        warehouse: where the marts are.
        settings: for the home folder and the language.
        account_id: whose report it is.
        kind: ``week``.
        day: any local day of the period.
        language: ``en`` or ``ja``; by default the setting's, then the account's.
        output: the file to write; by default ``<home>/reports/<kind>-<period>-<language>.pdf``
            (one folder per account under it).

    Raises:
        UsageError: unknown kind or language.
        NotFoundError: unknown account.
        FixByHandError: there are no marts yet, or the file cannot be written.
    """
    if kind not in KINDS:
        raise UsageError(f"There is no report called {kind}.", remedy=f"Choose one of: {', '.join(KINDS)}.")
    sheet = _read(warehouse, settings, account_id, day, language)
    name = sheet.week.name
    path = output or settings.home / "reports" / str(account_id) / f"{kind}-{name}-{sheet.words.language}.pdf"
    body = draw(sheet)
    _write(path, body)
    return ReportSummary(path, kind, name, sheet.words.language, len(body))


def render_week(warehouse: Warehouse, settings: Settings, account_id: UUID, day: date, language: str | None) -> bytes:
    """Draw the week of a day and return the PDF.

    Raises:
        UsageError, NotFoundError, FixByHandError: as :func:`report`.
    """
    return draw(_read(warehouse, settings, account_id, day, language))


def _read(warehouse: Warehouse, settings: Settings, account_id: UUID, day: date | None, language: str | None) -> Sheet:
    if language not in (None, *LANGUAGES):
        raise UsageError(f"There is no report in {language}.", remedy=f"Choose one of: {', '.join(LANGUAGES)}.")
    sql = {name: text.encode() for name, text in beside(__file__).items()}
    with warehouse.transaction(account_id=account_id) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        account = cursor.execute(sql["account"]).fetchone()
        if account is None:
            raise NotFoundError("There is no such account.", remedy="Run lifetracer doctor to see which there are.")
        if not account["made"]:
            raise FixByHandError("There is nothing to report yet.", remedy="Run lifetracer sync, then transform.")
        chosen = day or account["today"] - timedelta(days=7)
        week = charts.read(connection, account_id, chosen - timedelta(days=chosen.weekday()))
        freshness = [Freshness(**row) for row in cursor.execute(sql["freshness"])]
    words = Words(language or settings.language or account["language"])
    return Sheet(week, words, account["name"], ZoneInfo(account["time_zone"]), tuple(freshness))


def _write(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".report-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
            Path(unfinished).replace(path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
    except OSError as failure:
        raise FixByHandError(
            f"The report cannot be written to {path} ({failure.strerror}).", remedy="Choose another file with --output."
        ) from None
