"""A team of five in Dublin: Ada comes back from lunch 4 min 30 s late on 20 of 22 shifts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from wfm.domain.clock import FixedClock
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.store.store import Store, open_store

TODAY = date(2026, 10, 12)  # a Monday; Dublin is one hour ahead of UTC
NOW = datetime(2026, 10, 12, 13, 5, tzinfo=UTC)
FIRST = date(2026, 9, 10)
ON_TIME = (date(2026, 9, 18), date(2026, 10, 1))
LATE_S, COFFEE_S = 270, 60
PEERS = ("ben", "cid", "dot", "eve")

ORG = """org_id,org_level,parent_id,name,timezone,opening_hours,valid_from
all,enterprise,,Enterprise,Europe/Dublin,,2026-01-01
dublin,site,all,Dublin,Europe/Dublin,Mon-Sun 08:00-20:00,2026-01-01
d1,team,dublin,Team D1,,,2026-01-01
d2,team,dublin,Team D2,,,2026-01-01
"""
TARGETS = """kpi_id,level,key,value_lo,value_hi,amber_width,effective_from
adherence,site,dublin,99.5,,0.2,2026-01-01
"""
STATES = """source_id,state,reason,state_group,valid_from
acd,available,,on_queue,2015-01-01
acd,aux,break,break,2015-01-01
acd,aux,meal,meal,2015-01-01
acd,aux,coffee,other_aux,2015-01-01
"""
PLAN = (
    ("08:00", "10:00", "on_queue"), ("10:00", "10:15", "break"), ("10:15", "12:30", "on_queue"),
    ("12:30", "13:00", "meal"), ("13:00", "14:30", "on_queue"), ("14:30", "14:45", "break"),
    ("14:45", "16:30", "on_queue"),
)  # fmt: skip


def shift_days(first: date, end: date) -> list[date]:
    """The weekdays of a period."""
    days = [first + timedelta(days=n) for n in range((end - first).days)]
    return [day for day in days if day.weekday() < 5]


def at(day: date, clock: str, seconds: int = 0) -> str:
    """An instant of a Dublin clock in summer, as a file writes it."""
    local = datetime.fromisoformat(f"{day}T{clock}:00+01:00")
    return (local + timedelta(seconds=seconds)).isoformat()


def people() -> str:
    rows = [("ada", "Ada", "d1"), *((name, name.title(), "d1") for name in PEERS),
            ("fay", "Fay", "d2")]  # fmt: skip
    body = "".join(
        f"{agent},2026-01-01T00:00:00+00:00,{name},{team},agent,\n" for agent, name, team in rows
    )
    return f"agent_id,valid_from,display_name,team_id,role,skills\n{body}"


def schedules() -> str:
    """The published shifts up to Friday; Wednesday's lunch was moved after publication."""
    lines = ["schedule_version,agent_id,shift_date,start_at,end_at,activity_code,published_at"]
    days = shift_days(FIRST, TODAY + timedelta(days=5))
    for agent in ("ada", *PEERS, "fay"):
        for day in days:
            for start, end, activity in PLAN:
                lines.append(
                    f"baseline,{agent},{day},{at(day, start)},{at(day, end)},{activity},"
                    "2026-09-01T09:00:00+00:00"
                )
    moved = date(2026, 10, 14)
    for start, end, activity in (
        ("08:00", "12:00", "on_queue"), ("12:00", "12:30", "meal"), ("12:30", "16:30", "on_queue"),
    ):  # fmt: skip
        lines.append(
            f"current,ada,{moved},{at(moved, start)},{at(moved, end)},{activity},"
            "2026-10-09T09:00:00+00:00"
        )
    return "\n".join(lines) + "\n"


def spells(agent: str, day: date, until: datetime) -> Iterator[str]:
    """The states of a shift: as planned, but for Ada's coffee at 11:00 and her late lunches."""
    ada = agent == "ada"
    late = LATE_S if ada and day not in ON_TIME else 0
    steps = [
        (at(day, "08:00"), "available", ""), (at(day, "10:00"), "aux", "break"),
        (at(day, "10:15"), "available", ""), (at(day, "12:30"), "aux", "meal"),
        (at(day, "13:00", late), "available", ""), (at(day, "14:30"), "aux", "break"),
        (at(day, "14:45"), "available", ""), (at(day, "16:30"), "offline", ""),
    ]  # fmt: skip
    if ada:
        steps[3:3] = [(at(day, "11:00"), "aux", "coffee"), (at(day, "11:00", COFFEE_S),
                                                            "available", "")]  # fmt: skip
    for start, state, reason in steps:
        if datetime.fromisoformat(start) <= until:
            yield f"{agent},{start},,{state},{reason}"


def build_team(root: Path) -> tuple[Store, FixedClock]:
    """The team as it stands on Monday 12 October at 14:05 in Dublin, with its facts built."""
    lines = ["agent_id,start_at,end_at,state,reason"]
    for agent in ("ada", *PEERS, "fay"):
        for day in shift_days(FIRST, TODAY + timedelta(days=1)):
            lines += spells(agent, day, NOW)
    texts = {
        "org.csv": ORG, "people.csv": people(), "targets.csv": TARGETS, "state_map.csv": STATES,
        "schedules.csv": schedules(), "agent_states.csv": "\n".join(lines) + "\n",
    }  # fmt: skip
    files = root / "files"
    files.mkdir(parents=True)
    for name, text in texts.items():
        (files / name).write_text(text)
    store = open_store(f"sqlite:///{root / 'muster.db'}", root)
    clock = FixedClock(NOW)
    for report in load_files(store, clock, "csv", [files], source_id="acd"):
        assert (report.quarantined, report.rejected) == (0, None), report
    rebuild_dirty(store, clock, "test")
    return store, clock
