"""How much of this process's memory Python's garbage collector looks through, and how often.

Law: only what begins a process calls these; what is imported leaves its importer's rounds alone.
"""

import gc

SELDOM = (5_000, 20, 50)
"""Containers made and kept until a round of the youngest; such rounds until one of the middle-aged; those until all."""


def collect_seldom() -> None:
    """Let rounds be rare: a process loads hundreds of thousands of objects that stay.

    At Python's 700 containers a round, looking through them took a fifth of a full transform's time, an eighth of a
    server's start.
    """
    gc.set_threshold(*SELDOM)


def set_aside() -> None:
    """Take what is there by now out of all rounds: it stays, and a round through it takes 0.1 s and more."""
    gc.collect()
    gc.freeze()
