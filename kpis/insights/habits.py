"""Habits: somebody is late at the same moment of the shift, day after day, and it matters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from kpis.catalogue.load import CATALOGUE
from kpis.display import format_value
from kpis.explain.finding import Check, Finding, Step
from kpis.explain.levels import Bar, Level
from kpis.explain.recurring import HIT_S, Habit, Moments, judged
from kpis.explain.significance import survivors
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
    """One agent at one moment: where, how often and how late, and the habit as judged."""

    agent_id: str
    scope: Scope
    moment: str
    habit: Habit
    from_s: float
    to_s: float
    others: tuple[tuple[str, float], ...]


def find_habits(centre: Centre) -> tuple[Finding, ...]:
    """Habits of agents, one finding for the agent and one for the team lead each.

    Every agent and moment is one test; of all of them those that survive at 5 % false findings and
    meet the rules of a habit (`recurring`) are told.
    """
    found: list[Finding] = []
    for late in late_ones(centre):
        found += [_finding(centre, late, Role.AGENT), _finding(centre, late, Role.SUPERVISOR)]
    return tuple(found)


def late_ones(centre: Centre) -> tuple[Late, ...]:
    """Agents with a habit, over all sites."""
    kept = read_moments(
        centre.facts, Scope(), centre.now_at, centre.today(Scope()), centre.categories
    )
    if kept is None or kept.moments.is_empty():
        return ()
    rows = _counted(kept)
    judgements: list[tuple[dict[str, object], Habit]] = []
    for row in rows.iter_rows(named=True):
        given = Moments(
            row["days"], row["hits"], row["late_s"], row["punctual_s"], row["lost_s"],
            row["base_s"], row["peer_rate"], None,
        )  # fmt: skip
        habit = judged(given)
        if habit is not None:
            judgements.append((row, habit))
    kept_ones = survivors([habit.p for _, habit in judgements])
    found = []
    for (row, habit), holds in zip(judgements, kept_ones, strict=True):
        # The target is asked only of the few who may have a habit.
        if holds and habit.wilson_low > max(habit.given.peer_rate, 0.5):
            late = _late(centre, kept, row, habit)
            if late is not None and late.habit.reported:
                found.append(late)
    return tuple(found)


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


def _late(centre: Centre, kept: Kept, row: Mapping[str, object], habit: Habit) -> Late | None:
    agent_id = centre.facts.ids["agent"][int(str(row["agent"]))]
    scope = Scope(str(row["site"]), str(row["team"]), agent_id)
    goal = effective(centre.book, ADHERENCE, centre.today(scope), scope, "", "")
    target = None if goal is None or goal.bands.green_lo is None else goal.bands.green_lo / 100
    given = habit.given
    again = judged(
        Moments(given.days, given.hits, given.late_s, given.punctual_s, given.lost_s, given.base_s,
                given.peer_rate, target)
    )  # fmt: skip
    if again is None:
        return None
    mine = kept.moments.filter(pl.col("agent") == row["agent"])
    sums = mine.group_by("moment").agg(pl.col("late_s").sum()).sort("moment").iter_rows()
    others = tuple((str(m), float(s)) for m, s in sums if m != row["moment"] and s)
    return Late(agent_id, scope, str(row["moment"]), again, float(str(row["from_s"])),
                float(str(row["to_s"])), others)  # fmt: skip


def _finding(centre: Centre, late: Late, role: Role) -> Finding:
    habit, given = late.habit, late.habit.given
    mine = role is Role.AGENT
    who = say("you") if mine else centre.name("agent", late.agent_id)
    does, when = _does(late.moment)
    value, without = (format_value(ADHERENCE, 100 * v) for v in (habit.value, habit.without))
    sentence = say(
        "On {hits} of {days} shifts {who} {does} {minutes} {when} (colleagues: "
        "{peer_rate:.0f} % of theirs). That is {share_of_late:.0f} % of "
        "{value} late minutes, {late_s:.0f} of {punctual_s:.0f}.",
        hits=given.hits,
        days=given.days,
        who=who,
        does=does,
        minutes=_minutes(late),
        when=when,
        peer_rate=100 * given.peer_rate,
        share_of_late=100 * habit.share_of_late,
        value=say("your") if mine else say("the"),
        late_s=given.late_s / 60,
        punctual_s=given.punctual_s / 60,
    )
    goal = given.target
    line = ""
    if goal is not None:
        target = format_value(ADHERENCE, 100 * goal)
        side = say("above") if habit.without >= goal else say("still under")
        line = say(", {side} the {target} line", side=side, target=target)
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
    if late.moment not in WISH:
        return None
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
