"""``make docs`` writes one page about every model that needs no network, and it tells all columns there are."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]

CHROMIUM = Path("/usr/bin/chromium")
PARTS = ("manifest", "catalog")

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, freshly built."""
    folder = tmp_path_factory.mktemp("docs")
    build = [sys.executable, str(ROOT / "scripts" / "model_docs.py"), str(folder)]
    subprocess.run(build, check=True, timeout=240, cwd=folder)
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    return folder / "index.html"


@pytest.fixture(scope="module")
def told(page: Path) -> dict[str, Any]:
    """The manifest and the catalog that the page carries."""
    text = page.read_text(encoding="utf-8")
    return {name: json.JSONDecoder().raw_decode(text, text.index(f'{name}:{{"') + len(name) + 1)[0] for name in PARTS}


def models(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {key: node for key, node in told["manifest"]["nodes"].items() if node["resource_type"] == "model"}


def test_the_page_has_every_models_description(told: dict[str, Any]) -> None:
    written = {path.stem for path in (ROOT / "src/lifetracer/transform/models").rglob("*.sql")}
    assert {node["name"] for node in models(told).values()} == written
    assert [node["name"] for node in models(told).values() if not node["description"]] == []


def test_every_column_that_is_made_is_described(told: dict[str, Any]) -> None:
    made = {key: set(node["columns"]) for key, node in told["catalog"]["nodes"].items()}
    described = {key: set(node["columns"]) for key, node in models(told).items()}
    assert {key: made[key] ^ described[key] for key in described if made[key] != described[key]} == {}


def test_the_page_carries_the_lineage(told: dict[str, Any]) -> None:
    parents = told["manifest"]["parent_map"]["model.lifetracer.day"]
    assert parents == ["model.lifetracer.fct_day"]
    assert told["manifest"]["metadata"]["send_anonymous_usage_stats"] is False


@pytest.mark.browser
def test_the_page_opens_without_any_network(page: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium")
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(f"{page.as_uri()}#!/model/model.lifetracer.time_flow")
        tab.get_by_text("entropy-regularised optimal transport").first.wait_for(timeout=30_000)
        tab.goto(f"{page.as_uri()}#!/overview")
        tab.get_by_text("The model of time").first.wait_for(timeout=30_000)
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
