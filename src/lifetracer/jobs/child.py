"""The process that does one job: says how far it is and how it ended, one JSON object a line; knows no queue.

    worker → child   {"stage", "run", "accountId", "jobId", "fence", "memoryMb", "subject", "parameters"}
    child  → worker  {"progress": {…}} … {"log": {…}} … and last {"outcome": {…}} or {"error": {…}}

Law: a child that ends without a last word was interrupted. SIGTERM raises `Stopped` where the work stands, so that open
transactions are rolled back; SIGKILL does no harm either, it only leaves no word.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import json
import logging
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import FrameType
from typing import Any
from uuid import UUID

from lifetracer import settings as settings_room
from lifetracer.errors import FixByHandError, LifetracerError, QuotaError, TryAgainError
from lifetracer.jobs.stages import Outcome, Task
from lifetracer.jobs.verdict import too_large

LONGEST_TEXT = 8000
"""Characters of a log line that are kept."""

QUIET = ("httpx", "httpcore", "asyncio", "urllib3", "psycopg.pool")
"""Libraries whose information is noise, or holds addresses that are secrets."""


class Stopped(BaseException):
    """The worker wants this job to end: cancelled, out of time, or the worker itself is stopping."""


def work(talk: socket.socket, output: int) -> int:
    """Do the job that the worker describes; gives the exit code."""
    _settle(output)
    voice = _Voice(talk)
    lines = talk.makefile("r", encoding="utf-8")
    order = json.loads(lines.readline())
    _wall(order["memoryMb"])
    try:
        signal.signal(signal.SIGTERM, _stop)
        logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[voice], force=True)
        for name in QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)
        outcome = _run(order, voice)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # done is done
        done = {"outcome": {"summary": dict(outcome.summary), "changed": outcome.changed}}
        voice.say(done | ({"error": told(outcome.error)} if outcome.error else {}))
        return 0
    except Stopped:
        voice.say({"error": {"intent": "stopped"}})
    except LifetracerError as failure:
        voice.say({"error": told(failure)})
    except MemoryError:
        voice.say({"error": {"intent": "failed", "after": None, **too_large(order["memoryMb"])}})
    except BaseException as failure:  # noqa: BLE001 - a bug ends the job, never the worker
        voice.say({"log": {"level": "error", "event": "".join(traceback.format_exception(failure))[-LONGEST_TEXT:]}})
        voice.say({"error": surprise(failure)})
    return 1


def told(failure: LifetracerError) -> dict[str, Any]:
    """Put an error for people into JSON, with what the worker has to do about it (``intent``)."""
    intent = "failed"
    if isinstance(failure, QuotaError):
        intent = "wait"
    elif isinstance(failure, TryAgainError):
        intent = "retry"
    elif isinstance(failure, FixByHandError):
        intent = "needs_user"
    after = failure.after.isoformat() if isinstance(failure, TryAgainError) and failure.after else None
    return {"intent": intent, "kind": failure.kind, "message": str(failure), "remedy": failure.remedy, "after": after}


def surprise(failure: BaseException) -> dict[str, Any]:
    """Put a bug into JSON; its traceback is in the log."""
    return {
        "intent": "failed",
        "kind": "bug",
        "message": f"Something unexpected happened ({type(failure).__name__}: {str(failure)[:500]}).",
        "remedy": "The job's log has the details; please report them.",
        "after": None,
    }


def _run(order: Mapping[str, Any], voice: _Voice) -> Outcome:
    from lifetracer import warehouse

    settings = settings_room.load()
    module, _, name = order["run"].partition(":")
    function: Callable[[Task], Outcome] = getattr(importlib.import_module(module), name)
    with warehouse.open(settings, is_known=True) as opened:
        return function(
            Task(
                warehouse=opened,
                settings=settings,
                account_id=UUID(order["accountId"]),
                job_id=UUID(order["jobId"]),
                subject=order["subject"],
                parameters=order["parameters"],
                progress=voice.progress,
                fence=order["fence"],
                stage=order["stage"],
            )
        )


def _wall(memory_mb: int) -> None:
    """Let an allocation fail that would go far beyond what we may take.

    The worker looks at our weight twice a second and ends us above the limit; this stops what happens in between.
    Private memory only (RLIMIT_DATA): mapped files and reserved addresses cost nothing.
    """
    wall = 2 * memory_mb * 2**20
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (wall, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _settle(output: int) -> None:
    """Become leader of a process group of our own, with nothing to read and the worker's pipe to write to."""
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for stream in (1, 2):
        os.dup2(output, stream)
    for spare in {nothing, output} - {0, 1, 2}:
        os.close(spare)
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    faulthandler.enable(file=2)


def _stop(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


class _Voice(logging.Handler):
    """Speaks to the worker; a worker that does not listen any more is no reason to fail."""

    def __init__(self, talk: socket.socket) -> None:
        super().__init__()
        self.talk = talk

    def say(self, message: Mapping[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=False, default=str).encode("utf-8", "replace") + b"\n"
        try:
            self.talk.sendall(line)
        except OSError:
            os._exit(1)

    def progress(self, event: Any) -> None:
        self.say({"progress": dict(event.as_json() if hasattr(event, "as_json") else event)})

    def emit(self, record: logging.LogRecord) -> None:
        level = "error" if record.levelno >= logging.ERROR else record.levelname.lower()
        level = level if level in {"debug", "info", "warning", "error"} else "info"
        self.say(
            {
                "log": {
                    "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
                    "level": level,
                    "event": self.format(record)[:LONGEST_TEXT],
                    "details": {"logger": record.name},
                }
            }
        )
