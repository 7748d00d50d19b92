"""Public holidays of the countries in use: taken from a library, kept in the warehouse, where every model reads them.

Law: nothing is asked of any network; a year that is there is only read anew by a full run.
"""

from __future__ import annotations

import warnings
from datetime import date
from typing import TYPE_CHECKING

from lifetracer.warehouse.queries import beside

if TYPE_CHECKING:
    from lifetracer.warehouse import Connection

SQL = beside(__file__)

FIRST_YEAR = 2000
YEARS_AHEAD = 4
"""The calendar reaches three years ahead (a plan beyond is a typing error), and to the end of its last week."""

Holiday = tuple[str, date, str, str]
"""Country, day, name in the country's own language, name in English."""


def fill(connection: Connection, *, anew: bool = False) -> int:
    """Bring ``core.holiday`` up to what the accounts need; gives the number of days written or removed.

    In a usual run this is one cheap query. A country is one that a person set, else the one of their time zone.

    Args:
        connection: the owner's transaction.
        anew: read every country in use again (a newer library may know better).
    """
    if anew or _first(connection, "is_empty"):
        pairs = sorted(zones().items())
        connection.execute(SQL["put_zones"], {"zones": [zone for zone, _ in pairs], "countries": [c for _, c in pairs]})
    last_year = int(_first(connection, "this_year")) + YEARS_AHEAD
    wanted = connection.execute(SQL["wanted"], {"anew": anew, "last_year": last_year}).fetchall()
    changed = 0
    for (country,) in wanted:
        found = of_country(country, FIRST_YEAR, last_year)
        given = {
            "country": country,
            "days": [day for _, day, _, _ in found],
            "names": [name for _, _, name, _ in found],
            "names_en": [name for _, _, _, name in found],
        }
        changed += connection.execute(SQL["forget"], given).rowcount
        changed += connection.execute(SQL["put"], given).rowcount
    return changed


def of_country(country: str, first_year: int, last_year: int) -> list[Holiday]:
    """List the public holidays of a whole country, substitute days included; none of a country that is not known."""
    from holidays import country_holidays

    if country not in known_countries():
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "only known from 2001": then there are none before, that is all
        known = country_holidays(country)
        years = range(max(first_year, known.start_year), min(last_year, known.end_year) + 1)
        spoken = known.supported_languages or ()
        english = next((name for name in sorted(spoken) if name.startswith("en")), known.default_language)
        names = dict(country_holidays(country, years=years, language=known.default_language))
        names_en = dict(country_holidays(country, years=years, language=english))
    return [(country, day, name, names_en.get(day) or name) for day, name in sorted(names.items())]


def known_countries() -> frozenset[str]:
    """Name the countries (ISO 3166, two letters) whose public holidays are known."""
    from holidays import list_supported_countries

    return frozenset(code for code in list_supported_countries() if len(code) == 2)


def zones() -> dict[str, str]:
    """Map every IANA zone, former names included, to the country it lies in, where that one's holidays are known.

    Source: Unicode CLDR by way of Babel; zones of no country (UTC) are absent.
    """
    from zoneinfo import available_timezones

    from babel.core import get_global

    territories, renamed = get_global("zone_territories"), get_global("zone_aliases")
    # Unicode keeps some former names (Asia/Calcutta) where IANA has moved on (Asia/Kolkata).
    places = {zone: territories.get(zone) or territories.get(renamed.get(zone, "")) for zone in available_timezones()}
    known = known_countries()
    return {zone: country for zone, country in places.items() if country in known}


def _first(connection: Connection, query: str) -> int:
    row = connection.execute(SQL[query]).fetchone()
    assert row
    return int(row[0])
