"""The stages: which there are, what may be asked of them, and the one function behind each.

Law: a stage's function is named, not imported, so that the server and the worker's loop never load what only a child
needs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lifetracer.errors import LifetracerError, NotFoundError, UsageError
from lifetracer.settings import Settings

if TYPE_CHECKING:
    from lifetracer.warehouse import Warehouse

ORDER = ("sync", "transform", "analyze", "adjust", "report")
"""In which the pipeline and the schedule run them."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a stage's function is handed in the child process."""

    warehouse: Warehouse
    settings: Settings
    account_id: UUID
    job_id: UUID
    subject: str
    parameters: Mapping[str, Any]
    progress: Callable[[Any], None]
    """Tell how far the work is: any JSON object, or an object with ``as_json``."""
    fence: int = 0
    """Number of this run; with it `lifetracer.jobs.queue.hold` tells whether another run took over."""
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a stage's function ended well."""

    summary: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = False
    """Whether the raw rows changed, so that the transform has something to do."""
    error: LifetracerError | None = None
    """What went wrong although there is a summary: a part was done, a part was not."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage and how a worker runs it."""

    name: str
    run: str
    """``module:function`` of type ``(Task) -> Outcome``."""
    preload: tuple[str, ...] = ()
    """Modules that its zygote has loaded before the job comes; ``module:function`` is called as well."""
    zygote: str = "light"
    """Stages that name the same zygote share one."""
    seconds: float = 3600.0
    """How long one run may take."""


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage("sync", "lifetracer.jobs.runs:sync", ("lifetracer.connector.sync",), seconds=6 * 3600.0),
        Stage("demo", "lifetracer.jobs.demo:run", ("lifetracer.connector.sync",), seconds=1800.0),
        Stage(
            "transform",
            "lifetracer.jobs.runs:transform",
            ("lifetracer.transform.run", "lifetracer.transform.project:warm"),
            zygote="transform",
        ),
        Stage(
            "analyze",
            "lifetracer.jobs.runs:analyze",
            ("lifetracer.analyzer.warm:warm",),
            zygote="analyzer",
            seconds=1800.0,
        ),
        Stage(
            "what-if",
            "lifetracer.jobs.what_if:run",
            ("lifetracer.analyzer.warm:warm",),
            zygote="analyzer",
            seconds=300.0,
        ),
        Stage("adjust", "lifetracer.jobs.runs:adjust", ("lifetracer.adjuster.run",), seconds=600.0),
        Stage("plan", "lifetracer.jobs.runs:plan", ("lifetracer.adjuster.write_back",), seconds=1800.0),
        Stage("report", "lifetracer.jobs.runs:report", ("lifetracer.reporter.run",), zygote="light", seconds=600.0),
    )
}
"""What workers run. The pipeline is no stage: its steps are."""


def syncable() -> dict[str, str]:
    """Give the sources that can be asked for news, by the word for them on the command line: alias → name."""
    from lifetracer.connector.registry import all_sources

    return {source.alias or name: name for name, source in all_sources().items() if source.open is not None}


def subject_of_sync(source: str) -> str:
    """Give the name of a source that may be spelt by its alias.

    Raises:
        NotFoundError: there is no such source; names the known ones.
    """
    known = syncable()
    if source not in known and source not in known.values():
        raise NotFoundError(f"There is no source “{source}” to sync.", remedy=f"Known are: {', '.join(known)}.")
    return known.get(source, source)


def subject_of_report(kind: str = "week", day: str | None = None, variant: Mapping[str, Any] | None = None) -> str:
    """Give what a report is about: ``kind[:first day of the period][:variant]``.

    The variant tells reports of one period apart that were asked for differently (paper, client, rounding), so that
    neither takes the other's place in the queue.

    Raises:
        UsageError: no such kind, or no date.
    """
    from lifetracer.periods import start_of
    from lifetracer.reporter.wish import grain_of, kind_of

    kind = kind_of(kind)
    first = start_of(parse_day("day", day), grain_of(kind)).isoformat() if day is not None else ""
    said = {name: value for name, value in (variant or {}).items() if value is not None}
    mark = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:8] if said else ""
    return ":".join([kind, first, mark]).rstrip(":")


def parse_day(name: str, text: str) -> date:
    """Read a date written as 2026-11-21.

    Raises:
        UsageError: it is none; names the parameter.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"“{text}” is no date ({name}).", remedy="Write it like 2026-11-21.") from None
