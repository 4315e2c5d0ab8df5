"""Contacts followed for a week: a period is the sum of its days, however it is worked out."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from wfm.domain.clock import FixedClock, instant_at
from wfm.domain.grid import day_start
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.computed import read_computed
from wfm.facts.measures import MEASURES as RULES
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.queries.facts import open_facts
from wfm.store.store import Store, open_store

FIRST, DAYS = date(2026, 3, 2), 30
END = FIRST + timedelta(days=DAYS)
MEASURES = ("fcr_elig_n", "repeat_n", "issue_n", "issue_one_n")
TABLE = RULES["repeat_n"].table
ORG = (
    "org_id,org_level,parent_id,name,timezone,valid_from\nc,enterprise,,C,UTC,2026-01-01\n"
    "s,site,c,S,Europe/Dublin,2026-01-01\nm,site,c,M,Asia/Manila,2026-01-01\n"
    "t,team,s,T,,2026-01-01\nu,team,m,U,,2026-01-01\n"
)
QUEUES = (
    "queue_id,valid_from,name,channel,site_id,sl_threshold_s,short_abandon_s\n"
    "q-t,2026-01-01T00:00:00Z,H,voice,s,20,5\nq-u,2026-01-01T00:00:00Z,I,voice,m,20,5\n"
)
PEOPLE = (
    "agent_id,display_name,team_id,role,valid_from\n"
    "t0,T0,t,agent,2026-01-01T00:00:00Z\nu0,U0,u,agent,2026-01-01T00:00:00Z\n"
)
HEADER = (
    "contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,ended_at,"
    "outcome,talk_s,customer_key,contact_type"
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Thirty days of contacts of forty customers at two sites, the last of them until noon."""
    folder = tmp_path_factory.mktemp("cohorts")
    store = open_store(f"sqlite:///{folder / 'm.sqlite'}", folder)
    for name, text in (("org", ORG), ("queues", QUEUES), ("people", PEOPLE)):
        (folder / f"{name}.csv").write_text(text)
    deliver(store, folder, 0, day_start(END - timedelta(days=1), "UTC") + 43_200)
    return store


def deliver(store: Store, folder: Path, seed: int, until: int) -> None:
    draw, lines = random.Random(seed), [HEADER]
    for n in range(1200):
        at = day_start(FIRST, "UTC") + draw.randrange(DAYS * 86_400)
        if at < until:
            site, who, why = draw.choice("tu"), draw.randrange(300), draw.choice(["bill", "move"])
            begin, end = (instant_at(at + s).strftime("%Y-%m-%dT%H:%M:%SZ") for s in (0, 65))
            lines.append(f"c{seed}-{n},1,voice,inbound,q-{site},{site}0,{begin},{begin},{end},"
                         f"answered,60,k{who},{why}")  # fmt: skip
    (folder / f"calls-{seed}.csv").write_text("\n".join(lines) + "\n")
    clock = FixedClock(instant_at(until + 120))
    for report in load_files(store, clock, "csv", sorted(folder.glob("*.csv"))):
        assert not report.rejected, report
    rebuild_dirty(store, clock, "me")


def totals(facts: FactReader, scope: Scope, first: date, end: date) -> dict[str, int]:
    frame = read_computed(facts, scope, FactQuery(MEASURES, first, end), TABLE)
    return {name: frame[name][0] or 0 for name in MEASURES}


def test_a_period_is_the_sum_of_its_days(store: Store) -> None:
    facts = open_facts(store)
    for scope in (ENTERPRISE, Scope("m"), Scope("s", "t", "t0")):
        whole = totals(facts, scope, FIRST, END)
        days = [FIRST + timedelta(days=n) for n in range(DAYS)]
        single = [totals(facts, scope, day, day + timedelta(days=1)) for day in days]
        assert whole == {name: sum(one[name] for one in single) for name in MEASURES}
        assert 0 < whole["repeat_n"] < whole["fcr_elig_n"]
        by_site = read_computed(
            facts, scope, FactQuery(MEASURES, FIRST, END, ("site", "day")), TABLE
        )
        sums = by_site.select(pl.col(MEASURES).sum()).to_dicts()[0]
        assert sums == whole


def test_more_contacts_of_days_that_were_judged_already_change_them(store: Store) -> None:
    before = totals(open_facts(store), ENTERPRISE, FIRST, END)
    deliver(store, store.files.root, 1, day_start(FIRST, "UTC") + 12 * 86_400)
    after = totals(open_facts(store), ENTERPRISE, FIRST, END)
    assert after["fcr_elig_n"] > before["fcr_elig_n"]
    test_a_period_is_the_sum_of_its_days(store)
