"""What every page has in common: who looks, in which language and theme, and how a page is sent.

Law: a page is sent with a content security policy that allows nothing from elsewhere and nothing inline.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import jinja2
from babel.core import negotiate_locale
from fastapi import Request, Response, params
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from psycopg.rows import dict_row

from lifetracer.charts import LANGUAGES, Words, keep, shade_of
from lifetracer.charts.failures import said_in
from lifetracer.charts.week import VERDICTS, percent
from lifetracer.charts.wording import SOURCES
from lifetracer.console import browser
from lifetracer.console.assets import LETTERS, Assets
from lifetracer.console.navigation import PAGES
from lifetracer.console.periods import PERIOD_WORDS
from lifetracer.errors import LifetracerError
from lifetracer.periods import end_of, start_of
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, accounts
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.queries import beside

STAGES = {
    "sync": keep("Sync"),
    "transform": keep("Transform"),
    "analyze": keep("Analyze"),
    "adjust": keep("Adjust"),
    "plan": keep("Plan"),
    "report": keep("Report"),
    "what-if": keep("What if …"),
    "pipeline": keep("Everything"),
}
"""How stages are called on the screen."""

THEME_NAMES = {"system": keep("System"), "light": keep("Light"), "dark": keep("Dark")}
THEMES = tuple(THEME_NAMES)
A_YEAR = 365 * 24 * 3600
SQL = beside(__file__, "queries.sql")

STALE_AFTER = timedelta(hours=36)
"""A daily sync that is missing for longer than this is said so."""


Row = dict[str, Any]


class Asking(Protocol):
    """A function that runs a query and gives its rows by column name."""

    def __call__(self, query: str, **values: Any) -> list[Row]:
        """Run a query."""


@dataclass(frozen=True)
class Standing:
    """How the visitor's sources stand: what the pills and notices of a page say."""

    connections: Sequence[Mapping[str, Any]] = ()
    stale: Sequence[Mapping[str, Any]] = ()
    """Active connections that were not synced for longer than a missed daily run explains."""
    living: Mapping[str, Any] | None = None
    """The job that is at work or waits its turn."""


@dataclass(frozen=True)
class Visitor:
    """The person who looks, and how they want to see."""

    account_id: UUID | None
    name: str
    zone: ZoneInfo
    words: Words
    theme: str
    now: datetime
    """In the person's zone."""


