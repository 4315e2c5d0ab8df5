"""People far from comparable colleagues in talk, hold or after-contact work, at their own mix."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

import polars as pl

from kpis.explain.contract import MIN_BASE
from kpis.explain.peers import (
    LEAST_PEERS,
    TENURED_DAYS,
    TO_SIGMA,
    Shrunk,
    Spread,
    expected_at,
    shrink,
)
from kpis.explain.significance import survivors
from kpis.insights.centre import Centre
from wfm.domain.language import to_say
from wfm.domain.scope import Scope
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery

WEEKS = 3  # convention: enough contacts of one agent, and near enough to tell of a new one
COMPONENTS = ("talk_s", "hold_s", "acw_s")
WORDS = {"talk_s": to_say("talk"), "hold_s": to_say("hold"), "acw_s": to_say("after-contact work")}
LEAST_DAYS = 5  # of an agent, to tell how much days differ
LEAST_TYPE_N = 10  # contacts of a type with which a colleague counts among its peers
FLOOR_SHARE, FLOOR_ABS = 0.1, 3.0


@dataclass(frozen=True)
class Compared:
    """One agent's component a contact against what peers need for the same mix of work."""

    agent_id: str
    scope: Scope
    component: str
    n: float
    value: float
    expected: float
    shrunk: Shrunk
    p: float
    peers_n: int
    tenure: int | None
    survives: bool = False

    @property
    def flagged(self) -> bool:
        """Beyond the peers with the 5 % bound, on 30 contacts, and among all tests."""
        return self.shrunk.flag and self.survives

    @property
    def times(self) -> float:
        """How many times the expected value it is."""
        return self.value / self.expected if self.expected > 0 else math.inf


@dataclass(frozen=True)
class Peers:
    """Everybody's components over the last weeks: by agent, then component."""

    first: date
    end: date
    by_agent: Mapping[str, Mapping[str, Compared]]

    def flagged(self, agents: Sequence[str]) -> tuple[Compared, ...]:
        """Components of some agents that are beyond their peers, the furthest first."""
        found = [
            one for agent in agents for one in self.by_agent.get(agent, {}).values() if one.flagged
        ]
        return tuple(sorted(found, key=lambda one: -(one.value - one.expected) * one.n))


def compare_people(centre: Centre) -> Peers:
    """Everybody against settled colleagues with the same types of contact, over three whole weeks.

    Expected is the median of the peers by contact type, at the agent's own mix; the peers are the
    site's, where it has 30, else those of all sites. How sure a mean is comes from how much the
    agent's own days differ. Who is beyond is flagged when the test survives among all tests.
    """
    end = centre.today(Scope())
    first = end - timedelta(weeks=WEEKS)
    frame = _daily(centre, first, end)
    if frame.is_empty():
        return Peers(first, end, {})
    tenures = _tenures(centre, end)
    people = frame.group_by("agent", maintain_order=True).agg(
        pl.col("site", "team").last(), pl.col("n").sum()
    )
    compared: list[Compared] = []
    for component in COMPONENTS:
        norms = _norms(frame, component, tenures)
        compared += _component(frame, people, component, norms, tenures)
    holds = survivors([one.p for one in compared])
    by_agent: dict[str, dict[str, Compared]] = {}
    for one, kept in zip(compared, holds, strict=True):
        told = Compared(
            one.agent_id, one.scope, one.component, one.n, one.value, one.expected, one.shrunk,
            one.p, one.peers_n, one.tenure, kept,
        )  # fmt: skip
        by_agent.setdefault(one.agent_id, {})[one.component] = told
    return Peers(first, end, by_agent)


def curve_ratio(value: float, settled: float, tenure: int) -> float:
    """A new agent's handle time over what agents of that tenure need: 1.15 is slower than those."""
    return value / expected_at(tenure, settled)


def _daily(centre: Centre, first: date, end: date) -> pl.DataFrame:
    names = ("handled_n", *COMPONENTS)
    query = FactQuery(names, first, end, ("agent", "team", "site", "contact_type", "day"))
    frame = read_measures(centre.facts, Scope(), query)
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in names)
    return (
        frame.filter(known & (pl.col("handled_n") > 0) & pl.col("agent").is_not_null())
        .with_columns(pl.col("handled_n").alias("n"), pl.col("contact_type").fill_null(""))
        .select("agent", "team", "site", "contact_type", "day", "n", *COMPONENTS)
        .sort("agent", "day")
    )


def _tenures(centre: Centre, on: date) -> dict[str, int]:
    found = {}
    for person in centre.organisation.people:
        if person.hire_on is not None:
            found[person.agent_id] = (on - person.hire_on).days
    return found


