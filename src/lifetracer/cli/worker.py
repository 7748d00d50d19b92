"""`lifetracer worker`: runs jobs; any number of workers, on any number of machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.settings import Settings
    from lifetracer.warehouse import Warehouse


def command(
    stages: Annotated[str | None, typer.Option(help="Only these stages, separated by commas.")] = None,
    slots: Annotated[int | None, typer.Option(min=1, max=64, help="How many jobs at once.")] = None,
    schedule: Annotated[bool, typer.Option(help="Also start what is due by the schedule.")] = True,
    health_port: Annotated[int | None, typer.Option(min=1, max=65535, help="Answer GET /health on this port.")] = None,
    health_host: Annotated[str, typer.Option(help="Address for --health-port.")] = "127.0.0.1",
) -> None:
    """Run jobs until told to stop; running ones are then handed on."""
    import logging

    from lifetracer.cli.surroundings import opened
    from lifetracer.errors import UsageError
    from lifetracer.jobs.health import answer_health
    from lifetracer.jobs.stages import STAGES
    from lifetracer.jobs.worker import Worker

    logging.basicConfig(level=logging.WARNING, format="worker: %(message)s")
    wanted = stages.split(",") if stages else list(STAGES)
    for name in wanted:
        if name not in STAGES:
            raise UsageError(f"There is no stage “{name}”.", remedy=f"Known are: {', '.join(STAGES)}.")
    with opened() as (house, settings):
        worker = Worker(house, {name: STAGES[name] for name in wanted}, slots=slots, keeps_schedule=schedule)
        _connect_from_environment(house, settings)
        with answer_health(worker, health_host, health_port):
            worker.run()


def _connect_from_environment(house: Warehouse, settings: Settings) -> None:
    """Make the connections whose credentials stand in the environment, so that pipeline and schedule see them."""
    from lifetracer.cli.surroundings import chosen_account
    from lifetracer.connector.connecting import connections_from_settings
    from lifetracer.errors import UsageError

    try:
        account = chosen_account(house, settings)
    except UsageError:  # several people: theirs are made by hand
        return
    connections_from_settings(house, settings, account.account_id)
