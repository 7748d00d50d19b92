"""The weekly review, and what a language model may see of a person and was sent.

Law: reading sends nothing anywhere; a model is asked only by a request that says so.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from lifetracer.console.periods import parse_week
from lifetracer.outside import language_model
from lifetracer.reporter.review import review, tell
from lifetracer.server.acting import Acting, Here, answer
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.reviews import LanguageModel, LanguageModelBody, Letters, Review
from lifetracer.warehouse import audit

READ, WRITE = [needs("data:read")], [needs("data:write")]

router = APIRouter(prefix="/api", tags=["reviews"])

Language = Annotated[str | None, Query(description="en or ja; by default the account's.")]


@router.get("/reviews/{week}", responses=shows(Review), dependencies=READ)
def read_review(week: str, here: Here, language: Language = None) -> Response:
    """Review a week such as 2026-W47: plain sentences, and the wording that a model gave them, if one was asked."""
    return here.show(review(here.warehouse, here.account_id, parse_week(week), language).as_json())


@router.post("/reviews/{week}/wording", responses=shows(Review), dependencies=WRITE)
def word_review(week: str, here: Here, language: Language = None) -> Response:
    """Ask the language model to word the week's review; a wording with a wrong number is refused, see `note`."""
    plain = review(here.warehouse, here.account_id, parse_week(week), language)
    told = tell(here.warehouse, here.settings, here.account_id, plain)
    with here.reading() as con:
        audit.note(con, here.caller.who, "letter.send", here.request.url.path, ip=here.caller.ip)
    return answer(told.as_json(), 200, {})


@router.get("/language-model", responses=shows(LanguageModel), dependencies=READ)
def show_model(here: Here) -> Response:
    """Tell which language model is set up, and what it may see of the person."""
    with here.reading() as con:
        return here.show(_state(here, language_model.level_of(con)))


@router.patch("/language-model", responses=shows(LanguageModel), dependencies=WRITE)
def choose_level(body: LanguageModelBody, here: Here) -> Response:
    """Say what the model may see from now on."""
    return here.write("language_model.choose", lambda con: _state(here, language_model.choose(con, body.level)))


@router.get("/language-model/letters", responses=shows(Letters), dependencies=READ)
def list_letters(here: Here) -> Response:
    """Show what was sent to the model, word by word, with the answers; the latest first."""
    with here.reading() as con:
        return here.show({"letters": [letter.as_json() for letter in language_model.recent(con)]})


def _state(here: Acting, level: str) -> dict[str, str | None]:
    endpoint = language_model.endpoint_of(here.settings)
    url, model = (endpoint.url, endpoint.model) if endpoint else (None, None)
    return {"endpoint": url, "model": model, "level": level}
