"""The alert rules: they name only what is really measured, every one is tried, explained, and leads to a page."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from lifetracer.warehouse import Warehouse

from .test_metrics import beat

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "infra" / "docker" / "monitor"
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    return [rule for group in read("alerts.yml")["groups"] for rule in group["rules"]]


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name} (Debian: prometheus, prometheus-alertmanager)")
    return found


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_metric_in_the_rules_is_really_told(client: httpx.Client, warehouse: Warehouse) -> None:
    beat(warehouse, timedelta())
    told = {
        f"{family.name}{suffix}"
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for suffix in SUFFIXES[family.type]
    }
    named = {name for rule in rules() for name in re.findall(r"\blifetracer_\w+", rule["expr"])}
    assert len(named) >= 10
    assert named <= told
    tried = set(re.findall(r"\blifetracer_\w+", (FOLDER / "alerts_test.yml").read_text(encoding="utf-8")))
    assert tried <= told


def test_every_rule_is_named_once_and_leads_to_its_paragraph() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    page = (ROOT / "docs" / "runbooks" / "monitoring-alerts.md").read_text(encoding="utf-8")
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["runbook"] == f"docs/runbooks/monitoring-alerts.md#{rule['alert'].lower()}"
        assert f"## {rule['alert']}\n" in page


def test_every_rule_is_tried_and_so_is_peace() -> None:
    tests = read("alerts_test.yml")["tests"]
    expected = {one["alertname"] for test in tests for one in test.get("alert_rule_test", ()) if one["exp_alerts"]}
    assert expected == {rule["alert"] for rule in rules()}
    assert any("promql_expr_test" in test for test in tests)


def test_no_figure_of_the_whole_database_is_summed_over_processes() -> None:
    """Every process tells the same ones: their sum would grow with the number of servers."""
    own = ("lifetracer_requests_", "lifetracer_request_seconds", "lifetracer_hints_total")
    for rule in rules():
        for summed in re.findall(r"sum(?: by \(\w+\))? ?\(\w+\((lifetracer_\w+)", rule["expr"]):
            assert summed.startswith(own), rule["alert"]


def test_prometheus_reads_and_tries_the_rules() -> None:
    promtool = tool("promtool")
    assert f"{len(rules())} rules found" in run(promtool, "check", "rules", "alerts.yml")
    run(promtool, "test", "rules", "alerts_test.yml")


def test_prometheus_takes_its_settings(tmp_path: Path) -> None:
    promtool = tool("promtool")
    for name in ("prometheus.yml", "alerts.yml"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/run/secrets/", f"{tmp_path}/"), encoding="utf-8")
    shutil.copytree(FOLDER / "targets", tmp_path / "targets")
    (tmp_path / "metrics_token").write_text("x")
    run(promtool, "check", "config", str(tmp_path / "prometheus.yml"))


def test_alertmanager_takes_its_settings(tmp_path: Path) -> None:
    amtool = tool("amtool")
    # Debian's version knows no url_file yet.
    text = (FOLDER / "alertmanager.yml").read_text(encoding="utf-8")
    path = tmp_path / "alertmanager.yml"
    path.write_text(text.replace("url_file: /run/secrets/alert_url", "url: http://127.0.0.1:9"), encoding="utf-8")
    run(amtool, "check-config", str(path))


def test_the_containers_listen_here_only_and_have_no_default_secret() -> None:
    compose = read("compose.yml")
    for name, service in compose["services"].items():
        assert service["profiles"] == ["monitor"]
        assert ":" in service["image"], "pinned"
        assert not service["image"].endswith(":latest")
        listens = [word for word in service["command"] if "listen-address" in word]
        assert listens, name
        assert all(word.endswith("=") or "=127.0.0.1:" in word for word in listens)
        assert "ports" not in service
        assert service["cap_drop"] == ["ALL"]
    for secret in compose["secrets"].values():
        assert re.fullmatch(r"\$\{LIFETRACER_\w+_FILE:\?.+\}", secret["file"])
    (job,) = read("prometheus.yml")["scrape_configs"]
    assert job["job_name"] == "lifetracer"
    assert job["authorization"]["credentials_file"].startswith("/run/secrets/")
    assert all(
        target.startswith("127.0.0.1:") for group in read("targets/lifetracer.yml") for target in group["targets"]
    )
