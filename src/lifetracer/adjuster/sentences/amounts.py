"""How much a sentence says: its amounts and ranges, and which “at least” or “by” belongs to which.

Law: a bound belongs to one amount; one that belongs to none is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lifetracer.adjuster.sentences.draft import Draft
from lifetracer.adjuster.sentences.tokens import Token
from lifetracer.adjuster.sentences.wish import Language

AMOUNTS = frozenset({"duration", "count", "share", "clock", "number"})


@dataclass(slots=True)
class Amount:
    """An amount or a range, with what is said about its bounds."""

    kind: str
    low: Decimal
    high: Decimal | None
    is_sure: bool
    text: str
    places: tuple[int, int]
    """First and last token."""
    bounds: list[tuple[str, bool]] = field(default_factory=list)
    """Direction, and whether the amount itself is excluded."""


def find(draft: Draft, tokens: list[Token], language: Language) -> tuple[list[Amount], list[Token]]:
    """Find amounts and ranges; gives them and the tokens, with those inside a range taken out."""
    places = [place for place, token in enumerate(tokens) if token.kind in AMOUNTS]
    found: list[Amount] = []
    used: set[int] = set()
    step = 0
    while step < len(places):
        here = places[step]
        there = places[step + 1] if step + 1 < len(places) else None
        between = tokens[here + 1 : there] if there is not None else []
        opens = next((n for n in range(here - 1, -1, -1) if tokens[n].kind in {"between", "from_amount"}), None)
        if there is not None and [token.kind for token in between] in (["to"], ["and"], ["edge"]):
            joins = between[0].kind == "to" or (
                opens is not None and (tokens[opens].kind == "between" or between[0].text in {"until", "till"})
            )
            kinds = {tokens[here].kind, tokens[there].kind} - {"number"}
            if joins and len(kinds) <= 1:
                found.append(_range(draft, tokens, here, there, (kinds or {"number"}).pop()))
                used |= {here + 1} | ({opens} if opens is not None and opens >= 0 else set())
                if there + 1 < len(tokens) and language == "ja" and tokens[there + 1].text.startswith("まで"):
                    used.add(there + 1)
                step += 2
                continue
        token = tokens[here]
        value, is_sure = token.value if token.kind == "clock" else (token.value, True)
        found.append(Amount(token.kind, value, None, is_sure, token.text, (here, here)))
        step += 1
    for place, token in enumerate(tokens):
        if place in used:
            continue
        if (
            token.kind == "to"
            and language == "ja"
            and any(a.places[1] == place - 1 and a.kind == "clock" for a in found)
        ):
            next(a for a in found if a.places[1] == place - 1).bounds.append(("at_least", False))
        elif token.kind == "from_amount" and any(a.places[0] > place and a.kind in {"clock", "number"} for a in found):
            next(a for a in found if a.places[0] > place).bounds.append(("at_least", False))
        elif token.kind in {"between", "from_amount"} or (token.kind == "to" and language == "ja"):
            draft.unknown.append(token)
    kept = [Token("spent", None, "", token.start, token.end) if n in used else token for n, token in enumerate(tokens)]
    return found, kept


def _range(draft: Draft, tokens: Sequence[Token], here: int, there: int, kind: str) -> Amount:
    pair = [tokens[here], tokens[there]]
    scale = Decimal(1)
    if kind == "duration":
        other = next((token for token in pair if token.kind == "duration"), None)
        scale = Decimal(3600) if other and any(sign in other.text.lower() for sign in ("h", "時間")) else Decimal(60)
    elif kind == "clock":
        scale = Decimal(3600)
    elif kind == "share":
        scale = Decimal("0.1") if "割" in pair[1].text else Decimal("0.01")
    values = [
        token.value * scale if token.kind == "number" else token.value[0] if kind == "clock" else token.value
        for token in pair
    ]
    if values[0] > values[1] or (kind == "clock" and values[0] == values[1]):
        draft.doubt("range_order")
        values.sort()
    is_sure = kind != "clock" or any(token.kind == "clock" and token.value[1] for token in pair)
    text = " ".join(token.text for token in tokens[here : there + 1])
    return Amount(kind, values[0], values[1], is_sure, text, (here, there))


def give_bounds(draft: Draft, tokens: Sequence[Token], amounts: list[Amount], language: Language) -> None:
    """Give each “at least”, “or less”, “by” to the amount that it belongs to."""
    for place, token in enumerate(tokens):
        if token.kind not in {"bound", "suffix", "edge"}:
            continue
        bound = (token.value, False) if token.kind == "edge" else token.value
        before = [amount for amount in amounts if amount.places[1] < place]
        after = [amount for amount in amounts if amount.places[0] > place]
        follows = token.kind == "suffix" or (token.kind == "edge" and language == "ja")
        # A prefix that directly follows an amount and is not followed by one belongs to it: “10 h at least a week”.
        if follows and language == "ja":
            chosen = [amount for amount in before[-1:] if _touches(tokens, amount.places[1], place)]
        else:
            chosen = (before[-1:] or after[:1]) if follows else (after[:1] or before[-1:])
        if chosen:
            chosen[0].bounds.append(bound)
        elif not any(other.kind == "unclear" for other in tokens):
            draft.unknown.append(token)


def _touches(tokens: Sequence[Token], last: int, place: int) -> bool:
    """Whether only further bounds lie between an amount and what follows it."""
    return all(token.kind in {"bound", "suffix", "edge", "spent"} for token in tokens[last + 1 : place])


def only_one(draft: Draft, amounts: list[Amount]) -> Amount | None:
    """Reduce the amounts to one: “at least 2 h and at most 4 h” is a range, anything else said twice is a question."""
    if len(amounts) == 2 and amounts[0].high is None and amounts[1].high is None:
        first, second = amounts
        kinds = {first.kind, second.kind}
        directions = [sorted({direction for direction, _ in amount.bounds}) for amount in amounts]
        if len(kinds) == 1 and sorted(directions) == [["at_least"], ["at_most"]]:
            low, high = (first, second) if directions[0] == ["at_least"] else (second, first)
            if low.low > high.low:
                draft.doubt("range_order")
            edges = [low.low + _step(low), high.low - _step(high)]
            text = f"{first.text} … {second.text}"
            return Amount(
                first.kind, edges[0], edges[1], low.is_sure and high.is_sure, text, (first.places[0], second.places[1])
            )
    if len(amounts) > 1:
        draft.doubt("two_amounts", ", ".join(amount.text for amount in amounts))
        return None
    return amounts[0] if amounts else None


def _step(amount: Amount) -> Decimal:
    """Give by how much a bound that excludes its amount moves: whole entries do, seconds need not."""
    return Decimal(1 if amount.kind == "count" and any(strict for _, strict in amount.bounds) else 0)
