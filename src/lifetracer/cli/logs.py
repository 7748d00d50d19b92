"""How server and worker write what they say: text at a terminal, one JSON object a line anywhere else.

    {"at": "2026-11-21T01:00:03.120Z", "level": "info", "part": "server", "logger": "lifetracer.access",
     "event": "request", "requestId": "…", "method": "GET", "route": "/api/jobs/{job_id}", "status": 200, "ms": 3.1, …}

Law: what is written here may be kept by others: no secret, no address with a query, nothing of a person's day.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from lifetracer.settings import Settings

QUIET = ("httpx", "httpcore", "asyncio", "urllib3", "psycopg.pool", "uvicorn.error")
"""Libraries whose information is noise, or holds addresses that are secrets."""


def configure(settings: Settings, part: str) -> None:
    """Set up the log of this process.

    Args:
        settings: level and format.
        part: what this process is: ``server`` or ``worker``.
    """
    terminal = sys.stderr.isatty()
    plain = settings.log_format == "text" or (settings.log_format == "auto" and terminal)
    level = (settings.log_level or ("warning" if plain else "info")).upper()

    def name_part(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["part"] = part
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        name_part,
    ]
    last: list[structlog.typing.Processor] = (
        [_as_text]
        if plain
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


NOT_SAID = frozenset({"at", "level", "part", "logger", "event", "exc_info", "stack_info"})


def _as_text(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    """Write a line for a person: what happened, and its facts."""
    facts = " ".join(f"{name}={value}" for name, value in event.items() if name not in NOT_SAID and value is not None)
    line = f"{event['part']}: {event['event']}" + (f"  {facts}" if facts else "")
    told = structlog.processors.format_exc_info(None, "", dict(event)).get("exception")
    return f"{line}\n{told}" if told else line