@dataclass(frozen=True)
class _Norm:
    """The peers of one contact type at one place: median, MAD of their means, how many."""

    median: float
    mad: float
    n: int


def _norms(
    frame: pl.DataFrame, component: str, tenures: Mapping[str, int]
) -> dict[tuple[str, str], _Norm]:
    """Peers by site and contact type; "" is all sites together."""
    settled = [a for a, days in tenures.items() if days >= TENURED_DAYS]
    means = (
        frame.filter(pl.col("agent").is_in(settled))
        .group_by("agent", "site", "contact_type")
        .agg(pl.col("n").sum(), pl.col(component).sum().alias("total"))
        .filter(pl.col("n") >= LEAST_TYPE_N)
        .with_columns((pl.col("total") / pl.col("n")).alias("mean"))
    )
    found: dict[tuple[str, str], _Norm] = {}
    for keys in (["site", "contact_type"], ["contact_type"]):
        grouped = means.group_by(keys).agg(
            pl.col("mean").median().alias("median"),
            (pl.col("mean") - pl.col("mean").median()).abs().median().alias("mad"),
            pl.len().alias("n"),
        )
        for row in grouped.iter_rows(named=True):
            norm = _Norm(row["median"], row["mad"], row["n"])
            found[row.get("site", ""), row["contact_type"]] = norm
    return found


def _component(
    frame: pl.DataFrame, people: pl.DataFrame, component: str,
    norms: Mapping[tuple[str, str], _Norm], tenures: Mapping[str, int],
) -> list[Compared]:  # fmt: skip
    sums = frame.group_by("agent", "contact_type").agg(
        pl.col("n").sum(), pl.col(component).sum().alias("total")
    )
    mixes: dict[str, list[tuple[str, float, float]]] = {}
    for agent, kind, n, total in sums.iter_rows():
        mixes.setdefault(agent, []).append((kind, float(n), float(total)))
    noise = _noise(frame, component)
    found = []
    for agent, site, team, n in people.iter_rows():
        told = _against(mixes[agent], site, norms)
        if told is None or agent not in noise or n <= 0 or site is None or team is None:
            continue
        value, expected, spread, peers_n = told
        sigma = noise[agent] * math.sqrt(n)
        peers = Spread(expected, spread, 0.0)
        shrunk = shrink(value, n, max(sigma, 1e-9), peers)
        beyond = (value - expected - spread) / max(noise[agent], 1e-9)
        p = 1 - NormalDist().cdf(beyond) if n >= MIN_BASE else 1.0
        found.append(
            Compared(agent, Scope(site, team, agent), component, float(n), value, expected, shrunk,
                     p, peers_n, tenures.get(agent))
        )  # fmt: skip
    return found


def _against(
    mix: Sequence[tuple[str, float, float]], site: str | None,
    norms: Mapping[tuple[str, str], _Norm],
) -> tuple[float, float, float, int] | None:  # fmt: skip
    """Own mean, expected mean and spread at the own mix, and the fewest peers of a type."""
    n = total = expected = spread = 0.0
    fewest = 1 << 30
    for kind, count, seconds in mix:
        own = norms.get((site or "", kind))
        norm = own if own is not None and own.n >= LEAST_PEERS else norms.get(("", kind))
        if norm is None:
            continue
        n, total = n + count, total + seconds
        expected += count * norm.median
        spread += count * max(TO_SIGMA * norm.mad, FLOOR_SHARE * norm.median)
        fewest = min(fewest, norm.n)
    if n <= 0:
        return None
    return total / n, expected / n, max(spread / n, FLOOR_ABS), fewest


def _noise(frame: pl.DataFrame, component: str) -> dict[str, float]:
    """Standard error of each agent's mean, from how much the own days differ."""
    days = frame.group_by("agent", "day").agg(
        pl.col("n").sum(), pl.col(component).sum().alias("total")
    )
    whole = days.group_by("agent").agg(
        (pl.col("total").sum() / pl.col("n").sum()).alias("mean"), pl.col("n").sum().alias("all"),
        pl.len().alias("days"),
    )  # fmt: skip
    joined = days.join(whole, on="agent")
    share = pl.col("n") / pl.col("all")
    apart = pl.col("total") / pl.col("n") - pl.col("mean")
    sums = joined.group_by("agent").agg(
        ((share * apart) ** 2).sum().alias("square"), pl.col("days").first()
    )
    return {
        agent: math.sqrt(square * days_n / (days_n - 1))
        for agent, square, days_n in sums.iter_rows()
        if days_n >= LEAST_DAYS
    }
