"""What a person wishes, made achievable: intents become targets with known odds, targets become plans.

Law: proposals only; what is agreed, and what is written to a calendar, the person decides.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifetracer.adjuster.fitting import fit as fit
    from lifetracer.adjuster.run import AdjustSummary as AdjustSummary
    from lifetracer.adjuster.run import adjust as adjust

__all__ = ["AdjustSummary", "adjust", "fit"]

_DOORS = {"adjust": "run", "AdjustSummary": "run", "fit": "fitting"}


def __getattr__(name: str) -> Any:
    """Load a door when it is used, so that reading a sentence needs no solver."""
    from importlib import import_module

    if name not in _DOORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_DOORS[name]}"), name)
