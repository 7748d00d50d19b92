"""Every layout of infra/docker, for real: it comes up well, a sync ends well, and a killed worker is survived.

The vendors are the sandbox, in a container of its own; the images of others are stand-ins where none can be pulled.
"""

import http.server
import json
import os
import queue
import signal
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from containers import ROOT, Findings, ask, build, engine, have, run, until
from layout import IMAGE, PORT, POSTGRES, TOKEN, URL, BehindTheTunnel, Layout

CLOUDFLARED, GRAFANA = "cloudflare/cloudflared:2025.11.1", "grafana/grafana:12.3.0"
PROMETHEUS, ALERTMANAGER = "prom/prometheus:v3.7.3", "prom/alertmanager:v0.29.0"
HERE = {f"127.0.0.1:{PORT}->3000/tcp"}


def stages_work(layout: Layout, found: Findings, name: str, published: set[str] = HERE) -> None:
    """Start it, and try what every layout promises."""
    found.claim(f"{name}: all containers are well, in seconds", True, round(layout.up(), 1))
    there = layout.published()
    found.claim(
        f"{name}: nothing but 3000 is published" if published else f"{name}: nothing is published", there == published
    )
    found.claim(f"{name}: strangers are refused", layout.ask("/api/jobs")[0] == 401)
    for what in ("sync/toggl", "sync/gcal", "transform"):
        begun = time.monotonic()
        told = layout.job(what)
        seconds = f"{told['status']} in {time.monotonic() - begun:.1f} s"
        found.claim(f"{name}: {what} by the API", told["status"] == "succeeded", seconds)


def single(folder: Path, found: Findings) -> None:
    """One container for everything, with its own PostgreSQL."""
    layout = Layout("single", folder)
    try:
        stages_work(layout, found, "single")
    finally:
        layout.down()


def default(folder: Path, found: Findings) -> None:
    """Server, worker, PostgreSQL; a worker that is killed; Prometheus beside them."""
    layout = Layout("default", folder)
    layout.more_settings = {"LIFETRACER_METRICS_TOKEN": "metrics-of-the-drill"}
    try:
        stages_work(layout, found, "default")
        a_killed_worker_is_survived(layout, found)
        said = layout.compose("logs", "worker")
        found.claim(
            "default: no warning of the worker", "Warning" not in said, said[-300:] if "Warning" in said else ""
        )
        monitored(folder, found)
    finally:
        layout.down()


def elsewhere(folder: Path, found: Findings) -> None:
    """Server and worker, with a database somewhere else and no password for one beside them."""
    layout = Layout("elsewhere", folder)
    layout.env |= {"DATABASE_URL": "postgresql://lifetracer:drill@database:5432/lifetracer", "POSTGRES_PASSWORD": ""}
    try:
        layout.compose("up", "-d", "--wait", "database")
        stages_work(layout, found, "elsewhere")
        there = set(layout.compose("ps", "--services").split())
        found.claim("elsewhere: no database beside them", there == {"server", "worker", "database", "sandbox"}, there)
    finally:
        layout.down()


def a_killed_worker_is_survived(layout: Layout, found: Findings) -> None:
    """Kill the worker's container in the middle of a job, as a crash does; the engine starts it anew."""
    worker = layout.compose("ps", "-q", "worker")
    _, told = ask(f"{URL}/api/transform?full=true", token=TOKEN, method="POST")
    until("running", lambda: ask(f"{URL}/api/jobs/{told['jobId']}", token=TOKEN)[1]["status"] == "running", 30)
    os.kill(int(run("docker", "inspect", "-f", "{{.State.Pid}}", worker)), signal.SIGKILL)
    begun = time.monotonic()
    end = layout.ended(told["jobId"])
    again = run("docker", "inspect", "-f", "{{.RestartCount}}", worker)
    seconds = f"{time.monotonic() - begun:.0f} s later"
    found.claim(
        "default: a worker killed in mid-job is survived", end["status"] == "succeeded" and again == "1", seconds
    )


