"""Who handles a queue's contacts by bands of tenure: in the last weeks, and on the days ahead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from forecasting.handle_time import DAYS, TenureMix
from wfm.domain.organisation import Organisation, Person, Queue
from wfm.domain.scope import ENTERPRISE
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.rows import TENURE_DAYS

PARTS = ("talk_s", "hold_s", "acw_s")
NOT_KNOWN = len(TENURE_DAYS)  # the band of people without a day of hire


def tenure_mixes(
    facts: FactReader, organisation: Organisation, queues: Sequence[Queue], origin: date, days: int
) -> dict[str, TenureMix]:
    """The mix of each queue with contacts handled by known people, by queue id.

    On the days ahead everybody who handled contacts goes on with the same share, grows older and
    leaves on the day known; who is to be hired and has the queue's skill adds the share of one.
    """
    first, ids = origin - timedelta(days=DAYS), tuple(queue.queue_id for queue in queues)
    query = FactQuery(("handled_n", *PARTS), first, origin, by=("queue", "tenure"), queues=ids)
    bands = read_measures(facts, ENTERPRISE, query)
    people = read_measures(
        facts, ENTERPRISE, FactQuery(("handled_n",), first, origin, ("queue", "agent"), queues=ids)
    )
    latest = {person.agent_id: person for person in
              sorted(organisation.people, key=lambda p: p.valid_from_at)}  # fmt: skip
    found = {}
    for queue in queues:
        mine = bands.filter(pl.col("queue") == queue.queue_id, pl.col("handled_n") > 0)
        if mine.is_empty():
            continue
        contacts, seconds = np.zeros((2, NOT_KNOWN + 1))
        for row in mine.iter_rows(named=True):
            at = NOT_KNOWN if row["tenure"] is None else TENURE_DAYS.index(int(row["tenure"]))
            contacts[at] += row["handled_n"]
            seconds[at] += sum(row[part] or 0 for part in PARTS)
        shares = people.filter(pl.col("queue") == queue.queue_id, pl.col("handled_n") > 0)
        handled = {str(a): float(n) for a, n in shares.select("agent", "handled_n").iter_rows()}
        ahead = _ahead(queue, handled, latest, origin, days)
        found[queue.queue_id] = TenureMix(contacts, seconds, ahead)
    return found


def _ahead(
    queue: Queue, handled: dict[str, float], latest: dict[str, Person], origin: date, days: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Contacts by band on each day ahead, as shares of the past's."""
    known = {name: n for name, n in handled.items() if name in latest}
    one = sum(known.values()) / len(known) if known else 0.0
    skills = {queue.queue_id, queue.skill_group}
    for name, person in latest.items():
        begins = person.hire_on is not None and person.hire_on >= origin
        if begins and name not in known and skills & {skill for skill, _ in person.skills}:
            known[name] = one
    ahead = np.zeros((days, NOT_KNOWN + 1))
    ahead[:, NOT_KNOWN] += sum(handled.values()) - sum(handled.get(name, 0.0) for name in known)
    dates = np.arange(days)
    for name, share in known.items():
        person = latest[name]
        there = np.ones(days, dtype=bool)
        if person.leave_on is not None:
            there &= dates < (person.leave_on - origin).days
        if person.hire_on is None:
            ahead[there, NOT_KNOWN] += share
            continue
        tenure = dates + (origin - person.hire_on).days
        band = np.searchsorted(np.array(TENURE_DAYS), tenure, side="right") - 1
        there &= band >= 0
        np.add.at(ahead, (dates[there], band[there]), share)
    return ahead
