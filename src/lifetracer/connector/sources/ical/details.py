"""What an event says of itself besides its times, as Google's event JSON has it."""

from __future__ import annotations

import re
from typing import Any

from lifetracer.connector.sources.ical.lines import Component, Property
from lifetracer.connector.sources.ical.times import read_stamp

_VISIBILITY = {"PUBLIC": "public", "PRIVATE": "private", "CONFIDENTIAL": "confidential"}
MOST_ATTENDEES = 200


def details(vevent: Component) -> dict[str, Any]:
    """Say what else an event says about itself."""
    said: dict[str, Any] = {}
    for name, key in (("SUMMARY", "summary"), ("DESCRIPTION", "description"), ("LOCATION", "location")):
        found = vevent.one(name)
        if found and found.text.strip():
            said[key] = found.text
    if vevent.value("URL"):
        said["htmlLink"] = vevent.value("URL")
    if vevent.value("COLOR"):
        said["color"] = vevent.value("COLOR")
    if vevent.value("SEQUENCE").isdigit():
        said["sequence"] = min(int(vevent.value("SEQUENCE")[:9]), 10**8)
    free = vevent.value("X-MICROSOFT-CDO-BUSYSTATUS").upper() == "FREE"
    if vevent.value("TRANSP").upper() == "TRANSPARENT" or (free and not vevent.value("TRANSP")):
        said["transparency"] = "transparent"
    if vevent.value("CLASS").upper() in _VISIBILITY:
        said["visibility"] = _VISIBILITY[vevent.value("CLASS").upper()]
    for name, key in (("CREATED", "created"), ("LAST-MODIFIED", "updated")):
        stamp = read_stamp(vevent.value(name))
        if stamp:
            said[key] = stamp[0].strftime("%Y-%m-%dT%H:%M:%SZ")
    categories = [c.strip() for p in vevent.all("CATEGORIES") for c in re.split(r"(?<!\\),", p.value) if c.strip()]
    if categories:
        said["categories"] = [c.replace("\\,", ",") for c in categories]
    return said


def people(vevent: Component, calendar_name: str) -> dict[str, Any]:
    """Organizer and attendees; who has the calendar's own address is the person (Google's feeds are named by it)."""
    told: dict[str, Any] = {}
    organizer = vevent.one("ORGANIZER")
    if organizer:
        told["organizer"] = _person(organizer, calendar_name)
    attendees = []
    for found in vevent.all("ATTENDEE")[:MOST_ATTENDEES]:
        answer = found.params.get("PARTSTAT", "NEEDS-ACTION").upper()
        known = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
        attendees.append(_person(found, calendar_name) | {"responseStatus": known.get(answer, "needsAction")})
    if attendees:
        told["attendees"] = attendees
    return told


def _person(found: Property, calendar_name: str) -> dict[str, Any]:
    email = re.sub(r"(?i)^mailto:", "", found.value.strip())
    person: dict[str, Any] = {"email": email}
    if found.params.get("CN"):
        person["displayName"] = found.params["CN"]
    if "@" in email and email.lower() == calendar_name.lower():
        person["self"] = True
    return person
