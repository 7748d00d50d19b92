"""The API's routes, one module per subject; `shapes` says what goes in and out.

Law: a route names its scope, does one thing through the door of the room that knows how, and answers camelCase JSON.
"""

from __future__ import annotations

from fastapi import APIRouter

from lifetracer.server.follow import Switchboard
from lifetracer.server.routes import (  # fmt: skip
    account,
    categories,
    connections,
    docs,
    feeds,
    jobs,
    keys,
    marts,
    plan_proposals,
    reports,
    reviews,
    rules,
    schedules,
    stages,
    targets,
    wishes,
)


def every(switchboard: Switchboard) -> list[APIRouter]:
    """Make all routers, in the order in which the documentation shows them."""
    return [
        stages.router,
        jobs.routes(switchboard),
        schedules.router,
        marts.router,
        reports.router,
        reviews.router,
        feeds.router,
        categories.router,
        rules.router,
        targets.router,
        wishes.router,
        plan_proposals.router,
        account.router,
        connections.router,
        keys.router,
        docs.router,
    ]


__all__ = ["every"]
