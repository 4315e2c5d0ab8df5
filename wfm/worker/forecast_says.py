"""What people said that a forecast has to know: days left out or kept, events, closings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from sqlalchemy import select

from forecasting.forecast import ForecastConfig
from forecasting.known_effects import KnownEvent
from forecasting.series import History
from wfm.domain.forecast_records import DAY, EVENT, ForecastRecord
from wfm.domain.scope import Scope
from wfm.store.readers.forecast_records import read_records
from wfm.store.schema import calendar_event
from wfm.store.store import Store


@dataclass(frozen=True)
class Says:
    """Records in force at an instant, and events that came with files and were known by then."""

    records: tuple[ForecastRecord, ...]
    file_events: tuple[tuple[str, KnownEvent], ...]  # (queue id or "", event)

    @property
    def ids(self) -> tuple[int, ...]:
        """Numbers of the records taken in."""
        return tuple(one.record_id for one in self.records)

    def history(self, queue_id: str, history: History) -> History:
        """The queue's past without the days that were left out."""
        offered = None
        for one in self._of(DAY, queue_id):
            if one.terms["verdict"] != "exclude":
                continue
            for day in _days(one):
                row = (day - history.first_on).days
                if 0 <= row < history.days:
                    offered = history.offered.copy() if offered is None else offered
                    offered[row] = np.nan
        return history if offered is None else replace(history, offered=offered)

    def config(self, queue_id: str, config: ForecastConfig) -> ForecastConfig:
        """The settings with the days that are kept although unusual, and days closed by events."""
        kept = {
            day
            for one in self._of(DAY, queue_id)
            if one.terms["verdict"] == "keep"
            for day in _days(one)
        }
        closed = {
            event.first_on + timedelta(days=i)
            for event in self.events(queue_id)
            if event.effect == "closed"
            for i in range((event.end_on - event.first_on).days)
        }
        if not kept and not closed:
            return config
        calendar = replace(
            config.calendar,
            kept_on=config.calendar.kept_on | kept,
            closed_on=config.calendar.closed_on | closed,
        )
        return replace(config, calendar=calendar)

    def events(self, queue_id: str) -> list[KnownEvent]:
        """Events of a queue, past ones too: later ones are learned from them."""
        found = [event for queue, event in self.file_events if queue in ("", queue_id)]
        for one in self._of(EVENT, queue_id):
            terms = one.terms
            if one.first_on is None or one.end_on is None:
                continue
            found.append(
                KnownEvent(
                    terms["name"], terms["kind"], one.first_on, one.end_on, terms["effect"],
                    float(terms.get("percent", 0.0)), str(terms.get("like", "")), terms.get("size"),
                )
            )  # fmt: skip
        return sorted(found, key=lambda event: (event.first_on, event.name))

    def _of(self, kind: str, queue_id: str) -> list[ForecastRecord]:
        return [r for r in self.records if r.kind == kind and r.queue_id in ("", queue_id)]


def what_was_said(store: Store, unit: str, at: int) -> Says:
    """What counts for a site's forecast made at an instant; nothing that became known later."""
    with store.db.read() as connection:
        records = [
            one
            for one in read_records(connection, Scope(unit), unit, (DAY, EVENT))
            if one.in_force(at)
        ]
        rows = connection.execute(
            select(calendar_event).order_by(calendar_event.c.start_on, calendar_event.c.event_id)
        ).all()
    events = [
        (
            row.queue_id or "",
            KnownEvent(
                row.name or row.kind.replace("_", " "), row.kind, row.start_on,
                (row.end_on or row.start_on) + timedelta(days=1),
                "learned" if row.effect_pct is None else "stated", row.effect_pct or 0.0,
                size=row.size,
            ),
        )
        for row in rows
        if row.known_at is None or row.known_at <= at
    ]  # fmt: skip
    return Says(tuple(records), tuple(events))


def coming(events: Sequence[KnownEvent], first: date) -> list[KnownEvent]:
    """Events whose effect may reach a day from `first` on."""
    return [one for one in events if one.end_on + timedelta(days=35) > first]


def _days(record: ForecastRecord) -> list[date]:
    if record.first_on is None or record.end_on is None:
        return []
    count = (record.end_on - record.first_on).days
    return [record.first_on + timedelta(days=i) for i in range(count)]
