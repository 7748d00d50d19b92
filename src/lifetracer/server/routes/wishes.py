"""Intents, proposed targets, vacations, ambition: say, list, decide.

Law: as on the command line: one sentence means one thing, and a decision is made once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from lifetracer.adjuster import proposals, wishing
from lifetracer.adjuster.guessing import guess
from lifetracer.adjuster.sentences import Parsed, parse
from lifetracer.errors import UsageError
from lifetracer.periods import start_of
from lifetracer.server.acting import Acting, Here
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.meanings import Day
from lifetracer.server.shapes.wishes import (
    Ambition,
    AmbitionBody,
    EditBody,
    Intent,
    IntentBody,
    IntentChange,
    Intents,
    Proposal,
    Proposals,
    Reading,
    SentenceBody,
    Vacation,
    VacationBody,
    Vacations,
)
from lifetracer.warehouse import Connection, accounts, intents, vacations
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.targets import Bounds

READ, WRITE = [needs("data:read")], [needs("data:write")]

router = APIRouter(prefix="/api", tags=["intents, proposals, vacations"])


@router.get("/intents", responses=shows(Intents), dependencies=READ)
def list_intents(
    here: Here, every: Annotated[bool, Query(alias="all", description="Also former versions and ended ones.")] = False
) -> Response:
    """List what is wished for."""
    with here.reading() as con:
        found = intents.every(con, None if every else _today(con, here))
    return here.show({"intents": [intent.as_json() for intent in found]})


@router.post("/intents", status_code=201, responses=shows(Intent, "Kept.", 201), dependencies=WRITE)
def add_intent(body: IntentBody, here: Here) -> Response:
    """Wish for something, in a sentence or by its fields."""
    fields = body.model_dump(exclude={"sentence", "name"}, exclude_none=True)
    if body.sentence is not None and fields:
        raise UsageError(
            "A sentence says it all; give it, or fields.", remedy=f"Leave out {', '.join(sorted(fields))}."
        )
    made = None if body.sentence is not None else _fields(body)

    def add(con: Connection) -> dict[str, Any]:
        account, today = _account(con, here), _today(con, here)
        if made is None:
            added, _ = wishing.add(con, body.sentence or "", account.language, today, body.name)
            return added.as_json()
        first = body.valid_from or start_of(today, made["period"])
        name = body.name or intents.free_name(con, body.subject_value or "All tracked time", first)
        return intents.add(con, intents.Intent(**made, name=name, valid_from=first)).as_json()

    return here.write("intent.add", add, status=201)


@router.post("/intents/parse", responses=shows(Reading), dependencies=READ)
def read_sentence(body: SentenceBody, here: Here) -> Response:
    """Say how a sentence is understood; nothing is kept. With `guess` the language model is asked where we are not."""
    with here.reading() as con:
        account, today = _account(con, here), _today(con, here)
        answer = parse(body.sentence, body.language or account.language, wishing.known(con, today))
    if isinstance(answer, Parsed):
        fields = wishing.intent_of(answer, body.sentence, today).as_json()
        wish = {name: value for name, value in fields.items() if name not in {"intentId", "name", "sentence"}}
        return here.show(
            {"language": answer.language, "echo": answer.echo, "wish": wish, "notUnderstood": None, "guess": None}
        )
    meant = (
        guess(here.warehouse, here.settings, account.account_id, body.sentence, answer.language, today)
        if body.guess
        else None
    )
    missed = {
        "code": answer.code,
        "understood": list(answer.understood),
        "rest": list(answer.rest),
        "question": answer.question,
        "example": answer.example,
        "suggestions": list(answer.suggestions),
    }
    return here.show(
        {
            "language": answer.language,
            "echo": None,
            "wish": None,
            "notUnderstood": missed,
            "guess": {"sentence": meant.echo, "echo": meant.echo} if meant else None,
        }
    )


@router.patch("/intents/{intent}", responses=shows(Intent), dependencies=WRITE)
def change_intent(intent: str, body: IntentChange, here: Here) -> Response:
    """Wish for another amount, of an intent named by its name or id, from a day on."""
    fields = body.model_dump(exclude={"sentence", "since"}, exclude_none=True)
    if body.sentence is not None and fields:
        raise UsageError(
            "A sentence says it all; give it, or fields.", remedy=f"Leave out {', '.join(sorted(fields))}."
        )
    if body.sentence is None and body.comparison is None:
        raise UsageError("A change needs a sentence, or a comparison and amounts.")
    bounds = _bounds(body.comparison, body.low, body.high) if body.comparison else None
    more = {} if body.priority is None else {"priority": body.priority}

    def change(con: Connection) -> dict[str, Any]:
        today = _today(con, here)
        if bounds is None:
            language = _account(con, here).language
            return wishing.change(con, intent, body.sentence or "", language, today, body.since)[0].as_json()
        former = intents.find(con, intent, today)
        since = body.since or start_of(today, former.period)
        return intents.change(con, intent, bounds, since, more).as_json()

    return here.write("intent.change", change)


@router.delete("/intents/{intent}", responses=shows(Intent, "As it was."), dependencies=WRITE)
def end_intent(
    intent: str, here: Here, on: Annotated[Day | None, Query(description="By default today.")] = None
) -> Response:
    """End an intent; nothing is proposed for it from that day on."""
    return here.write("intent.end", lambda con: intents.end(con, intent, on or _today(con, here)).as_json())


@router.get("/proposals", responses=shows(Proposals), dependencies=READ)
def list_proposals(
    here: Here, every: Annotated[bool, Query(alias="all", description="Also decided and former ones.")] = False
) -> Response:
    """List proposed targets that are not decided."""
    with here.reading() as con:
        account = _account(con, here)
        found = proposals.every(con, _today(con, here), everything=every)
    return here.show({"proposals": [proposal.as_json(account.language) for proposal in found]})


@router.get("/proposals/{proposal}", responses=shows(Proposal), dependencies=READ)
def find_proposal(proposal: str, here: Here) -> Response:
    """Show a proposed target."""
    with here.reading() as con:
        return here.show(proposals.find(con, proposal).as_json(_account(con, here).language))


@router.post("/proposals/{proposal}/accept", responses=shows(Proposal), dependencies=WRITE)
def accept_proposal(proposal: str, here: Here) -> Response:
    """Agree to a proposed target: it becomes the target of its period."""

    def accept(con: Connection) -> dict[str, Any]:
        return proposals.accept(con, proposal, _today(con, here)).as_json(_account(con, here).language)

    return here.write("proposal.accept", accept)


@router.post("/proposals/{proposal}/edit", responses=shows(Proposal), dependencies=WRITE)
def edit_proposal(proposal: str, body: EditBody, here: Here) -> Response:
    """Agree to another amount than was proposed."""
    bounds = _bounds(body.comparison, body.low, body.high)

    def edit(con: Connection) -> dict[str, Any]:
        return proposals.edit(con, proposal, bounds, _today(con, here)).as_json(_account(con, here).language)

    return here.write("proposal.edit", edit)


@router.post("/proposals/{proposal}/reject", responses=shows(Proposal), dependencies=WRITE)
def reject_proposal(proposal: str, here: Here) -> Response:
    """Decline a proposed target: nothing is proposed for this period again."""

    def reject(con: Connection) -> dict[str, Any]:
        return proposals.reject(con, proposal).as_json(_account(con, here).language)

    return here.write("proposal.reject", reject)


@router.get("/vacations", responses=shows(Vacations), dependencies=READ)
def list_vacations(
    here: Here, every: Annotated[bool, Query(alias="all", description="Also those that are over.")] = False
) -> Response:
    """List days away."""
    with here.reading() as con:
        found = vacations.every(con, None if every else _today(con, here))
    return here.show({"vacations": [one.as_json() for one in found]})


@router.post("/vacations", status_code=201, responses=shows(Vacation, "Noted.", 201), dependencies=WRITE)
def add_vacation(body: VacationBody, here: Here) -> Response:
    """Note days away; intents rest on them."""
    end = body.last_day + timedelta(days=1)
    return here.write(
        "vacation.add", lambda con: vacations.add(con, body.name, body.first_day, end).as_json(), status=201
    )


@router.delete("/vacations/{vacation}", responses=shows(Vacation, "As it is now."), dependencies=WRITE)
def end_vacation(
    vacation: str, here: Here, on: Annotated[Day | None, Query(description="First day back; by default today.")] = None
) -> Response:
    """End a vacation early; one that has not begun goes away."""
    return here.write("vacation.end", lambda con: vacations.end(con, vacation, on or _today(con, here)).as_json())


@router.get("/ambition", responses=shows(Ambition), dependencies=READ)
def show_ambition(here: Here) -> Response:
    """Show how proposals are made."""
    with here.reading() as con:
        return here.show(vacations.ambition(con).as_json())


@router.patch("/ambition", responses=shows(Ambition), dependencies=WRITE)
def change_ambition(body: AmbitionBody, here: Here) -> Response:
    """Make bolder or safer proposals from now on."""
    changes = body.model_dump(exclude_none=True)
    return here.write("ambition.change", lambda con: vacations.put_ambition(con, changes).as_json())


def _fields(body: IntentBody) -> dict[str, Any]:
    """Give the fields of an intent that was said without a sentence.

    Raises:
        UsageError: one is missing, or they do not go together.
    """
    subject = body.subject or "all"
    if (subject == "all") != (body.subject_value is None):
        raise UsageError(f"An intent about {subject} needs {'no' if subject == 'all' else 'a'} subjectValue.")
    if body.comparison is None:
        raise UsageError("An intent needs a sentence, or a comparison and amounts.")
    bounds = _bounds(body.comparison, body.low, body.high)
    return {
        "subject": subject,
        "subject_value": body.subject_value,
        "measure": body.measure or "duration",
        "period": body.period or "week",
        "comparison": bounds.comparison,
        "low": bounds.low,
        "high": bounds.high,
        "weekdays": body.weekdays,
        "priority": body.priority or 0,
        "valid_to": body.valid_to,
    }


def _bounds(comparison: str, low: Decimal | None, high: Decimal | None) -> Bounds:
    """Give bounds that go together.

    Raises:
        UsageError: an amount is missing or too many.
    """
    wanted = {"at_least": ("low",), "at_most": ("high",), "between": ("low", "high"), "exactly": ("low",)}[comparison]
    said = tuple(name for name, value in (("low", low), ("high", high)) if value is not None)
    if said != wanted:
        raise UsageError(f"{comparison} takes {' and '.join(wanted)}, and nothing else.")
    return Bounds(comparison, low, low if comparison == "exactly" else high)


def _account(con: Connection, here: Acting) -> Account:
    return accounts.find(con, str(here.account_id))


def _today(con: Connection, here: Acting) -> date:
    return datetime.now(UTC).astimezone(_account(con, here).zone).date()
