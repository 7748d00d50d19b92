"""What the person really does on a day: the plan, met by delays, interruptions, tiredness and forgotten timers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from lifetracer.sandbox.person.plan import Block, Minutes, Planner, phase_of
from lifetracer.sandbox.person.vocabulary import TAGS, THINGS

MISSED = {"exercise": 0.16, "learning": 0.13, "admin": 0.12, "family": 0.05, "meetings": 0.03, "reading": 0.2}
"""How often a planned block of a topic is missed (default 0.05)."""

MOVED = {"exercise": 0.10, "learning": 0.14, "deep": 0.07, "client": 0.06, "admin": 0.12}
"""How often it is done later the same day."""

GAP = 25
"""Minutes between two stretches of work that are worth using."""

WORK_BEGINS, WORK_ENDS = 540, 1070
GARDEN_MONTHS = (4, 5, 6, 7, 8, 9)

LONG = 95
"""Minutes after which work is interrupted by a break."""


@dataclass(frozen=True, slots=True)
class Doing:
    """A stretch of a day as it was lived; minutes since local midnight, seconds besides for a natural look."""

    topic: str
    start: Minutes
    end: Minutes
    text: str
    second: int = 0
    tags: tuple[str, ...] = ()
    by_hand: bool = False
    """Entered afterwards instead of by a timer."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that may happen at a time: a planned block, or routine."""

    topic: str
    start: Minutes
    length: Minutes
    text: str
    planned: bool = False
    hard: bool = False
    late: bool = False
    """It has been put off once already."""


@dataclass(frozen=True, slots=True)
class Lived:
    """A whole day from waking up to falling asleep."""

    doings: list[Doing]
    forgotten: bool
    """The evening's timer was never stopped; no sleep was tracked."""


