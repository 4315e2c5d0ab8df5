"""Figures that got worse against the week before: by how much, how surely, and where it lies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import DEFAULTS, PAGES
from kpis.definition import Bands, Kpi
from kpis.drill import drill_reason
from kpis.evaluate import PART_NAMES
from kpis.explain.breakdown import KINDS_OF_WORK
from kpis.explain.explain import Asked, Explanation, explain
from kpis.explain.finding import Check, Finding
from kpis.explain.naming import WORDS
from kpis.explain.segments import NEW
from kpis.explain.significance import survivors
from kpis.explain.student import t_share
from kpis.insights.centre import Centre
from kpis.mix_target import share_bands
from kpis.query import kpi_sums, kpi_values
from kpis.reading import Ask, read_rows
from kpis.status import Status, status_of
from kpis.value import KpiValue
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.language import say
from wfm.domain.periods import Period
from wfm.domain.roles import Role
from wfm.domain.scope import Scope

DAYS = 7  # a whole week against the whole week before
NOISE_WEEKS = 4  # before this one, as far as there are facts: how much days differ by chance
LEAST_DAYS = 5  # of each, with a base
MATERIAL = 0.05  # of the value, where no width of a band says what matters
MOST_DAYS_WORSE = 0.7  # of the days, against the same weekday, so that it is no single day
MAINLY = 0.5  # of what a kind of work adds must come from there being more of it
UNMENDED = 0.4  # of the weight, where nothing is known to do: most are symptoms of another figure
UNDATED = 0.5  # of the weight, where nothing known dates it: what is dated comes first
ROLES = (Role.MANAGER, Role.CONTROL_DESK)
HANDLE_TIME = "average_handle_time"


@dataclass(frozen=True)
class Move:
    """A figure of a place, this week and the week before, with how sure the change is."""

    kpi: Kpi
    scope: Scope
    queues: tuple[str, ...]
    channel: str
    period: Period
    before: float
    after: float
    p: float
    days_worse: int
    days_n: int
    base: float
    unit: float
    value: KpiValue
    status: Status
    held_before: bool = False

    @property
    def size(self) -> float:
        """How many units of what matters it moved."""
        return abs(self.after - self.before) / self.unit if self.unit else 0.0


def find_changes(centre: Centre) -> tuple[Finding, ...]:
    """Figures of sites that got worse, surely and by something that matters, taken apart.

    Every figure, site and channel is one test, only of getting worse: the days of this week against
    those of up to four weeks before it. Those are told that survive at 5 % false findings among all
    of them, and have moved against the week before, which is what the sentence compares with.
    """
    moves = [move for site in centre.sites for move in _moves(centre, site)]
    holds = survivors([move.p for move in moves])
    found = []
    for move, kept in zip(moves, holds, strict=True):
        if kept and move.size >= 1 and _worse(move):
            told = _finding(centre, move)
            if told is not None:
                found.append(told)
    return tuple(found)


def figures() -> tuple[Kpi, ...]:
    """The ratios that managers and the control desk begin with."""
    ids = [
        *PAGES["manager"].kpi_ids, *PAGES["desk"].kpi_ids,
        *(kpi_id for role in ROLES for kpi_id in DEFAULTS[role]),
    ]  # fmt: skip
    kpis = (CATALOGUE[kpi_id] for kpi_id in dict.fromkeys(ids))
    return tuple(k for k in kpis if k.kind == "ratio" and not drill_reason(k, "day"))


def _moves(centre: Centre, site: Scope) -> list[Move]:
    end = centre.today(site)
    period = Period(end - timedelta(days=DAYS), end)
    found = []
    for kpi in figures():
        for channel, queues in _channels(centre, site, kpi):
            move = _move(centre, site, kpi, channel, queues, period)
            if move is not None:
                found.append(move)
    return found


def _channels(centre: Centre, site: Scope, kpi: Kpi) -> list[tuple[str, tuple[str, ...]]]:
    """The whole, or for figures of how contacts are handled each channel with its queues.

    A mean over calls and mails says nothing of either.
    """
    if "handled_n" not in kpi.measures or drill_reason(kpi, "channel"):
        return [("", ())]
    by_channel: dict[str, list[str]] = {}
    for queue in centre.organisation.queues:
        if queue.site_id == site.site:
            by_channel.setdefault(queue.channel, []).append(queue.queue_id)
    return [(name, tuple(dict.fromkeys(ids))) for name, ids in sorted(by_channel.items())]


def _move(
    centre: Centre, site: Scope, kpi: Kpi, channel: str, queues: tuple[str, ...], period: Period
) -> Move | None:  # fmt: skip
    weeks = [_daily(centre, site, kpi, queues, p) for p in (period.previous(), period)]
    if min(len(week) for week in weeks) < LEAST_DAYS:
        return None
    scale = float(kpi.scale)
    (before, base0), (after, base1) = (_ratio(list(week.values())) for week in weeks)
    least = kpi.min_base or 0.0
    if min(base0, base1) < max(least, 1e-9):
        return None
    (value,) = kpi_values(
        centre.facts, site, (kpi.id,), period.first, period.end, targets=centre.book, queues=queues
    )
    bands = _bands(centre, site, kpi, queues, period, value)
    sign = 1 if _rises_badly(kpi, scale * before, bands) else -1
    earlier = Period(period.first - timedelta(days=DAYS * NOISE_WEEKS), period.first)
    usual = _daily(centre, site, kpi, queues, earlier)
    p = chance_of_rise(list(usual.values()), list(weeks[1].values()), sign)
    worse = [
        sign * (_value(weeks[1][day]) - _value(weeks[0][day - timedelta(days=DAYS)])) > 0
        for day in weeks[1]
        if day - timedelta(days=DAYS) in weeks[0]
    ]
    return Move(
        kpi, site, queues, channel, period, scale * before, scale * after, p, sum(worse),
        len(worse), base1, _unit(kpi, scale * before, bands), value,
        status_of(scale * after, bands),
        _held_before(weeks[0], usual, period.previous(), sign, _unit(kpi, scale * before, bands)
                     / scale),
    )  # fmt: skip


def _held_before(
    week: Mapping[date, tuple[float, float]], usual: Mapping[date, tuple[float, float]],
    period: Period, sign: int, unit: float,
) -> bool:  # fmt: skip
    """Whether the week before was worse already than the weeks before it, by what matters."""
    earlier = [sums for day, sums in usual.items() if day < period.first]
    if len(earlier) < LEAST_DAYS:
        return False
    return sign * (_ratio(list(week.values()))[0] - _ratio(earlier)[0]) >= unit


def _daily(
    centre: Centre, site: Scope, kpi: Kpi, queues: tuple[str, ...], period: Period
) -> dict[date, tuple[float, float]]:
    ask = Ask(site, period.first, period.end, ("day",), queues=queues)
    try:
        sums = kpi_sums(centre.facts, ask, kpi)
    except ForbiddenDrill:
        return {}
    found: dict[date, tuple[float, float]] = {}
    for key, (top, base) in sums.items():
        day = dict(key)["day"]
        if isinstance(day, date) and base:
            found[day] = (top, base)
    return found


def _ratio(days: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The ratio of all days and the whole base."""
    top, base = (math.fsum(day[i] for day in days) for i in (0, 1))
    return (top / base, base) if base > 0 else (0.0, 0.0)


