"""infra/oci/scripts/deploy.sh under load: no request fails, no job is lost, and what is not well is taken back."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from containers import ROOT, Findings, ask, build, engine, run, until
from layout import IMAGE, PORT, POSTGRES, TOKEN, URL, Layout

HAPROXY = "haproxy:3.0-bookworm"
NEXT = "lifetracer:drill-next"
BROKEN = {
    "lifetracer:drill-dead": ("a version that does not start", '[ "$1" = migrate ]'),
    "lifetracer:drill-idle": ("a version whose worker ends", '[ "$1" != worker ]'),
    "lifetracer:drill-stuck": ("a version that cannot migrate", '[ "$1" != migrate ]'),
}
"""Image → what is wrong with it, and what its commands must be to work."""
LEAST = int(os.environ.get("REQUESTS_A_SECOND", "100"))


class Load:
    """People who look and people who press buttons, all the time."""

    def __init__(self, clients: int = 8) -> None:
        self.over = threading.Event()
        self.answers: Counter[str] = Counter()
        self.slowest = 0.0
        self.jobs: set[str] = set()
        self.begun = time.monotonic()
        self.threads = [threading.Thread(target=self._ask, args=(n,), daemon=True) for n in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(60)
        self.seconds = time.monotonic() - self.begun

    def _ask(self, number: int) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        connection = http.client.HTTPConnection("127.0.0.1", int(PORT), timeout=60)
        turn, due = number, time.monotonic()
        while not self.over.is_set():
            turn += 1
            what = ("GET", "/health")
            if turn % 10 == 0:
                what = ("POST", "/api/sync/toggl") if turn % 20 == 0 else ("GET", "/api/jobs?limit=5")
            begun = time.monotonic()
            try:
                connection.request(*what, headers=headers)
                answer = connection.getresponse()
                body = answer.read()
                said = f"{what[0]} {'ok' if answer.status in {200, 202} else answer.status}"
                if answer.status == 202:
                    self.jobs.add(json.loads(body)["jobId"])
            except (OSError, http.client.HTTPException) as failure:
                connection.close()
                said = f"{what[0]} {type(failure).__name__}"
            self.answers[said] += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)
            due += len(self.threads) / (1.2 * LEAST)  # as many as are wanted, not as many as can be
            time.sleep(max(0.0, due - time.monotonic()))


class Rolling(Layout):
    """Two servers behind a door."""

    files = (Layout.files[0], "infra/docker/compose.rolling.yml", *Layout.files[1:])
    more_settings = {"LIFETRACER_RATE_LIMIT": "0"}  # noqa: RUF012 - here one asks as often as hundreds


def deploy(layout: Layout, image: str) -> tuple[int, str]:
    """Run deploy.sh as a person on the machine would."""
    files = ":".join(str(ROOT / name) for name in layout.files)
    env = (
        os.environ
        | layout.env
        | {"COMPOSE_FILE": files, "LIFETRACER_COMPOSE": str(ROOT / "infra/docker"), "DEPLOY_SECONDS": "150"}
        | {"COMPOSE_PROFILES": "rolling,db"}
    )
    env.pop("LIFETRACER_IMAGE")
    told = subprocess.run(
        [ROOT / "infra/oci/scripts/deploy.sh", image],
        env=env,
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    print(told.stdout + (told.stderr[-1500:] if told.returncode else ""), flush=True)
    return told.returncode, told.stdout


def derive(folder: str, tag: str, more: str) -> None:
    """Make another version of the image."""
    (Path(folder) / "Dockerfile").write_text(f"FROM {IMAGE}\n{more}\n")
    run("docker", "build", "--quiet", "-t", tag, folder, env={"DOCKER_BUILDKIT": "1"})


def images(layout: Layout) -> set[str]:
    """Tell which images the servers and the worker run."""
    names = ("server-a", "server-b", "worker")
    return {run("docker", "inspect", "-f", "{{.Config.Image}}", layout.compose("ps", "-q", name)) for name in names}


def under_load(found: Findings, layout: Layout, what: str, image: str, code: int) -> None:
    """Deploy an image while requests come, and claim that nobody noticed."""
    with Load() as load:
        time.sleep(3)
        ended_with, _ = deploy(layout, image)
        time.sleep(3)
    count = sum(load.answers.values())
    failed = {said: number for said, number in load.answers.items() if not said.endswith("ok")}
    posts = load.answers["POST ok"]
    found.claim(f"{what}: deploy.sh ends with {code}", ended_with == code, f"{load.seconds:.0f} s")
    found.claim(
        f"{what}: no request failed",
        not failed,
        f"{count}, of them {posts} POSTs, slowest {load.slowest:.1f} s {failed or ''}",
    )
    rate = count / load.seconds
    found.claim(f"{what}: at least {LEAST} requests a second", rate >= LEAST, f"{rate:.0f}")
    states = Counter(layout.ended(job_id)["status"] for job_id in load.jobs)
    found.claim(f"{what}: no job was lost", set(states) == {"succeeded"}, dict(states))


def main() -> None:
    """Deploy a good version and a bad one."""
    found = Findings()
    engine(POSTGRES, HAPROXY)
    if not run("docker", "image", "ls", "-q", IMAGE) or not os.environ.get("KEEP_IMAGES"):
        build(IMAGE)
    with tempfile.TemporaryDirectory() as folder:
        derive(folder, NEXT, "LABEL version=next")
        for tag, (_, wanted) in BROKEN.items():
            program = json.dumps(["sh", "-c", wanted + ' || exit 1; exec lifetracer "$@"', "lifetracer"])
            derive(folder, tag, f"ENTRYPOINT {program}")
        layout = Rolling("rolling,db", Path(folder))
        try:
            layout.up()
            with (Path(folder) / "env").open("a") as settings:
                settings.write(f"LIFETRACER_IMAGE={IMAGE}\n")
            until("both servers", lambda: ask(f"{URL}/ready")[0] == 200, 180)
            under_load(found, layout, "a new version", NEXT, 0)
            found.claim("a new version: every container runs it", images(layout) == {NEXT}, images(layout))
            for tag, (what, _) in BROKEN.items():
                under_load(found, layout, what, tag, 1)
                found.claim(f"{what}: every container is back", images(layout) == {NEXT}, images(layout))
        finally:
            layout.down()
            for tag in (NEXT, *BROKEN):
                run("docker", "image", "rm", "-f", tag, check=False)
    found.end()


if __name__ == "__main__":
    sys.exit(main())
