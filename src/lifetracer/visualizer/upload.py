"""Carries the dashboards to a Grafana server, such as Grafana Cloud, through its HTTP API.

Law: a second upload changes nothing that the first one made, and nothing in Grafana that is not ours.
Grafana: docs, HTTP API, "Folder", "Dashboard", "Data source"; 401, 403, 409, 412 mean what is written there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from psycopg import conninfo

from lifetracer.errors import CredentialError, FixByHandError, LifetracerError, TryAgainError, UsageError
from lifetracer.outside.http import Access, Client, HttpStatusError, Refusal
from lifetracer.settings import Settings
from lifetracer.visualizer.panels import SOURCE

FOLDER = "lifetracer"
"""Uid and title of the folder that holds the dashboards."""
TLS_MODES = ("verify-full", "verify-ca", "require", "disable")
SOURCE_PATH = f"/api/datasources/uid/{SOURCE.uid}"


@dataclass(frozen=True)
class Login:
    """How Grafana reaches the warehouse: a reader login, never the owner."""

    host: str
    """``host:port``, or the folder of a socket."""
    database: str
    user: str
    password: str = field(repr=False)
    tls: str = "verify-full"
    certificate: str = field(default="", repr=False)
    """PEM of the authority that signed the server's certificate; empty: those that Grafana's machine trusts."""

    def body(self) -> dict[str, Any]:
        """Give the data source as Grafana's API takes it."""
        secrets = {"password": self.password}
        options: dict[str, Any] = {"database": self.database, "sslmode": self.tls, "postgresVersion": 1500}
        options |= {"timescaledb": False, "maxOpenConns": 10, "maxIdleConns": 2, "connMaxLifetime": 3600}
        if self.certificate:
            options["tlsConfigurationMethod"] = "file-content"
            secrets["tlsCACert"] = self.certificate
        return {
            "name": "lifetracer",
            "uid": SOURCE.uid,
            "type": SOURCE.type_val,
            "access": "proxy",
            "url": self.host,
            "user": self.user,
            "jsonData": options,
            "secureJsonData": secrets,
        }


@dataclass(frozen=True)
class UploadSummary:
    """What is in Grafana now."""

    folder: str
    """Address of the folder."""
    dashboards: tuple[str, ...]
    """Addresses of the dashboards."""
    source: str
    """What became of the data source: ``created``, ``updated``, ``kept``."""


def login_from(dsn: str, *, tls: str = "verify-full", certificate: str = "", grafana: str = "") -> Login:
    """Read a reader login from its address, as `lifetracer reader create NAME --json` prints it.

    Args:
        dsn: the address (holds the password).
        tls: how Grafana checks the database: one of ``TLS_MODES``.
        certificate: PEM of the authority, when it is not a public one (Supabase offers its own for download).
        grafana: Grafana's address, to tell whether it can reach the database at all.

    Raises:
        UsageError: no such way to check; the address lacks host, user or password.
        FixByHandError: the database listens on this machine only, and Grafana is elsewhere.
    """
    if tls not in TLS_MODES:
        raise UsageError(f"There is no TLS mode {tls}.", remedy=f"Choose one of: {', '.join(TLS_MODES)}.")
    try:
        parts = {name: str(value) for name, value in conninfo.conninfo_to_dict(dsn).items()}
    except Exception:  # noqa: BLE001  (libpq's own error repeats the password)
        parts = {}
    if not all(parts.get(name) for name in ("host", "user", "password")):
        raise UsageError(
            "That is not the address of a reader login: host, user or password is missing.",
            remedy='`lifetracer reader create grafana --json` prints one as "dsn".',
        )
    host = parts["host"]
    is_near = host.startswith("/") or host in {"localhost", "127.0.0.1", "::1"}
    if is_near and _host(grafana) not in {"", "localhost", "127.0.0.1", "::1"}:
        raise FixByHandError(
            f"Grafana at {_host(grafana)} cannot reach a database that listens on this machine only ({host}).",
            remedy="Use a database that it can reach, such as Supabase: docs/how-to/see-it-in-grafana.md.",
        )
    address = host if host.startswith("/") else f"{host}:{parts.get('port') or 5432}"
    checked = "disable" if host.startswith("/") else tls
    return Login(address, parts.get("dbname") or "postgres", parts["user"], parts["password"], checked, certificate)


