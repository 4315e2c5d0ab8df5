"""Habits: somebody is late at the same moment of the shift, day after day, and it matters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from kpis.catalogue.load import CATALOGUE
from kpis.display import format_value
from kpis.explain.finding import Check, Finding, Step
from kpis.explain.levels import Bar, Level
from kpis.explain.naming import WEEKDAYS
from kpis.explain.recurring import HIT_S, LEAST_DAYS, LEAST_RATE, Habit, Moments, judged
from kpis.explain.significance import survivors, wilson
from kpis.insights.centre import Centre
from kpis.insights.moments import BREAK, EARLY_MEAL, END, MEAL, START, Kept, read_moments
from kpis.targets import effective
from wfm.domain.language import say, to_say
from wfm.domain.roles import Role
from wfm.domain.scope import Scope

ADHERENCE = CATALOGUE["adherence"]
GRID_MIN = 5  # requests move blocks by whole steps of five minutes
# What a person does at a moment: "came back ... after lunch ended".
DOES = {
    START: (to_say("began"), to_say("after the shift began")),
    END: (to_say("left"), to_say("before the shift ended")),
    MEAL: (to_say("came back"), to_say("after lunch ended")),
    EARLY_MEAL: (to_say("left for lunch"), to_say("early")),
}
NOUN = {
    START: to_say("at the start"),
    END: to_say("at the end"),
    MEAL: to_say("after lunch"),
    EARLY_MEAL: to_say("going to lunch"),
}
ORDINAL = (to_say("first"), to_say("second"), to_say("third"), to_say("fourth"))
# Which wish mends a moment, and in which direction.
WISH = {START: ("start_later", 1), MEAL: ("meal_longer", 1), EARLY_MEAL: ("meal_later", -1)}


@dataclass(frozen=True)
class Late:
    """One agent at one moment: where, how often and how late, and the habit as judged.

    A habit of one weekday has its number (1 Monday to 7 Sunday), one of all days 0; all its
    figures are then of the shifts on that weekday.
    """

    agent_id: str
    scope: Scope
    moment: str
    habit: Habit
    from_s: float
    to_s: float
    others: tuple[tuple[str, float], ...]
    weekday: int = 0


def find_habits(centre: Centre) -> tuple[Finding, ...]:
    """Habits of agents, one finding for the agent and one for the team lead each.

    Every agent and moment is one test, and again on each weekday; of all of them those that survive
    at 5 % false findings and meet the rules of a habit (`recurring`) are told. One of a weekday is
    told where the other days do not have it.
    """
    found: list[Finding] = []
    for late in late_ones(centre):
        found += [_finding(centre, late, Role.AGENT), _finding(centre, late, Role.SUPERVISOR)]
    return tuple(found)


def late_ones(centre: Centre) -> tuple[Late, ...]:
    """Agents with a habit, over all sites: of all days, then of a weekday."""
    today = centre.today(Scope())
    kept = read_moments(centre.facts, Scope(), centre.now_at, today, centre.categories)
    if kept is None or kept.moments.is_empty():
        return ()
    found: list[Late] = []
    for told in likely(kept, today):
        # The target is asked only of the few who may have a habit.
        late = _late(centre, told)
        if late is not None and late.habit.reported:
            found.append(late)
    return tuple(found)


@dataclass(frozen=True)
class Likely:
    """A moment of an agent that is surely had more often than others have it, target unasked."""

    agent: int
    moment: str
    weekday: int
    habit: Habit
    row: Mapping[str, object]
    shifts: Kept


def likely(kept: Kept, today: date) -> tuple[Likely, ...]:
    """Agents and moments that survive among all tests, of all days (weekday 0) and of each weekday.

    Eleven of thirteen Mondays late at the start, other days on time: weekday 1 alone. Late every
    day is one habit, no seven.
    """
    looks = [(0, kept.newest(today)), *((day, kept.on_weekday(day)) for day in range(1, 8))]
    tests: list[Likely] = []
    unlikely = 0
    for weekday, shifts in looks:
        rows = _counted(shifts).filter(pl.col("days") >= (LEAST_DAYS if weekday else 1))
        # What is had on half of the days at most is no habit; it is a test all the same.
        often = rows.filter(pl.col("hits") > LEAST_RATE * pl.col("days"))
        unlikely += len(rows) - len(often)
        tests += [
            Likely(int(str(row["agent"])), str(row["moment"]), weekday, habit, row, shifts)
            for row, habit in _judgements(often)
        ]
    holds = survivors([one.habit.p for one in tests] + [1.0] * unlikely)
    return tuple(
        one for one, held in zip(tests, holds[: len(tests)], strict=True)
        if held and one.habit.wilson_low > max(one.habit.given.peer_rate, LEAST_RATE)
        and (not one.weekday or _only_then(kept, one))
    )  # fmt: skip


def _judgements(rows: pl.DataFrame) -> list[tuple[dict[str, object], Habit]]:
    found: list[tuple[dict[str, object], Habit]] = []
    for row in rows.iter_rows(named=True):
        given = Moments(
            row["days"], row["hits"], row["late_s"], row["punctual_s"], row["lost_s"],
            row["base_s"], row["peer_rate"], None,
        )  # fmt: skip
        habit = judged(given)
        if habit is not None:
            found.append((row, habit))
    return found


def _only_then(kept: Kept, one: Likely) -> bool:
    """Whether the agent's other days surely have it less often: else it is no weekday's habit."""
    rest = kept.moments.filter(
        pl.col("agent") == one.agent,
        pl.col("moment") == one.moment,
        pl.col("shift_day").dt.weekday() != one.weekday,
    )
    bounds = wilson(int((rest["late_s"] > HIT_S).sum()), len(rest))
    return bounds is None or bounds[1] < one.habit.wilson_low


def _counted(kept: Kept) -> pl.DataFrame:
    """One row for each agent and moment: days, hits, seconds, the peers' rate, and the whole."""
    hit = pl.col("late_s") > HIT_S
    own = kept.moments.group_by("agent", "moment").agg(
        pl.len().alias("days"), hit.sum().cast(pl.Int64).alias("hits"),
        pl.col("late_s").filter(hit).sum().alias("late_s"),
        pl.col("late_s").filter(hit).quantile(0.1).alias("from_s"),
        pl.col("late_s").filter(hit).quantile(0.9).alias("to_s"),
    )  # fmt: skip
    whole = kept.moments.group_by("agent").agg(pl.col("late_s").sum().alias("punctual_s"))
    judged_ = kept.judged.group_by("agent").agg(
        pl.col("base_s").sum(), (pl.col("base_s") - pl.col("in_s")).sum().alias("lost_s")
    )
    rows = own.join(kept.places, on="agent").join(whole, on="agent").join(judged_, on="agent")
    peers = ["site", "moment"]
    others_days = pl.col("days").sum().over(peers) - pl.col("days")
    others_hits = pl.col("hits").sum().over(peers) - pl.col("hits")
    rate = pl.when(others_days > 0).then(others_hits / others_days).otherwise(0.0)
    return rows.with_columns(rate.alias("peer_rate")).sort("agent", "moment")


