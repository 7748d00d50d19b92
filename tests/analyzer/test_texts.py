"""Guessing a text's category: what is learned, how its accuracy is measured, and that it is told honestly."""

from __future__ import annotations

import csv
import sys
import unicodedata
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from lifetracer.analyzer.texts import THRESHOLD, Text, guess, learn

LOGS = Path(__file__).parents[3] / "shared" / "data" / "timelogs" / "normalized"

SUBJECTS = {
    "study": ["英語の単語", "英語の文法", "数学の演習", "物理の演習", "統計の復習"],
    "body": ["朝のランニング", "夜のランニング", "ジムで筋トレ", "プールで水泳", "ヨガの教室"],
    "work": ["call with client", "client workshop", "sprint planning", "review of design", "write the report"],
}


def history(rounds: int = 12) -> list[Text]:
    """Texts of three subjects that take turns, each new."""
    return [
        Text(f"{words} {number}", subject, hours=(9 + 4 * place,))
        for number in range(rounds)
        for place, (subject, texts) in enumerate(SUBJECTS.items())
        for words in (texts[number % 5], texts[(number + 2) % 5])
    ]


def test_similar_texts_get_the_category_also_in_japanese() -> None:
    learned = learn(history())
    assert learned
    accuracy, voters, odds = learned
    assert accuracy.accuracy > 0.9 > 0.5 > accuracy.base_rate
    running, client, strange = guess(
        voters, odds, [Text("公園でランニング", ""), Text("lunch with the client", ""), Text("ζ", "")]
    )
    assert running.category_id == "body"
    assert "ランニング" in running.because[0]
    assert running.probability >= THRESHOLD
    assert client.category_id == "work"
    assert strange.because == ()
    assert strange.probability < running.probability


def test_the_same_history_gives_the_same_guesses() -> None:
    first, second = learn(history()), learn(history())
    assert first
    assert second
    assert first[0] == second[0]
    asked = [Text("公園でランニング", "", (9,))]
    assert guess(first[1], first[2], asked) == guess(second[1], second[2], asked)


def test_what_is_pure_chance_is_not_called_knowledge() -> None:
    """Names that say nothing about the category: the guess is no better than its share, and says so."""
    texts = [Text(f"{(number * 7919) % 100003:05x}", "ab"[(number * number // 7) % 2]) for number in range(300)]
    learned = learn(texts)
    assert learned
    accuracy, voters, odds = learned
    assert accuracy.accuracy < 0.65
    assert accuracy.precision is None or accuracy.suggested < 0.2 or accuracy.precision > 0.5
    assert all(one.probability < 0.75 for one in guess(voters, odds, [Text("0abcd", ""), Text("fffff", "")]))


def test_hours_decide_where_words_cannot() -> None:
    texts = [
        Text(f"{(number * 7919) % 100003:05x}", "day" if number % 2 else "night", ((10 if number % 2 else 22),))
        for number in range(200)
    ]
    learned = learn(texts)
    assert learned
    assert learned[0].uses_time
    assert learned[0].accuracy > learned[0].base_rate


def test_few_texts_and_one_category_teach_nothing() -> None:
    assert learn(history()[:40]) is None
    assert learn([Text(str(number), "one") for number in range(200)]) is None


def test_what_a_rule_derived_is_no_examination_question() -> None:
    derived = [Text(f"title {number}", "work", is_examined=False) for number in range(30)]
    learned = learn(history() + derived)
    assert learned
    assert learned[0].texts == len(history()) + 30
    assert learned[0].examined == len(history()) * 2 // 10 + 1


def real_texts(path: Path) -> list[Text]:
    used: dict[str, Counter[str]] = defaultdict(Counter)
    hours: dict[str, list[int]] = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in sorted(csv.DictReader(file), key=lambda row: row["start"]):
            if row["description"] and row["project"]:
                words = unicodedata.normalize("NFKC", row["description"]).lower().strip()
                at = datetime.fromisoformat(row["start"])
                used[words][row["project"]] += 1
                hours[words].append(at.weekday() * 24 + at.hour)
    return [Text(words, counted.most_common(1)[0][0], tuple(hours[words])) for words, counted in used.items()]


@pytest.mark.parametrize(
    ("log", "gain"), [("ifry_2023_2024", 0.3), ("stefan_2021_2022", 0.15), ("newton_24h_2018", -0.01)]
)
def test_the_project_of_a_real_entry_is_guessed_from_its_description(
    log: str, gain: float, capsys, record_property
) -> None:
    path = LOGS / f"{log}.csv"
    if not path.is_file():
        pytest.skip("needs the real logs")
    learned = learn(real_texts(path))
    assert learned
    accuracy = learned[0]
    told = (
        f"{log}: {accuracy.texts} texts, {accuracy.examined} examined; right {accuracy.accuracy:.2f},"
        f" base rate {accuracy.base_rate:.2f}; suggested {accuracy.suggested:.2f}, of these right"
        f" {accuracy.precision or 0:.2f}; calibration error {accuracy.calibration_error:.2f}"
    )
    record_property("accuracy", told)
    with capsys.disabled():
        sys.stdout.write(f"\n{told}\n")
    assert accuracy.accuracy >= accuracy.base_rate + gain
