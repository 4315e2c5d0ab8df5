"""Long-term capacity (FC-21 to FC-23): weeks of demand, full-time equivalents, people, hires."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median, pstdev

from wfm.domain.capacity import CapacityPlan, CapacityTerms, CapacityWeek, Hire, WeekDemand
from wfm.domain.errors import BadInput

Z80 = 1.2815515655446004  # P10 and P90 of a normal distribution
DAILY_MODEL_DAYS = 90
YEAR = timedelta(days=364)  # the same weekday
WEEKS_A_MONTH = 52 / 12
LEAST_SPREAD = 0.02  # convention: nobody knows a week's total better than this
UNKNOWN_SPREAD = 0.15  # convention: without two years nothing tells how far a year repeats
GROWTH_WEEKS = 26
USUAL_WEEKS = 8


@dataclass(frozen=True)
class Growth:
    """Year on year: the factor, the spread of single weeks around it in logs, and its source."""

    factor: float
    spread: float
    note: str


def required_fte(
    contacts: float, aht_s: float, occupancy: float, shrinkage: float, paid_hours: float
) -> float:
    """Full-time equivalents for so many contacts in the time that `paid_hours` are paid for.

    50,000 contacts of 300 s in a month are 4,166.67 h; / 0.85 occupancy = 4,901.96;
    / (1 - 0.30 shrinkage) = 7,002.80; / 160 paid hours = 43.77.
    """
    if not (0 < occupancy <= 1 and 0 <= shrinkage < 1 and paid_hours > 0):
        raise BadInput(
            f"Occupancy {occupancy:g}, shrinkage {shrinkage:g} and {paid_hours:g} paid hours "
            "cannot be: give 0 to 1, 0 to under 1, and more than 0."
        )
    return contacts * aht_s / 3600 / occupancy / (1 - shrinkage) / paid_hours


def growth_of(days: Mapping[date, float], stated: float | None = None) -> Growth:
    """This year against last, from the newest weeks known in both: the median of their ratios.

    Weeks of 110 after 100 a year before grow by 1.10. `stated` is a planner's own factor.
    """
    ratios = []
    newest = max(days, default=date.min + 2 * YEAR)
    for back in range(GROWTH_WEEKS if days else 0):
        begun = newest - timedelta(days=7 * back + 6)
        now, before = _week(days, begun), _week(days, begun - YEAR)
        if now and before:
            ratios.append(now / before)
    if len(ratios) < 4:
        factor = 1.0 if stated is None else stated
        return Growth(factor, UNKNOWN_SPREAD, "under a year of history: recent weeks repeat")
    factor = median(ratios[:GROWTH_WEEKS]) if stated is None else stated
    spread = max(pstdev([math.log(r) for r in ratios]), LEAST_SPREAD)
    words = f"year on year {100 * (factor - 1):+.1f} %, "
    words += "as stated" if stated is not None else f"median of {len(ratios)} weeks"
    return Growth(factor, spread, words)


def weekly_demand(
    past: Mapping[date, float],
    ahead: Mapping[date, float],
    first: date,
    weeks: int,
    aht_s: float,
    growth: Growth,
) -> tuple[WeekDemand, ...]:
    """Contacts of each week: the daily model where it reaches, then last year's week × growth.

    Where last year is not known the mean of the last eight weeks repeats. The band widens nothing
    with time: it is the spread of single weeks around the growth (a convention).
    """
    limit = first + timedelta(days=DAILY_MODEL_DAYS)
    newest = max(past, default=first - timedelta(days=1))
    recent = [
        total
        for back in range(USUAL_WEEKS)
        if (total := _week(past, newest - timedelta(days=7 * back + 6))) is not None
    ]
    usual = fmean(recent) if recent else 0.0
    found = []
    for i in range(weeks):
        monday = first + timedelta(weeks=i)
        total = _week(ahead, monday) if monday + timedelta(days=6) < limit else None
        if total is None:
            before = _week(past, monday - YEAR)
            total = usual if before is None else before * growth.factor
        width = math.exp(Z80 * growth.spread)
        found.append(WeekDemand(monday, total, total / width, total * width, aht_s))
    return tuple(found)


def under_scenario(
    demand: Sequence[WeekDemand],
    volume: float = 0.0,
    aht: float = 0.0,
    events: Sequence[tuple[date, date, float]] = (),
) -> tuple[WeekDemand, ...]:
    """The weeks if contacts and handle time change by shares, and on some days by more.

    1,000 contacts, +10 % volume and an event of +70 % on one day of the week: 1,000 x 1.1 x 1.1 =
    1,210; each day counts for a seventh of its week. Events are (first day, day after, share).
    """
    found = []
    for week in demand:
        factor = 1 + volume
        for first, end, share in events:
            days = (min(end, week.first_on + timedelta(days=7)) - max(first, week.first_on)).days
            factor *= 1 + share * max(days, 0) / 7
        found.append(
            WeekDemand(
                week.first_on, week.contacts * factor, week.p10 * factor, week.p90 * factor,
                week.aht_s * (1 + aht),
            )
        )  # fmt: skip
    return tuple(found)


def _week(days: Mapping[date, float], first: date) -> float | None:
    """The contacts of seven days, None when one of them is not known."""
    values = [days.get(first + timedelta(days=i)) for i in range(7)]
    return None if any(v is None for v in values) else sum(v or 0.0 for v in values)


def heads_path(
    start: float, attrition: float, hires: Sequence[float], ramp: Sequence[float]
) -> list[tuple[float, float]]:
    """People and effective people at each step: H(t+1) = H(t)(1 - attrition) + hires(t+1).

    40 people, 5 % a month, 10 hired in the third month, ramp 0, 0.5, 0.8:
    heads 40, 38, 46.1, 43.795; effective 40, 38, 36.1, 39.045. `hires[t]` begin at step t.
    """
    old, cohorts = start, list[list[float]]()
    path = []
    for step, hired in enumerate(hires):
        if step:
            old *= 1 - attrition
            for cohort in cohorts:
                cohort[0] *= 1 - attrition
                cohort[1] += 1
        if hired:
            cohorts.append([hired, 0.0])
        heads = old + sum(people for people, _ in cohorts)
        effective = old + sum(people * _productive(ramp, int(age)) for people, age in cohorts)
        path.append((heads, effective))
    return path


def _productive(ramp: Sequence[float], age: int) -> float:
    return ramp[age] if age < len(ramp) else 1.0


def plan_capacity(
    unit: str, demand: Sequence[WeekDemand], terms: CapacityTerms, notes: Sequence[str] = ()
) -> CapacityPlan:
    """The weeks with requirement, people, gap and cost, and the latest hire that closes the gap."""
    attrition = 1 - (1 - terms.attrition_month) ** (1 / WEEKS_A_MONTH)
    hires = [0.0] * len(demand)
    for one in terms.classes:
        for i, week in enumerate(demand):
            if week.first_on <= one.start_on < week.first_on + timedelta(days=7):
                hires[i] += one.heads
    path = heads_path(terms.heads, attrition, hires, _weekly(terms.ramp))
    weeks = []
    for week, (heads, effective) in zip(demand, path, strict=True):
        low, mid, high = (
            required_fte(n, week.aht_s, terms.occupancy, terms.shrinkage, terms.paid_hours_week)
            for n in (week.p10, week.contacts, week.p90)
        )
        cost = heads * terms.paid_hours_week * terms.cost_per_hour
        weeks.append(CapacityWeek(week.first_on, week.contacts, mid, low, high, heads, effective,
                                  cost))  # fmt: skip
    return CapacityPlan(unit, tuple(weeks), latest_hire(weeks, terms), terms, tuple(notes))


def latest_hire(weeks: Sequence[CapacityWeek], terms: CapacityTerms) -> Hire | None:
    """The first week that is short by half a person or more, and when people have to begin for it.

    They have to be fully productive by then: a ramp of three months begins 13 weeks before.
    """
    short = next((week for week in weeks if week.gap <= -0.5), None)
    if short is None:
        return None
    start = short.first_on - timedelta(weeks=len(_weekly(terms.ramp)))
    decide = start - timedelta(days=round(7 * terms.lead_weeks))
    return Hire(float(math.ceil(-short.gap - 1e-9)), start, decide, short.first_on)


def _weekly(ramp: Sequence[float]) -> list[float]:
    """A ramp by months as one by weeks: three months are 13 weeks."""
    weeks = round(len(ramp) * WEEKS_A_MONTH)
    return [ramp[min(int(week / WEEKS_A_MONTH), len(ramp) - 1)] for week in range(weeks)]
