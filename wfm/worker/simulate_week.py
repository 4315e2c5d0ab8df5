"""A site's week as a centre to simulate: its forecast with its error, its people, their shifts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

import numpy as np
import polars as pl

from scheduling.requirement import LIVE_CHANNELS, QueueDemand
from scheduling.simulation.centre import Centre, Floats, Routing, SimAgent, SimQueue, ToAgent
from scheduling.simulation.files import agent_on_duty, beyond_counting
from wfm.actions.plan_shifts import planned_shifts
from wfm.domain.activities import Segment
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import MissingFacts
from wfm.domain.grid import day_quarters, day_start, days_between, local_day, zone_of
from wfm.domain.language import say
from wfm.domain.organisation import Organisation, Queue
from wfm.domain.periods import Period
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.service_level import SlDefinition
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader
from wfm.queries.activities import activities_known
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.queries.plans import read_plan, read_plan_documents
from wfm.queries.schedules import read_shifts
from wfm.store.readers.plan_versions import ForecastVersion
from wfm.store.store import Store
from wfm.worker.queue_history import patience, site_zone, unit_queues
from wfm.worker.require_job import (
    DEFAULT_PATIENCE_S,
    PATIENCE_DAYS,
    PATIENCE_LEAST,
    open_quarters,
    queue_demands,
    week_forecast,
)
from wfm.worker.week_problem import week_of_text

LEAST_HANDLED = 100
DEFAULT_TARGET_PCT = 80.0


@dataclass(frozen=True, eq=False)
class WeekCentre:
    """A week ready to be simulated, with what it rests on and what had to be assumed."""

    centre: Centre
    unit: str
    zone: str
    period: Period
    schedule: str
    fc_version: int
    absence: float
    notes: tuple[str, ...]

    def day(self, number: int) -> date:
        """The local date of a day of the report."""
        return self.period.first + timedelta(days=number)

    def when(self, day: int, slot: int | None) -> str:
        """A day, or a quarter of it, by the site's clock: `Mon 30 Nov 09:15`."""
        on = self.day(day)
        if slot is None:
            return f"{on:%a %d %b}"
        at = (day_quarters(on, self.zone)[0] + slot) * 900
        return f"{on:%a %d %b} {_clock(at, self.zone)}"


def week_centre(
    store: Store,
    clock: Clock,
    scope: Scope,
    week: str,
    *,
    draft: int | None = None,
    absence: float | None = None,
    to_agent: ToAgent = "specialist-first",
) -> WeekCentre:
    """The centre of a site's week: what is published, or the plan `draft`.

    `absence` None takes the share of contracted time lost to sickness and no-show in the 90 days
    before. Live contacts go before work that may wait.
    """
    unit = str(scope.site)
    period = week_of_text(week)
    organisation = read_organisation(store, scope)
    zone = site_zone(organisation, unit)
    start_at = day_start(period.first, zone)
    queues = unit_queues(organisation, unit, start_at)
    version, frame = week_forecast(store, unit, week, period)
    quarters, _ = open_quarters(organisation, unit, period)
    demands = queue_demands(queues, frame, quarters)
    facts = open_facts(store)
    origin = local_day(min(epoch_s(clock.now()), start_at), zone)
    notes: list[str] = []
    errors = _errors(version, frame, quarters, period, zone, notes)
    made = tuple(
        _sim_queue(queue, demands[queue.queue_id], facts, origin, errors[queue.queue_id], notes)
        for queue in queues
        if demands[queue.queue_id].contacts.sum() > 0
    )
    if not made:
        raise MissingFacts(
            say(
                "Forecast {fc_version} of {unit} expects no contact in {week}.",
                fc_version=version.fc_version,
                unit=unit,
                week=week,
            )
        )
    segments, schedule = _segments(store, scope, week, period, zone, draft)
    agents = _agents(store, organisation, queues, segments, period, zone, notes)
    share = _absence(facts, scope, origin, notes) if absence is None else absence
    days = [
        i for i, day in enumerate(days_between(period.first, period.end))
        for _ in day_quarters(day, zone)
    ]  # fmt: skip
    centre = Centre(
        made, agents, len(quarters), 900.0, routing=Routing(to_agent, "priority"),
        day_of_cell=np.array(days, dtype=np.int64),
    )  # fmt: skip
    return WeekCentre(
        centre, unit, zone, period, schedule, version.fc_version, share, tuple(notes)
    )  # fmt: skip


