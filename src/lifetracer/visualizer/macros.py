"""What Grafana puts in place of its macros and variables before it sends a query, done here to run panels without it.

Law: a query uses nothing that is not written down here, so that what the tests run is what Grafana runs.

======================== ==============================================================================
``$__timeFrom()``        start of the picked range as a literal: ``'2026-11-16T00:00:00Z'``
``$__timeTo()``          its end, likewise
``$__timeFilter(col)``   ``col BETWEEN '…' AND '…'``
``${name:sqlstring}``    the picked values as quoted literals with commas; of "All", the variable's own
                         ``allValue``, as it stands; of a constant, its value
======================== ==============================================================================

Grafana: docs, PostgreSQL data source, "Macros"; "Variable syntax", Advanced variable format options, SQL string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

ALL = {"category": "category_id"}
"""What "All" puts into ``category_id in (…)``, by variable: true for every row, however many categories there are."""
UNSAID = {**ALL, "console": "''"}
"""What stands for a variable of which nothing is said: every category; a console without address."""

_MACRO = re.compile(r"\$__(\w+)\(([^)]*)\)")
_VARIABLE = re.compile(r"\$\{(\w+):sqlstring\}")


def expand(
    query: str, since: datetime, until: datetime, variables: Mapping[str, Sequence[str] | None] | None = None
) -> str:
    """Fill in a query as Grafana's server and browser do.

    Args:
        query: a panel's SQL.
        since: first instant of the picked range (aware).
        until: its last instant.
        variables: the picked values by variable; ``None`` or missing is ``UNSAID``.

    Raises:
        ValueError: the query uses a macro or a way to write a variable that is not known here.

    >>> expand("$__timeFilter(at)", datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 17, tzinfo=UTC))
    "at BETWEEN '2026-11-16T00:00:00Z' AND '2026-11-17T00:00:00Z'"
    """
    first, last = (f"'{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'" for moment in (since, until))
    chosen = variables or {}

    def variable(found: re.Match[str]) -> str:
        values = chosen.get(found[1])
        if values is None:
            return UNSAID.get(found[1], found[0])
        return ",".join("'" + value.replace("'", "''") + "'" for value in values)

    def macro(found: re.Match[str]) -> str:
        known = {"timeFrom": first, "timeTo": last, "timeFilter": f"{found[2].strip()} BETWEEN {first} AND {last}"}
        return known.get(found[1], found[0])

    text = _MACRO.sub(macro, _VARIABLE.sub(variable, query))
    if left := re.search(r"\$(?:__\w+|\{[^}]*\}|[A-Za-z_]\w*)", text):
        raise ValueError(f"{left[0]} is not among the macros that are known here")
    return text
