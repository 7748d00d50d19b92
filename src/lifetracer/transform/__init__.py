"""From raw rows to marts: a dbt project (models, macros, tests) and its runner. ``run.transform`` is the door.

Nothing is imported here: dbt takes seconds to load and only the process that transforms should pay for it.
"""
