"""Every model says what it is and keeps to its layer; and the check that says so would notice if one did not."""

import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
MARTS = "models/marts"

BROKEN = {
    "has no description.": (f"{MARTS}/hour_category.yml", r"description: >\n(?: {6}.*\n)+", "description: ''\n"),
    "its description does not end with the grain, “One row per …”.": (
        f"{MARTS}/day_category.yml",
        r"(?s)One\s+row per.*?\n( +data_tests)",
        r"Many rows.\n\1",
    ),
    "has no primary_key test.": ("models/core/fct_day.yml", r"    data_tests:\n.*\n.*columns: \[.*\n", ""),
    "its column planned_seconds has no description.": (
        "models/core/fct_day_category.yml",
        r"description: Planned time\.",
        "description: ''",
    ),
    "the column client_project_key of its key is not described.": (
        "models/core/fct_day_project.yml",
        r" +- name: client_project_key\n.*\n",
        "",
    ),
    "has no enforced contract.": (
        f"{MARTS}/month_category.sql",
        r"\A",
        "{{ config(contract={'enforced': false}) }}\n",
    ),
    "reads staging.all_entries; a mart reads core and nothing else.": (
        f"{MARTS}/day.sql",
        r"\Z",
        "-- depends_on: {{ ref('all_entries') }}\n",
    ),
    "names a table of another schema instead of ref().": (
        f"{MARTS}/week_category.sql",
        r"\Z",
        "-- from raw.occurrence\n",
    ),
    "is made as table, not as incremental.": (
        "models/core/dim_category.sql",
        r"\A(\{\{\s+config\()",
        r"\1materialized='table',",
    ),
    "describes no column.": ("models/core/fct_hour_category.yml", r"    columns:\n(?: {6}.*\n)+", ""),
}
"""What is told → the file, and how to break it so."""


@pytest.fixture(scope="module")
def check() -> ModuleType:
    """``scripts/check_models.py``."""
    found = importlib.util.spec_from_file_location("check_models", ROOT / "scripts" / "check_models.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def told(check: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What the check says of a copy of the project that is broken in each way."""
    copy = tmp_path_factory.mktemp("project") / "transform"
    shutil.copytree(check.PROJECT, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, pattern, text in BROKEN.values():
        path = copy / name
        before = path.read_text(encoding="utf-8")
        after = re.sub(pattern, text, before, count=1)
        assert after != before, f"{name} is no longer as {pattern!r} expects"
        path.write_text(after, encoding="utf-8")
    return set(check.problems(check.parse(copy), copy))


def test_no_model_breaks_the_rules(check: ModuleType) -> None:
    manifest = check.parse()
    assert sum(node.resource_type == "model" for node in manifest.nodes.values()) > 40
    assert check.problems(manifest) == []


@pytest.mark.parametrize("problem", BROKEN)
def test_a_broken_model_is_noticed(told: set[str], problem: str) -> None:
    path = Path(BROKEN[problem][0])
    assert f"{path.parent.name}/{path.stem}: {problem}" in told


def test_nothing_else_is_noticed(told: set[str]) -> None:
    key = ("account_id", "local_date", "hour", "category_id")
    follow = {f"core/fct_hour_category: the column {column} of its key is not described." for column in key}
    expected = {f"{Path(name).parent.name}/{Path(name).stem}: {problem}" for problem, (name, *_) in BROKEN.items()}
    assert told == expected | follow


def test_make_check_runs_it() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    assert "scripts/check_models.py" in recipe
    assert re.search(r"sqlfluff lint .*src/lifetracer/transform/models", recipe)
