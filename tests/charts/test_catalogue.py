"""Every sentence of screen and paper is in the catalogue, and nothing else is."""

import string
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import lifetracer
from lifetracer.charts.wording import LOCALE
from lifetracer.transform.marts import all_marts

SOURCE = Path(lifetracer.__file__).parent


def written() -> set[str]:
    found = {mart.gist for mart in all_marts().values()}
    for room in ("charts", "console", "reporter", "server"):
        methods = [("**.py", "python"), ("**.html", "jinja2")]
        for _, _, message, *_ in extract_from_dir(SOURCE / room, methods, keywords={"_": None, "keep": None}):
            assert isinstance(message, str)
            found.add(message)
    return found


def translated() -> dict[str, str]:
    with (LOCALE / "ja.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_sentence_lacks_its_translation():
    assert written() - {message for message, text in translated().items() if text} == set()


def test_no_translation_is_left_over():
    assert set(translated()) - written() == set()


def test_translations_fill_in_the_same_values():
    assert {m: t for m, t in translated().items() if fields(m) != fields(t)} == {}
