"""The documentation does not lie: generated pages are current, links lead somewhere, trees are as drawn."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest

from lifetracer.settings import FOREIGN_NAMES, Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def read(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def headings(text: str) -> list[str]:
    without_code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#{1,6} +(.+?) *$", without_code, flags=re.MULTILINE)


def anchor(heading: str) -> str:
    """The fragment that GitHub gives a heading."""
    plain = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def links(text: str) -> list[str]:
    without_code = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"!?\[[^]]*\]\(([^)\s]+)\)", without_code)


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """``scripts/reference.py``, which writes the generated pages."""
    found = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_generated_pages_are_current(reference):
    stale = [
        str(path.relative_to(ROOT))
        for path, text in reference.pages().items()
        if not path.exists() or read(path) != text
    ]
    assert not stale, "run `make reference`"


def test_every_setting_has_its_heading_and_says_something(reference):
    documented = dict(reference._documented_fields())
    assert set(documented) == set(Settings.model_fields), "give every field a docstring"
    assert set(Settings.model_fields) <= set(headings(read("docs/reference/settings.md")))


def test_every_variable_is_in_the_example_or_in_the_reference():
    page, example = read("docs/reference/settings.md"), read(".env.example")
    names = [name for names in FOREIGN_NAMES.values() for name in names]
    assert [name for name in names if f"`{name}`" not in page] == []
    assigned = re.findall(r"^#(\w+)=", example, flags=re.MULTILINE)
    assert len(assigned) == len(Settings.model_fields)


def test_the_example_is_accepted_as_it_is():
    """Uncommented, every default of the example is one that the settings read."""
    from lifetracer.settings import load

    lines = re.findall(r"^#(\w+)=(.*)$", read(".env.example"), flags=re.MULTILINE)
    assert load(dict(lines)) == load({})


def test_every_command_has_its_heading():
    from lifetracer.cli import COMMANDS

    missing = {f"lifetracer {name}" for name, *_ in COMMANDS} - set(headings(read("docs/reference/cli.md")))
    assert not missing


def test_every_source_has_its_heading():
    from lifetracer.connector.registry import all_sources

    assert set(all_sources()) <= set(headings(read("docs/reference/sources.md")))


def test_every_error_has_its_heading(reference):
    from lifetracer import errors

    listed = set(headings(read("docs/reference/errors.md")))
    assert {name for name in vars(errors) if name.endswith("Error")} <= listed
    assert set(reference.error_classes()) <= listed


def test_the_error_page_tells_the_codes_that_the_classes_have(reference):
    from lifetracer import errors

    for name, facts in reference.error_classes().items():
        if facts["module"] == "lifetracer.errors":
            assert (facts["exit_code"], facts["status"]) == (
                getattr(errors, name).exit_code,
                getattr(errors, name).status,
            )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page):
    broken = []
    for link in links(read(page)):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, fragment = unquote(link).partition("#")
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (fragment and fragment not in map(anchor, headings(read(path)))):
            broken.append(link)
    assert not broken


def test_the_tree_in_the_readme_is_the_tree_there_is():
    tree = re.search(r"^```\n(lifetracer/\n.*?)^```", read("README.md"), flags=re.MULTILINE | re.DOTALL)
    assert tree is not None
    shown, stack = [], [ROOT]
    for line in tree[1].splitlines()[1:]:
        drawing, name = re.match(r"^([│├└─ ]*)([\w/.-]+)", line).groups()
        stack[len(drawing) // 4 :] = [stack[len(drawing) // 4 - 1] / name]
        shown.append(stack[-1])
    assert [str(path) for path in shown if not path.is_dir()] == []
    rooms = {path for path in (ROOT / "src" / "lifetracer").iterdir() if (path / "__init__.py").exists()}
    assert rooms - set(shown) == set()


def test_decisions_are_numbered_without_gaps_and_listed():
    files = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    index = links(read("docs/decisions/README.md"))
    assert index == [path.name for path in files]


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")), ids=lambda page: page.stem)
def test_a_decision_says_why_and_what_is_bad_about_it(page):
    text = read(page)
    assert text.startswith(f"# {page.name[:4]} ")
    assert {"Context", "Options", "Choice"} <= set(headings(text))
    assert "- Bad, because" in text


def test_both_readmes_have_the_same_parts():
    """The Japanese one has no tree, but no wish and no warning less."""
    english, japanese = read("README.md"), read("README.ja.md")
    assert len(headings(english)) == len(headings(japanese))
    assert english.count("| yes") + english.count("| not yet") == japanese.count("| できる") + japanese.count("| まだ")
    assert set(links(english)) - set(links(japanese)) == {"README.ja.md"}
