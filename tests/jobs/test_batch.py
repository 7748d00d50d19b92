"""The daily batch in its three forms: crontab, built-in schedule, GitHub's workflows; same times, same function."""

import json
import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml
from psycopg import conninfo

from lifetracer import jobs
from lifetracer.jobs.elsewhere import WORKFLOWS
from lifetracer.sandbox.github.runs import WORKFLOWS as EMULATED
from lifetracer.server.listen import listen
from lifetracer.warehouse.accounts import create
from sandbox_process import start_sandbox

ROOT = Path(__file__).parents[2]
CRONTAB = ROOT / "infra" / "crontab"
BATCH = {
    "01:00": "sync toggl",
    "01:05": "sync gcal",
    "02:00": "transform",
    "02:20": "analyze",
    "02:40": "adjust",
    "03:00": "report",
}
BIN = Path(sys.executable).parent


def fires(expression, local):
    """Tell whether five cron fields fit a local minute; of day and weekday one is enough when both are given."""
    minute, hour, day, month, weekday = expression.split()

    def fits(field, value, first, last):
        for part in field.split(","):
            span, _, step = part.partition("/")
            low, _, high = (f"{first}-{last}" if span == "*" else span).partition("-")
            if value in range(int(low), int(high or (last if step else low)) + 1, int(step or 1)):
                return True
        return False

    days = fits(day, local.day, 1, 31), fits(weekday.replace("7", "0"), local.isoweekday() % 7, 0, 6)
    whichever = all(days) if "*" in {day, weekday} else any(days)
    return (
        fits(minute, local.minute, 0, 59) and fits(hour, local.hour, 0, 23) and fits(month, local.month, 1, 12)
    ) and whichever


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("0 16 * * *", "2026-11-21 16:00", True),
        ("*/15 9-17 * * 1-5", "2026-11-20 17:45", True),
        ("*/15 9-17 * * 1-5", "2026-11-21 17:45", False),  # a Saturday
        ("5,10 * 1 * 0", "2026-11-22 03:10", True),  # a Sunday, though not the first
        ("0 0 31 2 *", "2026-03-03 00:00", False),
    ],
)
def test_the_evaluator_reads_cron(expression, text, expected):
    assert fires(expression, datetime.fromisoformat(text)) is expected


def crontab(form="api"):
    """The variables and the lines (fields, command) of infra/crontab."""
    variables, lines = {}, []
    for line in CRONTAB.read_text().splitlines():
        if setting := re.fullmatch(r"(\w+)=(.*)", line):
            variables[setting[1]] = setting[2]
        elif line and not line.startswith("#"):
            *fields, command = line.split(None, 5)
            lines.append((" ".join(fields), command.replace("/opt/lifetracer/infra", str(ROOT / "infra"))))
    return variables | {"FORM": form}, lines


