"""The weeks ahead of every site: days of coverage, contacts to come and their error."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import Any

from dashboards.pages.planning_data import Planning, SiteWeeks
from dashboards.parts import html
from dashboards.parts.horizon import DayLane, DayMark, Horizon, horizon
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from wfm.domain.grid import days_between, zone_of
from wfm.domain.language import say
from wfm.domain.plan_measures import DayCover
from wfm.domain.scope import Scope
from wfm.queries.planning import week_name

BAD_SHARE = 0.10  # of a day's requirement missing: the limit below which coverage is red
STANDS_OUT = 1.25  # times the site's middle day


def horizon_panel(given: Planning) -> Any:
    """Contacts a day with their band, and each site's over and short, on one axis."""
    ask, period = given.ask, given.ask.period
    days = days_between(period.first, period.end)
    total, low, high = contacts_ahead(given)
    begun = max(0, min(period.days, (ask.today - period.first).days))
    first, end = given.period.first, given.period.end
    chosen = None
    if first >= period.first and end <= period.end:
        chosen = ((first - period.first).days, (end - period.first).days)
    lanes = [_lane(given, site) for site in _worst_first(given)]
    where = say("all sites") if len(given.sites) > 1 else given.sites[0].name
    shape = Horizon(
        period.first,
        period.days,
        total,
        low,
        high,
        [given.last_year.get(day) for day in days],
        [given.actual.get(day) if at < begun else None for at, day in enumerate(days)],
        say("Forecast"),
        _error(given),
        lanes,
        [
            DayMark(
                max(0, (mark.first_on - period.first).days),
                min(period.days - 1, (mark.last_on - period.first).days),
                mark.words,
            )
            for mark in given.marks
        ],
        chosen,
        begun + 0.0 if period.first <= ask.today < period.end else None,
    )
    keys = [("forecast", say("forecast"))]
    if any(v is not None for v in high):
        keys.append(("box-band", say("P10 to P90")))
    if any(v is not None for v in shape.actual):
        keys.insert(0, ("actual", say("actual")))
    if given.last_year:
        keys.append(("plan", say("last year")))
    narrow = ask.look.narrow
    body: list[Any] = [horizon(shape, ask.look.palette, narrow=narrow, name="planning-horizon")]
    body.append(
        html.P(
            say("Agent-hours a day: over above the line, short below it."), className="under-axis"
        )
    )
    return panel(
        say("Contacts a day, {where}", where=where), body, note=_versions(given), legend_of=keys
    )


def contacts_ahead(
    given: Planning,
) -> tuple[list[float | None], list[float | None], list[float | None]]:
    """Contacts of each day over all sites, with the band; sites' errors count as independent."""
    total: list[float | None] = []
    low: list[float | None] = []
    high: list[float | None] = []
    for day in days_between(given.ask.period.first, given.ask.period.end):
        own = [s.forecast.days.get(day) for s in given.sites if s.forecast is not None]
        known = [one for one in own if one is not None]
        if not known or len(known) < len(given.sites):
            total, low, high = [*total, None], [*low, None], [*high, None]
            continue
        contacts = sum(one.contacts for one in known)
        total.append(contacts)
        banded = [(o.contacts, o.p10, o.p90) for o in known if o.p10 is not None]
        if len(banded) < len(known):
            low, high = [*low, None], [*high, None]
            continue
        down = sum((m - (a or 0.0)) ** 2 for m, a, _ in banded) ** 0.5
        up = sum(((b or 0.0) - m) ** 2 for m, _, b in banded) ** 0.5
        low.append(max(0.0, contacts - down))
        high.append(contacts + up)
    return total, low, high


def _error(given: Planning) -> str:
    """The error of the day's totals when one site is shown, else how many sites have a forecast."""
    known = [s.forecast for s in given.sites if s.forecast is not None]
    if not known:
        return say("none yet")
    errors = [f.past_day_wape for f in known if f.past_day_wape is not None]
    if not errors:
        return say("error not known yet")
    worst = max(errors)
    return (
        say("{plain} % error", plain=plain(worst, 1))
        if len(errors) == 1
        else say("≤ {plain} % error", plain=plain(worst, 1))
    )


def _versions(given: Planning) -> str:
    known = [s.forecast for s in given.sites if s.forecast is not None]
    if not known:
        return say("no forecast for these days")
    if len(known) == 1:
        return say("forecast {fc_version}", fc_version=known[0].fc_version)
    missing = len(given.sites) - len(known)
    words = "forecasts " + ", ".join(str(f.fc_version) for f in known)
    return words + (say("; {missing} sites without", missing=missing) if missing else "")


def _worst_first(given: Planning) -> list[SiteWeeks]:
    def short(site: SiteWeeks) -> float:
        return sum(m.short for m in site.weeks.values() if m is not None)

    return sorted(given.sites, key=lambda site: (-short(site), site.name))


def _lane(given: Planning, site: SiteWeeks) -> DayLane:
    over: list[float | None] = []
    short: list[float | None] = []
    bad: list[bool] = []
    worst: tuple[float, int, DayCover] | None = None
    usual = _middle_day(site)
    for at, day in enumerate(days_between(given.ask.period.first, given.ask.period.end)):
        found = cover_of(site, week_name(day), day)
        over.append(None if found is None else found.over_hours)
        short.append(None if found is None else found.short_hours)
        red = found is not None and _is_bad(found) and found.short_hours > STANDS_OUT * usual
        bad.append(red)
        if found is not None and red and (worst is None or found.short_hours > worst[0]):
            worst = (found.short_hours, at, found)
    known = [v for v in short if v is not None]
    total = sum(known)
    note = say("{plain} h short", plain=plain(total, 0)) if known else say("nothing published")
    told = None
    if worst is not None:
        most, q = worst[2].worst
        told = (
            worst[1],
            say(
                "{plain} h short, {most} agents at {clock}",
                plain=plain(worst[0], 0),
                most=most,
                clock=_clock(site, q),
            ),
        )
    link = given.ask.scope_link(Scope(site.unit), plan="")
    return DayLane(
        site.name, over, short, bad, note, _site_status(site), link, told
    )  # fmt: skip


def _site_status(site: SiteWeeks) -> str:
    """Red when the site misses more than a tenth of its requirement over the weeks shown."""
    known = [m for m in site.weeks.values() if m is not None]
    need, short = sum(m.required for m in known), sum(m.short for m in known)
    return "bad" if short > BAD_SHARE * need else ""


def _middle_day(site: SiteWeeks) -> float:
    """Agent-hours short on the site's middle day, so that only days that stand out are red."""
    known = [day.short_hours for m in site.weeks.values() if m is not None for day in m.days]
    return median(known) if known else 0.0


def _is_bad(day: DayCover) -> bool:
    need = sum(day.need) / 4
    return need > 0 and day.short_hours > BAD_SHARE * need


def cover_of(site: SiteWeeks, week: str, day: Any) -> DayCover | None:
    found = site.weeks.get(week)
    return None if found is None else next((d for d in found.days if d.day == day), None)


def _clock(site: SiteWeeks, q: int) -> str:
    return f"{datetime.fromtimestamp(q * 900, zone_of(site.zone)):%H:%M}"