def chance_of_rise(
    before: Sequence[tuple[float, float]], after: Sequence[tuple[float, float]], sign: int = 1
) -> float:
    """The probability that a ratio rises as far between two groups of days if nothing changed.

    Days are (numerator, denominator); with `sign` -1 the probability of such a fall. Student's t of
    the two ratios, with one spread of days about their own group's ratio for both (n - 2 degrees).

    Days of 10, 12, 11 and 9 in 1 each, then of 14, 13 and 15: 0.0059.
    """
    (value0, base0), (value1, base1) = (_ratio(days) for days in (before, after))
    df = len(before) + len(after) - 2
    if df < 1 or min(base0, base1) <= 0:
        return 1.0
    square = math.fsum(
        (top - value * base) ** 2
        for value, days in ((value0, before), (value1, after))
        for top, base in days
    )
    se = math.sqrt(square / df * (len(before) / base0**2 + len(after) / base1**2))
    rise = sign * (value1 - value0)
    if se == 0:
        return float(rise <= 0)
    share = t_share(abs(rise) / se, df)
    return 1 - share if rise > 0 else share


def _value(sums: tuple[float, float]) -> float:
    return sums[0] / sums[1]


def _bands(
    centre: Centre, site: Scope, kpi: Kpi, queues: tuple[str, ...], period: Period, value: KpiValue
) -> Bands | None:  # fmt: skip
    """What a figure is judged by: handle time by the forecast of the plan, else its target."""
    if kpi.id == HANDLE_TIME:
        ask = Ask(site, period.first, period.end, (), queues=queues)
        names = ("fc_contacts_n", "fc_work_s")
        try:
            cell = read_rows(centre.facts, ask, names).rows[()].cell
        except ForbiddenDrill:
            cell = {}
        contacts, work = (cell.get(name) for name in names)
        if isinstance(contacts, int | float) and isinstance(work, int | float) and contacts:
            return share_bands(work / contacts)
    return value.target.bands if value.target is not None else None


def _unit(kpi: Kpi, before: float, bands: Bands | None) -> float:
    """The change that matters: the width of amber, or 5 % of the value."""
    if bands is not None and bands.centre is None:
        for green, amber in ((bands.green_lo, bands.amber_lo), (bands.green_hi, bands.amber_hi)):
            if green is not None and amber is not None and green != amber:
                return abs(green - amber)
    return MATERIAL * abs(before)


