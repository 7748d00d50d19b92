"""Every setting, typed, in one place; read at the edge (CLI, server start) and handed down.

A setting ``some_name`` is the environment variable ``LIFETRACER_SOME_NAME``; names that the wider world
already uses (``DATABASE_URL``, ``TOGGL_API_TOKEN`` …) are accepted as they are. Every variable can also come
from a file: ``NAME_FILE`` holds its path, and a path that cannot be read is an error, never ignored.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from lifetracer.errors import FixByHandError

FOREIGN_NAMES: dict[str, tuple[str, ...]] = {
    "database_url": ("DATABASE_URL", "DIRECT_DATABASE_URL"),
    "supabase_url": ("SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_URL"),
    "supabase_anon_key": (
        *("SUPABASE_ANON_KEY", "NEXT_PUBLIC_SUPABASE_ANON_KEY"),
        *("SUPABASE_PUBLISHABLE_KEY", "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY"),
    ),
    "supabase_jwt_secret": ("SUPABASE_JWT_SECRET",),
    "toggl_api_token": ("TOGGL_API_TOKEN",),
    "google_client_id": ("GOOGLE_CLIENT_ID",),
    "google_client_secret": ("GOOGLE_CLIENT_SECRET",),
    "google_refresh_token": ("GOOGLE_REFRESH_TOKEN",),
    "google_service_account": ("GOOGLE_SERVICE_ACCOUNT",),
    "google_calendar_ids": ("GOOGLE_CALENDAR_IDS",),
    "analyzer_url": ("ANALYZER_URL",),
    "adjuster_url": ("ADJUSTER_URL",),
    "reporter_url": ("REPORTER_URL",),
    "github_repository": ("GITHUB_REPOSITORY",),
    "github_token": ("GITHUB_TOKEN",),
}
"""Names without our prefix that are accepted too, the strongest first."""


class Settings(BaseModel):
    """What can be set, with its default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("lifetracer")))
    """Folder of the embedded database, keys, logs and reports."""

    reports_url: str | None = None
    """Where reports are kept, such as ``s3://bucket/reports`` or ``file:///srv/reports``; by default in ``home``."""

    s3_endpoint_url: str | None = Field(None, pattern=r"^https?://[^\s/@]+(/[^\s@]*)?$")
    """Where ``s3://`` addresses are served, when not by Amazon: MinIO, Cloudflare R2, OCI Object Storage, Ceph …"""

    s3_access_key_id: SecretStr | None = None
    """Key for ``s3://``; without it the machine's own (``AWS_ACCESS_KEY_ID``, profile, role) is used."""

    s3_secret_access_key: SecretStr | None = None
    """The key's secret."""

    database_url: SecretStr | None = None
    """A PostgreSQL 15 or newer; without it the embedded one in ``home`` is used."""

    preview_database_url: SecretStr | None = None
    """The database that preview deployments may open: the same as their ``DATABASE_URL``, never production's."""

    supabase_url: str | None = None
    """Address of a Supabase project; it does not replace ``DATABASE_URL``."""

    supabase_anon_key: SecretStr | None = None
    """The project's anon or publishable key; with it and ``supabase_url`` people can sign in by Supabase Auth."""

    supabase_jwt_secret: SecretStr | None = None
    """Secret of a project that still signs its tokens with HS256; without it such a token is shown to the project."""

    oidc_issuer: str | None = None
    """Issuer by which people can sign in (OpenID Connect), such as ``https://accounts.google.com``."""

    oidc_client_id: str | None = None
    """Our client there; its redirect address is ``PUBLIC_URL/sign-in/oidc/back``."""

    oidc_client_secret: SecretStr | None = None
    """Its secret, when the client has one."""

    oidc_name: str | None = None
    """How the issuer is called on the button; by default by its host."""

    public_url: str | None = Field(None, pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")
    """Address under which browsers reach the server; by default the one that each of them asks for."""

    session_idle_hours: int = Field(168, ge=1, le=8760)
    """Hours after which a browser that was not used is signed out."""

    session_days: int = Field(30, ge=1, le=365)
    """Days after which every browser is signed out."""

    secret_key: SecretStr | None = None
    """Key that encrypts stored credentials: one or several Fernet keys, newest first, separated by commas."""

    host: str = "127.0.0.1"
    """Address on which the server listens."""

    port: int = Field(3000, ge=1, le=65535)
    """Port of the server."""

    access_token: SecretStr | None = None
    """Token that callers must show (``Authorization: Bearer``) when the server listens beyond this machine."""

    allow_ips: tuple[str, ...] = ()
    """Addresses and networks (CIDR, IPv4 or IPv6) that may come in, commas between; by default everybody may try."""

    allow_ips_health: bool = False
    """Whether ``/health`` is kept from other addresses, too (this machine may always ask for it)."""

    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of the proxies in front of the server, whose word about the client's address is taken."""

    client_address_header: Literal["x-forwarded-for", "forwarded", "cf-connecting-ip"] = "x-forwarded-for"
    """The one header by which those proxies tell the client's address; every other one is ignored."""

    cors_origins: tuple[str, ...] = ()
    """Origins (``https://example.org``) whose pages may use the API with a token, separated by commas."""

    rate_limit: int = Field(6000, ge=0)
    """Requests a minute of one token, browser session or address, over all servers; 0 sets no limit."""

    rate_limit_wrong: int = Field(20, ge=0)
    """Wrong tokens a minute from one address, over all servers; 0 sets no limit."""

    audit_days: int = Field(400, ge=1, le=36500)
    """Days for which the audit log (who changed or started what) is kept."""

    job_memory_mb: int = Field(2048, ge=128)
    """Memory that one job may take, in MB; a job that wants more is ended and says so."""

    job_log_days: int = Field(30, ge=1, le=36500)
    """Days for which the lines that jobs said are kept."""

    job_days: int = Field(400, ge=1, le=36500)
    """Days for which ended jobs are kept; the latest of each stage always stays."""

    run_on: Literal["worker", "github", "both"] = "worker"
    """Where jobs run: in our workers, as GitHub workflows that a worker starts and follows, or in both (moving)."""

    github_repository: str | None = None
    """Repository (``owner/name``) whose workflows run the jobs with ``LIFETRACER_RUN_ON=github``."""

    github_token: SecretStr | None = None
    """Token that may start them: a fine-grained one with the repository's permission *Actions: read and write*."""

    github_ref: str = "main"
    """Branch on which they run."""

    github_url: str = "https://api.github.com"
    """Base address of GitHub's REST API."""

    github_api_version: Literal["2022-11-28", "2026-03-10"] = "2022-11-28"
    """Version of GitHub's REST API; older GitHub Enterprise servers know the first only."""

    analyzer_url: str | None = None
    """Address of a worker container that analyzes; ``/ready`` asks for its ``/health`` (work goes by the queue)."""

    adjuster_url: str | None = None
    """The same of a container that adjusts."""

    reporter_url: str | None = None
    """The same of a container that writes reports."""

    metrics_token: SecretStr | None = None
    """Token for ``/metrics`` (``Authorization: Bearer``); without it this machine and ``metrics_ips`` may read it."""

    metrics_ips: tuple[str, ...] = ()
    """Addresses and networks that may read ``/metrics`` without a token, separated by commas."""

    log_level: Literal["debug", "info", "warning", "error"] | None = None
    """From which level server and worker write log lines; by default ``warning`` at a terminal, ``info`` elsewhere."""

    log_format: Literal["auto", "json", "text"] = "auto"
    """One JSON object a line, or text; by default text at a terminal and JSON elsewhere."""

    web_vitals: bool = False
    """Whether the console measures how fast its pages come up and tells this server (nobody else), for ``/metrics``."""

    static_url: str | None = Field(None, pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?$")
    """Where browsers fetch style sheet, script and letters, if not here: a CDN in front of ``/static``, or a bucket's
    copy. It must send ``Access-Control-Allow-Origin`` with the letters, else the system's are used."""

    hint_pause_seconds: int = Field(120, ge=0, le=3600)
    """Least time between two syncs that webhooks or push notifications start; the first comes at once."""

    account: str | None = None
    """Account to act for (name or id); the only one by default."""

    language: str | None = None
    """``en`` or ``ja``; by default the browser's wish, then the system's."""

    time_zone: str | None = None
    """IANA zone of a newly made account; by default the system's."""

    toggl_url: str = "https://api.track.toggl.com"
    """Base address of Toggl Track."""

    google_url: str = "https://www.googleapis.com"
    """Base address of the Google Calendar API."""

    google_token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105
    """Where Google exchanges refresh tokens."""

    google_auth_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    """Google's consent page."""

    toggl_api_token: SecretStr | None = None
    """Toggl API token of a one-person install."""

    google_client_id: str | None = None
    """OAuth client of a one-person install."""

    google_client_secret: SecretStr | None = None
    """OAuth client secret of a one-person install."""

    google_refresh_token: SecretStr | None = None
    """OAuth refresh token of a one-person install."""

    google_service_account: SecretStr | None = None
    """Service account key (the JSON text) of a one-person install; ``GOOGLE_SERVICE_ACCOUNT_FILE`` is its path."""

    google_calendar_ids: tuple[str, ...] = ()
    """Calendars to read, separated by commas; by default all but holidays, birthdays and contacts."""

    toggl_page_size: int = Field(1000, ge=1, le=1000)
    """Rows asked of Toggl's Reports API per request."""

    toggl_pause_seconds: float = Field(1.0, ge=0)
    """Least time between two requests to Toggl (its safe rate is one a second)."""

    retry_attempts: int = Field(5, ge=1, le=20)
    """Tries of a request that fails for a passing reason."""

    retry_seconds: float = Field(1.0, ge=0)
    """Wait before the second try; it doubles from then on."""

    occurrence_future_days: int = Field(400, ge=1, le=3660)
    """How far ahead repeating events are expanded."""

    stale_days: int = Field(7, ge=1)
    """Days without any change at a source that used to change daily before an alarm."""

    llm_url: str | None = Field(None, pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?$")
    """Base address of a language model with OpenAI's protocol, such as ``http://localhost:11434/v1``; off without."""

    llm_model: str | None = None
    """Name of the model there; off without."""

    llm_key: SecretStr | None = None
    """Its key, where it wants one; many local ones want none."""

    llm_seconds: float = Field(60, gt=0, le=600)
    """Longest wait for its answer; the plain wording is shown instead."""

    grafana_url: str | None = None
    """Address of the Grafana to which `lifetracer grafana upload` carries the dashboards."""

    grafana_token: SecretStr | None = None
    """Token of a service account there (role Admin)."""

    grafana_reader_dsn: SecretStr | None = None
    """Address of the reader login that Grafana uses, as `lifetracer reader create NAME --json` prints it."""

    @field_validator(
        "google_calendar_ids", "allow_ips", "metrics_ips", "trusted_proxies", "cors_origins", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as failure:
            first = failure.errors()[0]
            name = "LIFETRACER_" + "_".join(str(part) for part in first["loc"]).upper().removeprefix("LIFETRACER_")
            raise FixByHandError(
                f"The setting {name} is not usable: {first['msg']}.", remedy=f"Correct {name} in the environment."
            ) from None


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment (``NAME_FILE`` variables included).

    Raises:
        FixByHandError: a value cannot be used, or a ``NAME_FILE`` cannot be read.
    """
    environ = dict(os.environ if environ is None else environ)
    given: dict[str, Any] = {}
    for field in Settings.model_fields:
        for name in (*FOREIGN_NAMES.get(field, ()), f"LIFETRACER_{field.upper()}"):
            value = environ.get(name) or _from_file(name, environ.get(f"{name}_FILE"))
            if value and field not in given:
                given[field] = value
    return Settings(**given)


def _from_file(name: str, path: str | None) -> str | None:
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as failure:
        raise FixByHandError(
            f"{name}_FILE points to {path}, which cannot be read ({failure.strerror}).",
            remedy="Correct the path or its permissions.",
        ) from None
