"""A small centre with every feed: events, plans, and figures that no other file carries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from wfm.domain.clock import FixedClock
from wfm.facts.measures import MEASURES
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.store.store import Store, open_store

DAY = date(2026, 10, 12)
NOW = datetime(2026, 10, 21, 6, tzinfo=UTC)
DAYS = (DAY - timedelta(days=7), DAY, DAY + timedelta(days=8))
OPENS = 8  # UTC: 10:00 in Madrid

ORG = """org_id,org_level,parent_id,name,timezone,opening_hours,valid_from,valid_to
all,enterprise,,Enterprise,Europe/Madrid,,2026-01-01,
madrid,site,all,Madrid,Europe/Madrid,Mon-Sun 08:00-20:00,2026-01-01,
lyon,site,all,Lyon,Europe/Paris,Mon-Sun 08:00-20:00,2026-01-01,
m1,team,madrid,Team M1,,,2026-01-01,
m2,team,madrid,Team M2,,,2026-01-01,
l1,team,lyon,Team L1,,,2026-01-01,
"""
PEOPLE = """agent_id,valid_from,display_name,team_id,role,skills,weekly_hours,hire_date
a1,2026-01-01T00:00:00+01:00,Ana,m1,agent,billing:80,40,2025-10-12
a2,2026-01-01T00:00:00+01:00,Ben,m2,agent,billing:80,40,2026-09-12
b1,2026-01-01T00:00:00+01:00,Luc,l1,agent,ventes:80,40,2026-10-12
s1,2026-01-01T00:00:00+01:00,Sam,m1,supervisor,,40,2020-01-01
"""
QUEUES = """queue_id,valid_from,name,channel,skill_group,sl_threshold_s,short_abandon_s,site_id,\
sl_target_pct
billing,2026-01-01T00:00:00+01:00,Billing,voice,billing,20,5,madrid,80
ventes,2026-01-01T00:00:00+01:00,Ventes,chat,ventes,20,5,lyon,80
"""
AGENTS = {"a1": "billing", "a2": "billing", "b1": "ventes"}
# Where a figure is delivered, by a word of its grain; the first that fits.
PLACES = (
    ("agent", (("agent", "a1"), ("agent", "a2"), ("agent", "b1"))),
    ("team", (("team", "m1"), ("team", "l1"))),
    ("supervisor", (("team", "m1"), ("team", "l1"))),
    ("queue", (("queue", "billing"), ("queue", "ventes"))),
    ("channel", (("queue", "billing"), ("queue", "ventes"))),
    ("skill group", (("queue", "billing"), ("queue", "ventes"))),
    ("", (("site", "madrid"), ("site", "lyon"))),
)
# Muster makes these itself of people.csv and of each build.
OWN = ("headcount_pd", "new_pd", "tenure_pd", "sup_pd", "hire_n", "leaver_90_n", "leaver_n",
       "skill_pd", "inv_n", "inv_fail_n", "feed_exp_n", "feed_ok_n")  # fmt: skip


def figures() -> Iterator[tuple[str, str, str, str, float]]:
    """Rows of measures.csv: day, level, key, measure, value, each value another."""
    for number, measure in enumerate(MEASURES.values()):
        if measure.table == "figure_day" and measure.name not in OWN:
            places = next(p for word, p in PLACES if word in measure.grain)
            for at, (level, key) in enumerate(places):
                yield DAY.isoformat(), level, key, measure.name, 3 + number % 7 + 2.5 * at
    for name, level, key in (("case_hist", "queue", "billing"), ("rq_hist", "agent", "a1")):
        for bucket, n in ((200, 6), (311, 3), (400, 1)):
            yield DAY.isoformat(), level, key, f"{name}:{bucket}", n


def _calls() -> str:
    lines = [
        "contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,ended_at,"
        "outcome,flow_out_kind,talk_s,hold_s,hold_n,acw_s,offers_n,missed_n,ended_by,transfer,"
        "contact_type,customer_key"
    ]
    for day in DAYS:
        opens = datetime(day.year, day.month, day.day, OPENS, tzinfo=UTC)
        for n in range(60 if day == DAY else 50):
            agent = ("a1", "a2", "b1")[n % 3]
            queue = AGENTS[agent]
            start = opens + timedelta(seconds=170 * n + 20)
            wait, talk, hold, acw = 5 + n % 30, 60 + 2 * n, n % 4 * 5, 10 + n % 3
            head = f"{day}-{n},1,{'voice' if queue == 'billing' else 'chat'}"
            kind, customer = ("bill", "move")[n % 2], f"c{n % 23 if n < 40 else f'{day}-{n}'}"
            if n % 10 == 9:  # abandoned, one in three within five seconds; one flows out
                wait, out = (3 if n % 30 == 9 else wait), n == 29
                end = start + timedelta(seconds=wait)
                how = "flow_out,callback" if out else "abandoned,"
                lines.append(
                    f"{head},inbound,{queue},,{start.isoformat()},,{end.isoformat()},{how},,,,,"
                    f",,customer,,{kind},{customer}"
                )
                continue
            way = "outbound" if n % 20 == 5 else "inbound"
            connect = start + timedelta(seconds=wait)
            end = connect + timedelta(seconds=talk + hold)
            transfer = ("none", "blind", "attended", "none")[n % 4]
            lines.append(
                f"{head},{way},{queue},{agent},{start.isoformat()},{connect.isoformat()},"
                f"{end.isoformat()},answered,,{talk},{hold},{int(hold > 0)},{acw},1,0,"
                f"{('agent', 'customer')[n % 2]},{transfer},{kind},{customer}"
            )
    return "\n".join(lines) + "\n"


def _states() -> str:
    """On queue from 10:00 to 13:00: talking, a break of ten minutes, ten minutes away."""
    lines = ["agent_id,start_at,end_at,state,reason"]
    for day in DAYS:
        opens = datetime(day.year, day.month, day.day, OPENS, tzinfo=UTC)
        for late, agent in enumerate(AGENTS):
            spans = (
                (late * 3, 55, "available", ""), (55, 60, "talk", ""), (60, 70, "aux", "break"),
                (70, 100, "talk", ""), (100, 110, "aux", "other"), (110, 180, "available", ""),
                (180, 900, "offline", ""),
            )  # fmt: skip
            for first, last, state, reason in spans:
                times = (opens + timedelta(minutes=m) for m in (first, last))
                lines.append(f"{agent},{','.join(t.isoformat() for t in times)},{state},{reason}")
    return "\n".join(lines) + "\n"


def _schedules() -> str:
    lines = ["schedule_version,agent_id,shift_date,start_at,end_at,activity_code,paid"]
    for day in DAYS:
        opens = datetime(day.year, day.month, day.day, OPENS, tzinfo=UTC)
        for agent in AGENTS:
            spans = ((0, 60, "on_queue"), (60, 70, "break"), (70, 160, "on_queue"),
                     (160, 180, "training"))  # fmt: skip
            for first, last, code in spans:
                times = (opens + timedelta(minutes=m) for m in (first, last))
                lines.append(
                    f"baseline,{agent},{day},{','.join(t.isoformat() for t in times)},{code},yes"
                )
    return "\n".join(lines) + "\n"


def _plans() -> tuple[str, str]:
    forecast = ["forecast_id,site_id,queue_id,interval_start,contacts,aht_s,p10,p90"]
    required = ["requirement_id,site_id,skill_group,interval_start,required"]
    for day in DAYS:
        opens = datetime(day.year, day.month, day.day, OPENS, tzinfo=UTC)
        for k in range(12):
            start = (opens + timedelta(minutes=15 * k)).isoformat()
            for queue, site, contacts in (("billing", "madrid", 4), ("ventes", "lyon", 2)):
                forecast.append(f"f1,{site},{queue},{start},{contacts + k % 2},150,1,5")
                required.append(f"r1,{site},{queue},{start},{1 + (k % 3) / 2}")
    return "\n".join(forecast) + "\n", "\n".join(required) + "\n"


def build_fed(root: Path, url: str) -> Store:
    """The centre with every feed, loaded through the front door, its facts built."""
    files = root / "files"
    files.mkdir()
    forecast, required = _plans()
    rows = "".join(",".join(str(part) for part in row) + "\n" for row in figures())
    texts = {
        "org.csv": ORG, "people.csv": PEOPLE, "queues.csv": QUEUES, "calls.csv": _calls(),
        "agent_states.csv": _states(), "schedules.csv": _schedules(), "forecast.csv": forecast,
        "requirement.csv": required,
        "measures.csv": "day,level,key,measure,value\n" + rows,
    }  # fmt: skip
    for name, text in texts.items():
        (files / name).write_text(text)
    store, clock = open_store(url, root), FixedClock(NOW)
    for report in load_files(store, clock, "csv", [files]):
        assert (report.quarantined, report.rejected) == (0, None), report
    rebuild_dirty(store, clock, "test")
    return store
