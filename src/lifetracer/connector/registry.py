"""Which sources there are: every module in `connector.sources` that declares a ``source``."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from lifetracer.connector import sources
from lifetracer.connector.source import Source
from lifetracer.errors import NotFoundError


@functools.cache
def all_sources() -> dict[str, Source]:
    """Every source by its name, in alphabetical order."""
    modules = [importlib.import_module(f"{sources.__name__}.{m.name}") for m in pkgutil.iter_modules(sources.__path__)]
    return {module.source.name: module.source for module in modules if hasattr(module, "source")}


def source_named(name: str) -> Source:
    """Give the source with this name or alias.

    Raises:
        NotFoundError: there is none.
    """
    for source in all_sources().values():
        if name in (source.name, source.alias):
            return source
    known = ", ".join(source.alias or source.name for source in all_sources().values())
    raise NotFoundError(f"There is no source called {name}.", remedy=f"Known are: {known}.")


def raw_streams() -> list[tuple[str, str]]:
    """(service, entity) of every raw table, for the migration that makes them."""
    return [(source.name, stream) for source in all_sources().values() for stream in source.streams]
