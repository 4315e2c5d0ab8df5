"""The country that a zone lies in, and its national holidays."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

from forecasting.calendar import holiday_names


@cache
def country_of(zone: str) -> str | None:
    """The country code of a zone as the zone database lists it: "IE" of Europe/Dublin."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        parts = line.split("\t")
        if not line.startswith("#") and len(parts) > 2 and parts[2] == zone:
            return parts[0]
    return None


def holidays_of(zone: str, first: date, end: date) -> tuple[tuple[date, str], ...]:
    """National holidays of the country a zone lies in, on days from `first` to before `end`."""
    country = country_of(zone)
    if country is None:
        return ()
    named = holiday_names(country, range(first.year, end.year + 1))
    return tuple(sorted((day, name) for day, name in named.items() if first <= day < end))
