"""What the test of a connection found, in words: whose it is, what can be read, whether the time zones agree.

Law: a finding is told in the reader's language, and says whether all is well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifetracer.charts import Words, keep
from lifetracer.connector.connecting import Connected
from lifetracer.warehouse.accounts import Account

Finding = tuple[bool, str]
"""Whether it is well, and the sentence."""


def of_connection(one: Connected, account: Account, words: Words) -> list[Finding]:
    """Say what was found when a connection was made."""
    settings = one.settings
    found = []
    if name := settings.get("signed_in_as"):
        found.append((True, words(keep("The access works: {name}."), name=name)))
    if (seen := settings.get("events_seen")) is not None:
        found.append(
            (seen > 0, words(keep("Calendar readable, {count} events in the eight weeks around today."), count=seen))
        )
    return [*found, *of_zones(settings, account, words)]


def of_zones(settings: Mapping[str, Any], account: Account, words: Words) -> list[Finding]:
    """Say whether the service and the account cut their days alike."""
    zone = settings.get("time_zone")
    if not zone:
        return []
    if zone == account.time_zone:
        return [(True, words(keep("Time zone equal: {zone}."), zone=zone))]
    differing = words(
        keep("The time zone there is {zone}, yours is {own}: days are cut by yours."), zone=zone, own=account.time_zone
    )
    return [(False, differing)]
