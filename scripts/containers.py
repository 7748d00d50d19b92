"""What the drills with containers share: an engine, commands with a limit of time, and findings that are printed."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "scripts" / "engine" / "run.sh"
PYTHON = "python:3.12-slim-bookworm"


def engine(*images: str) -> None:
    """Have an engine, and the images that cannot be made by us (real ones where they can be pulled)."""
    told = subprocess.run([ENGINE, "up", PYTHON, *images], stdout=subprocess.PIPE, text=True, check=False)
    if told.returncode == 3:
        print("skipped: the drill needs Docker, or root and apt-get to make an engine")
        sys.exit(0 if not os.environ.get("CI") else 1)
    if told.returncode:
        sys.exit("The engine did not start.")
    for line in told.stdout.splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        os.environ[name] = value


def have(image: str) -> bool:
    """Tell whether an image is here, or can be pulled."""
    if not run("docker", "image", "inspect", image, check=False).startswith("[]"):
        return True
    try:
        told = subprocess.run(["docker", "pull", "--quiet", image], capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return False
    return told.returncode == 0


def run(*words: str, seconds: float = 120, check: bool = True, env: Mapping[str, str] | None = None) -> str:
    """Run a command; gives what it printed, or ends the drill with what it said."""
    try:
        told = subprocess.run(
            words, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False, env=os.environ | (env or {})
        )
    except subprocess.TimeoutExpired:
        sys.exit(f"FAILED: {' '.join(words)} took longer than {seconds} s")
    if check and told.returncode:
        sys.exit(f"FAILED: {' '.join(words)}\n{told.stdout[-3000:]}\n{told.stderr[-3000:]}")
    return told.stdout.strip() if check else (told.stdout + told.stderr).strip()


def build(tag: str, target: str = "full") -> float:
    """Build the product's image; gives seconds."""
    begun = time.monotonic()
    words = ["docker", "build", "--quiet", "--network", "host", "-f", "infra/docker/Dockerfile", "--target", target]
    run(*words, "-t", tag, ".", seconds=1500, env={"DOCKER_BUILDKIT": "1"})
    return time.monotonic() - begun


def megabytes(image: str) -> int:
    """Give an image's size, as `docker images` shows it."""
    return int(run("docker", "image", "inspect", "--format", "{{.Size}}", image)) // 1_000_000


def until(what: str, look: Callable[[], Any], seconds: float) -> Any:
    """Look until something true comes; ends the drill when it does not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    sys.exit(f"FAILED: {what}: not within {seconds:.0f} s")


def ask(url: str, *, token: str = "", method: str = "GET", seconds: float = 5) -> tuple[int, Any]:
    """Ask an HTTP server; gives its status (0: no answer) and the JSON that it said."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 - this machine
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=seconds) as answer:
            return answer.status, json.loads(answer.read() or "null")
    except urllib.error.HTTPError as answer:
        return answer.code, None
    except (OSError, ValueError):
        return 0, None


class Findings:
    """What a drill claims: printed as it goes, and counted."""

    def __init__(self) -> None:
        self.wrong = 0
        self.right = 0

    def claim(self, what: str, holds: bool, number: object = "") -> None:
        """Say whether a claim holds, with the number that it rests on."""
        self.wrong += not holds
        self.right += holds
        print(f"{'ok    ' if holds else 'FAILED'}  {what}{f': {number}' if number != '' else ''}", flush=True)

    def end(self) -> None:
        """Say how it went, as the exit code too."""
        print(f"{self.right} passed, {self.wrong} failed")
        sys.exit(1 if self.wrong else 0)
