"""The rules that lead to categories: list, add, change, remove, look ahead, and suggestions.

Law: a look ahead decides as the transform does, and leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AwareDatetime

from lifetracer.errors import FixByHandError, UsageError
from lifetracer.server.acting import LONG, Here, answer
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.meanings import Moves, PreviewBody, Rule, RuleBody, RuleChange, Rules, Suggestions
from lifetracer.transform import rules
from lifetracer.warehouse import Connection

READ, WRITE = [needs("data:read")], [needs("data:write")]

router = APIRouter(prefix="/api/rules", tags=["categories and rules"])


@router.get("", responses=shows(Rules), dependencies=READ)
def list_rules(
    here: Here, at: Annotated[AwareDatetime | None, Query(description="As they were at this instant.")] = None
) -> Response:
    """List the rules in the order in which they are tried; the first that fits wins."""
    with here.reading() as con:
        found = rules.rules(con, at)
    return here.show({"rules": [rule.as_json() for rule in found]})


@router.post("", status_code=201, responses=shows(Rule, "Made.", 201), dependencies=WRITE)
def add_rule(body: RuleBody, here: Here) -> Response:
    """Add a rule, at the end or at a position."""
    return here.write("rule.add", lambda con: _added(con, body).as_json(), status=201)


@router.post("/preview", responses=shows(Moves), dependencies=READ)
def preview_rule(body: PreviewBody, here: Here) -> Response:
    """Tell what a change of rules would move among the entries and occurrences; nothing is changed."""
    from lifetracer.transform.preview import preview

    change = _planned(body)
    with here.reading(timeout=LONG) as con:
        moves = preview(con, change)
    return answer({"moves": [move.as_json() for move in moves]}, 200, {})


@router.get("/suggestions", responses=shows(Suggestions), dependencies=READ)
def suggest(
    here: Here,
    threshold: Annotated[float, Query(gt=0, lt=1, description="Least probability of a suggestion.")] = 0.6,
) -> Response:
    """Suggest categories for titles that only have their calendar's name, learned from the account's history."""
    try:
        from lifetracer.analyzer import suggest_categories
    except ImportError:
        raise FixByHandError(
            "This server was installed without the analyzer.", remedy="Install lifetracer[analyzer]."
        ) from None
    return here.show(suggest_categories(here.warehouse, here.account_id, threshold).as_json())


@router.patch("/{rule}", responses=shows(Rule), dependencies=WRITE)
def change_rule(rule: str, body: RuleChange, here: Here) -> Response:
    """Change a rule, named by its position or id, or let it be tried at another position."""
    return here.write("rule.change", lambda con: _changed(con, rule, body).as_json())


@router.delete("/{rule}", responses=shows(Rule, "As it was."), dependencies=WRITE)
def remove_rule(rule: str, here: Here) -> Response:
    """Remove a rule; what it had caught falls to the rules after it, or to the defaults."""
    return here.write("rule.remove", lambda con: rules.remove_rule(con, rule).as_json())


def _planned(body: PreviewBody) -> Callable[[Connection], object]:
    if body.rule is None:
        whole = (body.field, body.operator, body.pattern, body.category)
        if body.remove or None in whole:
            raise UsageError(
                "This is no change of the rules.",
                remedy="Give field, operator, pattern and category of a new rule, or name a rule that is there.",
            )
        said = RuleBody.model_validate(body.model_dump(exclude={"rule", "remove"}))
        return lambda con: _added(con, said)
    named = body.rule
    if body.remove:
        return lambda con: rules.remove_rule(con, named)
    return lambda con: _changed(con, named, body)


def _added(con: Connection, body: RuleBody) -> rules.Rule:
    return rules.add_rule(
        con, body.field, body.operator, body.pattern, body.category, source=body.source, position=body.position
    )


def _changed(con: Connection, named: str, body: RuleChange) -> rules.Rule:
    said = body.model_dump(exclude_unset=True, exclude={"position", "rule", "remove"})
    found = rules.change_rule(con, named, **said) if said else rules.find_rule(con, named)
    return found if body.position is None else rules.move_rule(con, str(found.rule_id), body.position)
