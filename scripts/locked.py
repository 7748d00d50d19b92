"""Print the part of requirements.lock that some extras need, with its hashes, for `pip install --no-deps`.

    python scripts/locked.py                       what the server, the console and the connectors need
    python scripts/locked.py all --without X       everything but X and what only X needs
    python scripts/locked.py --and X               these, and X with what it needs
    python scripts/locked.py --only X              X with what it needs

The lock says for every package who wants it ("# via"), and pyproject.toml says what we want for which extra; so the
part is a walk from our own wishes down. Needs nothing but Python, because an image is made with it.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
US = "lifetracer (pyproject.toml)"


def canonical(requirement: str) -> str:
    """Give the normal form of the name that a requirement begins with."""
    found = re.match(r"[\w.-]+", requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def wishes(project: dict, extras: list[str]) -> set[str]:
    """Give the names that we ask for ourselves; an extra may name other extras (``lifetracer[a,b]``)."""
    wanted, open_extras, seen = set(map(canonical, project["dependencies"])), list(extras), set()
    while open_extras:
        extra = open_extras.pop()
        if extra in seen:
            continue
        seen.add(extra)
        for requirement in project["optional-dependencies"][extra]:
            if own := re.fullmatch(r"lifetracer\[([\w,]+)\]", requirement):
                open_extras += own[1].split(",")
            else:
                wanted.add(canonical(requirement))
    return wanted


def blocks(lock: str) -> Iterator[tuple[str, str, set[str]]]:
    """Take a lock apart: name, the lines to install it by, and who wants it."""
    for block in re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]:
        lines = block.splitlines()
        install = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
        via = [line.strip().removeprefix("#").strip().removeprefix("via").strip() for line in lines if "#" in line]
        yield canonical(block), install.rstrip(), {word if word == US else canonical(word) for word in via if word}


def part(lock: str, wanted: set[str], without: set[str]) -> list[str]:
    """Choose the blocks that are wanted, by us or by one that is, and by nobody that is left out."""
    all_blocks = list(blocks(lock))
    chosen = wanted - without
    while True:
        more = {name for name, _, via in all_blocks if via & chosen} - without - chosen
        if not more:
            return [install for name, install, _ in all_blocks if name in chosen]
        chosen |= more


def main() -> None:
    """Read the wishes, print the part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extras", nargs="*")
    parser.add_argument("--without", action="append", default=[], metavar="PACKAGE")
    parser.add_argument("--only", metavar="PACKAGE")
    parser.add_argument("--and", action="append", default=[], metavar="PACKAGE", dest="too")
    told = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    if unknown := set(told.extras) - set(project["optional-dependencies"]):
        sys.exit(f"There is no extra {', '.join(sorted(unknown))}.")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted = {canonical(told.only)} if told.only else wishes(project, told.extras) | set(map(canonical, told.too))
    print("\n".join(part(lock, wanted, set(map(canonical, told.without)))))


if __name__ == "__main__":
    main()
