"""Connections: how the services are, and what can be done with one: test, pause, choose calendars, give it up.

Law: a credential never goes out; what a service answered is said in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from psycopg.rows import dict_row

from lifetracer import jobs
from lifetracer.charts import keep
from lifetracer.connector import connecting, hints
from lifetracer.connector.connecting import Connected
from lifetracer.connector.registry import source_named
from lifetracer.connector.sources.google_calendar import calendar_list, check
from lifetracer.console import findings
from lifetracer.console.acting import Acting
from lifetracer.console.entering import told
from lifetracer.console.findings import Finding
from lifetracer.console.jobs import STATUSES
from lifetracer.console.shell import Shell
from lifetracer.errors import FixByHandError, LifetracerError, NotFoundError, UsageError
from lifetracer.outside.http import Client
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

Text = Annotated[str, Form()]

TELLING = {"toggl_track": "toggl", "google_calendar": "google", "ical": "calendar", "toggl_csv": "file"}
"""Source → the way that connects it anew."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the pages."""
    router = APIRouter(route_class=shell.route)
    desk = Desk(shell)

    @router.get("/connections")
    def every(request: Request) -> Response:
        return desk.overview(request)

    @router.post("/connections/test")
    def test(request: Request, connection: Annotated[UUID, Form()]) -> Response:
        return desk.test(request, connection)

    @router.post("/connections/pause")
    def pause(request: Request, connection: Annotated[UUID, Form()], status: Text = "paused") -> Response:
        return desk.put(request, connection, "active" if status == "active" else "paused")

    @router.post("/connections/calendars")
    def calendars(
        request: Request, connection: Annotated[UUID, Form()], chosen: Annotated[list[str] | None, Form()] = None
    ) -> Response:
        return desk.choose_calendars(request, connection, chosen or [])

    @router.get("/connections/{connection_id}")
    def one(request: Request, connection_id: UUID) -> Response:
        return desk.one(request, connection_id)

    @router.post("/connections/disconnect")
    def disconnect(request: Request, connection: Annotated[UUID, Form()], delete: Text = "") -> Response:
        return desk.disconnect(request, connection, delete=delete == "yes")

    return router


