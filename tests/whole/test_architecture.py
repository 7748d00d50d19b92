"""The house stands as drawn: the import contracts of pyproject.toml hold."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_rooms_import_only_what_the_drawing_allows(monkeypatch, capsys):
    from importlinter.cli import lint_imports

    monkeypatch.chdir(ROOT)
    broken = lint_imports(no_cache=True, no_logo=True)
    assert not broken, capsys.readouterr().out


@pytest.mark.parametrize(
    "path", sorted((ROOT / "src").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT / "src"))
)
def test_every_module_says_what_lives_there(path):
    import ast

    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, "open the module with one sentence that says what lives there"
    assert re.search(r"\S", docstring.splitlines()[0])


def test_only_the_warehouse_opens_connections():
    """Elsewhere psycopg may name types and build identifiers, never ``connect``."""
    guilty = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "src" / "lifetracer").rglob("*.py"))
        if "warehouse" not in path.parts
        and re.search(r"psycopg(_pool)?\.(Async)?(connect|Connection(Pool)?\()", path.read_text("utf-8"))
    ]
    assert not guilty


def test_only_settings_reads_what_can_be_set():
    """Facts of the machine (its zone, its user) may be asked for; a setting is handed down."""
    from lifetracer.settings import FOREIGN_NAMES

    names = "|".join(["LIFETRACER_", *(name for names in FOREIGN_NAMES.values() for name in names)])
    reads = re.compile(rf"environ(\.get\(|\[)[\"'](?:{names})(?![^\n]*\] = )|getenv\([\"'](?:{names})")
    guilty = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "src" / "lifetracer").rglob("*.py"))
        if path.name != "settings.py" and reads.search(path.read_text("utf-8"))
    ]
    assert not guilty
