"""A warehouse in which every model stands and holds nothing: where tests of what is made of a life can begin.

Law: what the first run of all makes (tables, views, the laws of the data) is tested by those that begin without it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from lifetracer.warehouse import Warehouse


def modelled(house: Warehouse) -> None:
    """Let dbt make all that it makes; for ``Server.warehouse``, which keeps it as a template."""
    with tempfile.TemporaryDirectory() as folder:
        transform(house, Settings(home=Path(folder), database_url=house.dsn))