@pytest.fixture
def host(tmp_path):
    """A host in /opt/lifetracer: its clock can be set, and what curl and docker are asked is written down."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "date").write_text('#!/bin/sh\nexec /bin/date -d "@$NOW" "$@"\n')
    (tools / "curl").write_text(
        '#!/bin/sh\ncat >/dev/null\nfor last; do :; done\necho "$last" >>"$ASKED"\necho " 202"\n'
    )
    (tools / "docker").write_text('#!/bin/sh\n[ -f compose.yml ] && echo "$*" >>"$ASKED"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "cron-token").write_text("lt_secret\n")
    (tmp_path / "secrets" / "cron-token").chmod(0o600)
    (tmp_path / "infra").symlink_to(ROOT / "infra")
    return tmp_path


def run_line(host, command, variables, now, **more):
    """Run one line as cron does; gives the exit code."""
    environ = variables | {
        "PATH": f"{host / 'tools'}:/usr/bin:/bin",
        "NOW": str(int(now.timestamp())),
        "ASKED": str(host / "asked"),
        "LIFETRACER_DIR": str(host),
    }
    return subprocess.run([variables["SHELL"], "-c", command], env=environ | more, check=False).returncode


@pytest.mark.parametrize("form", ["api", "compose"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_on_every_host_the_batch_is_at_its_times_in_tokyo(host, zone, form):
    variables, lines = crontab(form)
    assert variables["ZONE"] == "Asia/Tokyo"
    asked = []
    # 2026-03-08: New York's clock goes forward; elsewhere a day like any other.
    for minute in range(24 * 60):
        now = datetime(2026, 3, 8, tzinfo=UTC) + timedelta(minutes=minute)
        for fields, command in lines:
            if fires(fields, now.astimezone(ZoneInfo(zone))):
                (host / "asked").unlink(missing_ok=True)
                assert run_line(host, command, variables, now, TZ=zone) == 0
                if (host / "asked").exists():
                    at = now.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%H:%M")
                    asked.append((at, (host / "asked").read_text().strip()))
    service = {"sync": "connector", "analyze": "analyzer", "adjust": "adjuster", "report": "reporter"}
    for (at, said), (wanted_at, what) in zip(sorted(asked), BATCH.items(), strict=True):
        stage = what.split()[0]
        if form == "api":
            assert (at, said) == (wanted_at, f"http://127.0.0.1:3000/api/{what.replace(' ', '/')}")
        else:
            assert (at, said) == (wanted_at, f"compose run --rm {service.get(stage, stage)} {what}")


def test_its_log_is_capped_and_its_token_must_be_private(host):
    variables, lines = crontab()
    now = datetime(2026, 11, 20, 16, tzinfo=UTC)
    log = host / "log" / "cron.log"
    log.parent.mkdir()
    log.write_text("x" * 1_000_001)
    assert run_line(host, lines[0][1], variables, now) == 0
    assert (host / "log" / "cron.log.1").stat().st_size == 1_000_001
    assert log.read_text().startswith("2026-11-20T16:00:00Z sync toggl\n")
    assert "lt_secret" not in log.read_text()
    (host / "secrets" / "cron-token").chmod(0o644)
    assert run_line(host, lines[0][1], variables, now) == 3
    assert "chmod 600" in log.read_text()


def workflows():
    return {path.name: yaml.safe_load(path.read_text()) for path in sorted((ROOT / ".github/workflows").glob("*.yml"))}


def test_github_runs_the_batch_at_the_same_times():
    times = {}
    for name, workflow in workflows().items():
        for entry in workflow[True].get("schedule", []):  # YAML reads `on` as true
            day = [datetime(2026, 11, 20, tzinfo=UTC) + timedelta(minutes=minute) for minute in range(24 * 60)]
            (at,) = [now.astimezone(ZoneInfo("Asia/Tokyo")) for now in day if fires(entry["cron"], now)]
            times[name] = f"{at:%H:%M}"
    assert times == {
        "sync-toggl.yml": "01:00",
        "sync-gcal.yml": "01:05",
        "dbt-run.yml": "02:00",
        "analyze.yml": "02:20",
        "adjust.yml": "02:40",
        "report.yml": "03:00",
    }


def test_the_workflows_take_what_we_send_them():
    found = workflows()
    for name in {*WORKFLOWS.values(), "pipeline.yml"}:
        inputs = found[name][True]["workflow_dispatch"]["inputs"]
        assert set(inputs) == EMULATED[name], f"the sandbox imitates the inputs of {name}"
        assert found[name]["run-name"].startswith("${{ inputs.job ||"), "the run is found again by its title"
        (job,) = found[name]["jobs"].values()
        assert job["timeout-minutes"] <= 360
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "inputs reach the shell by its environment only"
            assert "@" not in step.get("uses", "") or re.search(r"@[0-9a-f]{40}$", step["uses"])


def script_of(name):
    """The commands of a workflow's own step, and the environment that it has without inputs."""
    (job,) = workflows()[name]["jobs"].values()
    (step,) = [step for step in job["steps"] if "run" in step]
    return step["run"], dict.fromkeys(step.get("env", {}), "")


class House:
    """A warehouse of its own for one form of the batch."""

    def __init__(self, stack, server, home, sandbox):
        self.warehouse = stack.enter_context(server.warehouse(home))
        with self.warehouse.transaction() as con:
            self.account = create(con, "Hanako", "Asia/Tokyo", "ja")
        name = str(conninfo.conninfo_to_dict(self.warehouse.dsn)["dbname"])
        self.environ = os.environ | server.environ(name, home) | sandbox.environment
        self.environ |= {"LIFETRACER_TOGGL_PAUSE_SECONDS": "0", "PATH": f"{BIN}:/usr/bin:/bin"}

    def log(self):
        """What the sync log says, without ids and times."""
        with self.warehouse.transaction() as con:
            return con.execute(
                "select source, status, requests, items, inserted, updated, deleted, mended, error from ops.sync_run"
            ).fetchall()

    def make_due(self, stage, subject):
        """Let a schedule's time have come, once the worker has made the connections."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with self.warehouse.transaction() as con:
                if con.execute("select 1 from app.connection where source = %s", [subject]).fetchone():
                    con.execute(
                        "update app.schedule set next_run_at = now() where stage = %s and subject = %s",
                        [stage, subject],
                    )
                    return
            time.sleep(0.1)
        raise AssertionError("the worker made no connection")

    def job(self):
        """The one sync job when it has ended."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with self.warehouse.transaction(account_id=self.account.account_id) as con:
                found = [job for job in jobs.recent(con, stage="sync") if not job.living]
            if found:
                assert found[0].status == "succeeded", found[0].error
                return found[0]
            time.sleep(0.1)
        raise AssertionError("the job has not ended")