class Desk:
    """Shows connections, and does what is asked of them."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.acting = Acting(shell)
        self.warehouse = shell.warehouse
        self.settings = self.acting.settings

    def connection(self, account: Account, connection_id: UUID) -> Connected:
        """Find one of them.

        Raises:
            NotFoundError: it is not there, or somebody else's.
        """
        for known in connecting.connections(self.warehouse, account.account_id):
            if known.connection_id == connection_id:
                return known
        raise NotFoundError("There is no such connection.", remedy="It may have been deleted meanwhile.")

    def overview(self, request: Request, problem: str = "", status: int = 200) -> Response:
        """Show all connections."""
        visitor = self.shell.visitor(request)
        known: list[Connected] = []
        quotas: list[dict[str, Any]] = []
        if visitor.account_id is not None:
            known = connecting.connections(self.warehouse, visitor.account_id)
            with self.warehouse.transaction(account_id=visitor.account_id) as con:
                quotas = con.cursor(row_factory=dict_row).execute(SQL["quotas"]).fetchall()
        return self.shell.page(
            request,
            visitor,
            "connections.html",
            status=status,
            page="connections",
            connections=known,
            quotas=quotas,
            statuses=STATUSES,
            telling=TELLING,
            problem=problem,
        )

    def one(self, request: Request, connection_id: UUID, problem: str = "", found: Sequence[Finding] = ()) -> Response:
        """Show one connection: its health, its calendars, and what can be done with it."""
        account, visitor = self.acting.account(request), self.shell.visitor(request)
        known = self.connection(account, connection_id)
        rows: list[dict[str, Any]] = []
        if known.source == "google_calendar" and known.has_credential:
            try:
                with self._opened(account, known) as api:
                    rows = check.listed(api)
            except LifetracerError as failure:
                problem = problem or told(self.shell, request, failure)
        return self.shell.page(
            request,
            visitor,
            "connection.html",
            page="connections",
            c=known,
            way=TELLING.get(known.source, "toggl"),
            calendars=[(str(row["id"]), calendar_list.title_of(row), _is_read(known, row)) for row in rows],
            findings=found or findings.of_connection(known, account, visitor.words),
            statuses=STATUSES,
            problem=problem,
        )

    def test(self, request: Request, connection_id: UUID) -> Response:
        """Ask the service whether the stored credential still works.

        Raises:
            UsageError: it has no service that could be asked; the page has no button for it then.
        """
        account = self.acting.account(request)
        known = self.connection(account, connection_id)
        source, words = source_named(known.source), self.shell.visitor(request).words
        if source.check is None:
            raise UsageError(f"{known.name} cannot be tested: there is no service to ask.", remedy="Import it again.")
        try:
            with self._opened(account, known) as api:
                checked = source.check(api, self.settings)
        except LifetracerError as failure:
            return self.one(request, connection_id, told(self.shell, request, failure))
        found = [(True, words(keep("The access works: {name}."), name=checked.name))]
        return self.one(request, connection_id, found=(*found, *findings.of_zones(checked.settings, account, words)))

    def put(self, request: Request, connection_id: UUID, status: str) -> Response:
        """Pause a connection, or go on with it.

        Raises:
            FixByHandError: it needs a new credential first.
        """
        account = self.acting.account(request)
        known = self.connection(account, connection_id)
        with self.warehouse.transaction(account_id=account.account_id) as con:
            values = {"connection_id": known.connection_id, "status": status}
            if not known.has_credential or not con.execute(SQL["set_status"], values).rowcount:
                raise FixByHandError("This connection needs a new credential.", remedy="Connect it anew.")
            self.acting.note(
                request, con, "connection.pause" if status == "paused" else "connection.resume", known.name
            )
        return RedirectResponse("/connections", 303)

    def choose_calendars(self, request: Request, connection_id: UUID, chosen: list[str]) -> Response:
        """Say which calendars are read from now on."""
        account = self.acting.account(request)
        known = self.connection(account, connection_id)
        with self._opened(account, known) as api:
            rows = check.listed(api)
        numbers = [number for number, row in enumerate(rows, 1) if str(row["id"]) in chosen]
        wishes = calendar_list.selection(rows, numbers)
        with self.warehouse.transaction(account_id=account.account_id) as con:
            values = {"connection_id": known.connection_id}
            con.execute(
                SQL["set_calendars"], values | {name: wishes[name] for name in ("calendar_ids", "calendars_off")}
            )
            self.acting.note(request, con, "connection.calendars", known.name)
        return self.acting.begin(request, account, "pipeline", "connection.sync")

    def disconnect(self, request: Request, connection_id: UUID, *, delete: bool) -> Response:
        """Give a connection up, perhaps with all that came over it."""
        account = self.acting.account(request)
        known = self.connection(account, connection_id)
        hints.withdraw(self.warehouse, self.settings, account.account_id, known)
        connecting.disconnect(self.warehouse, account.account_id, str(known.connection_id), delete_data=delete)
        with self.warehouse.transaction(account_id=account.account_id) as con:
            self.acting.note(request, con, "connection.delete" if delete else "connection.disconnect", known.name)
            if delete:
                jobs.request(con, "transform")
        return RedirectResponse("/connections", 303)

    def _opened(self, account: Account, known: Connected) -> Client:
        place = (known.connection_id, source_named(known.source))
        access = connecting.open_access(self.warehouse, self.settings, account.account_id, place)
        return access.client(self.settings)


def _is_read(known: Connected, row: dict[str, Any]) -> bool:
    """Tell whether a calendar is read."""
    if wanted := known.settings.get("calendar_ids"):
        return row["id"] in wanted
    return not calendar_list.is_off_by_default(row) and row["id"] not in (known.settings.get("calendars_off") or ())
