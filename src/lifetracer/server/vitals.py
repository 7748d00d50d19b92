"""`POST /api/vitals`: how fast the console's pages came up, as the browser measured it; only when it is switched on.

Law: no third party, no cookie, no identifier; a measure is added to a histogram of `/metrics` and forgotten.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from lifetracer.errors import NotFoundError
from lifetracer.server.callers import needs
from lifetracer.server.metrics import Metrics
from lifetracer.settings import Settings

PAGES = frozenset({"", "week", "data", "jobs"})
"""First words of the paths that are told apart; all others are one."""


class Measure(BaseModel):
    """One vital of one page."""

    model_config = ConfigDict(extra="forbid")

    name: Literal["LCP", "INP", "CLS", "TTFB"]
    value: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]
    """Seconds; CLS is a score."""


class Vitals(BaseModel):
    """What a browser measured of one page until it was left."""

    model_config = ConfigDict(extra="forbid")

    page: Annotated[str, Field(min_length=1, max_length=200)]
    """Its path, without a query."""
    measures: Annotated[list[Measure], Field(min_length=1, max_length=4)]


def routes(metrics: Metrics, settings: Settings) -> APIRouter:
    """Make the route."""
    router = APIRouter(include_in_schema=False)

    @router.post("/api/vitals", status_code=204, dependencies=[needs()])
    def measure(body: Vitals) -> Response:
        """Take what a browser measured.

        Raises:
            NotFoundError: web vitals are not switched on.
        """
        if not settings.web_vitals:
            raise NotFoundError("Web vitals are not measured here.", remedy="Set LIFETRACER_WEB_VITALS=true.")
        word = body.page.lstrip("/").partition("/")[0]
        page = f"/{word}" if word in PAGES else "other"
        for one in body.measures:
            metrics.vitals[one.name].labels(page).observe(one.value)
        return Response(status_code=204)

    return router
