"""`lifetracer jobs`: what ran, what runs, and why something did not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from lifetracer.jobs import Job

app = typer.Typer(
    add_completion=False,
    help="List, show and cancel jobs.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@app.command("list")
def list_jobs(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    stage: Annotated[str | None, typer.Option(help="Only this stage.")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status.")] = None,
    as_json: AsJson = False,
) -> None:
    """List jobs, the latest first."""
    from lifetracer import jobs
    from lifetracer.cli.surroundings import acting

    with acting() as (con, _):
        found = jobs.recent(con, limit=limit, stage=stage, status=status)
    if as_json:
        typer.echo(json.dumps([job.as_json() for job in found], ensure_ascii=False))
        return
    for job in found:
        typer.echo(_line(job))
    if not found:
        typer.echo("There are no jobs.")


@app.command("show")
def show_job(job: Annotated[UUID, typer.Argument(help="The job's id.")], as_json: AsJson = False) -> None:
    """Show a job and what it said."""
    from lifetracer import jobs
    from lifetracer.cli.surroundings import acting
    from lifetracer.errors import NotFoundError

    with acting() as (con, _):
        found = jobs.find(con, job)
        lines = jobs.log_lines(con, job)
    if found is None:
        raise NotFoundError(f"There is no job {job}.", remedy="`lifetracer jobs list` shows them.")
    if as_json:
        typer.echo(json.dumps(found.as_json() | {"log": [line.as_json() for line in lines]}, ensure_ascii=False))
        return
    typer.echo(_line(found))
    if found.error:
        typer.echo(f"  {found.error.get('message', '')} {found.error.get('remedy', '')}".rstrip())
    for line in lines:
        typer.echo(f"  {line.at:%H:%M:%S} {line.level:7} {line.event}")


@app.command("cancel")
def cancel_job(job: Annotated[UUID, typer.Argument(help="The job's id.")], as_json: AsJson = False) -> None:
    """Cancel a job that has not ended."""
    from lifetracer import jobs
    from lifetracer.cli.surroundings import acting
    from lifetracer.errors import NotFoundError

    with acting() as (con, _):
        status = jobs.cancel(con, job)
    if status is None:
        raise NotFoundError(f"There is no job {job}.", remedy="`lifetracer jobs list` shows them.")
    if as_json:
        typer.echo(json.dumps({"jobId": str(job), "status": status}))
    else:
        typer.echo("It ends in a moment." if status == "running" else f"The job is {status.replace('_', ' ')}.")


def _line(job: Job) -> str:
    name = " ".join(filter(None, (job.stage, job.subject)))
    seconds = (job.finished_at - job.started_at).total_seconds() if job.finished_at and job.started_at else None
    took = f"{seconds:.1f} s" if seconds is not None else ""
    return f"{job.job_id}  {job.queued_at:%Y-%m-%d %H:%M:%S}  {job.status:10} {name:28} {took}".rstrip()
