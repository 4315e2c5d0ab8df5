"""What people said that a forecast has to know: days left out or kept, special days, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from forecasting.calendar import SpecialDay, special_days
from forecasting.events import Event
from forecasting.forecast import ForecastConfig
from wfm.domain.forecast_records import DAY, EVENT, MUTE, START, WEEKDAYS, ForecastRecord
from wfm.domain.scope import Scope
from wfm.store.readers.forecast_records import read_records
from wfm.store.schema import calendar_event
from wfm.store.store import Store


@dataclass(frozen=True)
class Named:
    """An event with the name people call it by, and its queue ("" all)."""

    queue_id: str
    name: str
    event: Event


@dataclass(frozen=True)
class Says:
    """Records in force at an instant, and events from files that were known by then."""

    records: tuple[ForecastRecord, ...]
    file_events: tuple[Named, ...]
    holidays: Mapping[date, SpecialDay]

    @property
    def ids(self) -> tuple[int, ...]:
        """Numbers of the records taken in."""
        return tuple(one.record_id for one in self.records)

    def config(self, queue_id: str, config: ForecastConfig) -> ForecastConfig:
        """The settings with a queue's holidays, special days, events, and days kept or left out."""
        verdicts = {name: frozenset[date]() for name in ("keep", "exclude")}
        for one in self._of(DAY, queue_id):
            verdicts[one.terms["verdict"]] |= frozenset(_days(one))
        calendar = replace(
            config.calendar,
            kept_on=config.calendar.kept_on | (verdicts["keep"] - verdicts["exclude"]),
            left_out_on=config.calendar.left_out_on | verdicts["exclude"],
            special={**self.holidays, **config.calendar.special, **self._special(queue_id)},
            events=(*config.calendar.events, *(one.event for one in self.events(queue_id))),
        )
        return replace(config, calendar=calendar)

    def events(self, queue_id: str) -> list[Named]:
        """Events of a queue, past ones too: the effect of later ones is learned from them."""
        found = [one for one in self.file_events if one.queue_id in ("", queue_id)]
        for one in self._of(EVENT, queue_id):
            terms = one.terms
            if one.first_on is None or one.end_on is None:
                continue
            if terms["effect"] not in ("stated", "learned"):
                continue
            effect = None
            if terms["effect"] == "stated":
                effect = max(1 + terms["percent"] / 100, LEAST_FACTOR)
            event = Event(
                terms["kind"], one.first_on, one.end_on - timedelta(days=1),
                float(terms.get("size") or 1.0), effect=effect,
            )  # fmt: skip
            found.append(Named(one.queue_id, terms["name"], event))
        return found

    @property
    def starts(self) -> bool:
        """Whether planners said how any queue begins."""
        return any(one.kind == START for one in self.records)

    def start(self, queue_id: str) -> tuple[str, float | None]:
        """The sister queue that planners chose for a new queue, and its stated contacts a week."""
        for one in reversed(self.records):
            if one.kind == START and one.queue_id == queue_id:
                return one.terms["sister"], one.terms["level_week"]
        return "", None

    def names(self, queue_id: str, first: date, end: date) -> dict[date, tuple[str, ...]]:
        """What bends each coming day: holidays, special days and events on it."""
        found: dict[date, tuple[str, ...]] = {}
        special = {**self.holidays, **self._special(queue_id)}
        for day in sorted(special):
            if first <= day < end:
                found[day] = (special[day].name,)
        for one in self.events(queue_id):
            day = max(one.event.first_on, first)
            while day <= one.event.last_on and day < end:
                found[day] = (*found.get(day, ()), one.name)
                day += timedelta(days=1)
        return found

    def _special(self, queue_id: str) -> dict[date, SpecialDay]:
        found = {}
        for one in self._of(EVENT, queue_id):
            terms = one.terms
            for day in _days(one):
                if terms["effect"] == "closed":
                    found[day] = SpecialDay(terms["name"], closed=True)
                elif terms["effect"] == "like":
                    like = WEEKDAYS.index(terms["like"])
                    found[day] = SpecialDay(terms["name"], closed=False, like=like)
        return found

    def _of(self, kind: str, queue_id: str) -> list[ForecastRecord]:
        return [r for r in self.records if r.kind == kind and r.queue_id in ("", queue_id)]


LEAST_FACTOR = 0.001  # a stated -100 % leaves next to nothing; "closed" leaves nothing


def what_was_said(store: Store, unit: str, country: str | None, at: int, years: range) -> Says:
    """What counts for a site's forecast made at an instant; nothing that became known later.

    Events are chosen here by that instant, to the second; to the forecaster they are known.
    """
    with store.db.read() as connection:
        records = [
            one
            for one in read_records(connection, Scope(unit), unit, (DAY, EVENT, START, MUTE))
            if one.in_force(at)
        ]
        rows = connection.execute(
            select(calendar_event).order_by(calendar_event.c.start_on, calendar_event.c.event_id)
        ).all()
    muted = {one.terms["event_id"] for one in records if one.kind == MUTE}
    events = [
        Named(
            row.queue_id or "",
            row.name or row.kind.replace("_", " "),
            Event(
                row.kind, row.start_on, row.end_on or row.start_on, row.size or 1.0,
                effect=None
                if row.effect_pct is None
                else max(1 + row.effect_pct / 100, LEAST_FACTOR),
            ),
        )
        for row in rows
        if (row.known_at is None or row.known_at <= at) and row.event_id not in muted
    ]  # fmt: skip
    holidays = {} if country is None else special_days(country, years)
    return Says(tuple(records), tuple(events), holidays)


def _days(record: ForecastRecord) -> list[date]:
    if record.first_on is None or record.end_on is None:
        return []
    count = (record.end_on - record.first_on).days
    return [record.first_on + timedelta(days=i) for i in range(count)]
