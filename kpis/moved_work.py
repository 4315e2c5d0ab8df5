"""Work moved to other people: what it would do to handle time, from what each of them did."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from kpis.explain.reassign import reassigned
from kpis.explain.segments import NEW_DAYS
from wfm.domain.scope import Scope
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader

LEAST = 30  # contacts below which a mean is not used
PARTS = ("talk_s", "hold_s", "acw_s")


@dataclass(frozen=True)
class Work:
    """What one agent handled of one queue: contacts, and their handle time in seconds."""

    agent_id: str
    queue_id: str
    n: float
    s: float


@dataclass(frozen=True)
class MovedWork:
    """A queue and its whole channel before and with a move; hours and contacts a period of work.

    `hours` is what the people worked on the queue they leave, `of_hours` all of that queue,
    `contacts` what they would take from agents in their first 90 days. None where nobody settled
    has 30 contacts to tell how long the work takes them.
    """

    aht: tuple[float | None, float | None]
    all_aht: tuple[float | None, float | None]
    contacts: float
    hours: float
    of_hours: float


def read_work(facts: FactReader, site: Scope, first: date, end: date) -> tuple[Work, ...]:
    """Contacts and handle time by agent and queue over days, of those whose parts are known."""
    query = FactQuery(("handled_n", *PARTS), first, end, ("agent", "queue"))
    frame = read_measures(facts, site, query)
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in ("handled_n", *PARTS))
    frame = frame.filter(
        known & (pl.col("handled_n") > 0) & pl.col("agent").is_not_null()
        & pl.col("queue").is_not_null()
    )  # fmt: skip
    rows = frame.select("agent", "queue", "handled_n", pl.sum_horizontal(PARTS)).sort(
        "agent", "queue"
    )
    return tuple(Work(str(a), str(q), float(n), float(s)) for a, q, n, s in rows.iter_rows())


def queue_of_type(facts: FactReader, site: Scope, contact_type: str, first: date, end: date) -> str:
    """The queue most contacts of a type came to, empty when there were none."""
    query = FactQuery(("handled_n",), first, end, ("queue", "contact_type"))
    found = read_measures(facts, site, query).filter(
        (pl.col("contact_type") == contact_type) & pl.col("queue").is_not_null()
    )
    rows = found.sort("handled_n", "queue", descending=[True, False], nulls_last=True)
    return str(rows["queue"][0]) if rows.height else ""


def is_settled(hired_on: date | None, on: date) -> bool:
    """Whether somebody has been there for 90 days or more; not known is no."""
    return hired_on is not None and (on - hired_on).days >= NEW_DAYS


def mean_of(work: Iterable[Work], least: float = LEAST) -> float | None:
    """Seconds a contact over rows of work, None on fewer contacts than `least`."""
    rows = list(work)
    n = sum(row.n for row in rows)
    return sum(row.s for row in rows) / n if n >= least else None


def estimate_move(
    work: Sequence[Work], settled: Collection[str], leave: str, take: str, agents: Collection[str],
    channel: Collection[str],
) -> MovedWork:  # fmt: skip
    """What the period would have been had these people done `take` in their time on `leave`.

    They take contacts of agents in their first days, at the mean of settled agents. 100 offers at
    480 s by settled and 300 at 640 s by new agents, 600 billing at 300 s; who has 40 h of billing
    moves 300 offers: 600 s become 480 s, and all of it 420 s becomes 372 s. `channel` are the
    queues that are told as one figure.
    """
    freed = sum(w.s for w in work if w.queue_id == leave and w.agent_id in agents)
    whole = sum(w.s for w in work if w.queue_id == leave)
    mine = [w for w in work if w.queue_id == take]
    same = [w for w in work if w.queue_id in channel]
    before, all_before = mean_of(mine), mean_of(same)
    fast = [w for w in mine if w.agent_id in settled]
    slow = [w for w in mine if w.agent_id not in settled]
    fast_s, n_fast, n_slow = mean_of(fast), sum(w.n for w in fast), sum(w.n for w in slow)
    hours = (freed / 3600, whole / 3600)
    if before is None or all_before is None or fast_s is None:
        return MovedWork((before, None), (all_before, None), 0.0, *hours)
    slow_s = mean_of(slow, 1)
    taken = min(freed / fast_s, n_slow) if slow_s is not None and slow_s > fast_s else 0.0
    if not taken or slow_s is None:
        return MovedWork((before, before), (all_before, all_before), 0.0, *hours)
    sides = ((n_fast, fast_s), (n_slow, slow_s), (n_fast + taken) / (n_fast + n_slow))
    after = reassigned(n_fast + n_slow, before * (n_fast + n_slow), *sides).value
    base = sum(w.n for w in same)
    all_after = reassigned(base, all_before * base, *sides).value
    return MovedWork((before, after), (all_before, all_after), taken, *hours)


def enough_people(
    work: Sequence[Work], settled: Collection[str], leave: str, take: str, order: Sequence[str]
) -> tuple[str, ...]:
    """The first people of an order whose time on `leave` is enough for what new agents handle.

    None of them where new agents handle nothing, or nobody tells how long it takes.
    """
    need = sum(w.n for w in work if w.queue_id == take and w.agent_id not in settled)
    pace = mean_of(w for w in work if w.queue_id == take and w.agent_id in settled)
    if not need or pace is None:
        return ()
    time: Mapping[str, float] = {w.agent_id: w.s for w in work if w.queue_id == leave}
    chosen, left = [], need * pace
    for agent in order:
        if left <= 0:
            break
        chosen.append(agent)
        left -= time.get(agent, 0.0)
    return tuple(chosen)
