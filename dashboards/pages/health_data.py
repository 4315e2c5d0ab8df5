"""What the data page reads: feeds, gaps, codes without meaning, sums, rejected rows, changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.frame import Ask
from kpis.query import kpi_values
from kpis.value import KpiValue
from wfm.domain.scope import ENTERPRISE
from wfm.domain.targets import TargetBook
from wfm.queries.access import within
from wfm.queries.health import (
    Delivery,
    Feed,
    Waiting,
    feeds_of,
    read_deliveries,
    read_waiting,
)
from wfm.queries.health_facts import (
    BrokenSum,
    FeedDay,
    Unmapped,
    read_broken_sums,
    read_feeds,
    read_unmapped,
)
from wfm.queries.permissions import permission_table
from wfm.queries.rejected import Rejected, read_rejected

TILES = ("data_completeness", "integrity_failures")
# Figures whose old value is shown beside the new one of a restated day.
TOLD = ("contacts_offered", "service_level", "contacts_handled", "adherence")
COMPLETE = 98.0  # percent; below it a figure is shown without colour
MOST_ROWS, MOST_DELIVERIES, MOST_DAYS = 20, 12, 8


@dataclass(frozen=True)
class Changed:
    """A figure of a closed day that late data changed: what it was, and what it is."""

    day: date
    at: int
    cause: str
    old: KpiValue
    new: KpiValue


@dataclass(frozen=True)
class Health:
    """Everything the page shows; `mends` people see rejected rows, `maps` people give meanings.

    `day` is the one that is shown by quarter-hour: the one asked for, else the worst of the period.
    """

    ask: Ask
    day: date
    values: tuple[KpiValue, ...]
    days: tuple[FeedDay, ...]
    feeds: tuple[Feed, ...]
    unmapped: tuple[Unmapped, ...]
    broken: tuple[BrokenSum, ...]
    broken_n: int
    changed: tuple[Changed, ...]
    mends: bool
    maps: bool
    waiting: tuple[Waiting, ...] = ()
    rows: tuple[Rejected, ...] = ()
    deliveries: tuple[Delivery, ...] = ()


def read_page(ask: Ask) -> Health:
    """The page's data for the period of the question."""
    store, facts, scope = ask.sources.store, ask.facts, ask.scope
    first, last = ask.period.first, min(ask.period.end - timedelta(days=1), ask.today)
    days = read_feeds(facts, scope, first, last)
    broken, broken_n = read_broken_sums(facts, scope, first, last)
    mends = holds(ask, "quarantine.read")
    return Health(
        ask, _shown_day(ask, days, last), ask.values(TILES), days, feeds_of(store),
        read_unmapped(facts, scope, first, last), broken, broken_n, _changed(ask),
        mends, holds(ask, "mapping.write"),
        read_waiting(store, ENTERPRISE) if mends else (),
        read_rejected(store, ENTERPRISE, limit=MOST_ROWS) if mends else (),
        read_deliveries(store, ENTERPRISE, MOST_DELIVERIES) if mends else (),
    )  # fmt: skip


def _shown_day(ask: Ask, days: tuple[FeedDay, ...], last: date) -> date:
    if any(one.day == ask.state.on for one in days):
        return ask.state.on or last
    return min(days, key=lambda one: (one.share, -one.day.toordinal())).day if days else last


def holds(ask: Ask, permission: str) -> bool:
    """Whether the person holds a permission for the whole centre, as rejected rows need."""
    return within(ask.who, permission_table().grant(permission, ask.who.role).reach, ENTERPRISE)


def _changed(ask: Ask) -> tuple[Changed, ...]:
    """Figures of the period's restated days, each with its old value, the newest change first."""
    found = []
    restated = sorted(
        (
            day
            for day in ask.facts.snapshot.restated
            if ask.period.first <= day.day < ask.period.end
        ),
        key=lambda day: (-day.restated_at, day.day),
    )
    before = ask.facts.before_restatement
    for day in restated[:MOST_DAYS]:
        span = (day.day, day.day + timedelta(days=1))
        new, old = (
            kpi_values(facts, ask.scope, TOLD, *span, targets=TargetBook())
            for facts in (ask.facts, before)
        )
        found += [
            Changed(day.day, day.restated_at, day.cause, was, now)
            for was, now in zip(old, new, strict=True)
            if was.value is not None and was.value != now.value
        ]
    return tuple(found)
