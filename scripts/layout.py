"""A layout of infra/docker as the drills start it: vendors beside it, its settings, its jobs followed to their end."""

import base64
import json
import os
import time
from pathlib import Path

from containers import ask, run, until

IMAGE, POSTGRES, PORT = "lifetracer:drill", "postgres:17-bookworm", "13000"
URL = f"http://127.0.0.1:{PORT}"
TOKEN = "a-token-for-the-drill-alone"  # noqa: S105 - of a drill
ENDED = {"succeeded", "failed", "needs_user", "cancelled"}


class Layout:
    """One layout, in a project of its own."""

    files = ("infra/docker/compose.yml", "scripts/engine/compose.drill.yml")
    more_settings: dict[str, str] = {}  # noqa: RUF012 - never written to

    def __init__(self, profiles: str, folder: Path) -> None:
        self.env = {
            "COMPOSE_PROFILES": f"{profiles},drill",
            "COMPOSE_PROJECT_NAME": "lifetracer-drill",
            "LIFETRACER_IMAGE": IMAGE,
            "LIFETRACER_ENV_FILE": str(folder / "env"),
            "LIFETRACER_PUBLISH": f"127.0.0.1:{PORT}",
            "POSTGRES_PASSWORD": "drill",
            "DRILL_FOLDER": str(folder),
        }
        self.folder = folder
        (folder / "env").write_text("")

    def compose(self, *words: str, seconds: float = 400, check: bool = True) -> str:
        """Run `docker compose` on it."""
        files = [word for name in self.files for word in ("-f", name)]
        return run("docker", "compose", *files, *words, seconds=seconds, env=self.env, check=check)

    def up(self) -> float:
        """Start the vendors, then everything; gives the seconds until all is well."""
        self.compose("up", "-d", "sandbox")
        said = until(
            "the sandbox", lambda: "people" in (log := self.compose("logs", "--no-log-prefix", "sandbox")) and log, 60
        )
        person = json.JSONDecoder().raw_decode(said[said.index("{") :])[0]["people"][0]
        settings = self.settings(person) | self.more_settings
        (self.folder / "env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        begun = time.monotonic()
        self.compose("up", "-d", "--wait")
        until("/ready", lambda: self.ask("/ready")[0] == 200, 180)
        return time.monotonic() - begun

    def settings(self, person: dict[str, str]) -> dict[str, str]:
        """Give what a person would write into .env."""
        vendor = "http://sandbox:3900"
        return {
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

    def ask(self, path: str, *, token: str = "", method: str = "GET") -> tuple[int, dict]:
        """Ask the server, the way people come in."""
        return ask(f"{URL}{path}", token=token, method=method)

    def job(self, path: str, seconds: float = 600) -> dict:
        """Ask for a job and follow it to its end."""
        status, told = self.ask(f"/api/{path}", token=TOKEN, method="POST")
        return self.ended(told["jobId"], seconds) if status == 202 else {"status": f"refused with {status}"}

    def ended(self, job_id: str, seconds: float = 600) -> dict:
        """Wait for a job's end."""

        def look() -> dict | None:
            told = self.ask(f"/api/jobs/{job_id}", token=TOKEN)[1] or {}
            return told if told.get("status") in ENDED else None

        return until(f"the job {job_id}", look, seconds)

    def published(self) -> set[str]:
        """Tell which ports of the machine lead in."""
        project = f"label=com.docker.compose.project={self.env['COMPOSE_PROJECT_NAME']}"
        said = run("docker", "ps", "--filter", project, "--format", "{{.Ports}}")
        return {part.strip() for line in said.splitlines() for part in line.split(",") if "->" in part}

    def down(self) -> None:
        """Leave nothing; with SHOW_LOGS, what was said goes to build/drill.log."""
        if os.environ.get("SHOW_LOGS"):
            place = Path(__file__).parents[1] / "build"
            place.mkdir(exist_ok=True)
            (place / "drill.log").write_text(self.compose("logs", check=False))
        self.compose("down", "--volumes", "--remove-orphans", "-t", "15", check=False)


class BehindTheTunnel(Layout):
    """With cloudflared as the only way in, secrets as files, and one address that may come in."""

    files = (
        *Layout.files,
        "infra/docker/compose.tunnel.yml",
        "infra/docker/compose.secrets.yml",
        "scripts/engine/compose.tunnel-drill.yml",
    )
    host, admitted, stranger = "api.example.com", "203.0.113.9", "198.51.100.4"
    more_settings = {"LIFETRACER_ALLOW_IPS": admitted}  # noqa: RUF012 - never written to

    def settings(self, person: dict[str, str]) -> dict[str, str]:
        """Write the secrets into files that only the containers' user may read."""
        given = super().settings(person)
        files = {
            "access_token": given.pop("LIFETRACER_ACCESS_TOKEN"),
            "secret_key": given.pop("LIFETRACER_SECRET_KEY"),
            "database_url": "postgresql://lifetracer:drill@db:5432/lifetracer",
        }
        for name, value in files.items():
            (self.folder / name).write_text(value + "\n")
            os.chown(self.folder / name, 10001, 10001)
            (self.folder / name).chmod(0o400)
        return given

    def ask(self, path: str, *, token: str = "", method: str = "GET") -> tuple[int, dict]:
        """Ask as the one who is admitted, through the tunnel."""
        return self.ask_from("cloudflared", "127.0.0.1:8080", path, self.admitted, token=token, method=method)

    def ask_from(
        self,
        service: str,
        door: str,
        path: str,
        client: str,
        *,
        host: str = host,
        token: str = "",
        method: str = "GET",
    ) -> tuple[int, dict]:
        """Ask a door from inside one of the containers, saying that somebody asks."""
        program = (
            "import http.client, json, sys\n"
            "door, method, path, headers = json.loads(sys.argv[1])\n"
            "asked = http.client.HTTPConnection(door, timeout=20)\n"
            "asked.request(method, path, headers=headers)\n"
            "answer = asked.getresponse()\n"
            "print(answer.status, answer.read().decode() or 'null')\n"
        )
        headers = {"host": host, "cf-connecting-ip": client} | ({"authorization": f"Bearer {token}"} if token else {})
        words = json.dumps([door, method, path, headers])
        said = self.compose("exec", "-T", service, "python", "-c", program, words, check=False)
        status, _, body = said.partition(" ")
        try:
            return int(status), json.loads(body)
        except ValueError:
            return (int(status) if status.isdigit() else 0), {}
