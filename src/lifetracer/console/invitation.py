"""Invitations: a link leads a new person to an account of their own, or somebody back into theirs.

Law: an invitation counts once, and is used up in the same transaction that makes what it promises.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from lifetracer.console.entering import WRONG, Entering, Entry, told
from lifetracer.console.shell import Shell
from lifetracer.errors import LifetracerError, NotFoundError, UsageError
from lifetracer.outside import oidc, supabase_auth
from lifetracer.warehouse import accounts, invitations, lockout, people, second_factor, sessions

Text = Annotated[str, Form()]


def routes(shell: Shell) -> APIRouter:
    """Make the routes, which need no session."""
    router = APIRouter(route_class=shell.route)
    entering = Entering(shell)
    settings, warehouse = shell.settings, shell.warehouse

    def form(request: Request, token: str, problem: str = "", status: int = 200, **typed: str) -> Response:
        with warehouse.transaction() as con:
            found = invitations.find(con, token)
            person = people.find(con, found.account_id) if found and found.kind == "return" else None
        if found is None or found.kind == "owner":
            raise NotFoundError(
                "This invitation is unknown, was used or is over.", remedy="Ask who sent it to you for another one."
            )
        visitor = shell.visitor(request)
        return shell.page(
            request,
            visitor,
            "invitation.html",
            status=status,
            problem=problem,
            token=token,
            invitation=found,
            person=person,
            typed=typed,
            zones=zones(),
            oidc=oidc.name_of(settings) if oidc.configured(settings) else "",
            supabase=supabase_auth.configured(settings),
        )

    @router.get("/invitation/{token}")
    def ask(request: Request, token: str) -> Response:
        return form(request, token)

    @router.post("/invitation/{token}")
    def take(
        request: Request,
        token: str,
        name: Text = "",
        sign_in_name: Text = "",
        password: Text = "",
        time_zone: Text = "",
        language: Text = "",
        by: Text = "",
    ) -> Response:
        identity, entry_more = None, {}
        try:
            if by == "supabase":
                buckets = entering.buckets(request, sign_in_name)
                if entering.try_once(buckets):
                    return form(request, token, shell.visitor(request).words(WRONG), 429, name=name)
                given = supabase_auth.sign_in(settings, sign_in_name.strip(), password)
                identity = (supabase_auth.issuer_of(settings), given.subject)
                entry_more = {"upstream": given.refresh_token, "upstream_until": given.renew_at.isoformat()}
                with warehouse.transaction() as con:
                    lockout.succeeded(con, *buckets)
            account_id = accept(
                entering,
                token,
                sign_in_name,
                name=name,
                password=None if identity else password,
                identity=identity,
                time_zone=time_zone,
                language=language or shell.visitor(request).words.language,
            )
        except NotFoundError:
            raise
        except LifetracerError as failure:
            typed = {"name": name, "sign_in_name": sign_in_name}
            return form(request, token, told(shell, request, failure), failure.status, **typed)
        return entering.open(
            request, Entry(account_id, "supabase" if identity else "password", **entry_more), "/connections/add"
        )

    return router


def accept(
    entering: Entering,
    token: str,
    sign_in_name: str,
    *,
    name: str = "",
    password: str | None = None,
    identity: tuple[str, str] | None = None,
    time_zone: str = "",
    language: str = "",
) -> UUID:
    """Use an invitation up: make the account that it promises, or let its person in again.

    Args:
        entering: of this installation.
        token: of the invitation.
        sign_in_name: by which the person will sign in.
        name: how the account is called; by default as it was invited, else like the sign-in name.
        password: a new one, when no ``identity`` vouches for them.
        identity: issuer and subject of the service that does.
        time_zone: of a new account.
        language: of a new account.

    Raises:
        NotFoundError: the invitation is unknown, used or over.
        UsageError: a name is taken, the password is too weak.
    """
    with entering.warehouse.transaction() as con:
        found = invitations.use(con, token)
        if found.kind == "owner":
            raise NotFoundError("This is a set-up code, no invitation.", remedy="Enter it at /welcome.")
        if password is None and identity is None:
            raise UsageError("Choose a password.")
        account_id = found.account_id
        if found.kind == "person":
            zone = time_zone or accounts.system_zone()
            # With Supabase Auth the account's id is the user's, so that its own policies see the same rows.
            wanted = UUID(identity[1]) if identity and identity[0].endswith("/auth/v1") else None
            title = name.strip() or found.name or sign_in_name
            account_id = accounts.create(con, title, zone, language or accounts.system_language(), wanted).account_id
        person = people.find(con, account_id)
        if person is None:
            people.add(con, account_id, sign_in_name or found.name, password)
        elif password is not None:
            people.change_password(con, person, password)
        if found.kind == "return":
            sessions.end_all(con, account_id)
            second_factor.stop(con, account_id)
        if identity is not None:
            people.join(con, account_id, *identity, sign_in_name)
    return account_id


def zones() -> list[str]:
    """Name the time zones that one can choose, by place."""
    return [*sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")), "UTC"]
