"""What the embedded server writes when it does not start: what that means, and what to do.

Law: whoever started lifetracer is told of their disk, folder or user, never of PostgreSQL's internals alone.
"""

from __future__ import annotations

import re
from pathlib import Path

from lifetracer.errors import FixByHandError

EXPLANATIONS: tuple[tuple[str, str, str], ...] = (
    (
        "No space left on device|Disk quota exceeded|Check free disk space|wrote only \\d+ of",
        "The disk that holds {folder} is full.",
        "Free some space there.",
    ),
    (
        "initialized by PostgreSQL version (?P<old>\\d+), which is not compatible with this version (?P<new>\\d+)",
        "The data in {folder} was made by PostgreSQL {old}, and this lifetracer brings PostgreSQL {new}.",
        "Use the lifetracer that made it, or restore a backup of it into an empty home.",
    ),
    ("Read-only file system", "The folder {folder} lies on a read-only disk.", "Point LIFETRACER_HOME elsewhere."),
    (
        'could not bind|Address already in use|lock file "[^"]+" already exists',
        "The place where the database listens ({folder}) is taken by another program.",
        "Stop the other PostgreSQL that uses this folder.",
    ),
    (
        "could not look up effective user ID (?P<uid>\\d+)",
        "The user with id {uid} has no entry in /etc/passwd, which PostgreSQL needs.",
        "Start lifetracer as a named user, or set DATABASE_URL.",
    ),
    (
        "shared memory segment.*No space|could not create shared memory|could not resize shared memory",
        "There is too little shared memory for the database.",
        "Give the container more (docker run --shm-size=256m).",
    ),
    ("Permission denied", "The database may not work in {folder}.", "Give that folder back to the user who runs it."),
)
"""What PostgreSQL writes into its log → what it means → what to do."""


def explained(text: str, folder: Path, log: Path) -> FixByHandError:
    """Give the failure that a text tells of.

    Args:
        text: what the server, or one of its programs, wrote.
        folder: where the database lives.
        log: where more can be read.
    """
    for pattern, message, remedy in EXPLANATIONS:
        if found := re.search(pattern, text):
            return FixByHandError(message.format(folder=folder, **found.groupdict()), remedy=remedy)
    telling = [line for line in text.splitlines() if re.search("FATAL|PANIC|ERROR|error", line)] or text.splitlines()
    reason = re.sub(r"^.*?(FATAL|PANIC|ERROR|error):\s*", "", telling[-1]).strip() if telling else "it gave no reason"
    return FixByHandError(f"The embedded database in {folder} did not start: {reason}.", remedy=f"Its log is {log}.")


def written_since(log: Path, offset: int) -> str:
    """Read what was written into a log after a place in it; at most 1 MiB, nothing when it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(offset)
            return file.read(2**20).decode(errors="replace")
    except OSError:
        return ""