def _late(centre: Centre, told: Likely) -> Late | None:
    row, given = told.row, told.habit.given
    agent_id = centre.facts.ids["agent"][told.agent]
    scope = Scope(str(row["site"]), str(row["team"]), agent_id)
    goal = effective(centre.book, ADHERENCE, centre.today(scope), scope, "", "")
    target = None if goal is None or goal.bands.green_lo is None else goal.bands.green_lo / 100
    again = judged(
        Moments(given.days, given.hits, given.late_s, given.punctual_s, given.lost_s, given.base_s,
                given.peer_rate, target)
    )  # fmt: skip
    if again is None:
        return None
    mine = told.shifts.moments.filter(pl.col("agent") == told.agent)
    sums = mine.group_by("moment").agg(pl.col("late_s").sum()).sort("moment").iter_rows()
    others = tuple((str(m), float(s)) for m, s in sums if m != told.moment and s)
    return Late(agent_id, scope, told.moment, again, float(str(row["from_s"])),
                float(str(row["to_s"])), others, told.weekday)  # fmt: skip


def _finding(centre: Centre, late: Late, role: Role) -> Finding:
    habit, given = late.habit, late.habit.given
    mine = role is Role.AGENT
    who = say("you") if mine else centre.name("agent", late.agent_id)
    does, when = _does(late.moment)
    value, without = (format_value(ADHERENCE, 100 * v) for v in (habit.value, habit.without))
    told: dict[str, object] = {
        "hits": given.hits, "days": given.days, "who": who, "does": does,
        "minutes": _minutes(late), "when": when, "peer_rate": 100 * given.peer_rate,
        "share_of_late": 100 * habit.share_of_late, "value": say("your") if mine else say("the"),
        "late_s": given.late_s / 60, "punctual_s": given.punctual_s / 60,
    }  # fmt: skip
    if late.weekday:
        told["weekday"] = WEEKDAYS[late.weekday - 1]
        sentence = say(
            "On {hits} of {days} shifts on {weekday} {who} {does} {minutes} {when} (colleagues: "
            "{peer_rate:.0f} % of theirs). That is {share_of_late:.0f} % of {value} late minutes "
            "on that day, {late_s:.0f} of {punctual_s:.0f}; other days do not have it.",
            **told,
        )
    else:
        sentence = say(
            "On {hits} of {days} shifts {who} {does} {minutes} {when} (colleagues: "
            "{peer_rate:.0f} % of theirs). That is {share_of_late:.0f} % of "
            "{value} late minutes, {late_s:.0f} of {punctual_s:.0f}.",
            **told,
        )
    goal = given.target
    line = ""
    if goal is not None:
        target = format_value(ADHERENCE, 100 * goal)
        line = (
            say(", above the {target} line", target=target)
            if habit.without >= goal
            else say(", still under the {target} line", target=target)
        )
    more = (
        say(
            "Without it adherence of these shifts would be {without}{line}, in place of {value}.",
            without=without,
            line=line,
            value=value,
        ),
        say(
            "It is {share_of_all:.0f} % of all time lost, and {others}.",
            share_of_all=100 * habit.share_of_all,
            others=_others(late),
        ),
    )
    status = "bad" if habit.crosses else "warn"
    return Finding(
        "habit", ADHERENCE.id, late.scope, (role,), sentence, more, (_level(late),),
        _step(late, mine, who), _checks(late), _proof(late),
        _score(late), status, centre.now_at,
    )  # fmt: skip


