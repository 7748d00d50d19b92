"""The stages' functions as the worker's child calls them: parameters in, summary out; one plain function each.

Law: nothing is decided here; what the stages do, they do in their own rooms, the same at every door.
"""

from __future__ import annotations

from datetime import date

from lifetracer.jobs import record
from lifetracer.jobs.queries import ask_one
from lifetracer.jobs.stages import Outcome, Task, parse_day


def sync(task: Task) -> Outcome:
    """Bring one source's news into the raw tables."""
    from lifetracer.connector.sync import sync as run

    wishes = task.parameters
    summary = run(
        task.warehouse,
        task.settings,
        task.account_id,
        sources=(task.subject,),
        since=_day("since", wishes.get("since")),
        until=_day("until", wishes.get("until")),
        full=bool(wishes.get("full")),
        progress=task.progress,
    )
    return Outcome(summary.as_json(), changed=summary.changed > 0, error=summary.error)


def transform(task: Task) -> Outcome:
    """Bring staging, core and marts up to date for the account."""
    from lifetracer.transform.run import transform as run

    summary = run(task.warehouse, task.settings, task.account_id, full=bool(task.parameters.get("full")))
    return Outcome(summary.as_json())


def analyze(task: Task) -> Outcome:
    """Estimate what is likely and notice what is unusual."""
    from lifetracer.analyzer import analyze as run

    summary = run(task.warehouse, task.settings, task.account_id, progress=task.progress)
    return Outcome(summary.as_json())


def adjust(task: Task) -> Outcome:
    """Propose targets for the account's intents."""
    from lifetracer.adjuster.run import adjust as run

    return Outcome(run(task.warehouse, task.settings, task.account_id, progress=task.progress).as_json())


def plan(task: Task) -> Outcome:
    """Propose a plan, write an approved one into the calendar, or take it back; what was written is read by a sync.

    The subject is ``propose``, ``approve:{proposalId}`` or ``undo:{proposalId}``.
    """
    from lifetracer.adjuster import plan_proposals, write_back

    wish, _, proposal = task.subject.partition(":")
    here = (task.warehouse, task.settings, task.account_id)
    if wish == "propose":
        return Outcome(plan_proposals.propose_plan(*here, progress=task.progress).as_json())
    if wish == "approve":
        wanted = bool(task.parameters.get("newCalendar"))
        summary = write_back.approve(*here, proposal, new_calendar=wanted, progress=task.progress)
    else:
        summary = write_back.undo(*here, proposal, progress=task.progress)
    if summary.requests:
        with task.warehouse.transaction(account_id=task.account_id) as con:
            record.request(con, "sync", "google_calendar", requested_by="plan")
    return Outcome(summary.as_json())


def report(task: Task) -> Outcome:
    """Make the PDF of a period; without a wish the reporter chooses the period, the account the language."""
    from lifetracer.reporter import Rounding
    from lifetracer.reporter import report as run

    wishes = task.parameters
    kind, _, first = task.subject.partition(":")
    with task.warehouse.transaction(account_id=task.account_id) as con:
        account = ask_one(con, "account")
    assert account
    usual = Rounding()
    summary = run(
        task.warehouse,
        task.settings,
        task.account_id,
        kind=kind,
        day=_day("day", wishes.get("day") or first.partition(":")[0]),
        language=wishes.get("language") or account["language"],
        paper=wishes.get("paper") or "a4",
        client=wishes.get("client"),
        rounding=Rounding(
            wishes.get("rounding") or usual.mode, wishes.get("minutes") or usual.minutes, wishes.get("per") or usual.per
        ),
    )
    return Outcome(summary.as_json())


def _day(name: str, text: str | None) -> date | None:
    return parse_day(name, text) if text else None
