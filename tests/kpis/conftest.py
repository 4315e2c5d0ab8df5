"""A small centre, loaded through the front door: two sites, three agents, one Monday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wfm.domain.clock import FixedClock
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.store.store import Store, open_store

CLOCK = FixedClock(datetime(2026, 10, 13, 6, tzinfo=UTC))
MORNING = datetime(2026, 10, 12, 8, tzinfo=UTC)  # 10:00 in Madrid

ORG = """org_id,org_level,parent_id,name,timezone,opening_hours,valid_from,valid_to
all,enterprise,,Enterprise,Europe/Madrid,,2026-01-01,
madrid,site,all,Madrid,Europe/Madrid,Mon-Sun 08:00-20:00,2026-01-01,
lyon,site,all,Lyon,Europe/Paris,Mon-Sun 08:00-20:00,2026-01-01,
m1,team,madrid,Team M1,,,2026-01-01,
l1,team,lyon,Team L1,,,2026-01-01,
"""
PEOPLE = """agent_id,valid_from,display_name,team_id,role
a1,2026-01-01T00:00:00+01:00,Ana,m1,agent
a2,2026-01-01T00:00:00+01:00,Ben,m1,agent
b1,2026-01-01T00:00:00+01:00,Luc,l1,agent
"""
QUEUES = """queue_id,valid_from,name,channel,skill_group,sl_threshold_s,short_abandon_s,site_id
billing,2026-01-01T00:00:00+01:00,Billing,voice,billing,20,5,madrid
ventes,2026-01-01T00:00:00+01:00,Ventes,chat,ventes,20,5,lyon
"""
TARGETS = """kpi_id,level,key,value_lo,value_hi,amber_width,effective_from
average_talk_time,site,madrid,180,220,20,2026-01-01
average_talk_time,site,lyon,90,110,20,2026-01-01
abandonment_rate,site,madrid,,20,5,2026-01-01
adherence,team,m1,95,,2,2026-01-01
"""


def _calls() -> str:
    """Billing: 40 answered (10 s wait, 200 s talk), 10 abandoned after 30 s. Ventes: 40 answered.

    Billing gives hold and after-contact work, Ventes neither.
    """
    lines = [
        "contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,ended_at,"
        "outcome,talk_s,hold_s,acw_s"
    ]

    def add(
        number: int, queue: str, agent: str, wait_s: int, talk_s: int | None, rest: str
    ) -> None:
        start = MORNING + timedelta(seconds=270 * number)
        connect = start + timedelta(seconds=wait_s)
        end = connect + timedelta(seconds=talk_s or 0)
        channel = "voice" if queue == "billing" else "chat"
        answered = talk_s is not None
        lines.append(
            f"{queue}-{wait_s}-{number},1,{channel},inbound,{queue},{agent},{start.isoformat()},"
            f"{connect.isoformat() if answered else ''},{end.isoformat()},"
            f"{'answered' if answered else 'abandoned'},{talk_s if answered else ''},{rest}"
        )

    for n in range(40):
        add(n, "billing", "a1" if n % 4 else "a2", 10, 200, "0,20")
        add(n, "ventes", "b1", 5, 100, ",")
    for n in range(10):
        add(n, "billing", "", 30, None, ",")
    return "\n".join(lines) + "\n"


def _states() -> str:
    """Ana is on queue from 10:00 to 13:00, out of it for a quarter of an hour at 11:00."""
    hours = MORNING, MORNING + timedelta(hours=3)
    away = MORNING + timedelta(hours=1)
    back = away + timedelta(minutes=15)
    rows = [
        (hours[0], away, "available"),
        (away, back, "aux"),
        (back, hours[1], "available"),
        (hours[1], hours[1] + timedelta(hours=12), "offline"),
    ]
    body = "".join(f"a1,{a.isoformat()},{b.isoformat()},{state}\n" for a, b, state in rows)
    return f"agent_id,start_at,end_at,state\n{body}"


def _schedule() -> str:
    end = MORNING + timedelta(hours=3)
    return (
        "schedule_version,agent_id,shift_date,start_at,end_at,activity_code,paid\n"
        f"baseline,a1,2026-10-12,{MORNING.isoformat()},{end.isoformat()},on_queue,yes\n"
    )


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The store of the small centre, its facts built."""
    root: Path = tmp_path_factory.mktemp("kpis")
    files = root / "files"
    files.mkdir()
    texts = {
        "org.csv": ORG,
        "people.csv": PEOPLE,
        "queues.csv": QUEUES,
        "targets.csv": TARGETS,
        "calls.csv": _calls(),
        "agent_states.csv": _states(),
        "schedules.csv": _schedule(),
    }
    for name, text in texts.items():
        (files / name).write_text(text)
    store = open_store(f"sqlite:///{root / 'muster.db'}", root)
    for report in load_files(store, CLOCK, "csv", [files]):
        assert (report.quarantined, report.rejected) == (0, None), report
    rebuild_dirty(store, CLOCK, "test")
    return store
