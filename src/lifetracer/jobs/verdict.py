"""How a run ended: from the child's last word, or without one from how its process ended.

Law: a run that was cut short is judged by why it was, never by what it says of it.
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lifetracer.jobs import queue
from lifetracer.jobs.queue import Ending
from lifetracer.jobs.running import Running

UNKNOWN_RESET = timedelta(minutes=15)
"""How long a job waits for a quota whose reset nobody knows."""


def verdict(child: Running, how: str) -> Ending:
    """Decide how a run ended, from its last word, or without one from how its process ended."""
    word = child.last_word or {}
    done: dict[str, Any] = word.get("outcome", {"summary": None, "changed": False})
    told: dict[str, Any] | None = word.get("error")
    if "outcome" in word and told is None:
        return Ending("succeeded", **done)
    if told is None or child.stopped_for or told["intent"] == "stopped":
        return _cut_short(child, how)  # what it says of being stopped (dbt calls it a failure) is no news
    error = {key: told[key] for key in ("kind", "message", "remedy", "after")}
    after = datetime.fromisoformat(told["after"]) if told["after"] else None
    if told["intent"] == "wait":
        after = after or datetime.now(UTC) + UNKNOWN_RESET
        return Ending("waiting", error=error, run_after=after, forgiven=True, **done)
    if told["intent"] == "retry":
        return replace(queue.retry(child.job.attempt, error, after), **done)
    return Ending(told["intent"], error=error, **done)


def _cut_short(child: Running, how: str) -> Ending:
    if child.stopped_for == "cancelled":
        return Ending("cancelled")
    if child.stopped_for == "leaving":
        return Ending("queued", forgiven=True)
    if child.stopped_for == "timeout":
        message = f"It was not done after {round(child.stage.seconds / 60)} minutes."
        return Ending("failed", error={"kind": "timeout", "message": message, "remedy": "Look at the job's log."})
    if child.stopped_for == "memory":
        return Ending("failed", error=too_large(child.memory_mb))
    return queue.interrupted(child.job.attempt, how)


def too_large(memory_mb: int) -> dict[str, Any]:
    """Say that a job wanted more memory than it may have."""
    return {
        "kind": "memory",
        "message": f"It wanted more than {memory_mb} MB of memory and was ended.",
        "remedy": "Raise LIFETRACER_JOB_MEMORY_MB, or do less at once (a shorter period).",
    }


def how_ended(status: int) -> str:
    """Tell how a process ended, from its wait status."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"its process ended with code {code}"
    named = next((known.name for known in signal.Signals if known == -code), f"signal {-code}")
    return f"its process was ended by {named}"