def _minutes(late: Late) -> str:
    low, high = math.floor(late.from_s / 60), math.ceil(late.to_s / 60)
    if high <= 1:
        return say("{from_s:.0f} to {to_s:.0f} s", from_s=late.from_s, to_s=late.to_s)
    return (
        say("{high} min", high=high)
        if low in (0, high)
        else say("{low} to {high} min", low=low, high=high)
    )


def _does(moment: str) -> tuple[str, str]:
    if moment in DOES:
        return DOES[moment]
    return say("came back"), say("after the {nth} break ended", nth=_nth(moment))


def _nth(moment: str) -> str:
    place = int(moment.removeprefix(f"{BREAK}_"))
    return ORDINAL[place - 1] if place <= len(ORDINAL) else f"{place}th"


def moment_words(moment: str) -> str:
    """A moment as a bar is named: "after lunch", "after the first break"."""
    return NOUN.get(moment) or say("after the {nth} break", nth=_nth(moment))


def _others(late: Late) -> str:
    rest = sum(seconds for _, seconds in late.others)
    if rest < HIT_S:
        return say("everything else is on time")
    return say("all other moments together are {rest:.0f} min", rest=rest / 60)


def _level(late: Late) -> Level:
    """Late minutes by moment, which sum to all of them."""
    own = (late.moment, late.habit.given.late_s)
    parts = [own, *late.others]
    rest = late.habit.given.punctual_s - sum(seconds for _, seconds in parts)
    bars = [Bar(key, moment_words(key), seconds / 60) for key, seconds in parts]
    if rest > 0:
        # Up to a minute at this very moment is no hit, and is lateness all the same.
        bars.append(
            Bar(
                "short",
                say("{moment_words}, up to 1 min", moment_words=moment_words(late.moment)),
                rest / 60,
            )
        )
    total = late.habit.given.punctual_s / 60
    return Level("moment", 0.0, total, tuple(bars), ends=("", say("late in all")))


