"""The image, for real: size, no root, nothing written outside its volume, and the whole demo pipeline inside."""

import json
import os
import re
import time

from containers import Findings, ask, build, engine, megabytes, run, until

FULL, SERVER, NAME, VOLUME = "lifetracer:drill", "lifetracer:drill-server", "lifetracer-drill", "lifetracer-drill"
PORT = 13000
LARGEST = {FULL: 900, SERVER: 350}
SMALL = ("--memory", "1000m", "--memory-swap", "1000m")
LOOK = """
import json, sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    with opener.open(urllib.request.Request("http://127.0.0.1:3000" + sys.argv[1]), timeout=5) as answer:
        print(answer.read().decode())
except OSError:
    pass
"""


def canonical(pinned: str) -> str:
    """Give the normal form of NAME==VERSION."""
    return re.sub(r"[-_.]+", "-", pinned.lower())


def installed(image: str) -> set[str]:
    """Tell which packages an image holds, with their versions."""
    program = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()))"
    said = run("docker", "run", "--rm", "--entrypoint", "python", image, "-c", program)
    return {canonical(one) for one in said.split() if not one.startswith("lifetracer==")}


def locked(extras: list[str]) -> dict[str, bool]:
    """Tell which packages the lock wants, and whether on every machine."""
    lines = [line for line in run("python3", "scripts/locked.py", *extras).splitlines() if "==" in line]
    return {canonical(re.sub(r"\[.*?\]", "", line.split(" ")[0])): ";" not in line for line in lines}


def inside(*words: str) -> str:
    """Run a command in the container."""
    return run("docker", "exec", NAME, *words, check=False)


def asked(path: str) -> str:
    """Ask the server from inside, where callers need no token."""
    return inside("python", "-c", LOOK, path)


def started(*words: str) -> float:
    """Start a container as our compose files do: read-only, without rights; gives the monotonic instant."""
    run("docker", "rm", "-f", NAME, check=False)
    begun = time.monotonic()
    rights = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp"]  # noqa: S108
    run("docker", "run", "-d", "--name", NAME, *rights, "-v", f"{VOLUME}:/var/lib/lifetracer", *words)
    return begun


def seconds_until_ready() -> float:
    """Start everything in one container, and give the seconds until it can be worked with."""
    door = f"127.0.0.1:{PORT}:3000"
    begun = started("-p", door, "-e", "LIFETRACER_ACCESS_TOKEN=a-token-for-the-drill-alone", FULL, "up")
    until("/ready", lambda: ask(f"http://127.0.0.1:{PORT}/ready")[0] == 200, 120)
    return time.monotonic() - begun


def main() -> None:
    """Build, measure, run."""
    found = Findings()
    engine()
    try:
        found.claim("everything builds, in seconds", True, round(build(FULL)))
        found.claim("the server alone builds, in seconds", True, round(build(SERVER, "server")))
        for image, largest in LARGEST.items():
            found.claim(f"{image} is below {largest} MB", megabytes(image) < largest, f"{megabytes(image)} MB")
        for image, extras in ((FULL, ["all", "--without", "matplotlib"]), (SERVER, [])):
            wanted, there = locked(extras), installed(image)
            everywhere = {package for package, is_everywhere in wanted.items() if is_everywhere}
            differ = there - wanted.keys() | everywhere - there
            found.claim(f"{image} holds what the lock says, to the version", not differ, sorted(differ) or len(there))
        tools = "for tool in pip gcc cc make apt-get; do command -v $tool; done; true"
        left = run("docker", "run", "--rm", "--entrypoint", "sh", SERVER, "-c", tools).split()
        found.claim(
            "nothing to build or install with is inside but the system's own", set(left) <= {"/usr/bin/apt-get"}
        )

        found.claim(
            "/ready within 10 s of an empty volume", (seconds := seconds_until_ready()) < 10, f"{seconds:.1f} s"
        )
        until("healthy", lambda: run("docker", "inspect", "-f", "{{.State.Health.Status}}", NAME) == "healthy", 60)
        begun = time.monotonic()
        run("docker", "stop", "-t", "20", NAME)
        code = run("docker", "inspect", "-f", "{{.State.ExitCode}}", NAME)
        seconds = time.monotonic() - begun
        found.claim("it ends by itself when told", code in {"0", "143"}, f"{seconds:.1f} s, code {code}")
        found.claim("/ready within 10 s of a second start", (seconds := seconds_until_ready()) < 10, f"{seconds:.1f} s")

        begun = started(*SMALL, FULL, "demo", "--no-open", "--language", "en")
        said = until(
            "the demo's pipeline", lambda: "ready in" in (log := run("docker", "logs", NAME, check=False)) and log, 300
        )
        found.claim(
            "the demo person's whole pipeline runs, in 1000 MB without swap",
            "Printing the week done" in said,
            f"{time.monotonic() - begun:.0f} s",
        )
        found.claim("it runs as an ordinary user", inside("id", "-u") == "10001", inside("id", "-u"))
        refused = inside("sh", "-c", "touch /opt/x /etc/x 2>&1 || true")
        found.claim("the root file system cannot be written to", refused.count("Read-only file system") == 2)
        job = next(job for job in json.loads(asked("/api/jobs"))["jobs"] if job["stage"] == "pipeline")
        found.claim("its job succeeded", job["status"] == "succeeded", job["status"])
        inside_report = inside("sh", "-c", "find /var/lib/lifetracer -name '*.pdf' | wc -l")
        found.claim("the report is there", int(inside_report) >= 1, f"{inside_report} PDF")
    finally:
        run("docker", "rm", "-f", NAME, check=False)
        run("docker", "volume", "rm", "-f", VOLUME, check=False)
        if not os.environ.get("KEEP_IMAGES"):
            run("docker", "image", "rm", "-f", SERVER, check=False)
    found.end()


if __name__ == "__main__":
    main()
