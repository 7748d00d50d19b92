"""The routes: start a workflow, list its runs, look at one, cancel it; both versions of the API (APIS.md G.1)."""

from __future__ import annotations

from typing import Any

from lifetracer.sandbox.admin import ROUTER as ADMIN
from lifetracer.sandbox.clock import iso_zulu
from lifetracer.sandbox.github.runs import BRANCHES, LIMIT, REPOSITORY, TOKEN, WORKFLOWS, Run
from lifetracer.sandbox.wire import JSON, Call, Refusal, Reply, Router, dump, reply_json

OLD, NEW = "2022-11-28", "2026-03-10"
STATUSES = {"completed", "queued", "in_progress", "requested", "waiting", "pending"}
MOST_INPUTS = 25


def github_error(status: int, message: str, **headers: str) -> Reply:
    """Answer with GitHub's error body."""
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return Reply(status, dump(body), {"content-type": JSON, **{k.replace("_", "-"): v for k, v in headers.items()}})


def _refuse(status: int, message: str) -> Refusal:
    return Refusal(github_error(status, message))


def _version(call: Call) -> str:
    return call.headers.get("x-github-api-version", OLD)


def _guard(call: Call) -> None:
    if not call.headers.get("user-agent"):
        raise _refuse(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent.")
    if _version(call) not in {OLD, NEW}:
        raise _refuse(400, f"'{_version(call)}' is not a valid API version. Supported versions: {OLD}, {NEW}.")
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if not token:
        raise _refuse(404, "Not Found")  # of a private repository nothing is told
    if scheme.lower() not in {"bearer", "token"} or token != TOKEN:
        raise _refuse(401, "Bad credentials")
    call.world.github.used += 1
    if not call.path.startswith(f"/repos/{REPOSITORY}/"):
        raise _refuse(404, "Not Found")


def _finish(call: Call, reply: Reply) -> Reply:
    used = call.world.github.used
    limits = {"limit": LIMIT, "remaining": max(0, LIMIT - used), "used": used, "reset": call.world.clock.seconds + 3600}
    reply.headers = {f"x-ratelimit-{name}": str(value) for name, value in limits.items()} | reply.headers
    reply.headers.setdefault("x-ratelimit-resource", "core")
    reply.headers["x-github-api-version-selected"] = _version(call)
    return reply


ROUTER = Router(
    "/repos",
    guard=_guard,
    lost=lambda _call: github_error(404, "Not Found"),
    garbled=lambda _problem: github_error(400, "Problems parsing JSON"),
    finish=_finish,
)
HERE = "/{owner}/{repo}/actions"


def _url(call: Call) -> str:
    return f"http://{call.headers.get('host', '127.0.0.1:3900')}"


def _workflow(call: Call) -> str:
    name = call.where["workflow"]
    if name not in WORKFLOWS:
        raise _refuse(404, "Not Found")
    return name


def _run(call: Call) -> Run:
    number = call.where["run"]
    run = call.world.github.runs.get(int(number) if number.isdigit() else 0)
    if run is None:
        raise _refuse(404, "Not Found")
    return run


@ROUTER.on("POST", HERE + "/workflows/{workflow}/dispatches")
def dispatch(call: Call) -> Reply:
    """Start a workflow: 204 in the old version, unless it is asked for details; 200 with them in the new one."""
    workflow, body = _workflow(call), call.json()
    if not isinstance(body, dict) or not body.get("ref"):
        raise _refuse(422, 'Invalid request.\n\n"ref" wasn\'t supplied.')
    known = {"ref", "inputs"} | ({"return_run_details"} if _version(call) == OLD else set())
    old_server = call.fault("github_old_server") is not None
    unknown = set(body) - (known - {"return_run_details"} if old_server else known)
    if unknown:
        raise _refuse(422, f'Invalid request.\n\n"{min(unknown)}" is not a permitted key.')
    if body["ref"] not in BRANCHES:
        raise _refuse(422, f"No ref found for: {body['ref']}")
    inputs: dict[str, Any] = body.get("inputs") or {}
    if len(inputs) > MOST_INPUTS:
        raise _refuse(422, f"You may only define up to {MOST_INPUTS} `inputs` for a `workflow_dispatch` event")
    if not WORKFLOWS[workflow]:
        raise _refuse(422, "Workflow does not have 'workflow_dispatch' trigger")
    if strange := sorted(set(inputs) - WORKFLOWS[workflow]):
        raise _refuse(422, f"Unexpected inputs provided: {strange}")
    how = call.fault("github_run") or {}
    run = call.world.github.start(call.world.clock.micros, workflow, body["ref"], dict(inputs), **how)
    if call.fault("github_answer_lost") is not None:
        return github_error(502, "Server Error")
    if _version(call) == NEW or body.get("return_run_details"):
        told = run.as_json(call.world.clock.micros, _url(call))
        return reply_json({"workflow_run_id": run.number, "run_url": told["url"], "html_url": told["html_url"]})
    return Reply(204)


@ROUTER.on("GET", HERE + "/runs")
@ROUTER.on("GET", HERE + "/workflows/{workflow}/runs")
def runs(call: Call) -> Reply:
    """List runs, the latest first."""
    now = call.world.clock.micros
    wanted = _workflow(call) if "workflow" in call.where else None
    found = [
        run.as_json(now, _url(call))
        for run in reversed(call.world.github.runs.values())
        if run.listed <= now and wanted in {None, run.workflow}
    ]
    for name, key in (("event", "event"), ("branch", "head_branch"), ("head_sha", "head_sha")):
        if (value := call.get(name)) is not None:
            found = [run for run in found if run[key] == value]
    if (status := call.get("status")) is not None:
        key = "status" if status in STATUSES else "conclusion"
        found = [run for run in found if run[key] == status]
    if (created := call.get("created")) is not None:
        found = [run for run in found if _within(run["created_at"], created)]
    size = min(int(call.get("per_page") or 30), 100)
    first = (int(call.get("page") or 1) - 1) * size
    return reply_json({"total_count": len(found), "workflow_runs": found[first : first + size]})


def _within(instant: str, wanted: str) -> bool:
    """Read GitHub's search syntax for dates: ``>=T``, ``>T``, ``<=T``, ``<T``, ``A..B``."""
    first, dots, last = wanted.partition("..")
    if dots:
        return (first in {"*", ""} or instant >= first) and (last in {"*", ""} or instant <= last)
    for sign, fits in ((">=", instant >= wanted[2:]), ("<=", instant <= wanted[2:])):
        if wanted.startswith(sign):
            return fits
    return instant > wanted[1:] if wanted.startswith(">") else instant < wanted[1:]


@ROUTER.on("GET", HERE + "/runs/{run}")
def show(call: Call) -> Reply:
    """Show a run."""
    return reply_json(_run(call).as_json(call.world.clock.micros, _url(call)))


@ROUTER.on("POST", HERE + "/runs/{run}/cancel")
def cancel(call: Call) -> Reply:
    """Cancel a run."""
    run = _run(call)
    if run.state(call.world.clock.micros)[0] == "completed":
        raise _refuse(409, "Cannot cancel a workflow run that is completed.")
    run.said = ("completed", "cancelled")
    return reply_json({}, 202)


@ADMIN.on("GET", "/github")
def everything(call: Call) -> Reply:
    """Show the token, the repository and all runs, with their inputs."""
    now, state = call.world.clock.micros, call.world.github
    told = [run.as_json(now, _url(call)) | {"inputs": run.inputs} for run in state.runs.values()]
    return reply_json({"token": TOKEN, "repository": REPOSITORY, "now": iso_zulu(now // 1_000_000), "runs": told})


@ADMIN.on("POST", "/github")
def say(call: Call) -> Reply:
    """Say how long further runs take (``seconds``), or how one stands (``run``, ``status``, ``conclusion``)."""
    body, state = call.json(), call.world.github
    state.seconds = float(body.get("seconds", state.seconds))
    if "run" in body:
        state.runs[body["run"]].said = (body["status"], body.get("conclusion"))
    return everything(call)
