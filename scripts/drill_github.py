"""The server-less mode as GitHub's machines run it: a fresh Python, what a workflow installs, its secrets; how long?

Each workflow's steps run in a container of its own that has nothing but Python and what is committed. Times are told in
processor seconds: the clock of a busy machine says nothing. GitHub counts whole minutes.
"""

import base64
import json
import math
import os
import re
import sys
import tempfile
from pathlib import Path

from containers import PYTHON, ROOT, Findings, build, engine, run, until
from layout import IMAGE, POSTGRES

FLOWS = ("sync-toggl", "sync-gcal", "dbt-run", "analyze", "adjust", "report")
NETWORK, NAME = "lifetracer-drill", "lifetracer-drill-github"
AROUND = 20
"""Seconds for what cannot be tried here: a machine that starts, checks out, sets up Python."""
FREE = 2000
"""Minutes a month that GitHub gives a private repository."""
STEPS = """
set -e
cp -r /checkout /work && cd /work
seconds() { awk '{print $14 + $15 + $16 + $17}' /proc/$$/stat; }
scripts/install.sh $EXTRAS
echo "installed $(seconds)"
for step in "$@"; do $step || { echo "failed $step"; exit 1; }; done
echo "worked $(seconds)"
"""


def flow(name: str) -> tuple[str, list[str], set[str]]:
    """Read a workflow: extras, commands, secrets."""
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    extras = re.search(r"extras: (.*)", text)
    return extras[1] if extras else "", re.findall(r"run: (scripts/.*)", text), set(re.findall(r"secrets\.(\w+)", text))


def prepared(folder: Path) -> dict[str, str]:
    """Start the vendors and a database elsewhere, and make its tables, as the how-to says; gives the secrets."""
    (folder / "checkout").mkdir()
    run("git", "archive", "--output", str(folder / "checkout.tar"), "HEAD")
    run("tar", "-xf", str(folder / "checkout.tar"), "-C", str(folder / "checkout"))
    run("docker", "network", "create", NETWORK)
    database = ["-e", "POSTGRES_USER=me", "-e", "POSTGRES_DB=life", "-e", "POSTGRES_PASSWORD=drill"]
    run("docker", "run", "-d", "--name", f"{NAME}-db", "--network", NETWORK, *database, POSTGRES)
    sandbox = ["sandbox", "--host", "0.0.0.0", "--port", "3900", "--no-quota", "--start", "2025-11-01"]  # noqa: S104
    run("docker", "run", "-d", "--name", f"{NAME}-sandbox", "--network", NETWORK, IMAGE, *sandbox)
    said = until("the sandbox", lambda: "people" in (log := run("docker", "logs", f"{NAME}-sandbox")) and log, 60)
    person = json.JSONDecoder().raw_decode(said[said.index("{") :])[0]["people"][0]
    secrets = {
        "DATABASE_URL": f"postgresql://me:drill@{NAME}-db:5432/life",
        "LIFETRACER_SECRET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "TOGGL_API_TOKEN": person["togglToken"],
        "GOOGLE_CLIENT_ID": person["googleClientId"],
        "GOOGLE_CLIENT_SECRET": person["googleClientSecret"],
        "GOOGLE_REFRESH_TOKEN": person["googleRefreshToken"],
    }
    (folder / "env").write_text("".join(f"{name}={secrets[name]}\n" for name in secrets))
    words = ("docker", "run", "--rm", "--network", NETWORK, "--env-file", str(folder / "env"), IMAGE, "migrate")
    until("the database", lambda: "migrations" in (said := run(*words, check=False)) or "up to date" in said, 60)
    return secrets


def seconds_of(name: str, folder: Path, secrets: dict[str, str]) -> tuple[float, float, str]:
    """Run one workflow's steps; gives the processor seconds of installing and of working, and what was said."""
    extras, steps, wanted = flow(name)
    vendors = {f"LIFETRACER_{which}": f"http://{NAME}-sandbox:3900" for which in ("TOGGL_URL", "GOOGLE_URL")}
    vendors |= {
        "LIFETRACER_GOOGLE_TOKEN_URL": f"http://{NAME}-sandbox:3900/token",
        "LIFETRACER_TOGGL_PAUSE_SECONDS": "0",
    }
    given = {secret: secrets[secret] for secret in wanted} | vendors | {"EXTRAS": extras}
    environ = [word for item in given.items() for word in ("-e", "=".join(item))]
    place = ["-v", f"{folder / 'checkout'}:/checkout:ro", "--network", NETWORK]
    said = run(
        "docker", "run", "--rm", *place, *environ, PYTHON, "bash", "-c", STEPS, name, *steps, seconds=900, check=False
    )
    ticks = dict(re.findall(r"^(installed|worked) (\d+)$", said, flags=re.MULTILINE))
    if len(ticks) < 2:
        return 0, 0, said[-1500:]
    installed, worked = int(ticks["installed"]) / 100, int(ticks["worked"]) / 100
    return installed, worked - installed, ""


def main() -> None:
    """Run a night, twice: the first one reads and makes everything."""
    found = Findings()
    engine(POSTGRES)
    if not run("docker", "image", "ls", "-q", IMAGE) or not os.environ.get("KEEP_IMAGES"):
        build(IMAGE)
    minutes = 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            secrets = prepared(Path(folder))
            for name in sys.argv[1:] or FLOWS:
                installing, working, wrong = seconds_of(name, Path(folder), secrets)
                minutes += math.ceil((AROUND + installing + working) / 60)
                found.claim(f"{name}: install, work in seconds", not wrong, wrong or f"{installing:.0f}, {working:.0f}")
            a_month = minutes * 31
            found.claim(f"a month is at most half of {FREE} minutes", a_month <= FREE / 2, a_month)
        finally:
            for name in ("db", "sandbox"):
                run("docker", "rm", "-f", "-v", f"{NAME}-{name}", check=False)
            run("docker", "network", "rm", NETWORK, check=False)
    found.end()


if __name__ == "__main__":
    main()
