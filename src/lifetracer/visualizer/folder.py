"""Dashboards and provisioning as a folder of files, as Grafana reads them when it starts.

Law: the same input gives the same files, byte for byte, and no file holds a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from lifetracer.charts import LANGUAGES
from lifetracer.errors import FixByHandError
from lifetracer.visualizer.dashboards import CONSOLE, NO_COLORS, documents

PROVISIONING = Path(__file__).parent / "provisioning"


def files(
    languages: Iterable[str] = LANGUAGES, *, console: str = CONSOLE, colors: Mapping[str, str] = NO_COLORS
) -> dict[str, str]:
    """Make every file by its path inside the folder: ``dashboards/<language>/*.json``, ``provisioning/**/*.yml``.

    Raises:
        UsageError: there are no dashboards in one of the languages.
    """
    made = {
        f"dashboards/{language}/{name}": text
        for language in languages
        for name, text in documents(language, console=console, colors=colors).items()
    }
    for path in sorted(PROVISIONING.rglob("*.yml")):
        made[f"provisioning/{path.relative_to(PROVISIONING).as_posix()}"] = path.read_text(encoding="utf-8")
    return made


def write(folder: Path, made: Mapping[str, str]) -> list[Path]:
    """Write the files that differ from what is there and name them.

    Raises:
        FixByHandError: the folder cannot be written.
    """
    written = []
    try:
        for name, text in made.items():
            path = folder / name
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    except OSError as failure:
        raise FixByHandError(
            f"The dashboards cannot be written to {folder} ({failure.strerror}).", remedy="Choose another folder."
        ) from None
    return written
