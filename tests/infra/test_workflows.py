"""What GitHub's machines do is done by scripts of this repository; here they are run as the workflows would."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from sandbox_process import start_sandbox

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
BIN = Path(sys.executable).parent
SERVERLESS = ("sync-toggl", "sync-gcal", "dbt-run", "analyze", "adjust", "report")


def workflow(name):
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))


def every_job():
    for path in sorted(FOLDER.glob("*.yml")):
        told = workflow(path.stem)
        for name, job in told["jobs"].items():
            yield pytest.param(told, job, id=f"{path.stem} {name}")


@pytest.mark.parametrize(("told", "job"), every_job())
def test_a_job_is_a_thin_call_with_least_rights(told, job):
    assert told["permissions"] == {"contents": "read"}
    assert "concurrency" in told
    if "uses" in job:  # another workflow of ours
        assert job["uses"].startswith("./.github/workflows/")
        return
    assert job["timeout-minutes"] <= 360
    for step in job["steps"]:
        if "run" in step:
            words = step["run"].strip()
            assert re.fullmatch(r"(scripts/\w+\.sh|\.ci/run)[^\n;|&]*", words), words
            assert (ROOT / words.split()[0]).stat().st_mode & 0o111
            assert "${{" not in words, "what somebody typed reaches a script by its environment only"
        elif not step["uses"].startswith("./"):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), "by commit, not by a name that can move"
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", [*SERVERLESS, "pipeline"])
def test_what_a_job_installs_is_what_there_is(name):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (job,) = workflow(name)["jobs"].values()
    wanted = " ".join(step.get("with", {}).get("extras", "") for step in job["steps"]).split()
    assert set(wanted) <= set(extras)


@pytest.mark.parametrize("name", SERVERLESS)
def test_timed_runs_happen_only_where_they_are_wanted(name):
    (job,) = workflow(name)["jobs"].values()
    assert set(job["if"].split(" || ")) == {
        "github.event_name == 'workflow_dispatch'",
        "vars.LIFETRACER_RUN_ON == 'github'",
        "vars.LIFETRACER_RUN_ON == 'both'",
    }


def test_what_is_deployed_is_what_was_tested_by_digest():
    jobs = workflow("ci")["jobs"]
    assert (jobs["scan"]["needs"], jobs["push"]["needs"], jobs["deploy"]["needs"]) == ("test", "scan", "push")
    assert jobs["deploy"]["with"]["image"] == "${{ needs.push.outputs.image }}"
    script = (ROOT / "scripts" / "deploy_over_ssh.sh").read_text(encoding="utf-8")
    assert "@sha256:" in script


@pytest.mark.parametrize(
    "image", ["lifetracer", "lifetracer:latest", "x@sha256:abc", "x@sha256:" + "0" * 64 + "; reboot"]
)
def test_nothing_but_a_digest_is_deployed(image):
    told = subprocess.run([ROOT / "scripts/deploy_over_ssh.sh", image], capture_output=True, text=True, check=False)
    assert told.returncode == 2


def documented_secrets():
    page = (ROOT / "docs/how-to/run-without-a-server.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"\| secret \| for \|\n(.*?)\n\n", page, flags=re.DOTALL)
    return set(re.findall(r"`([A-Z_]+)`", table))


def test_the_workflows_use_the_documented_secrets_and_no_others():
    used = set()
    for name in SERVERLESS:
        used |= set(re.findall(r"secrets\.(\w+)", (FOLDER / f"{name}.yml").read_text(encoding="utf-8")))
    assert used == documented_secrets()


@pytest.mark.db
def test_a_night_without_a_server(environ, account, tmp_path):
    """Each workflow's script with the secrets that its file hands on, and nothing else of this machine."""
    with start_sandbox(start="2026-10-01", quota=False) as sandbox:
        secrets = environ | sandbox.environment
        for flow in SERVERLESS:
            (job,) = workflow(flow)["jobs"].values()
            (step,) = [step for step in job["steps"] if "run" in step]
            handed = {
                variable: secrets.get(found[1], "")
                for variable, value in job["env"].items()
                if (found := re.fullmatch(r"\$\{\{ secrets\.(\w+) \}\}", value))
            }
            vendors = {key: value for key, value in sandbox.environment.items() if key.endswith("_URL")}
            machine = {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(tmp_path), "LIFETRACER_HOME": str(tmp_path / "home")}
            machine |= {"PYTHONPATH": os.pathsep.join(sys.path), "LIFETRACER_TOGGL_PAUSE_SECONDS": "0"}
            script = str(ROOT / step["run"].split()[0])
            told = subprocess.run(
                [script, *step["run"].split()[1:]],
                cwd=tmp_path,
                env=dict.fromkeys(step.get("env", {}), "") | handed | vendors | machine,
                capture_output=True,
                text=True,
                check=False,
            )
            assert told.returncode == 0, f"{flow}: {told.stderr[-2000:]}"
            assert json.loads(told.stdout.splitlines()[-1])
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