def _rises_badly(kpi: Kpi, before: float, bands: Bands | None) -> bool:
    """Whether more is worse: by direction; for a range by its middle; handle time always costs."""
    if kpi.better != "target":
        return kpi.better == "lower"
    if set(kpi.top.measures if kpi.top else ()) <= set(PART_NAMES):
        return True
    if bands is None or bands.green_lo is None or bands.green_hi is None:
        return True
    return before >= (bands.green_lo + bands.green_hi) / 2


def _worse(move: Move) -> bool:
    return move.days_worse >= MOST_DAYS_WORSE * max(1, move.days_n) and (
        move.status in ("bad", "warn") or move.value.target is None
    )


def _finding(centre: Centre, move: Move) -> Finding | None:
    place = centre.name("site", str(move.scope.site))
    where = f"{place} ({move.channel})" if move.channel else place
    asked = Asked(move.kpi.id, move.scope, move.period, "previous", queues=move.queues,
                  where=where)  # fmt: skip
    told = explain(centre.facts, asked, centre.book, centre.name)
    if not told.levels or told.delta is None:
        return None
    top = told.levels[0].ranked[0]
    share = min(abs(told.levels[0].share(top)), 1.0)
    severity = {"bad": 3.0, "warn": 2.0}.get(move.status, 1.0)
    weight = (1.0 if told.step is not None else UNMENDED) * (
        1.0 if _dated(move, told)[0] else UNDATED
    )
    score = severity * share * min(move.size / 2, 2.0) * weight
    more = [*told.sentences[1:], *_against_plan(move)]
    levels = (*told.levels, *(x for x in (told.components, told.factors) if x is not None))
    return Finding(
        "change", move.kpi.id, move.scope, ROLES, told.sentences[0], tuple(more), levels,
        told.step, _checks(move, told), _proof(move), score,
        move.status if move.status != "none" else "warn", centre.now_at,
    )  # fmt: skip


def _against_plan(move: Move) -> tuple[str, ...]:
    if move.kpi.id != HANDLE_TIME or move.status not in ("bad", "warn"):
        return ()
    if move.status == "bad":
        return (say("That is far over what the forecast was planned with."),)
    return (say("That is over what the forecast was planned with."),)


def _checks(move: Move, told: Explanation) -> tuple[Check, ...]:
    first, *rest = told.dimensions
    second = max((one.surprise for one in rest), default=0.0)
    return (
        Check(
            "base", move.base >= (move.kpi.min_base or 0), say("base {base:,.0f}", base=move.base)
        ),
        Check(
            "recurs",
            move.days_worse >= MOST_DAYS_WORSE * move.days_n,
            say(
                "worse than the same weekday before on {days_worse} of {days_n} days",
                days_worse=move.days_worse,
                days_n=move.days_n,
            ),
        ),
        Check("dated", *_dated(move, told)),
        Check(
            "chance",
            True,
            say("{p:.1e} by chance; holds at 5 % among all figures and places", p=move.p),
        ),
        Check(
            "rivals",
            first.surprise >= 1.5 * second,
            say(
                "{words} surprises {surprise:.1f} times as much as the next dimension",
                words=WORDS[first.level.dimension],
                surprise=first.surprise / second,
            )
            if second > 0
            else say("no other dimension explains it"),
        ),
        Check(
            "complete",
            not move.value.partial,
            say("some intervals are missing")
            if move.value.partial
            else say("no interval is missing"),
        ),
    )


def _dated(move: Move, told: Explanation) -> tuple[bool, str]:
    """Whether something known dates the change, or it held before: one week alone is no cause.

    Days of one week are alike (people are ill for days on end), so that a test on days takes a bad
    week for more than it is. Known are the first days of new agents, and a kind of work that came.
    """
    for level in told.levels:
        if level.dimension == "tenure" and level.ranked[0].key == NEW:
            return True, say("dated: agents in their first 90 days do it")
    top = told.levels[0].ranked[0]
    more = abs(top.mix) >= MAINLY * abs(top.size) and top.base1 > top.base0
    if told.levels[0].dimension in KINDS_OF_WORK and more:
        return True, say("dated: more of {name} came", name=top.name)
    if move.held_before:
        return True, say("it was worse the week before, too")
    return False, say("not so the week before, and nothing known dates it")


def _proof(move: Move) -> tuple[tuple[str, str], ...]:
    last = move.period.end - timedelta(days=1)
    earlier = move.period.previous()
    return (
        (
            say("Period"),
            say("{first} to {last}", first=move.period.first.isoformat(), last=last.isoformat()),
        ),
        (
            say("Against"),
            say(
                "{first} to {end}, the same weekdays",
                first=earlier.first.isoformat(),
                end=(earlier.end - timedelta(days=1)).isoformat(),
            ),
        ),
        (say("Rows"), say("{cells_n:,} cells", cells_n=move.value.cells_n)),
        (say("Formula"), move.kpi.formula),
    )