@pytest.mark.db
def test_all_forms_run_the_same_sync_with_the_same_summary(server, home, host):
    """Crontab by API, crontab by compose, the built-in schedule, GitHub's workflow: each on a warehouse of its own."""
    variables, lines = crontab()
    due = datetime(2026, 11, 21, 16, tzinfo=UTC)  # 01:00 in Tokyo
    logs, summaries = {}, {}
    with start_sandbox(start="2026-11-01", quota=False) as sandbox, ExitStack() as stack:

        def house():
            return House(stack, server, home, sandbox)

        def start(environ, *words, **more):
            process = subprocess.Popen([sys.executable, "-m", "lifetracer", *words], env=environ, **more)
            stack.callback(process.wait, 15)
            stack.callback(process.terminate)

        asked = house()
        start(asked.environ, "worker", "--no-schedule", "--stages", "sync")
        door = stack.enter_context(listen("127.0.0.1", 0))
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        token = "a-token-of-the-installation-that-is-long"
        start(
            asked.environ | {"LIFETRACER_ACCESS_TOKEN": token},
            "serve",
            "--fd",
            str(door.fileno()),
            pass_fds=[door.fileno()],
        )
        until_ready(url)
        (host / "secrets" / "cron-token").write_text(token + "\n")
        (host / "tools" / "curl").unlink()  # the real one
        assert run_line(host, lines[0][1], variables, due, LIFETRACER_URL=url) == 0, (host / "log/cron.log").read_text()
        summaries["crontab, api"] = asked.job().summary
        logs["crontab, api"] = asked.log()

        composed = house()
        # What the image does with the words after the service's name: its entry point is lifetracer.
        (host / "tools" / "docker").write_text('#!/bin/sh\nshift 4\nPATH=$LIFETRACER_PATH exec lifetracer "$@"\n')
        path = {"LIFETRACER_PATH": f"{BIN}:/usr/bin:/bin"}
        code = run_line(host, lines[0][1], composed.environ | variables | {"FORM": "compose"}, due, **path)
        assert code == 0, (host / "log/cron.log").read_text()
        logs["crontab, compose"] = composed.log()

        scheduled = house()
        start(scheduled.environ, "worker", "--stages", "sync")
        scheduled.make_due("sync", "toggl_track")
        summaries["schedule"] = scheduled.job().summary
        logs["schedule"] = scheduled.log()

        flow = house()
        script, empty = script_of("sync-toggl.yml")
        told = subprocess.run(
            ["bash", "-e", "-c", script], env=flow.environ | empty, capture_output=True, text=True, check=True
        )
        summaries["workflow"] = json.loads(told.stdout.splitlines()[-1])
        logs["workflow"] = flow.log()
    assert logs["schedule"][0][:2] == ("toggl_track", "succeeded")
    assert logs["schedule"][0][4] > 50, "entries were inserted"
    assert all(log == logs["schedule"] for log in logs.values()), logs
    assert len(logs) == 4
    for summary in summaries.values():
        for connection in summary["connections"]:
            assert connection.pop("quota"), "what is left of the hour is another number each time"
    assert all(summary == summaries["schedule"] for summary in summaries.values()), summaries


def until_ready(url):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/api/jobs", trust_env=False).status_code == 401:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server did not start")


@pytest.mark.db
def test_both_at_once_do_no_harm(person, warehouse, environ, account):
    """LIFETRACER_RUN_ON=both: the workflow's command and our worker sync the same account at the same moments."""
    script, empty = script_of("sync-toggl.yml")
    with start_sandbox(start="2026-11-01", quota=False) as sandbox:
        surroundings = environ | sandbox.environment | empty | {"PATH": f"{BIN}:/usr/bin:/bin"}
        surroundings |= {"LIFETRACER_TOGGL_PAUSE_SECONDS": "0", "LIFETRACER_RUN_ON": "both"}
        command = [sys.executable, "-m", "lifetracer", "worker", "--no-schedule", "--stages", "sync"]
        with subprocess.Popen(command, env=surroundings) as worker:
            try:
                for number in range(3):
                    flow = subprocess.Popen(["bash", "-e", "-c", script], env=surroundings, stdout=subprocess.DEVNULL)
                    time.sleep(0.3 * number)
                    job = person.wait(person.ask("sync", "toggl_track", full=number == 1).job_id, seconds=60)
                    assert (job.status, flow.wait(60)) == ("succeeded", 0), job.error
                    with warehouse.transaction() as con:
                        stored = con.execute(
                            "select source_id, data ->> 'description' from raw.toggl_track__time_entries"
                            " where deleted_at is null"
                        ).fetchall()
                        open_runs = con.execute("select count(*) from ops.sync_run where status = 'running'").fetchone()
                    truth = sandbox.truth("toggl")["entries"]
                    assert sorted(row[0] for row in stored) == sorted(truth), "each entry once"
                    assert open_runs == (0,)
                    sandbox.advance(days=1)
            finally:
                worker.terminate()
            assert worker.wait(30) == 0
