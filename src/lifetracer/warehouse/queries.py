"""Named queries: SQL in ``.sql`` files beside the module that asks, never assembled from pieces of text.

    -- find --
    -- One account by its name.
    select account_id from app.account where name = %(name)s

A line with nothing but ``-- name --`` begins a query; what follows, up to the next one, is the query.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

_NAME = re.compile(r"^--\s*(\w+)\s*--\s*$", re.MULTILINE)


@functools.cache
def beside(module_file: str, name: str | None = None) -> Mapping[str, str]:
    """Read the queries of the ``.sql`` file beside a module: ``beside(__file__)``, or another file of its folder.

    Raises:
        ValueError: a name occurs twice, or text stands before the first name.
    """
    path = Path(module_file).with_suffix(".sql") if name is None else Path(module_file).with_name(name)
    before, *rest = _NAME.split(path.read_text(encoding="utf-8"))
    if any(line.strip() and not line.startswith("--") for line in before.splitlines()):
        raise ValueError(f"{path} has SQL before its first `-- name --` line")
    names = rest[0::2]
    if len(set(names)) < len(names):
        raise ValueError(f"{path} has two queries of one name")
    return MappingProxyType(dict(zip(names, (text.strip() for text in rest[1::2]), strict=True)))
