"""Learn from texts whose category is known which category a new text has, and how often that guess is right.

The guess is a vote of the most similar known texts (character n-grams, which need no words, so Japanese works too);
recent ones weigh more, and what was frequent lately breaks the silence when nothing is similar.
Law: the accuracy that is told was measured on texts that came later than everything the guess was learned from,
and that had never been seen before; a text that merely repeats is no achievement.

    texts by first use  ├──────── learn ────────┤ guess │
                        ├──────────── learn ────────────┤ guess │ …           five steps
                        the earlier steps tune (hours or not, odds), the later two are the examination
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEPS = 5
TUNING_STEPS = 3
FEWEST_TEXTS = 50
"""With fewer known texts nothing is guessed: the examination would be a handful of them."""
FEWEST_CATEGORIES = 2
THRESHOLD = 0.6
"""Calibrated probability below which nothing is suggested."""
MEMORY = 100.0
"""Number of newer texts after which one counts 1/e."""
TIMES = 15
"""Features of when: eight parts of the day, seven weekdays."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text and what is known about it."""

    words: str
    """Folded text."""
    category_id: str
    hours: tuple[int, ...] = ()
    """When it was used: hours of the week, 0 is Monday 00:00."""
    is_examined: bool = True
    """Whether it may be asked in the examination: a person gave its category, no rule derived it from its words."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest category of a text."""

    category_id: str
    probability: float
    because: tuple[str, ...]
    """The known texts that spoke loudest."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good the guesses are, measured on later, never seen texts."""

    texts: int
    """Known texts."""
    examined: int
    accuracy: float
    """Share of right guesses, all of them, the uncertain ones included."""
    base_rate: float
    """Share that always naming the most frequent category would get right: of all time or lately, the better one."""
    suggested: float
    """Share of the examined texts whose guess reached the threshold."""
    precision: float | None
    """Share of right ones among those; null: none reached it."""
    calibration_error: float
    """Mean distance between told probability and share of right guesses, over five groups of equal size."""
    uses_time: bool
    """Whether hour and weekday helped."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category for a title that has none of its own."""

    title: str
    category_id: str
    category: str
    probability: float
    because: tuple[str, ...]
    occurrences: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is suggested, how far it can be trusted, and why the rest is not."""

    suggestions: tuple[Suggestion, ...]
    withheld: int
    """Titles without a category whose best guess is below the threshold."""
    threshold: float
    accuracy: Accuracy | None
    reason: str = ""
    """Why nothing at all is suggested."""

    def as_json(self) -> dict[str, Any]:
        """Give them as plain JSON values."""
        accuracy = self.accuracy
        return {
            "suggestions": [_camel(asdict(suggestion)) for suggestion in self.suggestions],
            "withheld": self.withheld,
            "threshold": self.threshold,
            "accuracy": _camel(asdict(accuracy)) if accuracy else None,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Odds:
    """How a vote's share becomes a probability: a logistic curve over its logit."""

    slope: float
    offset: float

    def of(self, share: float) -> float:
        """Give the probability that the winner of a vote is right."""
        return 1 / (1 + math.exp(-(self.slope * _logit(share) + self.offset)))


class Voters:
    """Known texts, ready to vote."""

    def __init__(self, known: Sequence[Text], *, uses_time: bool) -> None:
        import numpy as np
        from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

        self.known = known
        self.uses_time = uses_time
        self.categories = sorted({text.category_id for text in known})
        self._form = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, lowercase=False)
        self._vectors = self._form.fit_transform([text.words for text in known])
        self._times = _times(known)
        number = {category: position for position, category in enumerate(self.categories)}
        self._member = np.zeros((len(known), len(number)))
        self._member[np.arange(len(known)), [number[text.category_id] for text in known]] = 1
        self._recency = np.exp((np.arange(len(known)) - len(known)) / MEMORY)
        lately = self._recency @ self._member
        self._silence = 0.1 * lately / lately.sum()

    def guess(self, asked: Sequence[Text]) -> list[tuple[str, float, tuple[str, ...]]]:
        """Give for each text the winning category, its share of the vote, and the loudest known texts."""
        alike = (self._form.transform([text.words for text in asked]) @ self._vectors.T).toarray()
        loudness = alike**3 * (0.3 + self._recency)
        if self.uses_time:
            loudness = loudness * (0.5 + _times(asked) @ self._times.T)
        votes = loudness @ self._member + self._silence
        shares = votes / votes.sum(axis=1, keepdims=True)
        winners = shares.argmax(axis=1)
        return [
            (self.categories[winner], float(shares[row, winner]), self._loudest(loudness[row], winner))
            for row, winner in enumerate(winners)
        ]

    def _loudest(self, loudness: Floats, winner: int) -> tuple[str, ...]:
        ours = loudness * self._member[:, winner]
        order = (-ours).argsort(kind="stable")[:3]
        return tuple(self.known[place].words for place in order if ours[place] > 0.01)


