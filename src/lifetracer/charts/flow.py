"""Where planned time went, as ribbons from what was planned (left) to what was lived (right).

Law: a ribbon is as wide as its seconds everywhere; both sides are equally high, because both are the same days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST = 0.02
"""Share of the whole below which a side's categories share one place."""

OWN = frozenset({"no_plan", "untracked", "joined"})
"""What is no category; it lies below the categories."""

REST = "rest"


@dataclass(frozen=True)
class Way:
    """So many seconds planned for one category and lived in another, a sum of ``marts.time_flow``."""

    from_id: str
    from_name: str
    from_color: str
    to_id: str
    to_name: str
    to_color: str
    seconds: float


@dataclass(frozen=True)
class Node:
    """A category on one side: where it lies, as parts of the picture's height (0 … 1)."""

    key: str
    name: str
    color: str
    seconds: float
    top: float
    height: float

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return self.top + self.height / 2


@dataclass(frozen=True)
class Ribbon:
    """A way between two nodes; tops and height are parts of the picture's height."""

    source: Node
    target: Node
    seconds: float
    from_top: float
    to_top: float
    height: float

    @property
    def stays(self) -> bool:
        """Whether it was lived as planned."""
        return self.source.key == self.target.key

    def path(self, width: float = 100, height: float = 100) -> str:
        """Draw it on a field of ``width`` × ``height``, as an SVG path."""
        a, b = self.from_top * height, self.to_top * height
        thick, half = self.height * height, width / 2
        return (
            f"M0 {a:.2f}C{half:g} {a:.2f} {half:g} {b:.2f} {width:g} {b:.2f}"
            f"V{b + thick:.2f}C{half:g} {b + thick:.2f} {half:g} {a + thick:.2f} 0 {a + thick:.2f}Z"
        )


@dataclass(frozen=True)
class Flow:
    """The picture."""

    left: tuple[Node, ...]
    right: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]


def lay_flow(ways: Iterable[Way], rest: str, gap: float = 0.012) -> Flow:
    """Order both sides, give small ones a common place called ``rest``, and lay the ribbons.

    >>> flow = lay_flow([Way("a", "A", "", "a", "A", "", 3600), Way("a", "A", "", "untracked", "U", "", 1200)], "rest")
    >>> [(node.name, node.seconds) for node in flow.right], flow.ribbons[0].stays
    ([('A', 3600), ('U', 1200)], True)
    """
    ways = list(ways)
    total = sum(way.seconds for way in ways)
    if total <= 0:
        return Flow((), (), ())
    froms: dict[str, float] = defaultdict(float)
    tos: dict[str, float] = defaultdict(float)
    faces: dict[str, tuple[str, str]] = {REST: (rest, "")}
    for way in ways:
        froms[way.from_id] += way.seconds
        tos[way.to_id] += way.seconds
        faces[way.from_id] = (way.from_name, way.from_color)
        faces[way.to_id] = (way.to_name, way.to_color)
    sizes = {key: froms[key] + tos[key] for key in {*froms, *tos}}
    order = sorted(sizes, key=lambda key: (key in OWN, -sizes[key], key))
    lefts, rights = _merged(froms, total), _merged(tos, total)
    left = _side(_summed(froms, lefts), faces, [*order, REST], total, gap)
    right = _side(_summed(tos, rights), faces, [*order, REST], total, gap)
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for way in ways:
        sums[lefts[way.from_id], rights[way.to_id]] += way.seconds
    return Flow(tuple(left.values()), tuple(right.values()), tuple(_ribbons(sums, left, right, total, gap)))


def _merged(side: dict[str, float], total: float) -> dict[str, str]:
    """Tell for each category of a side under which key it is shown."""
    small = [key for key, seconds in side.items() if seconds < LEAST * total]
    return {key: REST if key in small and len(small) > 1 else key for key in side}


def _summed(side: dict[str, float], shown: dict[str, str]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for key, seconds in side.items():
        sums[shown[key]] += seconds
    return sums


def _side(
    sums: dict[str, float], faces: dict[str, tuple[str, str]], order: Sequence[str], total: float, gap: float
) -> dict[str, Node]:
    keys = [key for key in order if sums.get(key, 0) > 0]
    room = 1 - gap * (len(keys) - 1)
    nodes, top = {}, 0.0
    for key in keys:
        height = room * sums[key] / total
        nodes[key] = Node(key, *faces[key], sums[key], top, height)
        top += height + gap
    return nodes


def _ribbons(
    sums: dict[tuple[str, str], float], left: dict[str, Node], right: dict[str, Node], total: float, gap: float
) -> Iterable[Ribbon]:
    begin = {key: node.top for key, node in left.items()}
    arrive = {key: node.top for key, node in right.items()}
    # A side with fewer gaps has more room; ribbons take the narrower measure, so that they fit on both.
    room = 1 - gap * (max(len(left), len(right)) - 1)
    for source in left.values():
        for target in right.values():
            seconds = sums.get((source.key, target.key), 0)
            if seconds <= 0:
                continue
            height = room * seconds / total
            yield Ribbon(source, target, seconds, begin[source.key], arrive[target.key], height)
            begin[source.key] += source.height * seconds / source.seconds
            arrive[target.key] += target.height * seconds / target.seconds
