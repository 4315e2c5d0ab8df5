"""The day by quarter-hours: agents required, published, scheduled now and on queue; demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from wfm.domain.grid import QUARTER_S
from wfm.domain.language import to_say
from wfm.domain.scope import Scope
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader

Key = tuple[str, ...]
# Reasons for being away that nobody planned, with the words of a sentence.
UNPLANNED = {
    "lost_sick_s": to_say("sickness"),
    "lost_noshow_s": to_say("no-show"),
    "lost_late_s": to_say("late or gone early"),
    "lost_overbreak_s": to_say("long breaks"),
    "lost_aux_s": to_say("unscheduled not ready"),
    "lost_system_s": to_say("system outage"),
}


@dataclass(frozen=True)
class Quarter:
    """Agents of one quarter-hour; None where nothing tells them.

    100.0 required, 105.0 published, 97.0 scheduled after changes, 95.0 on queue.
    """

    q: int
    required: float | None
    published: float | None
    scheduled: float | None
    actual: float | None


@dataclass(frozen=True)
class Demand:
    """Contacts of one quarter-hour: offered, and as forecast when the schedule was published."""

    q: int
    offered: float | None
    forecast: float | None


def read_staffing(
    facts: FactReader,
    scope: Scope,
    first: date,
    end: date,
    *,
    q_from: int,
    q_to: int,
    by: Sequence[str] = (),
) -> Mapping[Key, tuple[Quarter, ...]]:
    """Agents by quarter-hour for each key of `by` (site, group; "" for none), in order of time."""
    measures = ("req_s", "sch_s", "cur_sch_s", "act_s")
    found: dict[Key, list[Quarter]] = {}
    for row in _rows(facts, scope, first, end, q_from, q_to, by, measures):
        agents = [_agents(row[name]) for name in measures]
        found.setdefault(_key(row, by), []).append(Quarter(int(row["q"]), *agents))
    return {key: tuple(sorted(rows, key=lambda r: r.q)) for key, rows in sorted(found.items())}


def read_demand(
    facts: FactReader,
    scope: Scope,
    first: date,
    end: date,
    *,
    q_from: int,
    q_to: int,
) -> tuple[Demand, ...]:
    """Contacts by quarter-hour, in order of time; a quarter with neither is absent."""
    found: dict[int, dict[str, float | None]] = {}
    for measure in ("offered_n", "fc_contacts_n"):
        for row in _rows(facts, scope, first, end, q_from, q_to, (), (measure,)):
            found.setdefault(int(row["q"]), {})[measure] = row[measure]
    return tuple(
        Demand(q, values.get("offered_n"), values.get("fc_contacts_n"))
        for q, values in sorted(found.items())
    )


def read_unplanned(
    facts: FactReader, scope: Scope, first: date, end: date, *, q_from: int, q_to: int
) -> Mapping[str, float]:
    """Agents away without a plan, by reason, as a mean over the quarters; unknown ones left out.

    Two agents sick through the whole half-hour are `{"sickness": 2.0}`.
    """
    query = FactQuery(tuple(UNPLANNED), first, end, (), q_from, q_to)
    row = next(iter(read_measures(facts, scope, query).iter_rows(named=True)), {})
    seconds = (q_to - q_from) * QUARTER_S
    return {
        word: row[name] / seconds for name, word in UNPLANNED.items() if row.get(name) is not None
    }


def _rows(
    facts: FactReader,
    scope: Scope,
    first: date,
    end: date,
    q_from: int,
    q_to: int,
    by: Sequence[str],
    measures: tuple[str, ...],
) -> list[dict[str, Any]]:
    query = FactQuery(measures, first, end, (*by, "q"), q_from, q_to)
    frame: pl.DataFrame = read_measures(facts, scope, query)
    return frame.to_dicts()


def _key(row: Mapping[str, object], by: Sequence[str]) -> Key:
    return tuple("" if row[name] is None else str(row[name]) for name in by)


def _agents(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / QUARTER_S
