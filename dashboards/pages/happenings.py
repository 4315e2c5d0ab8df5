"""What happened in a scope on some days, told beside their figures on a chart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.frame import LASTING, Ask
from dashboards.pages.remedies_data import (
    STATUS,
    about_words,
    day_words,
    names_of,
    time_words,
)
from dashboards.parts.day_notes import DayNote
from dashboards.parts.numbers import kpi_with_unit
from kpis.value import KpiValue
from wfm.domain.forecast_records import EVENT
from wfm.domain.grid import QUARTER_S, day_start, local_day
from wfm.domain.language import say, say_many, shown
from wfm.domain.organisation import OrgUnit
from wfm.domain.remedies import KINDS
from wfm.domain.scope import Scope
from wfm.queries.forecasts import read_records
from wfm.queries.planning import CalendarMark, read_marks
from wfm.queries.remedies import read_remedies


def happenings(ask: Ask, first: date, end: date) -> tuple[DayNote, ...]:
    """Actions and events of the local days `first` up to `end`, in order of days.

    Actions are the requests, coachings, alerts and moves of the scope on the day they began, with
    what has become of them; an event stands at the first of its days that is asked for.
    """
    if first >= end:
        return ()
    found = ask.held(
        ("happenings", first, end),
        lambda: (*_actions(ask, first, end), *_events(ask, first, end)),
        minutes=LASTING,
    )
    return tuple(sorted(found, key=lambda note: note.day))


def restated_notes(ask: Ask, days: Iterable[KpiValue]) -> Iterator[DayNote]:
    """Of a figure by day: the days on which it changed after they were closed, and what it was."""
    for value in days:
        day = value.at("day")
        if value.restated is not None and isinstance(day, date):
            late = (local_day(value.restated.at, ask.zone) - day) // timedelta(days=1)
            words = say_many("changed {n} day later", "changed {n} days later", late)
            was = kpi_with_unit(value.kpi_id, value.restated.was)
            yield DayNote(day, "restated", say("{words}, was {was}", words=words, was=was))


def marks_of(ask: Ask, site: OrgUnit, first: date, end: date) -> list[CalendarMark]:
    """National holidays of a site, and the events that its planners entered."""
    found = []
    if ask.sources.planner is not None:
        zone = ask.organisation.zone(site.org_id)
        for day, name in ask.sources.planner.holidays(zone, first, end):
            found.append(CalendarMark(day, day, "holiday", name))
    for one in read_records(ask.sources.store, Scope(site.org_id), site.org_id, (EVENT,)):
        last = (one.end_on or first) - timedelta(days=1)
        if one.undone_at is None and one.first_on and one.first_on < end and last >= first:
            found.append(CalendarMark(one.first_on, last, "event", str(one.terms["name"])))
    return found


@dataclass(frozen=True)
class Alerted:
    """An alert to a site in the quarter in which it was raised, in words."""

    q: int
    site: str | None
    words: str


def alerts_of(ask: Ask, day: date) -> tuple[Alerted, ...]:
    """The alerts raised inside the scope on a local day, in order of time."""
    store, scope, begin = ask.sources.store, ask.scope, day_start(day, ask.zone)

    def read() -> tuple[Alerted, ...]:
        return tuple(
            Alerted(
                one.at // QUARTER_S,
                one.scope.site,
                say(
                    "{at}: {alert}, {about} ({status})",
                    at=time_words(one.at, ask.zone),
                    alert=KINDS[one.kind].words,
                    about=about_words(one),
                    status=STATUS[one.status],
                ),
            )
            for one in sorted(read_remedies(store, scope, begin), key=lambda one: one.at)
            if one.kind == "site_alert" and local_day(one.at, ask.zone) == day
        )

    return ask.held(("alerts", day), read)


def _actions(ask: Ask, first: date, end: date) -> Iterator[DayNote]:
    store, scope = ask.sources.store, ask.scope
    remedies = read_remedies(store, scope, day_start(first, ask.zone))
    names = names_of(ask, remedies)
    for one in sorted(remedies, key=lambda one: one.at):
        day = local_day(one.at, ask.zone)
        if first <= day < end:
            where = "" if one.scope == scope else names.get(one.scope, "")
            kind, status = shown(KINDS[one.kind].words), shown(STATUS[one.status])
            told = ", ".join(part for part in (kind, where, about_words(one)) if part)
            yield DayNote(day, "action", f"{told} ({status})")


def _events(ask: Ask, first: date, end: date) -> Iterator[DayNote]:
    """What bends the days: of a team its site's calendar, without what planners entered there."""
    marks = [(mark, "") for mark in read_marks(ask.sources.store, ask.scope, first, end)]
    sites = [s for s in ask.organisation.sites if ask.scope.site in (None, s.org_id)]
    for site in sites:
        name = site.name if len(sites) > 1 else ""
        marks += [
            (mark, name)
            for mark in marks_of(ask, site, first, end)
            if ask.scope.team is None or mark.kind == "holiday"
        ]
    for mark, where in marks:
        words = f"{mark.words}, {where}" if where else mark.words
        if mark.last_on > mark.first_on:
            words = say("{words}, until {last}", words=words, last=day_words(mark.last_on))
        yield DayNote(max(first, mark.first_on), "event", words)
