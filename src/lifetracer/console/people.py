"""The page where an operator invites people and removes them; it shows that they are there, and nothing of their time.

Law: it asks the database as the operator's own account; what that may not see, this page cannot show.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer.console import browser
from lifetracer.console.entering import ConfirmError, Entering, told
from lifetracer.console.shell import Shell
from lifetracer.errors import LifetracerError, NotFoundError
from lifetracer.warehouse import audit, invitations, people
from lifetracer.warehouse.people import Person

Text = Annotated[str, Form()]


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the page."""
    router = APIRouter(route_class=shell.route)
    entering = Entering(shell)
    warehouse = shell.warehouse

    def operator(request: Request) -> Person:
        """Find the operator who asks.

        Raises:
            NotFoundError: it is none, who need not know that there is such a page.
        """
        person = entering.person(request)
        if person is None or not person.is_operator:
            raise NotFoundError("There is no such page for you.", remedy="Operators look after people here.")
        return person

    def show(request: Request, link: str = "", problem: str = "", status: int = 200) -> Response:
        me = operator(request)
        with warehouse.transaction(account_id=me.account_id) as con:
            listed, waiting = people.every(con), invitations.every(con)
        return shell.page(
            request,
            shell.visitor(request),
            "people.html",
            status=status,
            page="people",
            me=me,
            people=listed,
            invitations=waiting,
            new_link=link,
            problem=problem,
        )

    @router.get("/people")
    def every(request: Request) -> Response:
        return show(request)

    @router.post("/people/invite")
    def invite(request: Request, name: Text = "") -> Response:
        me = operator(request)
        try:
            entering.require_fresh(request)
            with warehouse.transaction(account_id=me.account_id) as con:
                token = invitations.invite(con, me.account_id, " ".join(name.split()))
                audit.note(con, me.sign_in_name, "person.invite", name)
        except ConfirmError:
            return RedirectResponse("/security/confirm?next=/people", 303)
        except LifetracerError as failure:
            return show(request, problem=told(shell, request, failure), status=failure.status)
        return show(request, link=f"{browser.origin_of(request, shell.settings)}/invitation/{token}")

    @router.post("/people/withdraw")
    def withdraw(request: Request, invitation: Annotated[UUID, Form()]) -> Response:
        me = operator(request)
        with warehouse.transaction(account_id=me.account_id) as con:
            invitations.withdraw(con, invitation)
            audit.note(con, me.sign_in_name, "person.withdraw", str(invitation))
        return RedirectResponse("/people", 303)

    @router.post("/people/remove")
    def remove(request: Request, person: Annotated[UUID, Form()]) -> Response:
        me = operator(request)
        try:
            entering.require_fresh(request)
            with warehouse.transaction(account_id=me.account_id) as con:
                people.dismiss(con, person)
                audit.note(con, me.sign_in_name, "person.remove", str(person))
        except ConfirmError:
            return RedirectResponse("/security/confirm?next=/people", 303)
        except LifetracerError as failure:
            return show(request, problem=told(shell, request, failure), status=failure.status)
        return RedirectResponse("/people", 303)

    return router
