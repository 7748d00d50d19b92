"""`GET /metrics`: what this process was asked, and how the whole machine stands, for Prometheus.

Guard: LIFETRACER_METRICS_TOKEN when it is set, else only this machine and LIFETRACER_METRICS_IPS.
Law: no label can take a value that a stranger chooses: routes by their template, methods and outcomes from a list.
"""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from lifetracer.jobs.figures import CONTENT_TYPE, Figures
from lifetracer.server.callers import Caller
from lifetracer.server.network import read_address, read_networks
from lifetracer.server.problem import problem
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse

LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip", "via")
"""Headers by which a proxy gives itself away: what it passes on does not come from this machine."""

VITALS = {
    "LCP": (0.1, 0.25, 0.5, 1, 1.5, 2.5, 4, 8),
    "INP": (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2),
    "CLS": (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1),
    "TTFB": (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.8),
}
"""Web vitals and their steps (web.dev/articles/vitals): seconds, CLS a score."""


class Metrics:
    """Counts for one server process."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(Figures(warehouse))
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "lifetracer_requests",
            "Requests by route, method and class of the answer.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "lifetracer_request_seconds",
            "From the request to the head of the answer.",
            ("route", "method"),
            registry=self.registry,
            buckets=LATENCIES,
        )
        self.open = Gauge("lifetracer_requests_open", "Requests that are being answered.", registry=self.registry)
        self.hints = Counter(
            "lifetracer_hints",
            "Webhooks and push notifications by what became of them.",
            ("source", "outcome"),
            registry=self.registry,
        )
        self.vitals = {
            name: Histogram(
                f"lifetracer_web_{name.lower()}{'' if name == 'CLS' else '_seconds'}",
                f"Web vital {name} as browsers measured it.",
                ("page",),
                registry=self.registry,
                buckets=steps,
            )
            for name, steps in VITALS.items()
        }

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        method = method if method in METHODS else "other"
        self.requests.labels(route, method, f"{status // 100}xx").inc()
        self.seconds.labels(route, method).observe(seconds)


def routes(metrics: Metrics, settings: Settings) -> APIRouter:
    """Make the route.

    Raises:
        FixByHandError: ``LIFETRACER_METRICS_IPS`` is not usable.
    """
    router = APIRouter(include_in_schema=False)
    networks = read_networks("LIFETRACER_METRICS_IPS", settings.metrics_ips)
    token = settings.metrics_token.get_secret_value().encode() if settings.metrics_token else None

    def comes_from_here(request: Request) -> bool:
        caller: Caller = request.state.caller
        client = read_address(caller.ip or "")
        if client is None:
            return False
        if any(client.version == network.version and client in network for network in networks):
            return True
        return client.is_loopback and not any(name in request.headers for name in FORWARDED)

    @router.get("/metrics")
    def show(request: Request) -> Response:
        """Show the figures to whom they are for."""
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and token is not None
        fits = known and hmac.compare_digest(shown.strip().encode("utf-8", "replace"), token or b"")
        if not fits and token is not None:
            challenge = {"WWW-Authenticate": "Bearer"}
            return problem(401, "token", "The metrics have a token of their own.", headers=challenge)
        if not fits and not comes_from_here(request):
            remedy = "Set LIFETRACER_METRICS_TOKEN or LIFETRACER_METRICS_IPS."
            return problem(403, "address", "The metrics are shown to this machine only.", remedy)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE)

    return router
