"""A small centre, loaded through the front door: two sites, three agents, one Monday."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from wfm.domain.clock import FixedClock, epoch_s
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.store.dimensions import dimension_keys
from wfm.store.store import Store, open_store
from wfm.store.writers.plan_versions import add_forecast, add_requirement

sys.path.insert(0, str(Path(__file__).parent))

MONDAY = date(2026, 10, 12)
NEXT_DAY = datetime(2026, 10, 13, 6, tzinfo=UTC)
MORNING = datetime(2026, 10, 12, 8, tzinfo=UTC)  # 10:00 in Madrid

ORG = """org_id,org_level,parent_id,name,timezone,opening_hours,valid_from,valid_to
all,enterprise,,Enterprise,Europe/Madrid,,2026-01-01,
madrid,site,all,Madrid,Europe/Madrid,Mon-Sun 08:00-20:00,2026-01-01,
lyon,site,all,Lyon,Europe/Paris,Mon-Sun 08:00-20:00,2026-01-01,
m1,team,madrid,Team M1,,,2026-01-01,
l1,team,lyon,Team L1,,,2026-01-01,
"""
PEOPLE = """agent_id,valid_from,display_name,team_id,role,skills
a1,2026-01-01T00:00:00+01:00,Ana,m1,agent,billing:80
a2,2026-01-01T00:00:00+01:00,Ben,m1,agent,billing:80
b1,2026-01-01T00:00:00+01:00,Luc,l1,agent,ventes:80
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


def _calls(now: datetime) -> str:
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
        if end + timedelta(seconds=20) > now:
            return
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


def _states(now: datetime) -> str:
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
    body = "".join(
        f"a1,{a.isoformat()},{b.isoformat() if b <= now else ''},{state}\n"
        for a, b, state in rows
        if a <= now
    )
    return f"agent_id,start_at,end_at,state\n{body}"


def _schedule() -> str:
    end = MORNING + timedelta(hours=3)
    return (
        "schedule_version,agent_id,shift_date,start_at,end_at,activity_code,paid\n"
        f"baseline,a1,2026-10-12,{MORNING.isoformat()},{end.isoformat()},on_queue,yes\n"
    )


def build_centre(root: Path, now: datetime, url: str | None = None) -> Store:
    """The small centre as it stands at an instant, planned and with its facts built."""
    files = root / "files"
    files.mkdir()
    texts = {
        "org.csv": ORG,
        "people.csv": PEOPLE,
        "queues.csv": QUEUES,
        "targets.csv": TARGETS,
        "calls.csv": _calls(now),
        "agent_states.csv": _states(now),
        "schedules.csv": _schedule(),
    }
    for name, text in texts.items():
        (files / name).write_text(text)
    store = open_store(url or f"sqlite:///{root / 'muster.db'}", root)
    clock = FixedClock(now)
    for report in load_files(store, clock, "csv", [files]):
        assert (report.quarantined, report.rejected) == (0, None), report
    return store


def plan_billing(store: Store) -> None:
    """5 contacts forecast and 2 agents required in each quarter from 10:00 to 13:00."""
    first = epoch_s(MORNING) // 900
    quarters = list(range(first, first + 12))
    made_at = epoch_s(MORNING - timedelta(days=7))
    with store.db.write() as connection:
        queue = dimension_keys(connection, "queue", ["billing"])["billing"]
        site = dimension_keys(connection, "site", ["madrid"])["madrid"]
        group = dimension_keys(connection, "group", ["billing"])["billing"]
        forecast = pl.DataFrame(
            {
                "queue": queue, "q": quarters, "fc_contacts_m": 5_000, "fc_work_ms": 1_100_000,
                "p10_m": 3_000, "p90_m": 7_000,
            }
        )  # fmt: skip
        number = add_forecast(
            connection, store.files, forecast, unit="madrid", first=MONDAY,
            end=MONDAY + timedelta(days=1), days=[MONDAY], origin_at=made_at, method="by hand",
            config_hash="x", created_at=made_at, author="test", summary="{}", inputs="",
        )  # fmt: skip
        required = pl.DataFrame({"site": site, "group": group, "q": quarters, "required_m": 2_000})
        add_requirement(
            connection, store.files, required, unit="madrid", week="2026-W42", days=[MONDAY],
            fc_version=number, created_at=made_at, author="test", summary="{}",
        )  # fmt: skip


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]) -> Store:
    """The small centre on the next morning, without plans for its contacts."""
    folder = tmp_path_factory.mktemp("kpis")
    store = build_centre(folder, NEXT_DAY, store_url(folder))
    rebuild_dirty(store, FixedClock(NEXT_DAY), "test")
    return store


@pytest.fixture(scope="session")
def running_day(tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]) -> Store:
    """The small centre at 12:07 of its Monday, with forecast and requirement until 13:00."""
    now = MORNING + timedelta(hours=2, minutes=7)
    folder = tmp_path_factory.mktemp("running")
    store = build_centre(folder, now, store_url(folder))
    plan_billing(store)
    rebuild_dirty(store, FixedClock(now), "test")
    return store
