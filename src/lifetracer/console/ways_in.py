"""The guided ways by which time comes in, each ending in a job and a picture.

Law: a credential comes in and never goes out; the service is asked whether it accepts it before it is kept.
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

from lifetracer.charts import keep
from lifetracer.charts.failures import said_in
from lifetracer.connector import connecting
from lifetracer.connector.connecting import Connected
from lifetracer.connector.importing import FileImport, import_files
from lifetracer.connector.registry import source_named
from lifetracer.connector.source import Checked, Source
from lifetracer.connector.sources.google_calendar import check
from lifetracer.console import browser
from lifetracer.console.acting import Acting
from lifetracer.console.entering import Entering, told
from lifetracer.console.shell import Shell
from lifetracer.errors import LifetracerError, NotFoundError, UsageError
from lifetracer.outside import google_consent
from lifetracer.outside.google_oauth import READ_SCOPES, WRITE_SCOPES
from lifetracer.warehouse import round_trips
from lifetracer.warehouse.accounts import Account

Text = Annotated[str, Form()]

WAYS = ("demo", "file", "calendar", "toggl", "google")

AROUND = timedelta(days=28)
"""Before and after today: where events are counted to show that the calendar is the right one."""

KNOWN_FAILURES = (keep("Toggl does not accept the API token."),)
"""Sentences of other rooms that stand on these pages."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the pages."""
    router = APIRouter(route_class=shell.route)
    desk = Desk(shell)

    @router.get("/connections/add")
    def choose(request: Request) -> Response:
        visitor = shell.visitor(request)
        here = desk.connections(desk.acting.account(request)) if visitor.account_id else []
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
        account = desk.acting.account(request)
        if not desk.offers_demo(desk.connections(account)):
            return desk.guide(request, "demo", shell.visitor(request).words(keep("Real time is here already.")), 409)
        return desk.acting.begin(request, account, "demo", "connection.demo")

    @router.post("/connections/add/google")
    def google(request: Request, client_id: Text = "", client_secret: Text = "", write: Text = "") -> Response:
        return desk.ask_google(request, client_id.strip(), client_secret.strip(), write=write == "1")

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

    return router


