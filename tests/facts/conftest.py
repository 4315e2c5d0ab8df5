"""A small centre in a real store: two sites in two zones, three queues, five people."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from sqlalchemy import insert

from wfm.domain.activities import Segment
from wfm.domain.clock import FixedClock, instant_at
from wfm.domain.grid import day_start, local_day
from wfm.domain.schedules import NewShift
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.rebuild import rebuild_dirty
from wfm.queries.facts import open_facts
from wfm.store.dimensions import dimension_keys
from wfm.store.manifest import record_batch
from wfm.store.raw import RAW_SCHEMAS, conform
from wfm.store.schema import forecast_version, org_unit, person, queue, requirement_version
from wfm.store.store import Store, open_store
from wfm.store.writers.schedules import write_shifts

DUBLIN, NEW_YORK = "Europe/Dublin", "America/New_York"
PEOPLE = {"ann": "d1", "ben": "d1", "cat": "d2", "dan": "n1", "eve": "n1"}
ZONE_OF = {"d1": DUBLIN, "d2": DUBLIN, "n1": NEW_YORK}
QUEUES = {"help": ("dublin", DUBLIN, "service"), "buy": ("dublin", DUBLIN, "sales"),
          "aid": ("newyork", NEW_YORK, "nyc")}  # fmt: skip
SEGMENTS = Iterable[tuple[str, str, str]]


@dataclass
class Centre:
    """The store with short ways to put events in and to ask for sums."""

    store: Store
    received: int = 0

    def at(self, text: str, zone: str = DUBLIN) -> int:
        """UTC second of local `2026-03-02 10:00` or `2026-03-02 10:00:30`."""
        return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())

    def keys(self, kind: str, *ids: str) -> dict[str, int]:
        with self.store.db.write() as connection:
            return dimension_keys(connection, kind, ids)

    def legs(self, *rows: dict[str, Any], source: str = "test") -> str:
        """Contact legs delivered as one batch: times in UTC seconds, the rest as in calls.csv."""
        filled = []
        for row in rows:
            queue_id, agent = row.get("queue"), row.get("agent")
            answered = row.get("connected_at") is not None
            identity = {
                "event_key": number(row["contact_id"]), "payload_hash": 1,
                "seq": row.get("seq", 1), "source": self.keys("source", source)[source],
                "leg_no": 1, "direction": "inbound", "flags": 0,
                "outcome": "answered" if answered else "abandoned",
                "channel": self.keys("channel", "voice")["voice"], "sl_threshold_s": 20,
                "short_abandon_s": 5,
            }  # fmt: skip
            kind = row.get("contact_type")
            numbers = {
                "queue": self.keys("queue", queue_id)[queue_id] if queue_id else None,
                "agent": self.keys("agent", agent)[agent] if agent else None,
                "contact_type": self.keys("contact_type", kind)[kind] if kind else None,
            }
            filled.append({**identity, **row, **numbers})
        return self._record("contact_leg", filled, "enqueued_at", "ended_at")

    def stats(self, queue: str, start: str, **measures: int) -> str:
        """Interval statistics of one queue and quarter, as sources without single contacts give."""
        source, place = self.keys("source", "test")["test"], self.keys("queue", queue)[queue]
        rows = [
            {"event_key": number(f"{queue} {start} {name}"), "payload_hash": 1, "seq": 1,
             "source": source, "queue": place,
             "start_at": self.at(start), "interval_s": 900, "measure": name, "value": value,
             "flags": 0}
            for name, value in measures.items()
        ]  # fmt: skip
        return self._record("interval_stats", rows, "start_at", "start_at")

    def states(
        self, *rows: tuple[str, str, str, str] | tuple[str, str, str, str, str], seq: int = 1
    ) -> str:
        """States delivered as one batch: (agent, start, end, state, reason) in the agent's zone."""
        filled = []
        for agent, start, end, state, *reason in rows:
            zone = ZONE_OF[PEOPLE[agent]]
            why = reason[0] if reason else None
            filled.append(
                {
                    "event_key": number(f"{agent} {start} {state}"), "payload_hash": 1,
                    "seq": seq, "source": self.keys("source", "test")["test"],
                    "agent": self.keys("agent", agent)[agent],
                    "start_at": self.at(start, zone),
                    "end_at": self.at(end, zone) if end else None, "state": state,
                    "reason": self.keys("reason", why)[why] if why else None, "flags": 0,
                }
            )  # fmt: skip
        return self._record("agent_state", filled, "start_at", "end_at")

    def _record(self, table: str, rows: list[dict[str, Any]], start: str, end: str) -> str:
        names = {name for row in rows for name in row}
        frame = pl.DataFrame(
            [{n: row.get(n) for n in names} for row in rows], infer_schema_length=None
        )
        missing = set(RAW_SCHEMAS[table]) - names
        frame = conform(frame.with_columns(pl.lit(None).alias(n) for n in missing), table)
        first = [row[start] for row in rows]
        last = [row.get(end) or row[start] for row in rows]
        days = {local_day(at, zone) for at in first + last for zone in (DUBLIN, NEW_YORK)}
        self.received += 1
        stored = self.store.files.write_frame(frame, f"raw/{table}")
        with self.store.db.write() as connection:
            return record_batch(
                connection, table=table, source_id="test", stored=stored, first_at=min(first),
                last_at=max(last), days=days, received_at=self.received,
            )  # fmt: skip

    def plan(self, table: str, rows: Iterable[dict[str, Any]], **version: Any) -> None:
        """A forecast or requirement version with its values, in one transaction."""
        frame = pl.DataFrame(list(rows))
        key = "fc_version" if table == "forecast" else "rq_version"
        of_table = forecast_version if table == "forecast" else requirement_version
        unset = [n for n in RAW_SCHEMAS[table] if n not in frame.columns]
        frame = conform(frame.with_columns(pl.lit(None).alias(n) for n in unset), table)
        stored = self.store.files.write_frame(frame, f"raw/{table}")
        quarters = frame["q"].to_list()
        with self.store.db.write() as connection:
            connection.execute(insert(of_table), {key: frame[key][0], "unit": "dublin", **version})
            record_batch(
                connection, table=table, source_id="plan", stored=stored,
                first_at=min(quarters) * 900, last_at=max(quarters) * 900,
                days={local_day(q * 900, DUBLIN) for q in quarters}, received_at=9,
            )  # fmt: skip

    def shift(self, agent: str, day: str, segments: SEGMENTS, recorded_at: int = 0) -> None:
        """A shift published: segments (start, end, activity), local times with their date."""
        zone = ZONE_OF[PEOPLE[agent]]
        parts = tuple(
            Segment(self.at(a, zone), self.at(b, zone), activity, None, activity != "meal")
            for a, b, activity in segments
        )
        new = NewShift(agent, date.fromisoformat(day), parts)
        with self.store.db.write() as connection:
            write_shifts(
                connection, [new], recorded_at=recorded_at, author="plan", reason_code="publish"
            )

    def build(self, now: str, zone: str = DUBLIN) -> int:
        """Days rebuilt at a local time."""
        clock = FixedClock(instant_at(self.at(now, zone)))
        return rebuild_dirty(self.store, clock, "builder")

    def facts(self) -> FactReader:
        return open_facts(self.store)

    def sums(
        self, measures: str, first: str, end: str, scope: Scope = ENTERPRISE, **options: Any
    ) -> Any:
        """The answer as rows (by), or as one dict of the measures."""
        names = tuple(measures.split())
        query = FactQuery(names, date.fromisoformat(first), date.fromisoformat(end), **options)
        frame = read_measures(self.facts(), scope, query).select(*query.by, *names)
        return frame.rows() if query.by else frame.row(0, named=True)


