"""What the history makes likely: estimates with their accuracy, never a number without the odds that it is wrong.

Law: arithmetic in pure functions of plain values; the one function per subject that reads the warehouse is thin.
"""

from lifetracer.analyzer.suggest import suggest_categories
from lifetracer.analyzer.texts import Accuracy, Suggestion, Suggestions

__all__ = ["Accuracy", "Suggestion", "Suggestions", "suggest_categories"]