def _step(late: Late, mine: bool, who: str) -> Step | None:
    """A request with its form filled in; for the lead a coaching. Some moments nobody can move."""
    reason = say(
        "{hits} of {days} shifts {minutes} late {moment_words}",
        hits=late.habit.given.hits,
        days=late.habit.given.days,
        minutes=_minutes(late),
        moment_words=moment_words(late.moment),
    )
    if not mine:
        prefill = {
            "scope": late.scope.path,
            "topic": say("Punctuality {moment_words}", moment_words=moment_words(late.moment)),
            "kpi": ADHERENCE.id,
            "evidence": reason,
            "reason": reason,
        }
        return Step("coach", say("Coach {who}", who=who), prefill)
    if late.moment not in WISH or late.weekday:
        return None  # a wish changes all shifts of its days
    what, sign = WISH[late.moment]
    minutes = sign * GRID_MIN * math.ceil(late.to_s / 60 / GRID_MIN)
    return Step(
        "request_change",
        say("Ask for a schedule change"),
        {
            "scope": late.scope.path,
            "what": what,
            "minutes": str(minutes),
            "kpi": ADHERENCE.id,
            "now": f"{100 * late.habit.value:.2f}",
            "then": f"{100 * late.habit.without:.2f}",
            "reason": reason,
        },
    )


def _checks(late: Late) -> tuple[Check, ...]:
    habit, given = late.habit, late.habit.given
    return (
        Check(
            "base",
            given.days >= 10,
            say("{days} shifts with this moment, 10 needed", days=given.days),
        ),
        Check(
            "recurs",
            habit.reported,
            say(
                "at least {wilson_low:.0f} % of shifts, with 95 % confidence; "
                "colleagues {peer_rate:.0f} %",
                wilson_low=100 * habit.wilson_low,
                peer_rate=100 * given.peer_rate,
            ),
        ),
        Check("chance", True, say("{p:.1e} by chance; holds at 5 % among all agents", p=habit.p)),
        Check(
            "rivals",
            habit.share_of_late >= 0.4,
            say(
                "{share_of_late:.0f} % of the lateness lies here",
                share_of_late=100 * habit.share_of_late,
            ),
        ),
    )


def _proof(late: Late) -> tuple[tuple[str, str], ...]:
    given = late.habit.given
    return (
        (
            say("Counted"),
            say(
                "{hits} of {days} shifts later than {hit_s} s, of the newest finished ones",
                hits=given.hits,
                days=given.days,
                hit_s=HIT_S,
            ),
        ),
        (
            say("Late here"),
            say(
                "{late_s:,.0f} s of {punctual_s:,.0f} s late at all moments",
                late_s=given.late_s,
                punctual_s=given.punctual_s,
            ),
        ),
        (
            say("Lost"),
            say(
                "{lost_s:,.0f} s of {base_s:,.0f} s judged",
                lost_s=given.lost_s,
                base_s=given.base_s,
            ),
        ),
        (say("Left out"), say("time that a contact took from a pause, and excused time")),
    )


def _score(late: Late) -> float:
    habit = late.habit
    return (3.0 if habit.crosses else 2.0) * habit.share_of_late * habit.wilson_low
