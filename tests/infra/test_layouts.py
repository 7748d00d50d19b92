"""The files that deploy us keep their promises: ports, rights, restarts, profiles, tunnel, versions."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "infra" / "docker"
OURS = {"single", "server", "worker", "server-split", "analyzer", "adjuster", "reporter", "connector", "transform"}


class Loader(yaml.SafeLoader):
    """Reads compose's own tags, too."""


Loader.add_constructor("!reset", lambda loader, node: ("reset", loader.construct_sequence(node)))


def compose(name="compose.yml"):
    return yaml.load((DOCKER / name).read_text(encoding="utf-8"), Loader)


def test_profiles_choose_the_seeds_layouts():
    services = compose()["services"]
    by_profile = {
        profile: {name for name, service in services.items() if profile in service["profiles"]}
        for profile in ("single", "default", "elsewhere", "split", "batch", "db")
    }
    assert by_profile == {
        "single": {"single"},
        "default": {"server", "worker", "db"},
        "elsewhere": {"server", "worker"},
        "split": {"server-split", "analyzer", "adjuster", "reporter"},
        "batch": {"connector", "transform"},
        "db": {"db"},
    }


def test_only_the_servers_port_is_published_and_on_this_machine_by_default():
    published = {name: service["ports"] for name, service in compose()["services"].items() if "ports" in service}
    assert set(published) == {"single", "server", "server-split"}
    assert {port for ports in published.values() for port in ports} == {"${LIFETRACER_PUBLISH:-127.0.0.1:3000}:3000"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_containers_have_no_rights_that_they_do_not_need(name):
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}
    assert service["restart"] == ("no" if name in {"connector", "transform"} else "unless-stopped")


def test_the_database_and_the_workers_are_reached_from_inside_only():
    told = compose()
    assert told["networks"]["inside"] == {"internal": True}
    assert told["services"]["db"]["networks"] == ["inside"]
    assert {told["services"][name]["expose"][0] for name in ("analyzer", "adjuster", "reporter")} == {
        "8001",
        "8002",
        "8003",
    }


def test_each_part_runs_its_own_stages_and_together_they_run_all():
    from lifetracer.jobs.stages import ORDER

    told = compose()["services"]
    stages = {
        name: set(command[command.index("--stages") + 1].split(","))
        for name in ("server-split", "analyzer", "adjuster", "reporter")
        if (command := told[name]["command"])
    }
    assert stages["server-split"] == {"sync", "transform"}
    assert set.union(*stages.values()) >= set(ORDER)
    assert sum(map(len, stages.values())) == len(set.union(*stages.values()))


def test_behind_the_tunnel_nothing_is_published_and_only_the_tunnel_is_believed():
    told = compose("compose.tunnel.yml")
    text = (DOCKER / "compose.tunnel.yml").read_text(encoding="utf-8")
    assert text.count("    ports: !reset []") == 3, "compose does not look for it behind an anchor"
    (network,) = told["networks"]["tunnel"]["ipam"]["config"]
    assert told["networks"]["tunnel"]["internal"] is True
    for name in ("single", "server", "server-split"):
        service = told["services"][name]
        assert service["ports"] == ("reset", [])
        assert service["environment"]["LIFETRACER_TRUSTED_PROXIES"] == network["subnet"]
        assert service["environment"]["LIFETRACER_CLIENT_ADDRESS_HEADER"] == "cf-connecting-ip"
    sharing = {name for name, service in told["services"].items() if "tunnel" in service.get("networks", ())}
    assert sharing == {"single", "server", "server-split", "cloudflared"}


@pytest.mark.parametrize(
    ("name", "before", "behind"), [("tunnel", "cloudflared", "server"), ("rolling", "door", "server-a")]
)
def test_who_stands_before_a_server_meets_it_in_one_network_only(name, before, behind):
    """Its name would lead now through one, now through the other, and only one is believed."""
    told = compose(f"compose.{name}.yml")["services"]
    usual = compose()["services"].get(behind, {}).get("networks", ())
    assert len(set(told[before]["networks"]) & {*told[behind]["networks"], *usual}) == 1


def test_the_tunnels_template_leads_to_our_server_and_nowhere_else():
    told = yaml.safe_load((ROOT / "infra/cloudflare/config.yml.example").read_text(encoding="utf-8"))
    assert set(told) == {"tunnel", "credentials-file", "ingress"}
    *ways, last = told["ingress"]
    assert last == {"service": "http_status:404"}
    assert {way["service"] for way in ways} == {"http://server:3000"}
    assert all(way["hostname"] for way in ways)


