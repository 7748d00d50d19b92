"""The wheel carries everything that the running program reads."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "lifetracer"


@pytest.fixture(scope="module")
def inside(tmp_path_factory) -> set[str]:
    """Names of the files in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(ROOT)], check=True, timeout=120)
    (wheel,) = folder.glob("lifetracer-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_migrations_are_inside(inside):
    migrations = {
        f"lifetracer/warehouse/migrations/{path.name}" for path in (ROOT / "supabase" / "migrations").glob("*.sql")
    }
    assert migrations
    assert migrations <= inside


def test_every_file_of_the_package_is_inside(inside):
    """Templates, locales, static files, SQL, dbt models: whatever is tracked beside the code."""
    tracked = subprocess.run(
        ["git", "ls-files", "src/lifetracer"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wanted = {path.removeprefix("src/") for path in tracked.stdout.split() if (ROOT / path).exists()}
    assert wanted
    assert wanted <= inside


@pytest.mark.parametrize(
    "what", ["transform/dbt_project.yml", "console/templates/", "console/static/", "charts/locale/", "reporter/"]
)
def test_what_each_room_reads_is_inside(inside, what):
    assert any(name.startswith(f"lifetracer/{what}") for name in inside)


def test_nothing_foreign_is_inside(inside):
    assert not [name for name in inside if "__pycache__" in name or name.endswith((".pyc", ".env", ".log"))]
    assert {name.partition("/")[0].partition("-")[0] for name in inside} == {"lifetracer"}


def test_the_command_is_declared(inside):
    assert any(name.endswith("entry_points.txt") for name in inside)
