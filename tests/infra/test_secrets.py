"""No secret is committed, sent to the engine that builds images, or kept from being a file."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from lifetracer.settings import FOREIGN_NAMES, Settings, load

ROOT = Path(__file__).parents[2]

LOOKS_SECRET = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\n(?!…)[A-Za-z0-9+/=\s]{80,}"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\b(?:ghp|gho|ghs|ghu)_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{60,}"
    r"|\bsb_secret_[A-Za-z0-9_-]{20,}|\bsbp_[0-9a-f]{40}\b"
    r"|\bGOCSPX-[A-Za-z0-9_-]{24,}|\b1//0[A-Za-z0-9_-]{40,}"
    r"|\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{20,}"
    r"|\bxox[abp]-[0-9A-Za-z-]{20,}|\bglsa_[A-Za-z0-9]{32}_|\bsk_live_[A-Za-z0-9]{20,}"
    r"|\bAGE-SECRET-KEY-1[0-9A-Z]{50,}"
)
"""Keys and tokens by the forms that their makers gave them."""

MUST_BE_IGNORED = [
    ".env",
    ".env.production",
    "infra/docker/.env",
    "infra/docker/secrets/access_token",
    "infra/cloudflare/config.yml",
    "infra/cloudflare/credentials.json",
    "infra/oci/terraform/terraform.tfvars",
    "infra/oci/terraform/production/local.tfvars",
    "infra/oci/terraform/terraform.tfstate",
    "infra/oci/terraform/terraform.tfstate.backup",
    "infra/oci/terraform/.terraform/providers/x",
    "infra/oci/oci_api_key.pem",
    "supabase/.temp/project-ref",
    ".vercel/project.json",
]

MUST_BE_KEPT = [
    ".env.example",
    "infra/docker/.env.example",
    "infra/cloudflare/config.yml.example",
    "infra/oci/terraform/terraform.tfvars.example",
    "infra/oci/terraform/production/prod.tfvars",
]


def git(*words: str) -> list[str]:
    told = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.splitlines()


def test_nothing_that_looks_like_a_secret_would_be_committed():
    found = []
    for name in git("ls-files", "--cached", "--others", "--exclude-standard"):
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 2_000_000:
            text = path.read_text(encoding="utf-8", errors="ignore")
            found += [f"{name}: {match.group()[:16]}…" for match in LOOKS_SECRET.finditer(text)]
    assert not found


@pytest.mark.parametrize(
    "text",
    ["AKIA" + "ABCDEFGHIJKLMNOP", "ghp_" + "a1" * 18, "sb_secret_" + "a" * 24, "GOCSPX-" + "b" * 28],
)
def test_the_search_finds_what_it_looks_for(text):
    assert LOOKS_SECRET.search(f"key: {text}")


def test_no_ignored_file_is_committed():
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard") == []


@pytest.mark.parametrize("name", MUST_BE_IGNORED)
def test_files_of_secrets_are_ignored(name):
    assert git("check-ignore", "--no-index", name) == [name]


@pytest.mark.parametrize("name", MUST_BE_KEPT)
def test_examples_are_not_ignored(name):
    assert git("check-ignore", "--no-index", name) == []
    assert (ROOT / name).is_file()


def sent_to_the_engine() -> list[str]:
    """What .dockerignore lets through, by its own rules: the last line that fits decides."""
    rules = [
        line.strip()
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]

    def fits(rule: str, name: str) -> bool:
        form = re.escape(rule).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*").replace(r"\[co\]", "[co]")
        return re.fullmatch(f"{form}(?:/.*)?", name) is not None

    def goes(name: str) -> bool:
        verdict = True
        for rule in rules:
            if fits(rule.removeprefix("!"), name):
                verdict = rule.startswith("!")
        return verdict

    everything = [*git("ls-files"), *MUST_BE_IGNORED, "src/.env", "src/lifetracer/key.pem", "supabase/.env.local"]
    return [name for name in everything if goes(name)]


def test_no_secret_is_sent_to_the_engine():
    sent = sent_to_the_engine()
    assert {"pyproject.toml", "requirements.lock", "src/lifetracer/__init__.py", "infra/docker/slim.py"} <= set(sent)
    assert not [name for name in sent if name in MUST_BE_IGNORED or re.search(r"\.env|\.pem$|\.key$", name)]
    assert {name.split("/")[0] for name in sent} <= {
        *("LICENSE", "README.md", "pyproject.toml", "requirements.lock", "scripts", "src", "supabase", "infra")
    }


@pytest.mark.skipif(shutil.which("age") is None, reason="needs age")
def test_an_encrypted_environment_is_plain_in_memory_only(tmp_path):
    shutil.copy(ROOT / "infra/docker/with-env.sh", tmp_path)
    (tmp_path / "bin").mkdir()
    engine = tmp_path / "bin" / "docker"  # says what it was asked, and what it could read
    engine.write_text('#!/bin/sh\necho "$@"\ncat "$LIFETRACER_ENV_FILE"\n')
    engine.chmod(0o755)
    for name in ("mine", "anothers"):
        subprocess.run(["age-keygen", "-o", tmp_path / name], check=True, capture_output=True)
    lock = ["age", "--encrypt", "--identity", tmp_path / "mine", "--output", tmp_path / "env.age"]
    subprocess.run(lock, input=b"LIFETRACER_ACCESS_TOKEN=hush\n", check=True)

    def up(key):
        environ = os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "LIFETRACER_AGE_KEY": key}
        command = [tmp_path / "with-env.sh", "up", "-d"]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    words, secret = up(str(tmp_path / "mine")).stdout.splitlines()
    place = re.fullmatch(r"compose --env-file (/dev/shm/\S+) up -d", words)
    assert place
    assert secret == "LIFETRACER_ACCESS_TOKEN=hush"
    assert not Path(place[1]).exists()
    refused = up(str(tmp_path / "anothers"))
    assert (refused.returncode, refused.stdout) != (0, "")
    assert "LIFETRACER_ACCESS_TOKEN" not in refused.stdout


SECRETS = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]


@pytest.mark.parametrize("field", SECRETS)
def test_every_secret_may_be_a_file_under_each_of_its_names(field, tmp_path):
    (tmp_path / "secret").write_text("hush\n")
    for name in (f"LIFETRACER_{field.upper()}", *FOREIGN_NAMES.get(field, ())):
        value = getattr(load({f"{name}_FILE": str(tmp_path / "secret")}), field)
        assert isinstance(value, SecretStr)
        assert value.get_secret_value() == "hush"


def test_what_is_secret_by_its_name_is_a_secret_by_its_type():
    secret = re.compile(r"token$|secret|password|_key$|dsn$|database_url$")
    open_secrets = [name for name in Settings.model_fields if secret.search(name) and name not in SECRETS]
    assert not open_secrets