class Desk:
    """Leads through a way, and does what is asked for there."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.acting = Acting(shell)
        self.entering = Entering(shell)
        self.warehouse = shell.warehouse
        self.settings = self.acting.settings

    def connections(self, account: Account) -> list[Connected]:
        """List the connections of an account."""
        return connecting.connections(self.warehouse, account.account_id)

    def offers_demo(self, known: list[Connected]) -> bool:
        """Tell whether a demo person may live here: nothing real is here, and a worker of ours runs the jobs."""
        return not known and self.settings.run_on == "worker"

    def guide(self, request: Request, way: str, problem: str = "", status: int = 200, **more: Any) -> Response:
        """Show one way, step by step.

        Raises:
            NotFoundError: there is no such way.
        """
        if way not in WAYS:
            raise NotFoundError("There is no such way in.", remedy="Choose one of those at /connections/add.")
        visitor = self.shell.visitor(request)
        client = self._known_client(visitor.account_id) if way == "google" else None
        return self.shell.page(
            request,
            visitor,
            f"connect_{way}.html",
            status=status,
            page="connections",
            problem=problem,
            back=self._google_back(request),
            here=_is_here(request),
            client_id=client.client_id if client else "",
            has_secret=bool(client and client.client_secret),
            **{"results": (), "consent": "", "job": None, "write": request.query_params.get("write") == "1", **more},
        )

    def connect(self, request: Request, way: str, source_name: str, credential: dict[str, str]) -> Response:
        """Ask a service whether it accepts a credential, keep it, and begin to read."""
        account, source = self.acting.account(request), source_named(source_name)
        try:
            checked = connecting.check(source, credential, self.settings)
            return self._keep(request, account, source, credential, checked, {})
        except LifetracerError as failure:
            return self.guide(request, way, _refused(self.shell, request, failure), failure.status)

    def ask_google(self, request: Request, client_id: str, client_secret: str, *, write: bool) -> Response:
        """Note the OAuth client and lead to Google's page, which asks for reading, or also for a calendar of ours."""
        account, words = self.acting.account(request), self.shell.visitor(request).words
        known = self._known_client(account.account_id)
        client = self._client(client_id or known.client_id, client_secret or known.client_secret)
        if not client.client_id.endswith(".apps.googleusercontent.com") or not client.client_secret:
            problem = words(keep("A client id ends with .apps.googleusercontent.com, and its secret stands beside it."))
            return self.guide(request, "google", problem, 422, write=write)
        state, verifier = round_trips.new_state(), secrets.token_urlsafe(64)
        details = {
            "for": "google_calendar",
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "verifier_of_consent": verifier,
            "account": str(account.account_id),
            "write": "1" if write else "",
        }
        with self.warehouse.transaction() as con:
            round_trips.begin(con, self.warehouse.vault, self.entering.browser(request).key, state, details)
        scopes = WRITE_SCOPES if write else READ_SCOPES
        consent = google_consent.question(client, self._google_back(request), state, verifier, scopes)
        return self.guide(request, "google", consent=consent, write=write)

    def hear_google(self, request: Request) -> Response:
        """Take Google's answer."""
        said = {name: value for name, value in request.query_params.items() if len(value) < 4096}
        key = self.entering.browser(request).key
        with self.warehouse.transaction() as con:
            kept = round_trips.end(con, self.warehouse.vault, key, said.get("state", ""))
        account, words = self.acting.account(request), self.shell.visitor(request).words
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
            chosen = {"events_seen": seen, "may_plan": given.may_plan}
            begun = self._keep(request, account, source, given.credential, checked, chosen)
        except LifetracerError as failure:
            problem = _refused(self.shell, request, failure)
            return self.guide(request, "google", problem, failure.status, write=bool(kept.get("write")))
        return RedirectResponse("/plans", 303) if kept.get("write") and given.may_plan else begun

    def import_files(self, request: Request, files: list[UploadFile]) -> Response:
        """Read files that were dropped, and say of each what became of it."""
        account, words = self.acting.account(request), self.shell.visitor(request).words
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
                _without(result, folder)
        changed = sum(result.items for result in results)
        if not changed or any(result.error or result.problems for result in results):
            job = self.acting.ask_for(request, account, "transform", "import") if changed else None
            status = 200 if changed else 422
            return self.guide(request, "file", status=status, results=results, job=job.job_id if job else None)
        return self.acting.begin(request, account, "transform", "import")

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
            self.acting.note(request, con, "connection.connect", made.name)
        return self.acting.begin(request, account, "pipeline", "connection.sync")

    def _known_client(self, account_id: UUID | None) -> google_consent.Client:
        """Give the OAuth client of the installation, or the one that the account has connected with; parts may lack."""
        secret = self.settings.google_client_secret
        if self.settings.google_client_id or account_id is None:
            return self._client(self.settings.google_client_id or "", secret.get_secret_value() if secret else "")
        for known in connecting.connections(self.warehouse, account_id):
            if known.source == "google_calendar" and known.has_credential:
                with self.warehouse.transaction() as con:
                    credential = self.warehouse.vault.read(con, account_id, known.connection_id) or {}
                if credential.get("refresh_token"):
                    return self._client(credential.get("client_id", ""), credential.get("client_secret", ""))
        return self._client("", "")

    def _client(self, client_id: str, client_secret: str) -> google_consent.Client:
        return google_consent.Client(
            client_id, client_secret, self.settings.google_auth_url, self.settings.google_token_url
        )

    def _google_back(self, request: Request) -> str:
        return f"{browser.origin_of(request, self.settings)}/connections/google/back"


def _refused(shell: Shell, request: Request, failure: LifetracerError) -> str:
    """Say why a service refuses; how to do it right stands on the page, and not at the command line."""
    if "`lifetracer " in failure.remedy:
        return said_in(str(failure), shell.visitor(request).words)
    return told(shell, request, failure)


def _without(result: FileImport, folder: str) -> None:
    """Name a file as the person knows it, not by where we had put it."""
    result.file = result.file.removeprefix(f"{folder}/")
    result.problems = [problem.replace(f"{folder}/", "") for problem in result.problems]
    if result.error:
        result.error = type(result.error)(str(result.error).replace(f"{folder}/", ""), remedy=result.error.remedy)


def _is_here(request: Request) -> bool:
    """Tell whether the browser runs on this machine, so that a desktop client's loopback address works."""
    return (request.url.hostname or "") in {"localhost", "127.0.0.1", "::1"}


def _plain_name(name: str) -> str:
    """Take the folders off a file's name, and what no file system likes."""
    plain = "".join(
        letter for letter in Path(name.replace("\\", "/")).name if letter.isprintable() and letter not in '<>:"|?*[]'
    )
    return plain.lstrip(".-")[-150:] or "file.csv"
