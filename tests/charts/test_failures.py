"""Every failure that a person may meet on a page or by the API has its sentence in Japanese."""

import ast
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import lifetracer
from lifetracer.charts import Words
from lifetracer.charts.failures import failure_text, said_in
from lifetracer.charts.wording import LOCALE, catalogue
from lifetracer.errors import UsageError

SOURCE = Path(lifetracer.__file__).parent

AT_THE_TERMINAL = (
    *("cli/", "client.py", "sandbox/", "settings.py", "visualizer/", "jobs/elsewhere.py", "outside/github.py"),
    *("server/listen.py", "server/function.py", "server/opening.py", "server/run.py"),
    *("warehouse/premises.py", "warehouse/migrate.py", "warehouse/cluster.py", "warehouse/server_log.py"),
    *("warehouse/embedded.py", "warehouse/connect.py", "warehouse/readers.py", "warehouse/catalog.py"),
    *("transform/project.py", "outside/language_model/telling.py"),
)
"""What only those meet who run the machine, in the words of its command line; and what is told by another catalogue."""


@cache
def modules() -> list[tuple[str, ast.Module]]:
    paths = {str(path.relative_to(SOURCE)): path for path in SOURCE.rglob("*.py")}
    return [(name, ast.parse(path.read_text(encoding="utf-8"))) for name, path in sorted(paths.items())]


def failures() -> set[str]:
    """Names of our kinds of failures."""
    parents = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"LifetracerError"}
    while more := {name for name, bases in parents.items() if bases & found} - found:
        found |= more
    return found


def constants() -> dict[str, str]:
    """Sentences that have a name."""
    return {
        target.id: node.value.value
        for _, tree in modules()
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def texts(node: ast.expr, named: dict[str, str]) -> list[str]:
    """Every sentence that an expression may give, ``{}`` for what is filled in; nothing for what is said elsewhere."""
    match node:
        case ast.Name(name) if name in named:
            return [named[name]]
        case ast.Constant(str(text)):
            return [text]
        case ast.JoinedStr(values):
            return ["".join(v.value if isinstance(v, ast.Constant) else "{}" for v in values)]
        case ast.IfExp(_, one, other):
            return texts(one, named) + texts(other, named)
    return []


@cache
def raised() -> dict[str, str]:
    """What is said when something fails → where."""
    kinds, named, found = failures(), constants(), {}
    for name, tree in modules():
        if name.startswith(AT_THE_TERMINAL):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name in kinds and (default := ast.get_docstring(node)):
                found[default.splitlines()[0]] = f"{name}:{node.lineno} {node.name}"
            if (
                isinstance(node, ast.Call)
                and (called := getattr(node.func, "id", getattr(node.func, "attr", ""))) in kinds
            ):
                remedies = [word.value for word in node.keywords if word.arg == "remedy"]
                for text in (said for part in (*node.args[:1], *remedies) for said in texts(part, named)):
                    if text.strip("{}:. "):
                        found[text] = f"{name}:{node.lineno} {called}"
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "problem":  # of the server, on a page
                for text in (said for part in node.args[2:4] for said in texts(part, named)):
                    if text.strip("{}:. "):
                        found[text] = f"{name}:{node.lineno} problem"
    return found


@cache
def translated() -> dict[str, str]:
    with (LOCALE / "failures.ja.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_no_failure_lacks_its_japanese_sentence():
    known = {text for text, said in translated().items() if said} | set(catalogue("ja"))
    assert {text: where for text, where in raised().items() if text not in known} == {}


def test_no_sentence_is_left_over():
    assert set(translated()) - set(raised()) == set()


def test_what_is_filled_in_has_its_place():
    wrong = {}
    for english, japanese in translated().items():
        places = {int(name) for _, name, _, _ in string.Formatter().parse(japanese) if name is not None}
        if places != set(range(english.count("{}"))):
            wrong[english] = japanese
    assert wrong == {}


def test_what_stands_side_by_side_stays_so():
    """Where nothing is between two gaps, nobody can tell where the one ends and the other begins."""
    apart = {}
    for english, japanese in translated().items():
        before = english.split("{}{}")[0].count("{}")
        if "{}{}" in english and f"{{{before}}}{{{before + 1}}}" not in japanese:
            apart[english] = japanese
    assert apart == {}


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("There is no category Läsen {x}.", "カテゴリ Läsen {x} はありません。"),
        ("Google Calendar is not connected.", "Googleカレンダーが接続されていません。"),
        ("A sentence of tomorrow.", "A sentence of tomorrow."),
        ("", ""),
    ],
)
def test_names_and_numbers_are_carried_over(english, japanese):
    assert said_in(english, Words("ja")) == japanese
    assert said_in(english, Words("en")) == english


def test_a_failure_is_said_with_its_remedy():
    failure = UsageError("Moon is not a time zone.", remedy="Name one such as Asia/Tokyo or UTC.")
    assert failure_text(failure, Words("ja")).startswith("Moon はタイムゾーンではありません。Asia/Tokyo や")
    assert failure_text(failure, Words("en")) == failure.sentence()