class Shell:
    """Renders pages and hands out what they need."""

    def __init__(
        self,
        warehouse: Warehouse,
        settings: Settings,
        clock: Callable[[], datetime],
        needs: Sequence[params.Depends] = (),
    ) -> None:
        self.warehouse = warehouse
        self.settings = settings
        self.clock = clock
        self._needs = needs
        self.assets, self._templates = _drawn_with(settings.static_url, settings.web_vitals)
        self.policy = policy(settings.static_url)

    @property
    def route(self) -> type[APIRoute]:
        """The kind of route of a page: who asks must have what pages need, and failures become a page in words."""
        shell = self

        class PageRoute(APIRoute):
            def __init__(self, path: str, endpoint: Callable[..., Any], **about: Any) -> None:
                about |= {"dependencies": [*shell._needs, *about["dependencies"]], "include_in_schema": False}
                super().__init__(path, endpoint, **about)

            def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                handle = super().get_route_handler()

                async def explained(request: Request) -> Response:
                    try:
                        return await handle(request)
                    except LifetracerError as failure:
                        return shell.problem(request, failure)

                return explained

        return PageRoute

    def ask(self, visitor: Visitor, name: str, **values: Any) -> list[Row]:
        """Run one of the shell's named queries for the visitor, who sees only their own rows."""
        with self.asking(visitor) as ask:
            return ask(SQL[name], **values)

    @contextmanager
    def asking(self, visitor: Visitor) -> Iterator[Asking]:
        """Give a function that runs queries for the visitor, all in one transaction; ``account_id`` is told to each."""
        with self.warehouse.transaction(account_id=visitor.account_id) as connection:
            cursor = connection.cursor(row_factory=dict_row)

            def ask(query: str, **values: Any) -> list[Row]:
                return cursor.execute(query.encode(), values | {"account_id": visitor.account_id}).fetchall()

            yield ask

    def has_picture(self, visitor: Visitor) -> bool:
        """Tell whether the marts were made for anybody, so that they can be asked."""
        return visitor.account_id is not None and bool(self.ask(visitor, "picture")[0]["made"])

    def latest(self, visitor: Visitor) -> date | None:
        """Find the latest day that has something to see; there must be a picture."""
        found = self.ask(visitor, "latest")
        return found[0]["local_date"] if found else None

    def standing(self, visitor: Visitor) -> Standing:
        """Tell how the visitor's sources stand."""
        if visitor.account_id is None:
            return Standing()
        connections = self.ask(visitor, "connections")
        return Standing(
            connections,
            [c for c in connections if is_stale(c, visitor.now)],
            next(iter(self.ask(visitor, "living_job")), None),
        )

    def visitor(self, request: Request) -> Visitor:
        """Find out who looks and how: address, then cookie, then setting, then browser, then account."""
        return self._visitor(request, self._account(getattr(request.state, "account_of", None)))

    def _visitor(self, request: Request, account: Account | None = None) -> Visitor:
        asked = request.query_params
        wishes = [
            asked.get("lang"),
            request.cookies.get("lang"),
            self.settings.language,
            accepted(request.headers.get("accept-language", "")),
            account.language if account else None,
        ]
        language = next((wish for wish in wishes if wish in LANGUAGES), "en")
        theme = next((t for t in (asked.get("theme"), request.cookies.get("theme")) if t in THEMES), "system")
        zone = account.zone if account else ZoneInfo("UTC")
        return Visitor(
            account_id=account.account_id if account else None,
            name=account.name if account else "",
            zone=zone,
            words=Words(language),
            theme=theme,
            now=self.clock().astimezone(zone),
        )

    def page(self, request: Request, visitor: Visitor, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Render a page, and remember a language or theme that its address asked for."""
        here = self.link(request)
        theirs = browser.of(request, self.settings)
        key = theirs.key or browser.new_key()
        values = {"standing": Standing()} | values
        html = self._templates.get_template(template).render(
            _=visitor.words,
            v=visitor,
            link=here,
            path=request.url.path,
            themes=THEMES,
            languages=LANGUAGES,
            form_token=browser.form_token(key),
            caller=getattr(request.state, "caller", None),
            **values,
        )
        answer = HTMLResponse(html, status_code=status)
        if not theirs.key:
            theirs.keep(answer, browser.FORM, key)
        answer.headers["Content-Security-Policy"] = self.policy
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Cache-Control"] = "private, no-store"
        answer.headers["Content-Language"] = visitor.words.language
        answer.headers["Vary"] = "Accept-Language, Cookie"
        for name, allowed in (("lang", LANGUAGES), ("theme", THEMES)):
            if request.query_params.get(name) in allowed:
                answer.set_cookie(name, request.query_params[name], max_age=A_YEAR, samesite="lax", httponly=False)
        return answer

    def problem(self, request: Request, failure: LifetracerError) -> HTMLResponse:
        """Say on a page what is wrong and what to do."""
        try:
            visitor = self.visitor(request)
        except LifetracerError:  # the account itself cannot be read
            visitor = self._visitor(request)
        return self.page(request, visitor, "problem.html", status=failure.status, failure=failure)

    def refusal(self, request: Request, status: int, said: str, remedy: str) -> HTMLResponse:
        """Say on a page why the server refuses, without asking the database who looks."""
        failure = LifetracerError(said, remedy=remedy)
        return self.page(request, self._visitor(request), "problem.html", status=status, failure=failure)

    @staticmethod
    def link(request: Request) -> Callable[..., str]:
        """Make a function that gives the present address with some parameters changed, ``None`` taking one away."""

        def link(**changes: str | None) -> str:
            kept = {k: v for k, v in request.query_params.items() if k not in ("lang", "theme")} | changes
            query = urlencode({k: v for k, v in kept.items() if v is not None})
            return request.url.path + (f"?{query}" if query else "")

        return link

    def _account(self, account_of: Callable[[], UUID | None] | None) -> Account | None:
        known = account_of() if account_of else None
        with self.warehouse.transaction() as connection:
            if known is None and (account_of or not accounts.every(connection)):
                return None
            return accounts.find(connection, str(known) if known else self.settings.account)


@cache
def _drawn_with(static_url: str | None, measures: bool) -> tuple[Assets, jinja2.Environment]:
    """Give the static files and the templates; the parts of a server, which look alike, share them."""
    assets = Assets(static_url)
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        asset=assets.url,
        typefaces=LETTERS,
        percent=percent,
        hue=hue,
        place=place,
        said_in=said_in,
        source=source_title,
        measures=measures,
        pages=PAGES,
        verdicts=VERDICTS,
        theme_names=THEME_NAMES,
        source_words=SOURCES,
        start_of=start_of,
        end_of=end_of,
        period_words=PERIOD_WORDS,
        stage_words=lambda _: {stage: _(name) for stage, name in STAGES.items()},
    )
    return assets, templates


def policy(static_url: str | None = None) -> str:
    """Write the content security policy: nothing from elsewhere but the static files, nothing inline."""
    parts = urlsplit(static_url or "")
    elsewhere = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return (
        f"default-src 'self'{elsewhere}; connect-src 'self'; img-src 'self' data:{elsewhere}; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def is_stale(connection: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether an active connection has not been synced for longer than a missed daily run explains."""
    last = connection["last_success_at"]
    return connection["status"] == "active" and last is not None and now - last > STALE_AFTER


def accepted(header: str) -> str | None:
    """Choose a language by an ``Accept-Language`` header (RFC 9110, 12.5.4)."""
    wishes = []
    for place_in_line, part in enumerate(header.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        if tag and weight > 0:
            wishes.append((-weight, place_in_line, tag))
    return negotiate_locale([tag for _, _, tag in sorted(wishes)], list(LANGUAGES), sep="-")


@lru_cache(4096)
def hue(colour: str) -> str:
    """Name the CSS class of a category's colour."""
    step, level = shade_of(colour)
    return f"hue{step}-{level}"


def place(start: int, end: int) -> str:
    """Name the CSS classes of a stretch of the day given in seconds, to the minute."""
    first, last = round(start / 60), max(round(end / 60), round(start / 60) + 1)
    return f"s{first // 60}h s{first % 60}m e{last // 60}h e{last % 60}m"


def source_title(name: str) -> str:
    """Give the name of a source as people know it."""
    return SOURCES.get(name, name)