class Liver:
    """Lives any day of one life, always the same way."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner

    def rng(self, what: str, day: date) -> Random:
        """Return the chance of one aspect of a day."""
        return Random(f"{self.planner.seed}/{what}/{day}")  # noqa: S311

    def wakes(self, day: date) -> Minutes:
        """Return when the person wakes up: later when free, and in winter."""
        rng = self.rng("wake", day)
        base = 495 if self.planner.is_free(day) else 405
        return round(rng.gauss(base + (12 if day.month in (11, 12, 1, 2) else 0), 14 if base < 450 else 28))

    def ill(self, day: date) -> bool:
        """Say whether the person is ill (about three working days a year)."""
        return not self.planner.is_free(day) and self.rng("ill", day).random() < 0.013

    def _thing(self, topic: str, rng: Random, number: int | None = None) -> str:
        things = THINGS[topic]
        return self.planner.tongue(things[rng.randrange(len(things)) if number is None else number])

    def _routine(self, day: date, wake: Minutes, rng: Random) -> list[Wish]:
        """Return what happens without being planned."""
        wishes = [
            Wish("household", wake + rng.randrange(4, 14), rng.randrange(24, 40), self._thing("household", rng, 0))
        ]
        evening = 1105 + rng.randrange(0, 30) + (75 if day.weekday() in (1, 4) else 0)
        if self.planner.is_free(day):
            wishes += [
                Wish("reading", wake + 50, rng.randrange(25, 50), self._thing("reading", rng)),
                Wish(
                    "household",
                    580 if day.weekday() == 5 else 655,
                    rng.randrange(40, 70),
                    self._thing("household", rng, rng.randrange(1, 4)),
                ),
                Wish("household", 765, rng.randrange(30, 50), self._thing("household", rng, 4)),
                Wish("family", 1055, rng.randrange(25, 45), self._thing("family", rng, 2)),
                Wish("family", evening + 20, rng.randrange(40, 65), self._thing("family", rng, 0)),
                Wish("family", 1215, rng.randrange(50, 100), self._thing("family", rng, 3)),
            ]
            if day.month in GARDEN_MONTHS and not self.planner.away(day) and rng.random() < 0.7:
                wishes.append(Wish("garden", 790, rng.randrange(40, 110), self._thing("garden", rng)))
            if self.planner.away(day):
                wishes += [
                    Wish("family", 600, 150, self._thing("family", rng, 1)),
                    Wish("family", 850, 160, self._thing("family", rng, 1)),
                ]
                wishes.append(Wish("reading", 1030, 70, self._thing("reading", rng)))
        else:
            if not self.planner.at_home(day):
                wishes.append(Wish("commute", 495, rng.randrange(28, 42), self._thing("commute", rng, 0)))
                wishes.append(
                    Wish("commute", 1045 + rng.randrange(20), rng.randrange(28, 45), self._thing("commute", rng, 1))
                )
            else:
                wishes.append(Wish("reading", wake + 48, rng.randrange(15, 35), self._thing("reading", rng, 1)))
            wishes.append(Wish("admin", 531, rng.randrange(14, 25), self._thing("admin", rng, 0)))
            if rng.random() < 0.75:
                wishes.append(
                    Wish("household", 735 + rng.randrange(12), rng.randrange(28, 45), self._thing("household", rng, 4))
                )
            if rng.random() < 0.35:
                wishes.append(
                    Wish("meetings", rng.choice((640, 880, 990)), rng.randrange(10, 35), self._thing("meetings", rng))
                )
            wishes.append(Wish("admin", 1012 + rng.randrange(15), rng.randrange(12, 30), self._thing("admin", rng)))
            wishes.append(Wish("family", evening, rng.randrange(35, 55), self._thing("family", rng, 0)))
        if rng.random() < 0.6:
            wishes.append(
                Wish("household", 1190 + rng.randrange(50), rng.randrange(12, 35), self._thing("household", rng, 3))
            )
        if rng.random() < 0.75:
            wishes.append(Wish("reading", 1295 + rng.randrange(20), rng.randrange(20, 45), self._thing("reading", rng)))
        return wishes

    def _from_plan(self, block: Block) -> Wish | None:
        if block.topic == "sleep" or block.fate in {"cancelled", "declined", "dropped"}:
            return None
        text = block.thing or block.title
        return Wish(block.topic, block.start, block.end - block.start, text, planned=True, hard=block.hard)

    def day(self, day: date, plan: list[Block]) -> Lived:
        """Live a day."""
        rng = self.rng("live", day)
        wake = self.wakes(day)
        wishes = self._routine(day, wake, rng)
        if self.ill(day):
            text = self.planner.tongue.word("sick")
            wishes = [
                wishes[0],
                Wish("sleep", 600, 150, text),
                Wish("reading", 830, 90, self._thing("reading", rng)),
                wishes[-1],
            ]
        elif not self.planner.away(day):
            wishes += [wish for block in plan if (wish := self._from_plan(block)) is not None]
        doings = self._walk(sorted(wishes, key=lambda wish: wish.start), wake, day, rng)
        if not self.planner.is_free(day) and not self.ill(day):
            doings = self._fill(doings, day)
        bed = max(self._bedtime(day, rng), doings[-1].end + 3)
        if rng.random() < 0.022 and any(doing.start > 1020 for doing in doings):
            evening = next(n for n, doing in enumerate(doings) if doing.start > 1020)
            return Lived(doings[: evening + 1], forgotten=True)
        until = 1440 + self.wakes(day + timedelta(1))
        return Lived([*doings, Doing("sleep", bed, until, "", rng.randrange(30, 60))], forgotten=False)

    def _bedtime(self, day: date, rng: Random) -> Minutes:
        lead = phase_of(day, self.planner.seed) % 2
        late = 35 if self.planner.is_free(day + timedelta(1)) else 0
        return round(rng.gauss(1375 + 12 * lead + late, 18))

    def _walk(self, wishes: list[Wish], wake: Minutes, day: date, rng: Random) -> list[Doing]:
        """Go through the day's wishes in order; what is put off comes again later."""
        doings: list[Doing] = []
        now = wake + 2
        queue = list(wishes)
        while queue:
            wish = queue.pop(0)
            if wish.planned:
                changed = self._slips(wish, queue, now, rng)
                if changed is None:
                    continue
                wish = changed
            start = max(wish.start + self._delay(wish, rng), now + rng.randrange(0, 5))
            length = self._length(wish, day, rng)
            end = start + length
            limit = next((other.start for other in queue if other.hard), 1500)
            if not wish.hard and end > limit and rng.random() > 0.12:
                end = limit - rng.randrange(0, 4)
            next_start = queue[0].start if queue else 1500
            if wish.planned and not wish.hard and end > next_start + 40:
                end = max(start + 20, next_start + 15)
            if end - start < 8 or start > 1420:
                continue
            doings += self._chunks(wish, start, end, day, rng)
            now = doings[-1].end
        return doings

    def _fill(self, doings: list[Doing], day: date) -> list[Doing]:
        """Use most of the larger gaps of a working day for work that nobody planned."""
        rng = self.rng("fill", day)
        found = doings[:1]
        for doing in doings[1:]:
            start, end = found[-1].end + rng.randrange(2, 6), doing.start - rng.randrange(1, 4)
            if end - start > GAP and start >= WORK_BEGINS and end <= WORK_ENDS and rng.random() < 0.65:
                topic = rng.choice(("deep", "deep", "deep", "admin", "client"))
                end = min(end, start + 110)
                wish = Wish(topic, start, end - start, self._thing(topic, rng))
                found += self._chunks(wish, start, end, day, rng)
            found.append(doing)
        return found

    def _slips(self, wish: Wish, queue: list[Wish], now: Minutes, rng: Random) -> Wish | None:
        """Decide whether a planned block is missed (perhaps replaced), put off, or done."""
        roll = rng.random()
        missed = MISSED.get(wish.topic, 0.05)
        if roll < missed or now > wish.start + max(45, wish.length * 0.7):
            if rng.random() < 0.7:
                evening = wish.start >= 1050
                other = rng.choice(("family", "household", "reading") if evening else ("admin", "meetings", "deep"))
                length = max(15, round(wish.length * rng.uniform(0.4, 0.85)))
                return Wish(other, wish.start, length, self._thing(other, rng))
            return None
        if roll < missed + MOVED.get(wish.topic, 0.0) and not wish.late and not wish.hard:
            later = replace(wish, start=wish.start + rng.choice((75, 90, 105, 120)), late=True)
            if later.start + 20 < 1350:
                queue.append(later)
                queue.sort(key=lambda other: other.start)
                return None
        return wish

    def _delay(self, wish: Wish, rng: Random) -> Minutes:
        if wish.hard:
            return rng.choice((-1, 0, 0, 1, 2, 4))
        return round(min(25, abs(rng.gauss(3, 7)))) if wish.planned else rng.randrange(-4, 9)

    def _length(self, wish: Wish, day: date, rng: Random) -> Minutes:
        factor = rng.gauss(1.06, 0.10) if wish.hard else rng.gauss(0.99, 0.13)
        if wish.topic == "exercise" and day.month in (5, 6, 7, 8):
            factor += 0.2
        if wish.topic == "learning" and day.month == 8:
            factor -= 0.2
        return max(5, round(wish.length * min(max(factor, 0.55), 1.5)))

    def _chunks(self, wish: Wish, start: Minutes, end: Minutes, day: date, rng: Random) -> list[Doing]:
        tags = self._tags(wish, day, rng)
        by_hand = wish.topic in {"family", "exercise", "commute"} and rng.random() < 0.4
        first = Doing(wish.topic, start, end, wish.text, rng.randrange(30, 60), tags, by_hand)
        if end - start <= LONG or wish.topic in {"family", "meetings", "sleep"}:
            return [first]
        middle = start + round((end - start) * rng.uniform(0.42, 0.6))
        rest = middle + rng.randrange(6, 17)
        return [
            replace(first, end=middle),
            replace(first, start=rest, end=max(end, rest + 10), second=rng.randrange(30, 60)),
        ]

    def _tags(self, wish: Wish, day: date, rng: Random) -> tuple[str, ...]:
        tongue = self.planner.tongue
        found = []
        if wish.topic in {"deep", "client", "relaunch"} and rng.random() < 0.45:
            found.append(tongue(TAGS[0]))
        if wish.topic in {"deep", "client", "admin", "meetings"} and self.planner.at_home(day) and rng.random() < 0.7:
            found.append(tongue(TAGS[1]))
        if wish.hard:
            found.append(tongue(TAGS[3]))
        return tuple(found)
