"""What happened in a scope on some days, told beside their figures on a chart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

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


@dataclass(frozen=True)
class Acted:
    """Something that was done about a figure, and what has become of it.

    `told` are the words of its kind, of its place and of what it is about.
    """

    day: date
    at: int
    kind: str
    scope: Scope
    kpi_id: str
    told: tuple[str, str, str]
    status: str

    def words(self, seen_in: Scope) -> str:
        """It in a line, its place only where the reader looks at a wider one."""
        kind, where, about = self.told
        parts = (kind, where if self.scope != seen_in else "", about)
        return f"{', '.join(part for part in parts if part)} ({self.status})"


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


def acted_in(ask: Ask, first: date, end: date) -> tuple[Acted, ...]:
    """What was done in the scope on the local days `first` up to `end`, in order of time."""
    if first >= end:
        return ()
    return ask.held(("acted", first, end), lambda: tuple(_acted(ask, first, end)), minutes=LASTING)


def step_notes(
    days: Sequence[Any], acted: Iterable[Acted], seen_in: Scope
) -> tuple[tuple[int, str], ...]:
    """Marks of a trend by day: the step of the day on which each thing was done, and its words.

    What was done on a day without a step, a day off, stands on the last step before it.
    """
    notes = []
    for one in acted:
        before = [at for at, day in enumerate(days) if day is not None and day <= one.day]
        if before:
            told = say("{day.day} {day:%b}: {words}", day=one.day, words=one.words(seen_in))
            notes.append((before[-1], told))
    return tuple(notes)


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


def alerts_of(ask: Ask, day: date) -> tuple[Acted, ...]:
    """The alerts raised inside the scope on a local day, in order of time."""
    day_after = day + timedelta(days=1)
    return ask.held(
        ("alerts", day),
        lambda: tuple(a for a in _acted(ask, day, day_after) if a.kind == "site_alert"),
    )


def alert_marks(ask: Ask, alerts: Iterable[Acted]) -> tuple[tuple[int, str], ...]:
    """Alerts as marks of a lane: the quarter in which each was raised, and its words."""
    return tuple((one.at // QUARTER_S, _timed(ask, one)) for one in alerts)


def _actions(ask: Ask, first: date, end: date) -> Iterator[DayNote]:
    for one in acted_in(ask, first, end):
        yield DayNote(one.day, "action", one.words(ask.scope))


def _timed(ask: Ask, one: Acted) -> str:
    return say("{at}: {words}", at=time_words(one.at, ask.zone), words=one.words(one.scope))


def _acted(ask: Ask, first: date, end: date) -> Iterator[Acted]:
    remedies = read_remedies(ask.sources.store, ask.scope, day_start(first, ask.zone))
    names = names_of(ask, remedies)
    for one in sorted(remedies, key=lambda one: one.at):
        day = local_day(one.at, ask.zone)
        if first <= day < end:
            yield Acted(
                day, one.at, one.kind, one.scope, one.kpi_id,
                (shown(KINDS[one.kind].words), names.get(one.scope, ""), about_words(one)),
                shown(STATUS[one.status]),
            )  # fmt: skip


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
