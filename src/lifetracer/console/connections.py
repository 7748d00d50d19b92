"""Connections: how the services are, and the guided ways by which time comes in, each ending in a job and a picture.

Law: a credential comes in and never goes out; the service is asked whether it accepts it before it is kept, and what it
answered is said in words: whose it is, what can be read, whether the time zones agree.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from psycopg.rows import dict_row

from lifetracer import jobs
from lifetracer.charts import keep
from lifetracer.connector import connecting, hints
from lifetracer.connector.connecting import Connected
from lifetracer.connector.importing import FileImport, import_files
from lifetracer.connector.registry import source_named
from lifetracer.connector.source import Checked, Source
from lifetracer.connector.sources.google_calendar import calendar_list, check
from lifetracer.console import browser
from lifetracer.console.entering import Entering, told
from lifetracer.console.jobs import STATUSES
from lifetracer.console.shell import STAGES, Shell
from lifetracer.errors import FixByHandError, LifetracerError, NotFoundError, UsageError
from lifetracer.outside import google_consent
from lifetracer.warehouse import Connection, accounts, audit, round_trips
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

Text = Annotated[str, Form()]

WAYS = ("demo", "file", "calendar", "toggl", "google")

AROUND = timedelta(days=28)
"""Before and after today: where events are counted to show that the calendar is the right one."""

TELLING = {"toggl_track": "toggl", "google_calendar": "google", "ical": "calendar", "toggl_csv": "file"}
"""Source → the way that connects it anew."""

KNOWN_FAILURES = (keep("Toggl does not accept the API token."),)
"""Sentences of other rooms that stand on these pages."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the pages."""
    router = APIRouter(route_class=shell.route)
    desk = Desk(shell)

    @router.get("/connections")
    def every(request: Request) -> Response:
        return desk.overview(request)

    @router.get("/connections/add")
    def choose(request: Request) -> Response:
        visitor = shell.visitor(request)
        here = desk.connections(desk.account(request)) if visitor.account_id else []
        return shell.page(
            request, visitor, "connect.html", page="connections", connections=here, demo=desk.offers_demo(here)
        )

    @router.get("/connections/add/{way}")
    def guide(request: Request, way: str) -> Response:
        return desk.guide(request, way)

    @router.post("/connections/add/toggl")
    def toggl(request: Request, token: Text = "") -> Response:
        return desk.connect(request, "toggl", "toggl_track", {"api_token": token.strip()})

    @router.post("/connections/add/calendar")
    def calendar(request: Request, address: Text = "") -> Response:
        return desk.connect(request, "calendar", "ical", {"url": address.strip()})

    @router.post("/connections/add/demo")
    def demo(request: Request) -> Response:
        account = desk.account(request)
        if not desk.offers_demo(desk.connections(account)):
            return desk.guide(request, "demo", shell.visitor(request).words(keep("Real time is here already.")), 409)
        return desk.begin(request, account, "demo", "connection.demo")

    @router.post("/connections/add/google")
    def google(request: Request, client_id: Text = "", client_secret: Text = "") -> Response:
        return desk.ask_google(request, client_id.strip(), client_secret.strip())

    @router.get("/connections/google/back")
    def google_back(request: Request) -> Response:
        return desk.hear_google(request)

    @router.post("/connections/file")
    def take_file(
        request: Request, form_token: Text = "", file: Annotated[list[UploadFile] | None, File()] = None
    ) -> Response:
        if not browser.of(request, shell.settings).fits(form_token):
            raise UsageError("This form is not of ours, or too old.", remedy="Load the page anew and try again.")
        return desk.import_files(request, file or [])

    @router.get("/connections/job/{job_id}")
    def progress(request: Request, job_id: UUID) -> Response:
        return desk.progress(request, job_id)

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
    """Does what the pages ask for."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.entering = Entering(shell)
        self.warehouse = shell.warehouse
        self.settings = shell.settings.model_copy(update={"retry_attempts": 1})
        """Who waits for an answer is not kept waiting for further tries."""

    def account(self, request: Request) -> Account:
        """Find the visitor's account.

        Raises:
            NotFoundError: there is none.
        """
        account_id = self.shell.visitor(request).account_id
        if account_id is None:
            raise NotFoundError("There is no account yet.", remedy="Make one with `lifetracer accounts create NAME`.")
        with self.warehouse.transaction() as con:
            return accounts.find(con, str(account_id))

    def connections(self, account: Account) -> list[Connected]:
        """List the connections of an account."""
        return connecting.connections(self.warehouse, account.account_id)

    def connection(self, account: Account, connection_id: UUID) -> Connected:
        """Find one of them.

        Raises:
            NotFoundError: it is not there, or somebody else's.
        """
        for known in self.connections(account):
            if known.connection_id == connection_id:
                return known
        raise NotFoundError("There is no such connection.", remedy="It may have been deleted meanwhile.")

    def offers_demo(self, known: list[Connected]) -> bool:
        """Tell whether a demo person may live here: nothing real is here, and a worker of ours runs the jobs."""
        return not known and self.settings.run_on == "worker"

    def overview(self, request: Request, problem: str = "", status: int = 200) -> Response:
        """Show all connections."""
        visitor = self.shell.visitor(request)
        known: list[Connected] = []
        quotas: list[dict[str, Any]] = []
        if visitor.account_id is not None:
            known = connecting.connections(self.warehouse, visitor.account_id)
            with self.shell.warehouse.transaction(account_id=visitor.account_id) as con:
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

    def guide(self, request: Request, way: str, problem: str = "", status: int = 200, **more: Any) -> Response:
        """Show one way, step by step.

        Raises:
            NotFoundError: there is no such way.
        """
        if way not in WAYS:
            raise NotFoundError("There is no such way in.", remedy="Choose one of those at /connections/add.")
        return self.shell.page(
            request,
            self.shell.visitor(request),
            f"connect_{way}.html",
            status=status,
            page="connections",
            problem=problem,
            back=self._google_back(request),
            here=_is_here(request),
            client_id=self.settings.google_client_id or "",
            has_secret=self.settings.google_client_secret is not None,
            **{"results": (), "consent": "", "job": None, **more},
        )

    def connect(self, request: Request, way: str, source_name: str, credential: dict[str, str]) -> Response:
        """Ask a service whether it accepts a credential, keep it, and begin to read."""
        account, source = self.account(request), source_named(source_name)
        try:
            checked = connecting.check(source, credential, self.settings)
            return self._keep(request, account, source, credential, checked, {})
        except LifetracerError as failure:
            return self.guide(request, way, told(self.shell, request, failure), failure.status)

    def ask_google(self, request: Request, client_id: str, client_secret: str) -> Response:
        """Note the OAuth client and lead to Google's page."""
        known = self.settings.google_client_secret
        client = self._client(
            client_id or self.settings.google_client_id or "",
            client_secret or (known.get_secret_value() if known else ""),
        )
        words = self.shell.visitor(request).words
        if not client.client_id.endswith(".apps.googleusercontent.com") or not client.client_secret:
            problem = words(keep("A client id ends with .apps.googleusercontent.com, and its secret stands beside it."))
            return self.guide(request, "google", problem, 422)
        state, verifier = round_trips.new_state(), secrets.token_urlsafe(64)
        details = {
            "for": "google_calendar",
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "verifier_of_consent": verifier,
            "account": str(self.account(request).account_id),
        }
        with self.warehouse.transaction() as con:
            round_trips.begin(con, self.warehouse.vault, self.entering.browser(request).key, state, details)
        consent = google_consent.question(client, self._google_back(request), state, verifier)
        return self.guide(request, "google", consent=consent)

    def hear_google(self, request: Request) -> Response:
        """Take Google's answer."""
        said = {name: value for name, value in request.query_params.items() if len(value) < 4096}
        key = self.entering.browser(request).key
        with self.warehouse.transaction() as con:
            kept = round_trips.end(con, self.warehouse.vault, key, said.get("state", ""))
        account, words = self.account(request), self.shell.visitor(request).words
        if kept is None or kept.get("account") != str(account.account_id) or "verifier_of_consent" not in kept:
            problem = words(keep("This was not begun in this browser, or too long ago. Begin again."))
            return self.guide(request, "google", problem, 403)
        client = self._client(kept["client_id"], kept["client_secret"])
        source = source_named("google_calendar")
        try:
            given = google_consent.trade(client, self._google_back(request), said, kept["verifier_of_consent"])
            checked = connecting.check(source, given.credential, self.settings)
            now = datetime.now(UTC)
            with connecting.trial(source, given.credential, self.settings) as api:
                seen = check.count_events(api, checked.external_user or "primary", now - AROUND, now + AROUND)
            return self._keep(request, account, source, given.credential, checked, {"events_seen": seen})
        except LifetracerError as failure:
            return self.guide(request, "google", told(self.shell, request, failure), failure.status)

    def import_files(self, request: Request, files: list[UploadFile]) -> Response:
        """Read files that were dropped, and say of each what became of it."""
        account, words = self.account(request), self.shell.visitor(request).words
        named = [file for file in files if file.filename]
        if not named:
            return self.guide(request, "file", words(keep("Choose a file first.")), 422)
        results: list[FileImport] = []
        with tempfile.TemporaryDirectory(prefix="lifetracer-import-") as folder:
            for file in named:
                path = Path(folder) / _plain_name(file.filename or "")
                with path.open("wb") as target:
                    shutil.copyfileobj(file.file, target, 1 << 20)
                try:
                    summary = import_files(self.warehouse, self.settings, account, [str(path)])
                    results += summary.files
                except LifetracerError as failure:
                    results.append(FileImport(path.name, error=failure))
        for result in results:
            result.file = Path(result.file).name
        changed = sum(result.items for result in results)
        if not changed or any(result.error or result.problems for result in results):
            job = self._request(request, account, "transform", "import") if changed else None
            status = 200 if changed else 422
            return self.guide(request, "file", status=status, results=results, job=job.job_id if job else None)
        return self.begin(request, account, "transform", "import")

    def begin(self, request: Request, account: Account, stage: str, action: str) -> Response:
        """Ask for a job and lead to where its progress is seen."""
        asked = self._request(request, account, stage, action)
        return RedirectResponse(f"/connections/job/{asked.job_id}", 303)

    def progress(self, request: Request, job_id: UUID) -> Response:
        """Show how far a job is, and where its picture is.

        Raises:
            NotFoundError: there is no such job.
        """
        account, visitor = self.account(request), self.shell.visitor(request)
        with self.warehouse.transaction(account_id=account.account_id) as con:
            job = jobs.find(con, job_id)
            if job is None:
                raise NotFoundError("There is no such job.")
            follower = con.cursor(row_factory=dict_row).execute(SQL["follower"], {"since": job.queued_at}).fetchone()
        if job.stage in {"demo", "sync"} and job.status == "succeeded" and follower:
            return RedirectResponse(f"/connections/job/{follower['job_id']}", 303)
        known = self.connections(account)
        return self.shell.page(
            request,
            visitor,
            "progress.html",
            page="connections",
            job=job,
            statuses=STATUSES,
            stages=STAGES,
            findings=[
                finding for one in known if one.has_credential for finding in _findings(one, account, visitor.words)
            ],
            counts=self._counts(account) if job.status == "succeeded" else {},
        )

    def one(self, request: Request, connection_id: UUID, problem: str = "", findings: tuple[Any, ...] = ()) -> Response:
        """Show one connection: its health, its calendars, and what can be done with it."""
        account, visitor = self.account(request), self.shell.visitor(request)
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
            findings=findings or tuple(_findings(known, account, visitor.words)),
            statuses=STATUSES,
            problem=problem,
        )

    def test(self, request: Request, connection_id: UUID) -> Response:
        """Ask the service whether the stored credential still works."""
        account = self.account(request)
        known = self.connection(account, connection_id)
        source, words = source_named(known.source), self.shell.visitor(request).words
        assert source.check is not None, "only what can be tested has the button"
        try:
            with self._opened(account, known) as api:
                checked = source.check(api, self.settings)
        except LifetracerError as failure:
            return self.one(request, connection_id, told(self.shell, request, failure))
        found = [(True, words(keep("The access works: {name}."), name=checked.name))]
        return self.one(request, connection_id, findings=(*found, *_zone_finding(checked.settings, account, words)))

    def put(self, request: Request, connection_id: UUID, status: str) -> Response:
        """Pause a connection, or go on with it.

        Raises:
            FixByHandError: it needs a new credential first.
        """
        account = self.account(request)
        known = self.connection(account, connection_id)
        with self.warehouse.transaction(account_id=account.account_id) as con:
            values = {"connection_id": known.connection_id, "status": status}
            if not known.has_credential or not con.execute(SQL["set_status"], values).rowcount:
                raise FixByHandError("This connection needs a new credential.", remedy="Connect it anew.")
            self._note(request, con, "connection.pause" if status == "paused" else "connection.resume", known.name)
        return RedirectResponse("/connections", 303)

    def choose_calendars(self, request: Request, connection_id: UUID, chosen: list[str]) -> Response:
        """Say which calendars are read from now on."""
        account = self.account(request)
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
            self._note(request, con, "connection.calendars", known.name)
        return self.begin(request, account, "pipeline", "connection.sync")

    def disconnect(self, request: Request, connection_id: UUID, *, delete: bool) -> Response:
        """Give a connection up, perhaps with all that came over it."""
        account = self.account(request)
        known = self.connection(account, connection_id)
        hints.withdraw(self.warehouse, self.settings, account.account_id, known)
        connecting.disconnect(self.warehouse, account.account_id, str(known.connection_id), delete_data=delete)
        with self.warehouse.transaction(account_id=account.account_id) as con:
            self._note(request, con, "connection.delete" if delete else "connection.disconnect", known.name)
            if delete:
                jobs.request(con, "transform")
        return RedirectResponse("/connections", 303)

    def _keep(
        self,
        request: Request,
        account: Account,
        source: Source,
        credential: dict[str, str],
        checked: Checked,
        chosen: dict[str, Any],
    ) -> Response:
        seen = {"signed_in_as": checked.name, **chosen}
        made = connecting.keep(self.warehouse, account.account_id, source, credential, checked, chosen=seen)
        with self.warehouse.transaction(account_id=account.account_id) as con:
            self._note(request, con, "connection.connect", made.name)
        return self.begin(request, account, "pipeline", "connection.sync")

    def _request(self, request: Request, account: Account, stage: str, action: str) -> jobs.Requested:
        with self.warehouse.transaction(account_id=account.account_id) as con:
            asked = jobs.request(con, stage)
            self._note(request, con, f"{stage}.start", action)
        return asked

    def _note(self, request: Request, con: Connection, action: str, subject: str) -> None:
        caller = getattr(request.state, "caller", None)
        audit.note(con, getattr(caller, "who", "this machine"), action, subject, ip=getattr(caller, "ip", None))

    def _opened(self, account: Account, known: Connected) -> Any:
        place = (known.connection_id, source_named(known.source))
        access = connecting.open_access(self.warehouse, self.settings, account.account_id, place)
        return access.client(self.settings)

    def _counts(self, account: Account) -> dict[str, Any]:
        with self.warehouse.transaction(account_id=account.account_id) as con:
            found = con.cursor(row_factory=dict_row).execute(SQL["has_marts"]).fetchone()
            if not (found and found["there"]):
                return {}
            return con.cursor(row_factory=dict_row).execute(SQL["counts"]).fetchone() or {}

    def _client(self, client_id: str, client_secret: str) -> google_consent.Client:
        return google_consent.Client(
            client_id, client_secret, self.settings.google_auth_url, self.settings.google_token_url
        )

    def _google_back(self, request: Request) -> str:
        return f"{browser.origin_of(request, self.settings)}/connections/google/back"


