"""How evenly unpopular shifts lie over people, and what a week's shifts cost in wages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Connection

from scheduling.verify_rules import shift_classes
from wfm.domain.grid import zone_of
from wfm.domain.planning_policy import LEDGER_WEEKS
from wfm.domain.rules.duty import Duty
from wfm.domain.scope import Scope
from wfm.queries.roster_rules import RosterWeek, Week
from wfm.store.readers.schedules import read_shift_texts
from wfm.worker.week_cover import segments_frame

SLOTS_AN_HOUR = 4


def unpopular_before(
    connection: Connection, roster: RosterWeek, policy: Mapping[str, Any]
) -> Counter[str]:
    """Unpopular shifts of each agent in the 13 weeks before a week, as in force."""
    first = roster.period.first - timedelta(weeks=LEDGER_WEEKS)
    texts = read_shift_texts(connection, Scope(roster.unit), first, roster.period.first)
    alike = (
        segments_frame(texts)
        .group_by("agent", "on", maintain_order=True)
        .agg(pl.col("start_at").first(), pl.col("end_at").last())
        .select(
            "agent",
            _minute("start_at", roster.zone).alias("start"),
            _minute("end_at", roster.zone).alias("end"),
            (pl.col("on").dt.weekday() - 1).alias("weekday"),
        )
        .group_by("agent", "start", "end", "weekday")
        .len()
    )
    times = alike.select("start", "end", "weekday").unique().iter_rows()
    unpopular = _unpopular(policy)
    weight = {one: unpopular(*one) for one in times}
    counts: Counter[str] = Counter()
    for agent, start, end, weekday, n in alike.iter_rows():
        counts[agent] += n * weight[start, end, weekday]
    return counts


def _minute(column: str, zone: str) -> pl.Expr:
    """The minute of the shift's local day at an instant; more than 1,440 is the day after."""
    local = pl.from_epoch(pl.col(column)).dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    midnight = pl.col("on").cast(pl.Datetime("us"))
    wall = local.dt.replace_time_zone(None).cast(pl.Datetime("us"))
    return (wall - midnight).dt.total_seconds() // 60


def uneven(
    roster: RosterWeek,
    shifts: Mapping[str, Week],
    policy: Mapping[str, Any],
    before: Mapping[str, int],
) -> float | None:
    """Standard deviation of unpopular shifts over people, the quarter before and this week.

    Two people with 4 and 8: 2. None for fewer than two people with shifts.
    """
    counts = [
        before.get(agent, 0) + _classes_of(roster, week, policy)
        for agent, week in shifts.items()
        if agent in roster.people and any(week.values())
    ]
    if len(counts) < 2:
        return None
    mean = sum(counts) / len(counts)
    return float((sum((n - mean) ** 2 for n in counts) / len(counts)) ** 0.5)


def wages_of(
    roster: RosterWeek, shifts: Mapping[str, Week], policy: Mapping[str, Any]
) -> float | None:
    """Wages of a week by the policy; None when it does not know every contract's."""
    prices = {name: terms.get("wage_slot") for name, terms in policy["contracts"].items()}
    total = 0.0
    for agent, week in shifts.items():
        hours = sum(s.seconds for own in week.values() for s in own if s.paid) / 3600
        if not hours:
            continue
        contract = roster.contracts.get(agent)
        price = None if contract is None else prices.get(contract.contract_id)
        if price is None:
            return None
        total += hours * SLOTS_AN_HOUR * float(price)
    return round(total, 2)


def _unpopular(policy: Mapping[str, Any]) -> Callable[[int, int, int], int]:
    """In how many classes that fairness is about a shift lies, by its minutes and weekday."""
    known = shift_classes(policy)
    names = [term["class"] for term in policy["fairness"]] or list(known)
    asked = [known[name] for name in names if name in known]

    def count(start: int, end: int, weekday: int) -> int:
        return sum(one.has(Duty(0, start, end, 0), weekday) for one in asked)

    return count


def _classes_of(roster: RosterWeek, week: Week, policy: Mapping[str, Any]) -> int:
    """How often the shifts of a week are of a class that fairness is about."""
    unpopular, zone = _unpopular(policy), zone_of(roster.zone)
    found = 0
    for day, segments in week.items():
        if not segments:
            continue
        midnight = datetime.combine(day, datetime.min.time())
        start, end = (
            int((datetime.fromtimestamp(at, zone).replace(tzinfo=None) - midnight).total_seconds())
            // 60
            for at in (segments[0].start_at, segments[-1].end_at)
        )
        found += unpopular(start, end, day.weekday())
    return found
