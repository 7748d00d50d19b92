"""The vendors' web APIs, emulated with their quirks and faults, and a demo person who lives in them.

Only the CLI and tests open this room; it knows nothing of the house beyond errors, so it cannot repeat its mistakes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifetracer.sandbox.app import Sandbox
    from lifetracer.sandbox.world import Options

__all__ = ["Options", "create_app", "run"]


def create_app(options: Options | None = None) -> Sandbox:
    """Make a sandbox as an ASGI application."""
    from lifetracer.sandbox.app import Sandbox

    return Sandbox(options)


def run(
    host: str = "127.0.0.1", port: int = 3900, *, options: Options | None = None, faults: tuple[str, ...] = ()
) -> None:
    """Serve a sandbox until it is interrupted.

    Args:
        host: address to listen on.
        port: port to listen on; 0 lets the system choose.
        options: seed, clock, people.
        faults: names of faults that are on from the start, until taken away (``name`` or ``name:count``).
    """
    from lifetracer.sandbox.serve import serve

    serve(create_app(options), host, port, faults)


def __getattr__(name: str) -> object:
    """Load :class:`Options` when somebody asks for it."""
    if name == "Options":
        from lifetracer.sandbox.world import Options

        return Options
    raise AttributeError(name)
