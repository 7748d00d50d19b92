"""Which files a person means: files, folders, patterns and zip archives, opened one at a time.

Law: nothing is read before its turn, nothing larger than the limit is read at all, and what cannot be read is told in
its turn.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path

from lifetracer.errors import BadFileError

SUFFIXES = {".csv", ".tsv", ".txt", ".ics", ".ical", ".icalendar", ".ifb", ".zip"}
"""What is looked at in folders and archives; a file that is named itself may be called anything."""

MOST_BYTES = 256 * 1024 * 1024
"""The largest file, and the largest member of an archive, unpacked."""

MOST_MEMBERS = 10_000


def files_meant(paths: Sequence[str]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield every file that was meant by its name, with a function that reads it or raises `BadFileError`."""
    for given in paths:
        try:
            matched = _matched(given)
        except (OSError, RuntimeError, ValueError):  # too long a name, ~ of nobody: reading it tells
            matched = [Path(given)]
        for one in matched:
            yield from _opened(one)


def _matched(given: str) -> list[Path]:
    """Give the files that a word means, or the word itself, as a path, where it means none."""
    path = Path(given).expanduser()
    if path.is_dir():
        inside = (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
        return sorted(p for p in inside if p.suffix.lower() in SUFFIXES and p.is_file()) or [path]
    if has_magic(given) and not path.exists():
        found = [Path(p) for p in sorted(glob(str(path), recursive=True))]  # noqa: PTH207
        return [p for p in found if not p.is_dir()] or [path]
    return [path]


def _opened(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    if path.suffix.lower() != ".zip" and not _begins_like_zip(path):
        yield _shown(path), lambda: _read(path)
        return
    try:
        data = _read(path)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if Path(m.filename).suffix.lower() in SUFFIXES - {".zip"}]
            if not members:
                raise BadFileError(
                    f"{path} has no .csv and no .ics file inside.",
                    remedy="Export as CSV (Toggl) or iCal (.ics), not as a spreadsheet.",
                )
            for member in members[:MOST_MEMBERS]:
                yield f"{_shown(path)}/{member.filename}", lambda m=member: _unpack(archive, m, path)  # type: ignore[misc]
    except BadFileError as failure:
        problem = failure
        yield _shown(path), lambda: _raise(problem)
    except (zipfile.BadZipFile, RuntimeError) as failure:  # RuntimeError: an unknown version or compression
        damaged = BadFileError(f"{path} is a damaged archive ({failure}).", remedy="Download it again.")
        yield _shown(path), lambda: _raise(damaged)


def _shown(path: Path) -> str:
    """Give a path as text; letters of another encoding than the system's become ``�``."""
    return os.fsencode(path).decode(errors="replace")


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise BadFileError(f"{path} holds no file to import.", remedy="Name .csv or .ics files.")
        if path.stat().st_size > MOST_BYTES:
            raise BadFileError(
                f"{path} is larger than {MOST_BYTES // 2**20} MB.", remedy="Export shorter periods (one year each)."
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise BadFileError(f"{path} does not exist.", remedy="Check the name; quote it when it has spaces.") from None
    except OSError as failure:
        reason = failure.strerror or "no such name"
        raise BadFileError(f"{path} cannot be read ({reason}).", remedy="Check its name and permissions.") from None


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> bytes:
    name = f"{path}/{member.filename}"
    try:
        with archive.open(member) as file:
            data = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, zlib.error) as failure:
        raise BadFileError(f"{name} cannot be unpacked ({failure}).", remedy="Unpack it yourself first.") from None
    if len(data) > MOST_BYTES:
        raise BadFileError(f"{name} is larger than {MOST_BYTES // 2**20} MB.", remedy="Export shorter periods.")
    return data


def _begins_like_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def _raise(failure: BadFileError) -> bytes:
    raise failure
