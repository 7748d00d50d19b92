"""What the history makes likely: estimates with their accuracy, never a number without the odds that it is wrong.

Law: arithmetic in pure functions of plain values; the one function per subject that reads the warehouse is thin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifetracer.analyzer.run import AnalyzeSummary, Paths, analyze, estimate_paths
    from lifetracer.analyzer.suggest import suggest_categories
    from lifetracer.analyzer.texts import Accuracy, Suggestion, Suggestions

__all__ = [
    "Accuracy",
    "AnalyzeSummary",
    "Paths",
    "Suggestion",
    "Suggestions",
    "analyze",
    "estimate_paths",
    "suggest_categories",
]

_HOMES = {"suggest_categories": "suggest", "Accuracy": "texts", "Suggestion": "texts", "Suggestions": "texts"}


def __getattr__(name: str) -> Any:
    """Load what was asked for, and no more: who wants suggestions need not load numpy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'run')}"), name)
