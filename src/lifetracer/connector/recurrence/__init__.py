"""Recurrence rules: `parse_rule` reads one, `wall_times` says what it means; nothing here knows a time zone."""

from lifetracer.connector.recurrence.rule import Rule, RuleError, Until, parse_rule
from lifetracer.connector.recurrence.times import CLOCK_STEPS, wall_times

__all__ = ["CLOCK_STEPS", "Rule", "RuleError", "Until", "parse_rule", "wall_times"]