def make_centre(folder: Path, url: str | None = None) -> Centre:
    """An empty centre in a folder of its own."""
    store = open_store(url or f"sqlite:///{folder / 'm.sqlite'}", folder)
    with store.db.write() as connection:
        connection.execute(insert(org_unit), list(_units()))
        connection.execute(insert(person), list(_people()))
        connection.execute(insert(queue), list(_queues()))
    return Centre(store)


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]) -> Centre:
    """Two days with 400 contacts, states, a night shift, and a site without states."""
    folder = tmp_path_factory.mktemp("busy")
    centre = make_centre(folder, store_url(folder))
    chance = random.Random(5)
    for zone, agents, queues in (
        (DUBLIN, ["ann", "ben", "cat", None], ["help", "buy"]),
        (NEW_YORK, ["dan", None], ["aid"]),
    ):
        base = start_of("2026-03-02", zone)
        rows = []
        for n in range(200):
            at = base + chance.randrange(2 * 86_400)
            wait, talk = chance.randrange(90), chance.randrange(1, 2000)
            answered = chance.random() < 0.8
            rows.append(
                {
                    "contact_id": f"{zone}{n}",
                    "queue": chance.choice(queues),
                    "agent": chance.choice(agents) if answered else None,
                    "enqueued_at": at,
                    "connected_at": at + wait if answered else None,
                    "ended_at": at + wait + (talk if answered else 0),
                    "acw_s": chance.choice([None, 20]) if answered else None,
                    "contact_type": chance.choice([None, "bill", "sale"]),
                }
            )
        centre.legs(*rows)
    for day in ("2026-03-02", "2026-03-03"):
        for agent, start in (("ann", "08:00"), ("ben", "09:00")):
            centre.shift(agent, day, [(f"{day} {start}", f"{day} 16:00", "on_queue")])
            centre.states(
                (agent, f"{day} 08:20", f"{day} 11:00", "available"),
                (agent, f"{day} 11:00", f"{day} 11:40", "aux", "break"),
                (agent, f"{day} 11:40", f"{day} 15:30", "talk"),
            )
    centre.shift("cat", "2026-03-02", [("2026-03-02 22:00", "2026-03-03 03:00", "on_queue")])
    centre.states(("cat", "2026-03-02 22:10", "2026-03-03 02:00", "available"))
    centre.shift("dan", "2026-03-02", [("2026-03-02 08:00", "2026-03-02 12:00", "on_queue")])
    centre.build("2026-03-08 12:00")
    return centre


