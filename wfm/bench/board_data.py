"""A centre in the middle of its day: people, shifts and newest states, straight into a store."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import insert

from wfm.bench.made import open_made
from wfm.domain.activities import Segment
from wfm.domain.clock import FixedClock
from wfm.domain.schedules import NewShift
from wfm.store.schema import agent_now, org_unit, person
from wfm.store.store import Store
from wfm.store.writers.schedules import write_shifts

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, 7, tzinfo=UTC)
STATES = ("available", "talk", "acw", "aux", "offline")


def board_centre(folder: Path, agents: int) -> tuple[Store, FixedClock]:
    """The store with its clock at 12:07; made once in a folder."""
    path = folder / f"board-{agents}"
    path.mkdir(parents=True, exist_ok=True)
    store = open_made(path, "board.sqlite")
    if not (path / "made").exists():
        _fill(store, agents)
        (path / "made").touch()
    return store, FixedClock(NOON)


def _fill(store: Store, agents: int) -> None:
    chance = random.Random(agents)
    teams = agents // 20
    with store.db.write() as connection:
        units = [("hq", "enterprise", None, None), ("s1", "site", "hq", "Europe/Dublin"),
                 ("s2", "site", "hq", "Europe/Paris")]  # fmt: skip
        units += [(f"t{n}", "team", f"s{n % 2 + 1}", None) for n in range(teams)]
        connection.execute(
            insert(org_unit),
            [
                {"org_id": org_id, "valid_from": date(2020, 1, 1), "org_level": level,
                 "parent_id": parent, "name": org_id, "timezone": zone}
                for org_id, level, parent, zone in units
            ],
        )  # fmt: skip
        connection.execute(
            insert(person),
            [
                {"agent_id": f"a{n:05d}", "valid_from_at": 0, "display_name": f"Agent {n:05d}",
                 "team_id": f"t{n % teams}", "role": "agent", "skills": "help:80"}
                for n in range(agents)
            ],
        )  # fmt: skip
        now = int(NOON.timestamp())
        connection.execute(
            insert(agent_now),
            [
                {"agent_id": f"a{n:05d}", "state": (state := chance.choice(STATES)),
                 "reason": "break" if state == "aux" else "", "queue_id": "help",
                 "since_at": now - chance.randrange(1, 3000), "received_at": now}
                for n in range(agents)
            ],
        )  # fmt: skip
        shifts = [
            NewShift(f"a{n:05d}", DAY, _segments(chance, now - chance.randrange(8 * 3600)))
            for n in range(agents)
        ]
        write_shifts(connection, shifts, recorded_at=0, author="bench", reason_code="publish")


def _segments(chance: random.Random, start: int) -> tuple[Segment, ...]:
    found, at = [], start - start % 300
    for n in range(20):
        length = chance.randrange(3, 7) * 300
        kind = "on_queue" if n % 4 != 3 else chance.choice(("break", "meal", "training"))
        found.append(Segment(at, at + length, kind))
        at += length
    return tuple(found)
