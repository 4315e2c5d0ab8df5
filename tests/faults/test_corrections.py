"""Corrections that come late: an event moved to another day leaves the day on which it stood."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from pathlib import Path

from faulty_centre import DAY, open_centre
from plotly.utils import PlotlyJSONEncoder

from dashboards.build import ask_of
from dashboards.frame import Look
from dashboards.pages.targets import ROOM as TARGETS
from dashboards.sources import Sources
from kpis.query import Restated, kpi_values
from wfm.domain.clock import FixedClock, instant_at
from wfm.domain.grid import day_start
from wfm.domain.principal import Principal, Role
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.targets import TargetBook
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery
from wfm.facts.rebuild import collect_garbage, rebuild_dirty
from wfm.ingest.load import load_files
from wfm.queries.facts import open_facts
from wfm.store.store import Store
from wfm.web.pages import parse_href

HEADER = ("contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,ended_at,"
          "outcome,talk_s")  # fmt: skip
LATER = FixedClock(instant_at(day_start(DAY, "UTC") + 3 * 86_400))


def delivered(store: Store, name: str, *days: str) -> None:
    """Contacts c0, c1 ... that were offered at ten o'clock of the days."""
    lines = [
        f"c{n},1,voice,inbound,help,a0,{day}T10:00:00Z,{day}T10:00:05Z,{day}T10:01:05Z,answered,60"
        for n, day in enumerate(days)
    ]
    path = store.files.root / f"{name}.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    (report,) = load_files(store, LATER, "csv", [path])
    assert not report.rejected, report


def offered_by_day(store: Store) -> dict[str, int]:
    query = FactQuery(("offered_n",), DAY, DAY + timedelta(days=3), ("day",))
    frame = read_measures(open_facts(store), ENTERPRISE, query)
    return {str(day): n for day, n in frame.select("day", "offered_n").iter_rows()}


def test_a_contact_corrected_to_the_next_day_or_the_one_after_leaves_the_old_day(
    tmp_path: Path,
) -> None:
    store = open_centre(tmp_path)
    delivered(store, "calls-1", "2026-03-02", "2026-03-02", "2026-03-02")
    rebuild_dirty(store, LATER, "me")
    assert offered_by_day(store) == {"2026-03-02": 3}
    delivered(store, "calls-2", "2026-03-03", "2026-03-02", "2026-03-04")
    rebuild_dirty(store, LATER, "me")
    assert offered_by_day(store) == {"2026-03-02": 1, "2026-03-03": 1, "2026-03-04": 1}


def test_a_late_delivery_shows_as_restated_with_the_old_value_kept(tmp_path: Path) -> None:
    store = open_centre(tmp_path)
    delivered(store, "calls-1", "2026-03-02", "2026-03-03")
    closed = FixedClock(instant_at(day_start(DAY, "UTC") + 9 * 86_400))
    rebuild_dirty(store, closed, "me")
    delivered(store, "calls-2", "2026-03-02", "2026-03-03", "2026-03-02")
    at = day_start(DAY, "UTC") + 10 * 86_400
    rebuild_dirty(store, FixedClock(instant_at(at)), "me")
    for path in store.files.path("facts").rglob("*.parquet"):
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    collect_garbage(store)  # the files of the restated day stay
    values = kpi_values(
        open_facts(store), ENTERPRISE, ("contacts_offered",), DAY, DAY + timedelta(days=3),
        targets=TargetBook(), by=("day",),
    )  # fmt: skip
    assert [(str(v.at("day")), v.value, v.restated) for v in values] == [
        ("2026-03-02", 2.0, Restated(at, 1.0)),
        ("2026-03-03", 1.0, None),
    ]
    href = "/targets?scope=&grain=week&day=2026-03-05&kpi=contacts_offered"
    address = parse_href(href)
    desk = Principal("u-d", "desk", "Rafi D.", Role.CONTROL_DESK, Scope(), None, 1)
    look = Sources(store, FixedClock(instant_at(at)))
    body = TARGETS.view(ask_of(desk, TARGETS, address, Look(), look)).body
    assert "2 Mar: changed 10 days later, was 1" in json.dumps(body, cls=PlotlyJSONEncoder)