def _findings(one: Connected, account: Account, words: Any) -> list[tuple[bool, str]]:
    """Say what the test of a connection found: (whether it is well, the sentence)."""
    settings = one.settings
    found = []
    if name := settings.get("signed_in_as"):
        found.append((True, words(keep("The access works: {name}."), name=name)))
    if (seen := settings.get("events_seen")) is not None:
        found.append(
            (seen > 0, words(keep("Calendar readable, {count} events in the eight weeks around today."), count=seen))
        )
    return [*found, *_zone_finding(settings, account, words)]


def _zone_finding(settings: Any, account: Account, words: Any) -> list[tuple[bool, str]]:
    zone = settings.get("time_zone")
    if not zone:
        return []
    if zone == account.time_zone:
        return [(True, words(keep("Time zone equal: {zone}."), zone=zone))]
    differing = words(
        keep("The time zone there is {zone}, yours is {own}: days are cut by yours."), zone=zone, own=account.time_zone
    )
    return [(False, differing)]


def _is_read(known: Connected, row: dict[str, Any]) -> bool:
    """Tell whether a calendar is read."""
    if wanted := known.settings.get("calendar_ids"):
        return row["id"] in wanted
    return not calendar_list.is_off_by_default(row) and row["id"] not in (known.settings.get("calendars_off") or ())


def _is_here(request: Request) -> bool:
    """Tell whether the browser runs on this machine, so that a desktop client's loopback address works."""
    return (request.url.hostname or "") in {"localhost", "127.0.0.1", "::1"}


def _plain_name(name: str) -> str:
    """Take the folders off a file's name, and what no file system likes."""
    plain = "".join(
        letter for letter in Path(name.replace("\\", "/")).name if letter.isprintable() and letter not in '<>:"|?*[]'
    )
    return plain.lstrip(".-")[-150:] or "file.csv"
