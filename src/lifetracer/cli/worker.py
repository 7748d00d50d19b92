"""`lifetracer worker`: runs jobs; any number of workers, on any number of machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.settings import Settings
    from lifetracer.warehouse import Warehouse


FOLLOWED_AT_ONCE = 16
"""Runs at GitHub that a worker follows at once: its children only wait."""


def command(
    stages: Annotated[str | None, typer.Option(help="Only these stages, separated by commas.")] = None,
    slots: Annotated[int | None, typer.Option(min=1, max=64, help="How many jobs at once.")] = None,
    schedule: Annotated[bool, typer.Option(help="Also start what is due by the schedule.")] = True,
    port: Annotated[
        int | None,
        typer.Option("--port", "--health-port", min=1, max=65535, help="Answer GET /health and /metrics on this port."),
    ] = None,
    host: Annotated[str, typer.Option("--host", "--health-host", help="Address for --port.")] = "127.0.0.1",
) -> None:
    """Run jobs until told to stop; running ones are then handed on."""
    from lifetracer.cli import logs
    from lifetracer.cli.surroundings import opened
    from lifetracer.errors import UsageError
    from lifetracer.jobs.elsewhere import placed
    from lifetracer.jobs.figures import Figures
    from lifetracer.jobs.health import answer_health
    from lifetracer.jobs.stages import ORDER, STAGES
    from lifetracer.jobs.worker import Limits, Worker
    from lifetracer.settings import load

    configured = load()
    logs.configure(configured, "worker")
    wanted = stages.split(",") if stages else list(STAGES)
    for name in wanted:
        if name not in STAGES:
            raise UsageError(f"There is no stage “{name}”.", remedy=f"Known are: {', '.join(ORDER)}.")
    with opened(configured) as (house, settings):
        elsewhere = settings.run_on == "github"
        worker = Worker(
            house,
            placed({name: STAGES[name] for name in wanted}, settings.run_on),
            slots=slots or (FOLLOWED_AT_ONCE if elsewhere else None),
            keeps_schedule=schedule and not elsewhere,  # the workflows have their own
            limits=Limits(settings.job_memory_mb, settings.job_log_days, settings.job_days),
        )
        _connect_from_environment(house, settings)
        with answer_health(worker, host, port, Figures(house).text):
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
