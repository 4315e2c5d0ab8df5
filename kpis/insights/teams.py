"""Teams that miss a target because of a few of their people, and by what part of the work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from kpis.catalogue.load import CATALOGUE
from kpis.display import format_goal
from kpis.explain.explain import Asked, Explanation, explain
from kpis.explain.finding import Check, Finding, Step
from kpis.explain.levels import Bar, Level
from kpis.explain.sentences import decimals_for, joined, value_text
from kpis.insights.centre import Centre
from kpis.insights.people import (
    COMPONENTS,
    WORDS,
    Compared,
    Peers,
    compare_people,
    curve_ratio,
)
from kpis.query import kpi_values
from kpis.value import KpiValue
from wfm.domain.language import say, say_many
from wfm.domain.periods import Period
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.domain.targets import TargetBook

# Figures of a team in the order in which one is chosen: the others follow from the first.
FIGURES = ("contacts_per_hour", "average_handle_time")
LEAST_SHARE = 0.5  # of the gap that the flagged must make, and their excess must close
# Of the target, from which a team's gap matters, as a change of a figure does: some of many teams
# are always a little off, each by somebody who is a little slower than others.
MATERIAL = 0.05
SLOWER = 1.1  # times the curve of new starters, from which it is more than newness
NEW_DAYS = 90
KPI_OF = {
    "talk_s": "average_talk_time", "hold_s": "average_hold_time",
    "acw_s": "average_after_contact_work",
}  # fmt: skip


def find_people(centre: Centre) -> tuple[Finding, ...]:
    """Teams off target whose gap is made by agents far from comparable colleagues."""
    peers = compare_people(centre)
    if not peers.by_agent:
        return ()
    flagged = [one.scope for told in peers.by_agent.values() for one in told.values()
               if one.flagged]  # fmt: skip
    teams = sorted({Scope(scope.site, scope.team) for scope in flagged}, key=lambda s: s.path)
    found: list[Finding] = []
    for team in teams:
        told = _team(centre, peers, team)
        if told is not None:
            found.append(told)
    return tuple(found)


def _team(centre: Centre, peers: Peers, team: Scope) -> Finding | None:
    period = Period(peers.first, peers.end)
    values = kpi_values(centre.facts, team, FIGURES, period.first, period.end, targets=centre.book)
    off = next((v for v in values if v.status in ("bad", "warn") and v.gap_is == "worse"), None)
    if off is None or _gap_share(off) < MATERIAL:
        return None
    asked = Asked(off.kpi_id, team, period, "target", where=centre.name("team", str(team.team)))
    told = explain(centre.facts, asked, centre.book, centre.name)
    level = next((d.level for d in told.dimensions if d.level.dimension == "agent"), None)
    if level is None or not level.exact:
        return None
    return _finding(centre, peers, team, off, told, level)


def _gap_share(value: KpiValue) -> float:
    """The gap as a share of the target: 0.07 for 7 % under it."""
    return abs((value.gap or 0.0) / ((value.value or 0.0) - (value.gap or 0.0) or 1.0))


def _finding(
    centre: Centre, peers: Peers, team: Scope, value: KpiValue, told: Explanation, level: Level
) -> Finding | None:  # fmt: skip
    flagged = peers.flagged([bar.key for bar in level.bars])
    bars = {bar.key: bar for bar in level.bars}
    ratios = {agent: _curve(peers, agent) for agent in {one.agent_id: 0 for one in flagged}}
    # Who is as slow as new is no cause: the curve says so, and time mends it.
    makers = [
        agent for agent, ratio in ratios.items()
        if bars[agent].size * level.delta > 0 and (ratio is None or ratio > SLOWER)
    ]  # fmt: skip
    share = sum(level.share(bars[agent]) for agent in makers)
    if not makers or share < LEAST_SHARE:
        return None
    mine = [one for one in flagged if one.agent_id in makers]
    then = _without(value, level, peers, mine)
    if abs(then - level.after) < LEAST_SHARE * abs(level.delta):
        return None
    names = [centre.name("agent", agent) for agent in makers]
    checks = _checks(centre, peers, mine, makers, value)
    sentence = _sentence(centre, team, value, level, names, share)
    kpi = CATALOGUE[value.kpi_id]
    reached = value_text(kpi, then, decimals_for(kpi, level))
    more = (
        _by_what(peers, mine, makers), *_tenure(peers, makers, ratios),
        say("With their colleagues' times the team would stand at {reached}.", reached=reached),
    )  # fmt: skip
    # The way down: the team by agent, then the first of them by component against the peers.
    levels = (level, *_components(peers, makers[0], names[0]))
    step = Step(
        "coach", say("Coach {names}", names=names[0]),
        {"scope": f"{team.path}/{makers[0]}", "agents": ",".join(makers), "kpi": value.kpi_id,
         "topic": KPI_OF[mine[0].component], "evidence": KPI_OF[mine[0].component],
         "reason": sentence},
    )  # fmt: skip
    gap = _gap_share(value)
    severity = 3.0 if value.status == "bad" else 1.5
    score = severity * min(share, 1.0) * min(gap / 0.05, 2.0)
    return Finding(
        "people", value.kpi_id, team, (Role.SUPERVISOR, Role.MANAGER), sentence, more, levels,
        step, checks, _proof(peers, mine, value), score, value.status, centre.now_at,
    )  # fmt: skip


def _without(value: KpiValue, level: Level, peers: Peers, flagged: Sequence[Compared]) -> float:
    """The team's figure if the flagged needed what their colleagues do, in the same busy time."""
    excess: dict[str, float] = {}
    for one in flagged:
        excess[one.agent_id] = excess.get(one.agent_id, 0.0) + one.value - one.expected
    scale = float(CATALOGUE[value.kpi_id].scale)
    base = sum(bar.base1 for bar in level.bars)
    change = 0.0
    for bar in level.bars:
        if bar.key not in excess or bar.after is None:
            continue
        if value.kpi_id == FIGURES[0]:
            each = sum(one.value for one in peers.by_agent[bar.key].values())
            # The same seconds hold more contacts when each takes less.
            change += bar.after * bar.base1 * (each / max(each - excess[bar.key], 1.0) - 1)
        else:
            change -= scale * excess[bar.key] * bar.base1
    return level.after + change / base