@pytest.fixture
def new_centre(tmp_path: Path, store_url: Callable[..., str]) -> Callable[[str], Centre]:
    return lambda name: make_centre(tmp_path / name, store_url(tmp_path / name))


@pytest.fixture
def centre(new_centre: Callable[[str], Centre]) -> Centre:
    return new_centre("centre")


def _units() -> Iterable[dict[str, Any]]:
    parents = {"dublin": DUBLIN, "newyork": NEW_YORK}
    levels = [("hq", "enterprise", None, None)]
    levels += [(site, "site", "hq", zone) for site, zone in parents.items()]
    levels += [("d1", "team", "dublin", None), ("d2", "team", "dublin", None),
               ("n1", "team", "newyork", None)]  # fmt: skip
    for org_id, level, parent, zone in levels:
        yield {
            "org_id": org_id, "valid_from": date(2020, 1, 1), "org_level": level,
            "parent_id": parent, "name": org_id, "timezone": zone,
        }  # fmt: skip


def _people() -> Iterable[dict[str, Any]]:
    for agent, team in PEOPLE.items():
        skills = "aid:80" if team == "n1" else "help:80;buy:60"
        yield {
            "agent_id": agent, "valid_from_at": 0, "display_name": agent.title(),
            "team_id": team, "role": "agent", "skills": skills,
        }  # fmt: skip


def _queues() -> Iterable[dict[str, Any]]:
    for queue_id, (site, zone, group) in QUEUES.items():
        yield {
            "queue_id": queue_id, "valid_from_at": 0, "name": queue_id, "channel": "voice",
            "skill_group": group, "sl_threshold_s": 20, "short_abandon_s": 5,
            "sl_target_pct": 80.0, "timezone": zone, "sl_definition": "short_excluded",
            "site_id": site,
        }  # fmt: skip


def number(text: str) -> int:
    """A number for a text, the same in every process."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)


def utc(text: str) -> int:
    """UTC second of `2026-03-02 10:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def start_of(day: str, zone: str) -> int:
    return day_start(date.fromisoformat(day), zone)
