"""Recurrence rules: read one with `parse_rule`, hear what it means with `wall_times`. Nothing here knows a time zone."""

from lifetracer.connector.recurrence.rule import Rule, RuleError, Until, parse_rule
from lifetracer.connector.recurrence.times import CLOCK_STEPS, wall_times

__all__ = ["CLOCK_STEPS", "Rule", "RuleError", "Until", "parse_rule", "wall_times"]