def test_every_image_of_others_has_a_version():
    for path in DOCKER.rglob("compose*.yml"):
        for name, service in yaml.load(path.read_text(encoding="utf-8"), Loader)["services"].items():
            image = service.get("image", "")
            if image and not image.startswith(("lifetracer", "${LIFETRACER_IMAGE")):
                assert re.search(r":v?\d[\w.-]+$", image), f"{path.name}: {name}: {image}"


def test_every_variable_of_the_environment_file_is_one_that_something_reads():
    from lifetracer.settings import FOREIGN_NAMES, Settings

    known = {name for names in FOREIGN_NAMES.values() for name in names}
    known |= {f"LIFETRACER_{field.upper()}" for field in Settings.model_fields}
    used = set(re.findall(r"\$\{(\w+)", "".join(path.read_text() for path in DOCKER.glob("compose*.yml"))))
    text = (DOCKER / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?([A-Z_]+)=", text, flags=re.MULTILINE)) <= known | used | {"COMPOSE_PROFILES"}
    assert used <= known | set(re.findall(r"[A-Z][A-Z_]+", text)) | {"LIFETRACER_ENV_FILE"}


@pytest.mark.parametrize("arguments", [[], ["all", "--without", "matplotlib"], ["transform"]])
def test_the_part_of_the_lock_holds_every_wish_with_its_hashes(arguments):
    command = [sys.executable, ROOT / "scripts" / "locked.py", *arguments]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names = set(re.findall(r"^([\w.-]+)", told, flags=re.MULTILINE))
    assert {"fastapi", "psycopg", "starlette", "uvicorn", "anyio"} <= names
    assert ("dbt-core" in names) == bool(arguments)
    assert not {"pytest", "mypy", "playwright", "matplotlib"} & names
    assert told.count("==") <= told.count("--hash=sha256:")


def test_staging_is_production_but_for_its_name():
    texts = [(ROOT / f"infra/oci/terraform/production/{name}.tfvars").read_text() for name in ("staging", "prod")]
    assert texts[0].replace('"staging"', '"prod"') == texts[1]


def test_vercel_is_told_the_versions_of_the_lock():
    told = subprocess.run([sys.executable, ROOT / "scripts" / "locked.py"], capture_output=True, text=True, check=True)
    pinned = [line.removesuffix(" \\") for line in told.stdout.splitlines() if re.match(r"\w", line)]
    lines = (ROOT / "infra/vercel/requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.match(r"\w", line)] == pinned, "run `make reference`"
    assert lines[-1] == "../.."


def test_vercels_file_says_only_what_vercel_knows():
    told = json.loads((ROOT / "infra/vercel/vercel.json").read_text(encoding="utf-8"))
    assert set(told) <= {
        "$schema",
        "framework",
        "functions",
        "rewrites",
        "regions",
        "git",
        "headers",
        "outputDirectory",
    }
    (name,) = told["functions"]
    assert (ROOT / "infra/vercel" / name).is_file()
    assert told["rewrites"] == [{"source": "/(.*)", "destination": "/" + name.removesuffix(".py")}]


def tool(name):
    """The path of a tool, beside this Python or on the path; skips when there is none."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"needs {name}")
    return found


def said_by(*command):
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return told.returncode, told.stdout + told.stderr


def test_shell_scripts_are_clean():
    scripts = [
        *ROOT.glob("scripts/*.sh"),
        *ROOT.glob("infra/*/scripts/*.sh"),
        DOCKER / "with-env.sh",
        ROOT / "scripts/engine/run.sh",
        ROOT / "infra/cron-job",
    ]
    code, said = said_by(tool("shellcheck"), *scripts)
    assert code == 0, said


def test_image_files_are_clean():
    code, said = said_by(tool("hadolint"), DOCKER / "Dockerfile", *ROOT.glob("scripts/engine/*.Dockerfile"))
    assert code == 0, said


def test_compose_files_fit_the_schema():
    files = {*DOCKER.rglob("compose*.yml"), *(ROOT / "scripts/engine").glob("*.yml")}
    files.remove(DOCKER / "compose.tunnel.yml")  # `!reset` is compose's own, and no YAML of the schema's
    code, said = said_by(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", *sorted(files))
    assert code == 0, said


def test_workflows_fit_the_schema_and_end_in_time():
    files = sorted((ROOT / ".github/workflows").glob("*.yml"))
    for schema in ("vendor.github-workflows", "custom.github-workflows-require-timeout"):
        code, said = said_by(tool("check-jsonschema"), "--builtin-schema", schema, *files)
        assert code == 0, said


def test_workflows_are_clean():
    code, said = said_by(tool("zizmor"), "--offline", "--pedantic", ".github")
    assert code == 0, said


def test_workflows_are_clean_to_actionlint():
    code, said = said_by(ROOT / "scripts/actionlint.sh")
    if code == 127:
        pytest.skip(said)
    assert code == 0, said