def upload(
    settings: Settings, url: str, token: str, dashboards: Mapping[str, Mapping[str, Any]], login: Login | None = None
) -> UploadSummary:
    """Make or renew the folder, the data source and the dashboards; each may be repeated at any time.

    Args:
        settings: for retries.
        url: Grafana's address, e.g. ``https://anna.grafana.net``.
        token: of a service account with the role Admin (Editor suffices without ``login``).
        dashboards: documents by file name.
        login: what the data source shall use; without it the data source stays as it is.

    Raises:
        CredentialError: the token is refused, or may not do this.
        FixByHandError: there is no data source yet and no login was given; the name of the folder or of a dashboard
            is taken; Grafana does not reach the database.
        TryAgainError: Grafana is not reachable or not well.
    """
    with _access(url, token).client(settings) as client:
        folder = _folder(client)
        source = _source(client, login)
        places = []
        for document in dashboards.values():
            body = {"dashboard": document, "folderUid": FOLDER, "overwrite": True, "message": "lifetracer"}
            places.append(str(client.post("/api/dashboards/db", json=body).json()["url"]))
        _check(client)
    base = url.rstrip("/")
    return UploadSummary(base + folder, tuple(base + place for place in places), source)


def _folder(client: Client) -> str:
    found = _get(client, f"/api/folders/{FOLDER}")
    if found is None:
        found = client.post("/api/folders", json={"uid": FOLDER, "title": FOLDER}).json()
    return str(found["url"])


def _source(client: Client, login: Login | None) -> str:
    known = _get(client, SOURCE_PATH)
    if login is None:
        if known is None:
            raise FixByHandError(
                "Grafana has no data source for the warehouse yet.",
                remedy="Make a login (`lifetracer reader create grafana --json`) and give its dsn with --reader-dsn.",
            )
        return "kept"
    if known is None:
        client.post("/api/datasources", json=login.body())
        return "created"
    client.put(SOURCE_PATH, json=login.body() | {"isDefault": bool(known.get("isDefault"))})
    return "updated"


def _check(client: Client) -> None:
    """Let Grafana try its data source; a failure is the database's, the network's or the certificate's."""
    said = client.get(f"{SOURCE_PATH}/health").json() or {}
    if said.get("status") != "OK":
        raise _unhealthy(str(said.get("message", "no reason given")))


def _get(client: Client, path: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = client.get(path).json()
    except HttpStatusError as failure:
        if failure.code == httpx.codes.NOT_FOUND:
            return None
        raise
    return found


def _access(url: str, token: str) -> Access:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(f"{url} is not the address of a Grafana.", remedy="It looks like https://anna.grafana.net.")
    return Access("Grafana", url.rstrip("/"), _Bearer(token), url_setting="LIFETRACER_GRAFANA_URL", explain=_explain)


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def sync_auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


_MEANINGS: Mapping[int, tuple[type[LifetracerError], str, str]] = {
    401: (
        CredentialError,
        "Grafana refuses the token.",
        "Make one under Administration, Service accounts, and set LIFETRACER_GRAFANA_TOKEN.",
    ),
    403: (
        CredentialError,
        "The token may not use {path}{said}.",
        "Give its service account the role Admin (Editor does when the data source exists already).",
    ),
    409: (
        FixByHandError,
        "Grafana has one of that name already ({path}{said}).",
        "Rename or delete what is called lifetracer there; it was made by somebody else.",
    ),
    412: (
        FixByHandError,
        "Grafana does not take the dashboard{said}.",
        "Remove what stands in the way: a dashboard of that name from elsewhere, or one that files provision.",
    ),
    500: (TryAgainError, "Grafana is not well{said}.", "Upload once more later; it may be repeated."),
}
"""What an answer's status means here, and what to do about it."""


def _explain(refusal: Refusal) -> LifetracerError | None:
    if refusal.path.endswith("/health") and refusal.code != httpx.codes.NOT_FOUND:
        return _unhealthy(refusal.said or str(refusal.code))
    code = refusal.code
    if code == httpx.codes.BAD_REQUEST and refusal.path == "/api/dashboards/db":
        code = httpx.codes.PRECONDITION_FAILED  # "Cannot save provisioned dashboard"
    if code == httpx.codes.TOO_MANY_REQUESTS or code >= httpx.codes.INTERNAL_SERVER_ERROR:
        code = httpx.codes.INTERNAL_SERVER_ERROR
    if code not in _MEANINGS:
        return None
    outcome, message, remedy = _MEANINGS[code]
    said = f": {refusal.said.rstrip('.')}" if refusal.said else ""
    return outcome(message.format(path=refusal.path, said=said), remedy=remedy)


def _unhealthy(said: str) -> FixByHandError:
    return FixByHandError(
        f"The dashboards are uploaded, but Grafana does not reach the database: {said.rstrip('.')}.",
        remedy="Check host, allow-list and certificate: docs/how-to/see-it-in-grafana.md.",
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