def _sentence(
    centre: Centre, team: Scope, value: KpiValue, level: Level, names: Sequence[str], share: float
) -> str:  # fmt: skip
    kpi = CATALOGUE[value.kpi_id]
    decimals = decimals_for(kpi, level)
    place = centre.name("team", str(team.team))
    percent = abs(100 * level.delta / level.before) if level.before else 0.0
    goal = format_goal(kpi, value.target.bands) if value.target is not None else ""
    told = {
        "short": kpi.short_name,
        "place": place,
        "value": value_text(kpi, level.after, decimals),
        "percent": percent,
        "goal": goal,
        "makers": _makers(names, len(level.bars), share),
    }
    if level.delta < 0:
        return say(
            "{short} of {place}: {value}, {percent:.1f} % under its target of {goal}; {makers}.",
            **told,
        )
    return say(
        "{short} of {place}: {value}, {percent:.1f} % over its target of {goal}; {makers}.", **told
    )


def _makers(names: Sequence[str], of: int, share: float) -> str:
    """Who makes how much of the gap: "Ana and Ben are the whole gap, 2 of 9 agents"."""
    if share >= 0.995:
        return say_many(
            "{joined} is the whole gap, {n} of {of} agents",
            "{joined} are the whole gap, {n} of {of} agents",
            len(names),
            joined=joined(names),
            of=of,
        )
    return say_many(
        "{joined} is {share:.0f} % of the gap, {n} of {of} agents",
        "{joined} are {share:.0f} % of the gap, {n} of {of} agents",
        len(names),
        joined=joined(names),
        share=100 * share,
        of=of,
    )


def _by_what(peers: Peers, flagged: Sequence[Compared], makers: Sequence[str]) -> str:
    """What is apart and what is as the colleagues' at these agents' own mix of work."""
    parts = list(dict.fromkeys(one.component for one in flagged))
    alike = [WORDS[c] for c in COMPONENTS if c not in parts
             and all(c in peers.by_agent[a] for a in makers)]  # fmt: skip
    told = []
    for component in parts:
        own = [one for one in flagged if one.component == component]
        n = sum(one.n for one in own)
        value = sum(one.value * one.n for one in own) / n
        expected = sum(one.expected * one.n for one in own) / n
        told.append(
            say(
                "their {words} is {value:.1f} times as long ({value_2:.0f} s, "
                "colleagues {expected:.0f} s)",
                words=WORDS[component],
                value=value / expected,
                value_2=value,
                expected=expected,
            )
            if expected > 0
            else say(
                "their {words} is {value:.0f} s, colleagues have none",
                words=WORDS[component],
                value=value,
            )
        )
    lead = (
        say_many(
            "{joined} is as their colleagues'; ",
            "{joined} are as their colleagues'; ",
            len(alike),
            joined=joined(alike).capitalize(),
        )
        if alike
        else ""
    )
    text = f"{lead}{joined(told)}."
    return text if lead else text[:1].upper() + text[1:]


