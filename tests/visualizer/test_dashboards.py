"""The documents: whole, explained, in both languages, drawn in the house's way, current in the repository."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.extract import extract_from_dir

from lifetracer import charts, visualizer
from lifetracer.charts.wording import catalogue as shared
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.visualizer.ask import panels as queries_of
from lifetracer.visualizer.dashboards import KINDS, documents, query
from lifetracer.visualizer.folder import files, write
from lifetracer.visualizer.wording import Words, catalogue

ROOT = Path(__file__).parents[2]
COPY = ROOT / "infra" / "docker" / "grafana"
NAMES = [f"{kind.name.replace('_', '-')}.json" for kind in KINDS]
BOARDS = {
    (language, name): json.loads(text) for language in charts.LANGUAGES for name, text in documents(language).items()
}
PICTURES = [(*key, panel) for key, board in BOARDS.items() for panel in board["panels"] if panel["type"] != "row"]


def named(value: Any) -> str:
    return f"{value.get('type')}-{value['id']}" if isinstance(value, dict) else str(value)


def test_there_are_the_six_dashboards_in_both_languages():
    titles = [board["title"] for (language, _), board in BOARDS.items() if language == "en"]
    assert titles == ["Overview", "Plan × actual", "Adherence", "Targets", "Data quality", "Operations"]
    assert [name for language, name in BOARDS if language == "ja"] == NAMES
    assert len({board["uid"] for board in BOARDS.values()}) == 12


@pytest.mark.parametrize(("language", "name"), BOARDS, ids="-".join)
def test_a_dashboard_is_whole(language: str, name: str):
    board = BOARDS[language, name]
    assert re.fullmatch(r"[a-z-]{1,40}", board["uid"])  # Grafana allows 40 characters
    assert board["schemaVersion"] >= 36
    assert board["weekStart"] == "monday"
    assert board["description"]
    assert f"lifetracer-{language}" in board["tags"]
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    assert min(ids) > 0
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = set(
            itertools.product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"]))
        )
        assert cells
        assert not cells & taken, f"{panel['title']} lies on another panel"
        assert place["x"] + place["w"] <= 24
        taken |= cells
    assert len(taken) == 24 * (max(y for _, y in taken) + 1), "there are holes between the panels"


@pytest.mark.parametrize(("language", "name", "panel"), PICTURES, ids=named)
def test_every_panel_explains_itself(language: str, name: str, panel: dict[str, Any]):
    assert panel["title"]
    assert len(panel["description"]) > 8
    assert panel["description"][-1] in ".。"
    defaults = panel["fieldConfig"]["defaults"]
    assert defaults["unit"]
    assert defaults["noValue"] == Words(language)("Nothing in this time range.")
    for target in panel["targets"]:
        assert target["datasource"] == {"type": "grafana-postgresql-datasource", "uid": "lifetracer"}
        assert target["rawQuery"] is True
    assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_query_is_shown_and_every_shown_query_is_written_in_a_file(kind):
    board = BOARDS["en", f"{kind.name.replace('_', '-')}.json"]
    shown = {target["rawSql"] for panel in board["panels"] for target in panel.get("targets", [])}
    assert shown == {query(kind.name, name) for name in queries_of(kind.name)}


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_show_the_same(name: str):
    """They differ in words only, and in which of two message columns is shown."""
    bones = []
    for language in charts.LANGUAGES:
        board = BOARDS[language, name]
        bones.append(
            [
                (panel["id"], panel["type"], panel["gridPos"], [t["rawSql"] for t in panel.get("targets", [])])
                for panel in board["panels"]
            ]
        )
        if language == "ja":
            texts = [board["title"], *(p["title"] for p in board["panels"])]
            assert [text for text in texts if text.isascii()] == []
    assert bones[0] == bones[1]


def test_a_plan_is_an_outline_and_what_was_lived_is_solid():
    seen = 0
    for language, name, panel in PICTURES:
        for override in panel["fieldConfig"]["overrides"]:
            shape = {p["id"]: p.get("value") for p in override["properties"]}
            if shape.get("custom.lineWidth") == 2:
                assert shape["custom.fillOpacity"] == 0, (language, name, panel["title"])
                seen += 1
    assert seen >= 8


def test_category_colours_are_those_of_the_warehouse():
    """Where Grafana cannot ask for them, they are written in; elsewhere they come with the query."""
    board = json.loads(documents("en", colors={"Deep work": "#123456"})["overview.json"])
    stacked = next(panel for panel in board["panels"] if panel["title"] == "Lived by day and category")
    (override,) = stacked["fieldConfig"]["overrides"]
    assert override["matcher"] == {"id": "byName", "options": "Deep work"}
    assert override["properties"] == [{"id": "color", "value": {"fixedColor": "#123456", "mode": "fixed"}}]
    bars = next(panel for panel in board["panels"] if panel["title"] == "Lived by category")
    mapped = bars["transformations"][0]["options"]["mappings"]
    assert {"fieldName": "color", "handlerKey": "color"} in mapped


def test_links_lead_to_the_console_and_to_toggl():
    board = json.loads(documents("en", console="https://life.example/")["plan-actual.json"])
    variables = {variable["name"]: variable for variable in board["templating"]["list"]}
    assert variables["console"]["query"] == "https://life.example"
    assert variables["console"]["hide"] == 2
    assert variables["category"]["allValue"] == "category_id"
    assert {link["url"] for link in board["links"]} >= {"${console}/week", "https://track.toggl.com/timer"}
    hrefs = re.findall(r'"url": "([^"]+)"', json.dumps(board["panels"]))
    assert "${console}/week/${__data.fields.week}" in hrefs
    for panel in board["panels"]:  # a link's column is one that the query has
        for target in panel.get("targets", []):
            for column in re.findall(r"__data\.fields\.(\w+)", json.dumps(panel)):
                assert re.search(rf"\b{column}\b", target["rawSql"])


def test_the_copy_in_the_repository_is_current():
    """`lifetracer grafana write infra/docker/grafana --plain` renews it."""
    made = files()
    stale = [name for name, text in made.items() if not (COPY / name).is_file() or (COPY / name).read_text() != text]
    assert stale == []
    there = {
        path.relative_to(COPY).as_posix()
        for part in ("dashboards", "provisioning")
        for path in (COPY / part).rglob("*.*")
    }
    assert there == set(made)


def test_writing_again_writes_nothing(tmp_path):
    made = files(["ja"])
    assert len(write(tmp_path, made)) == len(made) == 8
    assert write(tmp_path, made) == []
    (tmp_path / "dashboards/ja/overview.json").write_text("{}")
    assert write(tmp_path, made) == [tmp_path / "dashboards/ja/overview.json"]


def test_no_secret_is_in_any_file():
    for name, text in files().items():
        assert "password" not in text or name.startswith("provisioning/datasources"), name
    source = files()["provisioning/datasources/lifetracer.yml"]
    assert "password: $LIFETRACER_READER_PASSWORD" in source


def test_what_does_not_exist_is_said():
    with pytest.raises(UsageError, match="no dashboards in fr"):
        documents("fr")
    with pytest.raises(NotFoundError, match="no panel planed"):
        query("overview", "planed")
    with pytest.raises(NotFoundError, match="a dashboard settings"):
        query("settings", "planned")


def written() -> set[str]:
    keywords = {"_": None, "keep": None}
    room = Path(visualizer.__file__).parent
    return {str(found[2]) for found in extract_from_dir(room, [("**.py", "python")], keywords=keywords)}


def test_no_sentence_lacks_its_translation_and_none_is_left_over():
    known = catalogue("ja")
    assert written() - set(known) - set(shared("ja")) == set()
    assert set(known) - written() == set()


def test_a_word_that_screen_and_paper_have_is_theirs():
    assert set(catalogue("ja")) & set(shared("ja")) == set(), "take these out of the dashboards' own catalogue"
    assert Words("ja")("Planned") == charts.Words("ja")("Planned") == "計画"


def test_the_container_is_closed_and_knows_no_password_by_itself():
    text = (COPY / "compose.yml").read_text(encoding="utf-8")
    grafana = yaml.safe_load(text)["services"]["grafana"]
    assert grafana["profiles"] == ["grafana"]
    assert all(port.startswith("127.0.0.1:") for port in grafana["ports"])
    assert re.fullmatch(r"grafana/grafana:\d+\.\d+\.\d+", grafana["image"])
    settings = grafana["environment"]
    assert settings["GF_AUTH_ANONYMOUS_ENABLED"] == settings["GF_USERS_ALLOW_SIGN_UP"] == "false"
    for name in ("GF_SECURITY_ADMIN_PASSWORD", "LIFETRACER_READER_PASSWORD", "LIFETRACER_READER_USER"):
        assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", settings[name]), "missing, it stops the start with a sentence"
    assert settings["LIFETRACER_READER_SSLMODE"].endswith(":-verify-full}")
    source = yaml.safe_load(files()["provisioning/datasources/lifetracer.yml"])["datasources"][0]
    asked = set(re.findall(r"\$(LIFETRACER_\w+)", json.dumps(source)))
    assert asked == {name for name in settings if name.startswith("LIFETRACER_")}
    assert source["editable"] is False
    assert source["uid"] == "lifetracer"
    places = yaml.safe_load(files()["provisioning/dashboards/lifetracer.yml"])["providers"][0]
    path = places["options"]["path"]
    assert [volume for volume in grafana["volumes"] if volume.endswith(f":{path}:ro")]
    assert all(volume.endswith(":ro") for volume in grafana["volumes"] if volume.startswith("."))