def monitored(folder: Path, found: Findings) -> None:
    """Start Prometheus and Alertmanager beside a layout: the server is seen, an alert arrives."""
    arrived: queue.Queue[dict] = queue.Queue()

    class Person(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    receiver = http.server.HTTPServer(("127.0.0.1", 0), Person)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    (folder / "targets").mkdir()
    (folder / "targets" / "servers.yml").write_text(f"- targets: ['127.0.0.1:{PORT}']\n")
    (folder / "metrics-token").write_text("metrics-of-the-drill\n")
    (folder / "alert-url").write_text(f"http://127.0.0.1:{receiver.server_port}/\n")
    env = {
        "COMPOSE_PROJECT_NAME": "lifetracer-drill-monitor",
        "COMPOSE_PROFILES": "monitor",
        "LIFETRACER_METRICS_TOKEN_FILE": str(folder / "metrics-token"),
        "LIFETRACER_ALERT_URL_FILE": str(folder / "alert-url"),
        "DRILL_FOLDER": str(folder),
    }
    files = ["-f", "infra/docker/monitor/compose.yml", "-f", "scripts/engine/compose.monitor-drill.yml"]
    compose = ("docker", "compose", *files)
    try:
        begun = time.monotonic()
        run(*compose, "up", "-d", "--wait", env=env, seconds=180)
        found.claim("monitor: both containers are well, in seconds", True, round(time.monotonic() - begun, 1))
        prometheus, alertmanager = "http://127.0.0.1:9090/api/v1", "http://127.0.0.1:9093/api/v2"

        def seen() -> bool:
            targets = (ask(f"{prometheus}/targets")[1] or {"data": {"activeTargets": []}})["data"]["activeTargets"]
            return [target["health"] for target in targets] == ["up"]

        until("Prometheus sees the server", seen, 60)
        rules = ask(f"{prometheus}/rules")[1]["data"]["groups"]
        number = sum(len(group["rules"]) for group in rules)
        found.claim("monitor: Prometheus sees the server by its token, and judges by our rules", number > 0, number)
        alert = json.dumps([{"labels": {"alertname": "Drill", "severity": "critical"}}]).encode()
        headers = {"content-type": "application/json"}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(urllib.request.Request(f"{alertmanager}/alerts", alert, headers), timeout=5).close()  # noqa: S310
        told = arrived.get(timeout=90)
        found.claim("monitor: an alert arrives at its address", told["alerts"][0]["labels"]["alertname"] == "Drill")
    finally:
        run(*compose, "down", "--volumes", "-t", "5", env=env, check=False)
        receiver.shutdown()


def split(folder: Path, found: Findings) -> None:
    """A container for each part, and single jobs in containers of their own (profile batch)."""
    layout = Layout("split,db", folder)
    try:
        stages_work(layout, found, "split")
        told = layout.job("report")
        found.claim("split: a report by the reporter's container", told["status"] == "succeeded", told["status"])
        running = {
            name: layout.compose("exec", "-T", name, "python", "-S", "/usr/local/lib/lifetracer/healthy.py", port)
            for name, port in (("analyzer", "8001"), ("adjuster", "8002"), ("reporter", "8003"))
        }
        found.claim("split: the parts answer at 8001, 8002 and 8003 inside", set(running.values()) == {""})
        closed = {port: ask(f"http://127.0.0.1:{port}/health")[0] for port in (8001, 8002, 8003)}
        found.claim("split: and nowhere else", not any(closed.values()), closed)
        for words in (["connector", "sync", "toggl"], ["transform", "transform"], ["reporter", "report"]):
            said = layout.compose("run", "--rm", *words, "--json", check=False)
            done = any(line.startswith("{") and line.endswith("}") for line in said.splitlines())
            found.claim(f"batch: docker compose run --rm {' '.join(words)}", done, "" if done else said[-300:])
    finally:
        layout.down()


def tunnel(folder: Path, found: Findings) -> None:
    """Nothing is published; whom the tunnel names is believed, and nobody else; secrets are files."""
    (folder / "credentials.json").write_text(json.dumps({"TunnelID": "00000000-0000-0000-0000-000000000000"}))
    (folder / "credentials.json").chmod(0o444)
    folder.chmod(0o755)
    layout = BehindTheTunnel("default,tunnel", folder)
    try:
        stages_work(layout, found, "tunnel", set())
        found.claim("tunnel: this machine's 3000 is closed", ask(f"{URL}/health")[0] == 0)
        edge = ("cloudflared", "127.0.0.1:8080")
        other = layout.ask_from(*edge, "/health", layout.admitted, host="other.example.com")[0]
        found.claim("tunnel: another host is not known", other == 404, other)
        strange = layout.ask_from(*edge, "/api/jobs", layout.stranger, token=TOKEN)[0]
        found.claim("tunnel: whom it names is believed: an address that is not admitted", strange == 403, strange)
        forged = layout.ask_from("worker", "server:3000", "/api/jobs", layout.admitted, token=TOKEN)[0]
        found.claim("tunnel: who names himself beside it is not believed", forged == 403, forged)
        seen = run("docker", "inspect", layout.compose("ps", "-q", "server"))
        found.claim(
            "tunnel: no secret is seen from outside the container", TOKEN not in seen and "drill@db" not in seen
        )
    finally:
        layout.down()


def grafana(_: Path, found: Findings) -> None:
    """Grafana, where its image can be had; elsewhere only its file is read."""
    compose = ("docker", "compose", "-f", "infra/docker/grafana/compose.yml", "--profile", "grafana")
    env = {
        "COMPOSE_PROJECT_NAME": "lifetracer-drill-grafana",
        "LIFETRACER_READER_HOST": "db:5432",
        "LIFETRACER_READER_USER": "reader",
        "LIFETRACER_READER_PASSWORD": "reader",
        "LIFETRACER_GRAFANA_PORT": "13001",
    }
    said = run(*compose, "config", env=env, check=False)
    found.claim("grafana: does not start without a password", "choose a password for Grafana's admin" in said)
    env["GRAFANA_ADMIN_PASSWORD"] = "drill"  # noqa: S105 - of a drill
    ports = json.loads(run(*compose, "config", "--format", "json", env=env))["services"]["grafana"]["ports"]
    found.claim("grafana: on this machine only", [port["host_ip"] for port in ports] == ["127.0.0.1"])
    if not have(GRAFANA):
        print(f"skipped  grafana: {GRAFANA} cannot be had here; tests/visualizer runs its dashboards' queries")
        return
    try:
        run(*compose, "up", "-d", "--wait", env=env, seconds=180)
        found.claim("grafana: is well", ask("http://127.0.0.1:13001/api/health")[0] == 200)
    finally:
        run(*compose, "down", "--volumes", env=env, check=False)


def dev(_: Path, found: Findings) -> None:
    """Make development's containers, change a file, look whether the server starts anew."""
    script, env = "scripts/docker-dev.sh", {"LIFETRACER_PORT": PORT}
    try:
        begun = time.monotonic()
        said = run(script, "up", env=env, seconds=900)
        found.claim(
            "dev: builds and comes up, in seconds",
            URL.split("//")[1].split(":")[1] in said,
            round(time.monotonic() - begun),
        )
        code = until("/ready", lambda: ask(f"{URL}/ready")[0] == 200, 120)
        found.claim("dev: is ready", code)
        (ROOT / "src/lifetracer/__init__.py").touch()
        logs = ("docker", "logs", "lifetracer-dev-app-1")
        until("a new start", lambda: "starting anew" in run(*logs, check=False), 20)
        until("/ready", lambda: ask(f"{URL}/ready")[0] == 200, 60)
        found.claim("dev: a changed file starts it anew", True)
        said = run(script, "migrate", env=env)
        found.claim("dev: migrate", "up to date" in said, said[-100:])
    finally:
        run(script, "down", "--volumes", "-t", "5", env=env, check=False)


LAYOUTS: dict[str, tuple[Callable[[Path, Findings], None], tuple[str, ...]]] = {
    "single": (single, ()),
    "default": (default, (POSTGRES, PROMETHEUS, ALERTMANAGER)),
    "elsewhere": (elsewhere, (POSTGRES,)),
    "split": (split, (POSTGRES,)),
    "tunnel": (tunnel, (POSTGRES, CLOUDFLARED)),
    "grafana": (grafana, ()),
    "dev": (dev, (POSTGRES,)),
}
"""Name → how it is tried, and which images of others it needs."""


def main() -> None:
    """Try each layout that was named, or all."""
    found = Findings()
    names = sys.argv[1:] or list(LAYOUTS)
    engine(*{image for name in names for image in LAYOUTS[name][1]})
    if not run("docker", "image", "ls", "-q", IMAGE) or not os.environ.get("KEEP_IMAGES"):
        build(IMAGE)
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            LAYOUTS[name][0](Path(folder), found)
    found.end()


if __name__ == "__main__":
    main()