def learn(known: Sequence[Text], threshold: float = THRESHOLD) -> tuple[Accuracy, Voters, Odds] | None:
    """Learn from texts in the order of their first use; ``None`` when they are too few to judge the result.

    Deterministic: the same texts give the same guesses.
    """
    examined = [place for place, text in enumerate(known) if text.is_examined]
    if len(examined) < FEWEST_TEXTS or len({text.category_id for text in known}) < FEWEST_CATEGORIES:
        return None
    edges = [examined[len(examined) * (STEPS + step) // (2 * STEPS)] for step in range(STEPS)] + [len(known)]
    steps = list(itertools.pairwise(edges))
    told = {
        uses_time: [_step(known[:begin], known[begin:end], uses_time) for begin, end in steps]
        for uses_time in (False, True)
    }
    uses_time = _right(told[True][:TUNING_STEPS]) > _right(told[False][:TUNING_STEPS])
    asked = told[uses_time]
    tuning = [answer for step in asked[:TUNING_STEPS] for answer in step]
    examination = [answer for step in asked[TUNING_STEPS:] for answer in step]
    odds = _odds(tuning)
    judged = [(odds.of(share), is_right) for share, is_right in examination]
    sure = [is_right for probability, is_right in judged if probability >= threshold]
    accuracy = Accuracy(
        texts=len(known),
        examined=len(judged),
        accuracy=_mean([is_right for _, is_right in judged]),
        base_rate=_base_rate(known, steps[TUNING_STEPS:]),
        suggested=len(sure) / len(judged),
        precision=_mean(sure) if sure else None,
        calibration_error=_calibration_error(judged),
        uses_time=uses_time,
    )
    return accuracy, Voters(known, uses_time=uses_time), _odds([answer for step in asked for answer in step])


def guess(voters: Voters, odds: Odds, asked: Sequence[Text]) -> list[Guess]:
    """Give the likeliest category of each text, with the probability that it is right."""
    if not asked:
        return []
    return [Guess(category, odds.of(share), because) for category, share, because in voters.guess(asked)]


def _step(known: Sequence[Text], later: Sequence[Text], uses_time: bool) -> list[tuple[float, bool]]:
    examined = [text for text in later if text.is_examined]
    if not examined:
        return []
    guesses = Voters(known, uses_time=uses_time).guess(examined)
    return [(share, category == text.category_id) for (category, share, _), text in zip(guesses, examined, strict=True)]


def _right(steps: Sequence[Sequence[tuple[float, bool]]]) -> int:
    return sum(is_right for step in steps for _, is_right in step)


def _base_rate(known: Sequence[Text], steps: Sequence[tuple[int, int]]) -> float:
    """Share that the most frequent category gets right, learned like the guesses from what came before each step."""
    rates = []
    for memory in (0, 50):
        right = examined = 0
        for begin, end in steps:
            before = [text.category_id for text in known[max(0, begin - memory) if memory else 0 : begin]]
            usual = max(sorted(set(before)), key=before.count)
            right += sum(text.category_id == usual for text in known[begin:end] if text.is_examined)
            examined += sum(text.is_examined for text in known[begin:end])
        rates.append(right / examined)
    return max(rates)


def _odds(answers: Sequence[tuple[float, bool]]) -> Odds:
    """Fit share → probability on answered questions (Platt); the penalty keeps few answers from shouting.

    Two answers are made up, so that no examination is so good or so bad that shares say nothing.
    """
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    answers = [*answers, (0.99, True), (0.2, False)]
    curve = LogisticRegression().fit([[_logit(share)] for share, _ in answers], [right for _, right in answers])
    return Odds(max(0.0, float(curve.coef_[0][0])), float(curve.intercept_[0]))


def _calibration_error(judged: Sequence[tuple[float, bool]]) -> float:
    ordered = sorted(judged)
    groups = [ordered[len(ordered) * n // 5 : len(ordered) * (n + 1) // 5] for n in range(5)]
    return sum(
        len(group) / len(ordered) * abs(_mean([p for p, _ in group]) - _mean([right for _, right in group]))
        for group in groups
        if group
    )


def _times(texts: Sequence[Text]) -> Floats:
    """Give per text when it is used, as a unit vector over parts of the day and weekdays."""
    import numpy as np

    found = np.zeros((len(texts), TIMES))
    for row, text in enumerate(texts):
        for hour in text.hours:
            found[row, hour % 24 // 3] += 1
            found[row, 8 + hour // 24 % 7] += 1
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    units: Floats = found / np.maximum(lengths, 1e-9)
    return units


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _logit(share: float) -> float:
    share = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(share / (1 - share))


def _camel(values: dict[str, Any]) -> dict[str, Any]:
    return {
        first + "".join(word.title() for word in rest): value
        for name, value in values.items()
        for first, *rest in (name.split("_"),)
    }
