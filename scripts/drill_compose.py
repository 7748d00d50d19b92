"""Every layout of infra/docker, for real: it comes up well, a sync ends well, and a killed worker is survived.

The vendors are the sandbox, in a container of its own; the images of others are stand-ins where none can be pulled.
"""

import base64
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from containers import ROOT, Findings, ask, build, engine, run, until

IMAGE, POSTGRES, PORT = "lifetracer:drill", "postgres:17-bookworm", "13000"
URL = f"http://127.0.0.1:{PORT}"
TOKEN = "a-token-for-the-drill-alone"  # noqa: S105 - of a drill
FILES = ["infra/docker/compose.yml", "scripts/engine/compose.drill.yml"]


class Layout:
    """One layout, in a project of its own."""

    def __init__(self, profiles: str, folder: Path) -> None:
        self.env = {
            "COMPOSE_PROFILES": profiles,
            "COMPOSE_PROJECT_NAME": "lifetracer-drill",
            "LIFETRACER_IMAGE": IMAGE,
            "LIFETRACER_ENV_FILE": str(folder / "env"),
            "LIFETRACER_PUBLISH": f"127.0.0.1:{PORT}",
            "POSTGRES_PASSWORD": "drill",
        }
        self.folder = folder
        (folder / "env").write_text("")

    def compose(self, *words: str, seconds: float = 400, check: bool = True) -> str:
        """Run `docker compose` on it."""
        files = [word for name in FILES for word in ("-f", name)]
        return run("docker", "compose", *files, *words, seconds=seconds, env=self.env, check=check)

    def up(self) -> float:
        """Start the vendors, then everything; gives the seconds until all is well."""
        self.compose("up", "-d", "sandbox")
        said = until(
            "the sandbox", lambda: "people" in (log := self.compose("logs", "--no-log-prefix", "sandbox")) and log, 60
        )
        person = json.JSONDecoder().raw_decode(said[said.index("{") :])[0]["people"][0]
        vendor = "http://sandbox:3900"
        given = {
            "LIFETRACER_ACCESS_TOKEN": TOKEN,
            "LIFETRACER_SECRET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "LIFETRACER_TOGGL_URL": vendor,
            "LIFETRACER_TOGGL_PAUSE_SECONDS": "0",
            "LIFETRACER_GOOGLE_URL": vendor,
            "LIFETRACER_GOOGLE_TOKEN_URL": f"{vendor}/token",
            "TOGGL_API_TOKEN": person["togglToken"],
            "GOOGLE_CLIENT_ID": person["googleClientId"],
            "GOOGLE_CLIENT_SECRET": person["googleClientSecret"],
            "GOOGLE_REFRESH_TOKEN": person["googleRefreshToken"],
            "LIFETRACER_TIME_ZONE": person["timeZone"],
        }
        (self.folder / "env").write_text("".join(f"{name}={value}\n" for name, value in given.items()))
        begun = time.monotonic()
        self.compose("up", "-d", "--wait")
        until("/ready", lambda: ask(f"{URL}/ready")[0] == 200, 180)
        return time.monotonic() - begun

    def published(self) -> set[str]:
        """Tell which ports of the machine lead in."""
        said = run(
            "docker", "ps", "--filter", "label=com.docker.compose.project=lifetracer-drill", "--format", "{{.Ports}}"
        )
        return {part.strip() for line in said.splitlines() for part in line.split(",") if "->" in part}

    def down(self) -> None:
        """Leave nothing."""
        self.compose("down", "--volumes", "--remove-orphans", "-t", "15", check=False)


def job(path: str, seconds: float = 600) -> dict:
    """Ask for a job and follow it to its end."""
    status, told = ask(f"{URL}/api/{path}", token=TOKEN, method="POST")
    if status != 202:
        return {"status": f"refused with {status}"}
    return ended(told["jobId"], seconds)


def ended(job_id: str, seconds: float = 600) -> dict:
    """Wait for a job's end."""

    def look() -> dict | None:
        told = ask(f"{URL}/api/jobs/{job_id}", token=TOKEN)[1] or {}
        return told if told.get("status") in {"succeeded", "failed", "needs_user", "cancelled"} else None

    return until(f"the job {job_id}", look, seconds)


def tries(layout: Layout, found: Findings, profiles: str) -> None:
    """Try what every layout promises, and what this one alone does."""
    found.claim(f"{profiles}: all containers are well, in seconds", True, round(layout.up(), 1))
    found.claim(f"{profiles}: nothing but 3000 is published", layout.published() == {f"127.0.0.1:{PORT}->3000/tcp"})
    found.claim(f"{profiles}: strangers are refused", ask(f"{URL}/api/jobs")[0] == 401)
    for what in ("sync/toggl", "sync/gcal", "transform"):
        told = job(what)
        found.claim(f"{profiles}: {what} by the API", told["status"] == "succeeded", told["status"])
    if profiles == "default":
        a_killed_worker_is_survived(layout, found)
    if profiles.startswith("split"):
        told = job("report")
        found.claim("split: a report by the reporter's container", told["status"] == "succeeded", told["status"])
        for words in (["connector", "sync", "toggl"], ["transform", "transform"], ["reporter", "report"]):
            said = layout.compose("run", "--rm", *words, "--json", check=False)
            done = said.rstrip().endswith("}")
            found.claim(f"split: docker compose run --rm {' '.join(words)}", done, "" if done else said[-300:])


def a_killed_worker_is_survived(layout: Layout, found: Findings) -> None:
    """Kill the worker's container in the middle of a job, as a crash does; the engine starts it anew."""
    worker = layout.compose("ps", "-q", "worker")
    _, told = ask(f"{URL}/api/transform?full=true", token=TOKEN, method="POST")
    until("running", lambda: ask(f"{URL}/api/jobs/{told['jobId']}", token=TOKEN)[1]["status"] == "running", 30)
    os.kill(int(run("docker", "inspect", "-f", "{{.State.Pid}}", worker)), signal.SIGKILL)
    begun = time.monotonic()
    end = ended(told["jobId"])
    again = run("docker", "inspect", "-f", "{{.RestartCount}}", worker)
    seconds = f"{time.monotonic() - begun:.0f} s later"
    found.claim(
        "default: a worker killed in mid-job is survived", end["status"] == "succeeded" and again == "1", seconds
    )


def main() -> None:
    """Try each layout that was named, or all."""
    found = Findings()
    engine(POSTGRES)
    if not run("docker", "image", "ls", "-q", IMAGE) or not os.environ.get("KEEP_IMAGES"):
        build(IMAGE)
    for profiles in sys.argv[1:] or ("single", "default", "split,db"):
        with tempfile.TemporaryDirectory() as folder:
            layout = Layout(profiles, Path(folder))
            try:
                tries(layout, found, profiles)
            finally:
                if os.environ.get("SHOW_LOGS"):
                    (ROOT / "build").mkdir(exist_ok=True)
                    (ROOT / "build" / "drill.log").write_text(layout.compose("logs", check=False))
                layout.down()
    found.end()


if __name__ == "__main__":
    main()
