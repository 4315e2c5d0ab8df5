"""What happened in a scope on some days, told beside their figures on a chart."""

from __future__ import annotations

from collections.abc import Iterator
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
from wfm.domain.grid import QUARTER_S, local_day
from wfm.domain.language import say, say_many, shown
from wfm.domain.remedies import KINDS
from wfm.queries.planning import read_marks
from wfm.queries.remedies import read_past_remedies

MOST = 200  # of the newest actions; a quarter of a team has some dozens


def happenings(ask: Ask, first: date, end: date) -> tuple[DayNote, ...]:
    """Actions, events and restatements of the local days `first` up to `end`, in order of days.

    Actions are the requests, coachings, alerts and moves of the scope by the day they began; an
    event stands at the first of its days; a restatement at the day whose figures changed after it
    was closed.
    """
    if first >= end:
        return ()
    found = ask.held(
        ("happenings", first, end),
        lambda: (*_actions(ask, first, end), *_events(ask, first, end)),
        minutes=LASTING,
    )
    return tuple(sorted((*found, *_restated(ask, first, end)), key=lambda note: note.day))


@dataclass(frozen=True)
class Alerted:
    """An alert to a site in the quarter in which it was raised, in words."""

    q: int
    site: str | None
    words: str


def alerts_of(ask: Ask, day: date) -> tuple[Alerted, ...]:
    """The alerts raised inside the scope on a local day, in order of time."""
    store, scope = ask.sources.store, ask.scope

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
            for one in reversed(read_past_remedies(store, scope, MOST, None, "site_alert"))
            if local_day(one.at, ask.zone) == day
        )

    return ask.held(("alerts", day), read)


def _actions(ask: Ask, first: date, end: date) -> Iterator[DayNote]:
    store, scope = ask.sources.store, ask.scope
    remedies = read_past_remedies(store, scope, MOST)
    names = names_of(ask, remedies)
    for one in remedies:
        day = local_day(one.at, ask.zone)
        if first <= day < end:
            where = "" if one.scope == scope else names.get(one.scope, "")
            kind = shown(KINDS[one.kind].words)
            told = [part for part in (kind, where, about_words(one)) if part]
            yield DayNote(day, "action", ", ".join(told))


def _events(ask: Ask, first: date, end: date) -> Iterator[DayNote]:
    for mark in read_marks(ask.sources.store, ask.scope, first, end):
        last = mark.last_on
        words = mark.words
        if last > mark.first_on:
            words = say("{words}, until {last}", words=words, last=day_words(last))
        yield DayNote(max(first, mark.first_on), "event", words)


def _restated(ask: Ask, first: date, end: date) -> Iterator[DayNote]:
    for one in ask.facts.snapshot.restated:
        if first <= one.day < end:
            told = local_day(one.restated_at, ask.zone)
            late = (told - one.day) // timedelta(days=1)
            words = say_many(
                "Figures changed {n} day later", "Figures changed {n} days later", late
            )
            yield DayNote(one.day, "restated", words)
