"""One word for one thing: the glossary's words in code, SQL and URLs, and no names that say nothing."""

import io
import re
import subprocess
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

INSTEAD = {
    "entry": ("time_record", "timerecord", "time_log", "timelog", "time_slip", "worklog"),
    "event": ("appointment",),
    "occurrence": ("event_instance", "recurrence_instance"),
    "source": ("data_source", "datasource", "provider", "integration"),
    "cursor": ("bookmark", "watermark", "checkpoint_token"),
    "stage": ("pipeline_step",),
    "job": ("task_queue", "queue_item", "work_item", "background_task"),
    "account": ("tenant", "customer_id", "user_account"),
    "page": ("api_response_page", "batch_page"),
    "target": ("goal",),
}
"""The glossary's word → what we never call it (as a whole word or a part of an identifier)."""

NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}


def tracked(*endings: str) -> list[Path]:
    """Files that are, or are about to be, under version control."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in found if (not endings or name.endswith(endings)) and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""  # an image


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {found.group()}"
        for path in paths
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if (found := pattern.search(line))
    ]


def forbidden(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|_){word}(?:s|es)?(?:$|_)")


def identifiers(path: Path) -> set[str]:
    """Names in Python code, in snake case; the words of SQL without its comments and strings."""
    text = text_of(path)
    if path.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        return {
            re.sub(r"(?<=[a-z])(?=[A-Z])", "_", token.string).lower() for token in tokens if token.type == tokenize.NAME
        }
    without_prose = re.sub(r"\{#.*?#\}|--[^\n]*|'[^']*'", "", text, flags=re.DOTALL)
    return set(re.findall(r"[a-z_]+", without_prose.lower()))


SPEAK_ANOTHERS_LANGUAGE = {
    ROOT / "benchmarks" / "peers",
    ROOT / "scripts" / "oci_stub",
    ROOT / "src" / "lifetracer" / "visualizer" / "panels.py",
}
"""Programs of other projects' making keep those projects' words, and so does who speaks to Grafana or Terraform."""


@pytest.mark.parametrize("path", tracked(".py", ".sql"), ids=lambda path: str(path.relative_to(ROOT)))
def test_identifiers_use_the_words_of_the_glossary(path):
    if SPEAK_ANOTHERS_LANGUAGE & {path, *path.parents}:
        return
    wrong = {
        f"{name}: say {right}"
        for name in identifiers(path)
        if not name.startswith("test_")  # a sentence, no name
        for right, others in INSTEAD.items()
        for other in others
        if forbidden(other).search(name)
    }
    assert not wrong


def test_urls_use_the_words_of_the_glossary():
    routes = re.compile(r"""@\w+\.(?:get|post|put|patch|delete)\(\s*["'](/[^"']*)""")
    wrong = [
        (url, right)
        for path in tracked(".py")
        if "sandbox" not in path.parts  # the vendors' words
        for url in routes.findall(text_of(path))
        for right, others in INSTEAD.items()
        for other in others
        if forbidden(other).search(url.strip("/").replace("-", "_").replace("/", "_"))
    ]
    assert not wrong


def test_file_names_say_what_is_inside():
    assert not [path for path in tracked() if set(re.split(r"[_.\-]", path.name.lower())) & NAMES_THAT_SAY_NOTHING]


def test_no_unfinished_business():
    assert not lines_with(re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b"), tracked())


def test_no_package_registry_is_named():
    hosts = re.compile(
        r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.com|yarnpkg\.com|(?:extra-)?index-url\s*=", re.IGNORECASE
    )
    assert not lines_with(hosts, tracked())


def test_no_path_of_one_machine():
    private = re.compile(r"(?<![\w.])/(?:work|root|Users)/|/tm" r"p/lt\b")
    assert not lines_with(private, tracked())
