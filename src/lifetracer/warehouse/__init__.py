"""The warehouse: the only room that opens a connection to PostgreSQL. ``open(settings)`` is its door."""

from lifetracer.warehouse.connect import Connection, Warehouse
from lifetracer.warehouse.connect import open_warehouse as open  # noqa: A004

__all__ = ["Connection", "Warehouse", "open"]
