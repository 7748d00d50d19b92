"""`GET /ready`: can requests be served and jobs be done? Database, migrations, a living worker, and those we lean on.

Law: strangers learn which part is well and which is not; why not is told to callers who are known.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from lifetracer.errors import LifetracerError
from lifetracer.jobs import figures
from lifetracer.outside.http import trusted
from lifetracer.server.shapes import Readiness, shows
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, migrate

PROBE_SECONDS = 2.0


def routes(warehouse: Warehouse, settings: Settings) -> APIRouter:
    """Make the route."""
    router = APIRouter(tags=["operation"])

    @router.get("/ready", responses=shows(Readiness, "Ready.") | shows(Readiness, "Not yet.", 503))
    def ready(request: Request) -> Response:
        """Tell whether requests can be served and jobs be done; strangers are not told why not."""
        found = checks(warehouse, settings)
        good = all(value == "ok" for value in found.values())
        if request.state.caller.kind == "nobody":
            found = {name: "ok" if value == "ok" else "not ok" for name, value in found.items()}
        return JSONResponse({"status": "ready" if good else "not_ready", "checks": found}, 200 if good else 503)

    return router


def checks(warehouse: Warehouse, settings: Settings) -> dict[str, str]:
    """Look at every part: its name → ``ok`` or what is wrong with it."""
    found: dict[str, str] = {}
    for name, look in (("database", _database), ("migrations", _migrations), ("worker", _worker)):
        if name == "worker" and settings.run_on == "github":
            continue
        try:
            found[name] = look(warehouse)
        except LifetracerError as failure:
            found[name] = str(failure)
        if name == "database" and found[name] != "ok":
            break
    return found | _neighbours(settings)


def _database(warehouse: Warehouse) -> str:
    with warehouse.transaction(timeout="3s"):
        return "ok"


def _migrations(warehouse: Warehouse) -> str:
    waiting = migrate.pending(warehouse)
    return f"{len(waiting)} pending: run `lifetracer migrate`" if waiting else "ok"


def _worker(warehouse: Warehouse) -> str:
    silence = figures.heartbeat(warehouse)
    if silence is None:
        return "no worker has said that it lives: start `lifetracer worker`"
    if silence > figures.ALIVE_SECONDS:
        return f"no worker has been heard of for {round(silence)} seconds: start `lifetracer worker`"
    return "ok"


def _neighbours(settings: Settings) -> dict[str, str]:
    """Ask the containers that the settings name whether they are well."""
    named = {
        "analyzer": settings.analyzer_url,
        "adjuster": settings.adjuster_url,
        "reporter": settings.reporter_url,
    }
    asked = {name: url for name, url in named.items() if url}
    if not asked:
        return {}
    with ThreadPoolExecutor(len(asked)) as pool:
        return dict(zip(asked, pool.map(_probe, asked.values()), strict=True))


def _probe(url: str) -> str:
    try:
        answer = httpx.get(f"{url.rstrip('/')}/health", timeout=PROBE_SECONDS, trust_env=False, verify=trusted())
    except (httpx.HTTPError, httpx.InvalidURL) as failure:
        return f"{url} does not answer ({failure})"
    return "ok" if answer.status_code == 200 else f"{url} answers {answer.status_code}"