def _sim_queue(
    queue: Queue,
    demand: QueueDemand,
    facts: FactReader,
    origin: date,
    error: tuple[Floats, Floats],
    notes: list[str],
) -> SimQueue:
    live = queue.channel in LIVE_CHANNELS
    known = patience(facts, [queue], origin, PATIENCE_DAYS, PATIENCE_LEAST)
    if live and known.seconds is None:
        notes.append(
            f"{queue.queue_id}: patience {DEFAULT_PATIENCE_S:.0f} s by default, since {known.gone} "
            f"abandoned in {PATIENCE_DAYS} days and {PATIENCE_LEAST} are needed to learn it."
        )
    if queue.channel == "chat":
        notes.append(f"{queue.queue_id}: a chat is simulated as one contact at a time.")
    if not live:
        notes.append(f"{queue.queue_id}: work that may wait, done when no live contact waits.")
    if live and queue.sl_target_pct is None:
        notes.append(f"{queue.queue_id}: has no target; {DEFAULT_TARGET_PCT:.0f} % are taken.")
    cv2 = _variation(facts, queue, origin)
    if cv2 is None:
        notes.append(f"{queue.queue_id}: spread of handle times not known; as wide as exponential.")
    mean = float(demand.work_s.sum() / demand.contacts.sum())
    aht = np.divide(
        demand.work_s, demand.contacts, out=np.full_like(demand.work_s, mean),
        where=demand.contacts > 0,
    )  # fmt: skip
    target = (queue.sl_target_pct or DEFAULT_TARGET_PCT) / 100
    return SimQueue(
        name=queue.queue_id, contacts=demand.contacts, aht_s=np.where(aht > 0, aht, mean),
        patience_s=(known.seconds or DEFAULT_PATIENCE_S) if live else None,
        sl_definition=cast(SlDefinition, queue.sl_definition), target_s=float(queue.sl_threshold_s),
        sl_target=min(target, 0.999) if live else None, short_s=float(queue.short_abandon_s),
        group=queue.skill_group, handling="log-normal", cv2=1.0 if cv2 is None else cv2,
        priority=0 if live else 1, counted=live, below=error[0], above=error[1],
    )  # fmt: skip


def _variation(facts: FactReader, queue: Queue, origin: date) -> float | None:
    """Variance / mean² of a queue's handle times in the last 90 days."""
    names = ("handled_n", "talk_s", "hold_s", "acw_s", "handle_sq_s2")
    query = FactQuery(
        names, origin - timedelta(days=PATIENCE_DAYS), origin, queues=(queue.queue_id,)
    )  # fmt: skip
    row = read_measures(facts, ENTERPRISE, query).row(0, named=True)
    handled, squares = row["handled_n"] or 0, row["handle_sq_s2"] or 0
    seconds = sum(row[name] or 0 for name in ("talk_s", "hold_s", "acw_s"))
    if handled < LEAST_HANDLED or seconds <= 0 or squares <= 0:
        return None
    return max(0.0, float(handled * squares / seconds**2 - 1))


def _errors(
    version: ForecastVersion,
    frame: pl.DataFrame,
    quarters: Sequence[int],
    period: Period,
    zone: str,
    notes: list[str],
) -> dict[str, tuple[Floats, Floats]]:
    """Spread of the forecast's error by queue and quarter, below and above.

    From P10 and P90 of the day's total, which all queues share; where the forecast kept none,
    from those of the quarters, taken as wrong together.
    """
    summary = json.loads(version.summary) if version.summary else {}
    kept: Mapping[str, Any] = {row["on"]: row for row in summary.get("days", ())}
    days = days_between(period.first, period.end)
    names = frame["queue"].unique().to_list()
    if all(str(day) in kept for day in days):
        sizes = [len(day_quarters(day, zone)) for day in days]
        total = np.array([float(kept[str(day)]["contacts"]) for day in days])
        low = np.array([float(kept[str(day)]["p10"]) for day in days])
        high = np.array([float(kept[str(day)]["p90"]) for day in days])
        below = np.repeat(beyond_counting(total, total - low), sizes)
        above = np.repeat(beyond_counting(total, high - total), sizes)
        return dict.fromkeys(names, (below, above))
    notes.append("The forecast kept no band of whole days; quarters are taken as wrong together.")
    grid = pl.DataFrame({"q": list(quarters)}, schema={"q": pl.Int32})
    found = {}
    for name in names:
        rows = grid.join(frame.filter(pl.col("queue") == name), on="q", how="left",
                         maintain_order="left").fill_null(0)  # fmt: skip
        mean, low, high = (
            rows[column].to_numpy().astype(np.float64) / 1000
            for column in ("fc_contacts_m", "p10_m", "p90_m")
        )
        found[name] = (beyond_counting(mean, mean - low), beyond_counting(mean, high - mean))
    return found


