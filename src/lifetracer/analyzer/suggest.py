"""Suggest categories for planned titles that only have their calendar's name, learned from a person's own history.

Law: nothing is changed here; a suggestion becomes true when a person makes a rule of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from lifetracer.analyzer import texts
from lifetracer.analyzer.texts import Suggestion, Suggestions, Text
from lifetracer.errors import UsageError
from lifetracer.warehouse.queries import beside

if TYPE_CHECKING:
    from lifetracer.warehouse import Warehouse

SQL = beside(__file__)


def suggest_categories(house: Warehouse, account_id: UUID, threshold: float = texts.THRESHOLD) -> Suggestions:
    """Suggest categories for an account's unmapped titles, the ones that take most time first.

    Args:
        house: an open warehouse.
        account_id: whose titles.
        threshold: calibrated probability below which a guess is kept back, above 0 and below 1.

    Raises:
        UsageError: the threshold is no such probability, or nothing was transformed yet.
    """
    if not 0 < threshold < 1:
        raise UsageError(f"{threshold} is no threshold.", remedy="Choose a probability such as 0.6.")
    with house.transaction(account_id=account_id, timeout="2min") as con:
        made = con.execute(SQL["is_made"]).fetchone()
        if not (made and made[0]):
            raise UsageError("There is no history to learn from.", remedy="Run `lifetracer transform` first.")
        known = [
            Text(words, category, tuple(hours), asked) for words, category, hours, asked in con.execute(SQL["known"])
        ]
        unmapped = con.execute(SQL["unmapped"]).fetchall()
        names = dict(con.execute(SQL["names"]).fetchall())
    if not unmapped:
        return Suggestions((), 0, threshold, None, "Every title has a category.")
    learned = texts.learn(known, threshold)
    if learned is None:
        reason = f"{len(known)} different texts are too few to learn from; it takes about {2 * texts.FEWEST_TEXTS}."
        return Suggestions((), len(unmapped), threshold, None, reason)
    accuracy, voters, odds = learned
    if accuracy.accuracy <= accuracy.base_rate:
        reason = "Guesses were no better than always naming the most frequent category."
        return Suggestions((), len(unmapped), threshold, accuracy, reason)
    if accuracy.precision is None:
        reason = f"No guess of the examination was {threshold:.0%} sure."
        return Suggestions((), len(unmapped), threshold, accuracy, reason)
    if accuracy.precision < threshold:
        reason = (
            f"Guesses that called themselves {threshold:.0%} sure were right only {accuracy.precision:.0%} of the time."
        )
        return Suggestions((), len(unmapped), threshold, accuracy, reason)
    asked = [Text(words, "", tuple(hours)) for words, _, hours, _, _ in unmapped]
    found = tuple(
        Suggestion(
            title=title,
            category_id=guess.category_id,
            category=names.get(guess.category_id, guess.category_id),
            probability=guess.probability,
            because=guess.because,
            occurrences=occurrences,
            seconds=seconds,
        )
        for guess, (_, title, _, occurrences, seconds) in zip(texts.guess(voters, odds, asked), unmapped, strict=True)
        if guess.probability >= threshold and guess.because
    )
    return Suggestions(found, len(unmapped) - len(found), threshold, accuracy)