def _tenure(
    peers: Peers, makers: Sequence[str], ratios: dict[str, float | None]
) -> tuple[str, ...]:
    """That newness does not explain it, when all are new: against the curve at their tenure."""
    new = [agent for agent in makers if ratios[agent] is not None]
    if not new or len(new) < len(makers):
        return ()
    days = [f"{_tenure_of(peers, agent)}" for agent in new]
    times = [say("{ratios:.2f}", ratios=ratios[agent]) for agent in new]
    return (
        say(
            "They began {joined} days ago; their contacts take {joined_2} times "
            "what the learning curve allows then, so it is not newness alone.",
            joined=joined(days),
            joined_2=joined(times),
        ),
    )


def _curve(peers: Peers, agent: str) -> float | None:
    """Handle time over the curve at the agent's tenure; None for settled agents."""
    tenure = _tenure_of(peers, agent)
    told = peers.by_agent[agent]
    if tenure is None or tenure >= NEW_DAYS or len(told) < len(COMPONENTS):
        return None
    value = sum(one.value for one in told.values())
    settled = sum(one.expected for one in told.values())
    return curve_ratio(value, settled, tenure) if settled > 0 else None


def _tenure_of(peers: Peers, agent: str) -> int | None:
    return next(iter(peers.by_agent[agent].values())).tenure


def _components(peers: Peers, agent: str, name: str) -> tuple[Level, ...]:
    """One agent's contact from what peers need at the same mix to what it takes, by component."""
    told = peers.by_agent[agent]
    if len(told) < len(COMPONENTS):
        return ()
    bars = tuple(
        Bar(
            c,
            WORDS[c],
            told[c].value - told[c].expected,
            told[c].value - told[c].expected,
            0.0,
            told[c].expected,
            told[c].value,
            told[c].n,
            told[c].n,
        )
        for c in COMPONENTS
    )
    before, after = (sum(getattr(told[c], side) for c in COMPONENTS)
                     for side in ("expected", "value"))  # fmt: skip
    level = Level("component", before, after, bars, name, ends=("colleagues", name))
    return (level,) if level.exact else ()


def _checks(
    centre: Centre, peers: Peers, flagged: Sequence[Compared], makers: Sequence[str],
    value: KpiValue,
) -> tuple[Check, ...]:  # fmt: skip
    n = min(one.n for one in flagged)
    few = min(one.peers_n for one in flagged)
    new = all((_tenure_of(peers, a) or NEW_DAYS) < NEW_DAYS for a in makers)
    before = _held_before(centre, peers, flagged[0])
    dated = say("they are new: dated by their first day") if new else (
        say("it was so in the three weeks before, too") if before
        else say("it was not so in the three weeks before")
    )  # fmt: skip
    return (
        Check("base", n >= 30, say("{n:,.0f} contacts of each or more, 30 needed", n=n)),
        Check("recurs", new or before, dated),
        Check("chance", True, say("holds at 5 % among all agents and components")),
        Check("rivals", True, say("compared at their own mix of contact types")),
        Check(
            "peers",
            few >= 30,
            say("{few} settled colleagues with the same work, 30 wanted", few=few),
        ),
        Check(
            "complete",
            not value.partial,
            say("some intervals are missing") if value.partial else say("no interval is missing"),
        ),
    )


def _held_before(centre: Centre, peers: Peers, one: Compared) -> bool:
    """Whether the component was beyond in the three weeks before as well."""
    earlier = Period(peers.first, peers.end).previous()
    kpi_id = KPI_OF[one.component]
    (value,) = kpi_values(
        centre.facts, one.scope, (kpi_id,), earlier.first, earlier.end, targets=TargetBook()
    )
    known = value.value is not None and (value.denominator or 0) >= 30
    return known and (value.value or 0.0) > one.shrunk.low


def _proof(
    peers: Peers, flagged: Sequence[Compared], value: KpiValue
) -> tuple[tuple[str, str], ...]:
    last = peers.end - timedelta(days=1)
    return (
        (
            say("Period"),
            say(
                "{first} to {last}, three whole weeks",
                first=peers.first.isoformat(),
                last=last.isoformat(),
            ),
        ),
        (say("Rows"), say("{cells_n:,} cells", cells_n=value.cells_n)),
        *(
            (
                say(
                    "{words} of {agent_id}",
                    words=WORDS[one.component].capitalize(),
                    agent_id=one.agent_id,
                ),
                say(
                    "{value:.1f} s over {n:,.0f} contacts; expected {expected:.1f} s; at "
                    "least {low:.1f} s",
                    value=one.value,
                    n=one.n,
                    expected=one.expected,
                    low=one.shrunk.low,
                ),
            )
            for one in flagged
        ),
    )
