"""Runs of stages: asked for, queued, carried out in a child process, recorded; the only room that knows their order.

    record    what a person sees of a job: request, find, follow, cancel
    stages    which stages there are and the one function behind each
    queue     the worker's side of the same rows: claim, heartbeat, sweep, end (every write checks the fence)
    pipeline  sync → transform → report as one job whose steps are jobs
    schedule  what runs by itself, at local times
    elsewhere jobs that GitHub's workflows do
    worker    the loop; zygote and child: where the work is really done

Law: the row in ``ops.job`` is the queue entry and the record in one; whatever dies, it tells what to do next.
"""

from __future__ import annotations

from lifetracer.jobs.record import Job, LogLine, Requested, cancel, find, log_lines, recent, request

__all__ = ["Job", "LogLine", "Requested", "cancel", "find", "log_lines", "recent", "request"]