def _segments(
    store: Store, scope: Scope, week: str, period: Period, zone: str, draft: int | None
) -> tuple[list[tuple[str, date, tuple[Segment, ...]]], str]:
    """Shifts (agent, day, segments) that touch the week, and the name of the schedule."""
    eve = period.first - timedelta(days=1)
    published = read_shifts(store, scope, eve, period.end if draft is None else period.first)
    shifts = [(s.agent_id, s.shift_on, s.segments) for s in published]
    if draft is None:
        if not any(on >= period.first for _, on, _ in shifts):
            raise MissingFacts(
                say(
                    "No shift of {site} is published in {week}: publish a schedule, or give the "
                    "number of a draft (`wfm plan list`).",
                    site=scope.site,
                    week=week,
                )
            )
        return shifts, "published schedule"
    plan = read_plan(store, scope, draft)
    if plan.week != week:
        raise MissingFacts(
            say(
                "Plan {draft} is one of {week}, not of {wanted}.",
                draft=draft,
                week=plan.week,
                wanted=week,
            )
        )
    problem, solution = read_plan_documents(store, scope, draft)
    codes = {activity.code for activity in activities_known(store)}
    live = read_shifts(store, scope, period.first, period.end)
    in_force = {(s.agent_id, s.shift_on): s.segments for s in live}
    shifts += [
        (s.agent_id, s.shift_on, s.segments)
        for s in planned_shifts(problem, solution, zone, codes, in_force)
        if s.segments
    ]
    return shifts, f"plan {draft}"


def _agents(
    store: Store,
    organisation: Organisation,
    queues: Sequence[Queue],
    shifts: list[tuple[str, date, tuple[Segment, ...]]],
    period: Period,
    zone: str,
    notes: list[str],
) -> tuple[SimAgent, ...]:
    """People with their skills and the time their shifts put them on queue."""
    on_queue = {a.code for a in activities_known(store) if a.category == "on_queue"}
    begin, end = day_start(period.first, zone), day_start(period.end, zone)
    spans: dict[str, list[tuple[float, float, int]]] = {}
    for agent_id, on, segments in shifts:
        day = (on - period.first).days
        for piece in segments:
            if piece.activity in on_queue and piece.end_at > begin and piece.start_at < end:
                start = float(max(piece.start_at - begin, 0))
                spans.setdefault(agent_id, []).append((start, float(piece.end_at - begin), day))
    group_of = {queue.queue_id: queue.skill_group for queue in queues}
    groups = sorted(set(group_of.values()))
    found, anything = [], 0
    for agent_id, own in sorted(spans.items()):
        person = organisation.person_at(agent_id, begin + 12 * 3600)
        levels: dict[str, int] = {}
        for name, level in () if person is None else person.skills:
            group = group_of.get(name, name)
            if group in groups and level > 0:
                levels[group] = max(level, levels.get(group, 0))
        if person is None or not person.skills:
            anything += 1
            levels = dict.fromkeys(groups, 100)
        if levels:
            found.append(agent_on_duty(agent_id, sorted(levels.items()), own))
    if anything:
        notes.append(f"{anything} people have no skills recorded; they serve every group.")
    return tuple(found)


def _absence(facts: FactReader, scope: Scope, origin: date, notes: list[str]) -> float:
    """Share of contracted time lost to sickness and no-show in the 90 days before."""
    names = ("lost_sick_s", "lost_noshow_s", "contracted_s")
    query = FactQuery(names, origin - timedelta(days=PATIENCE_DAYS), origin)
    row = read_measures(facts, scope, query).row(0, named=True)
    lost = (row["lost_sick_s"] or 0) + (row["lost_noshow_s"] or 0)
    if not row["contracted_s"] or (row["lost_sick_s"] is None and row["lost_noshow_s"] is None):
        notes.append("Unplanned absence is not known from the past; nobody is drawn absent.")
        return 0.0
    share = float(lost / row["contracted_s"])
    notes.append(f"Unplanned absence {share:.1%} of agent-days, as in the 90 days before.")
    return min(share, 0.9)


def _clock(at: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(at, zone_of(zone)):%H:%M}"
