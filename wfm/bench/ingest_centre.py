"""Files of a centre of 20,000 agents as a real one delivers them: people, shifts, states, calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from wfm.domain.grid import QUARTER_S, day_start

DAY = date(2026, 11, 20)
SEED = 20_261_120
STATES = ("available", "talk", "acw", "aux")
REASONS = (None, None, None, "break")


@dataclass(frozen=True)
class Feeds:
    """How many people deliver how many events a day."""

    agents: int = 20_000
    teams: int = 400
    sites: int = 10
    queues: int = 60
    states_each: int = 100


def write_standing(folder: Path, feeds: Feeds) -> list[Path]:
    """Organisation, queues, people and shifts of the centre."""
    folder.mkdir(parents=True, exist_ok=True)
    sites = [f"site{n}" for n in range(feeds.sites)]
    teams = [f"t{n:04}" for n in range(feeds.teams)]
    tables = {
        "org": pl.DataFrame(
            {
                "org_id": ["centre", *sites, *teams],
                "org_level": ["enterprise", *["site"] * len(sites), *["team"] * len(teams)],
                "parent_id": [None, *["centre"] * len(sites),
                              *(sites[n % feeds.sites] for n in range(feeds.teams))],
                "name": ["centre", *sites, *teams],
                "valid_from": "2026-01-01",
                "timezone": ["UTC", *["Europe/Dublin"] * len(sites), *[None] * len(teams)],
            }
        ),
        "queues": pl.DataFrame(
            {
                "queue_id": [f"q{n:03}" for n in range(feeds.queues)],
                "valid_from": "2026-01-01T00:00:00Z", "channel": "voice",
                "name": [f"q{n:03}" for n in range(feeds.queues)],
                "skill_group": [f"g{n:03}" for n in range(feeds.queues)],
                "site_id": [sites[n % feeds.sites] for n in range(feeds.queues)],
                "sl_threshold_s": 20, "short_abandon_s": 5, "sl_target_pct": 80,
            }
        ),
        "people": pl.DataFrame(
            {
                "agent_id": [f"a{n:05}" for n in range(feeds.agents)],
                "display_name": [f"Agent {n}" for n in range(feeds.agents)],
                "team_id": [teams[n % feeds.teams] for n in range(feeds.agents)],
                "valid_from": "2026-01-01T00:00:00Z", "role": "agent",
                "skills": [f"q{n % feeds.queues:03}:80;q{(n + 7) % feeds.queues:03}:50"
                           for n in range(feeds.agents)],
            }
        ),
        "schedules": _schedules(feeds),
    }  # fmt: skip
    paths = []
    for name, frame in tables.items():
        frame.write_csv(folder / f"{name}.csv")
        paths.append(folder / f"{name}.csv")
    return paths


def _schedules(feeds: Feeds) -> pl.DataFrame:
    """A shift of seven segments for every agent, 08:00 to 20:30, breaks staggered in eight."""
    hour, agents = 3600, np.arange(feeds.agents)
    late = agents % 8 * QUARTER_S
    edges = [8 * hour + 0 * late, 10 * hour + late, 10 * hour + QUARTER_S + late, 13 * hour + late,
             13 * hour + 3 * QUARTER_S + late, 17 * hour + late, 17 * hour + QUARTER_S + late,
             20 * hour + 2 * QUARTER_S + 0 * late]  # fmt: skip
    base = day_start(DAY, "UTC")
    codes = ("on_queue", "break", "on_queue", "meal", "on_queue", "break", "on_queue")
    parts = [
        pl.DataFrame(
            {
                "schedule_version": "baseline", "agent_id": [f"a{n:05}" for n in agents.tolist()],
                "shift_date": str(DAY), "start_at": base + edges[n], "end_at": base + edges[n + 1],
                "activity_code": code,
            }
        )
        for n, code in enumerate(codes)
    ]  # fmt: skip
    return pl.concat(parts).with_columns(_instant("start_at"), _instant("end_at"))


def states_of(feeds: Feeds, day: date, first_s: int, end_s: int, each: int) -> pl.DataFrame:
    """State spells of every agent from one second of the UTC day to another, end to end."""
    rng = np.random.default_rng(SEED + day.toordinal() + first_s)
    shape = (feeds.agents, each)
    cuts = np.sort(rng.integers(first_s, end_s, shape), axis=1)
    start = np.unique(cuts + np.arange(feeds.agents)[:, None] * 10**6)
    agent, at = start // 10**6, start % 10**6 + day_start(day, "UTC")
    last = np.append(agent[1:] != agent[:-1], True)
    kind = rng.integers(0, 4, len(start))
    ends = np.append(at[1:], 0)
    return pl.DataFrame(
        {
            "agent_id": pl.Series([f"a{n:05}" for n in range(feeds.agents)]).gather(agent),
            "start_at": at, "end_at": np.where(last, day_start(day, "UTC") + end_s, ends),
            "state": pl.Series(STATES).gather(kind), "reason": pl.Series(REASONS).gather(kind),
            "queue_id": pl.select(
                pl.when(pl.Series(kind) == 1).then(
                    pl.lit("q") + pl.Series(agent % feeds.queues).cast(pl.String).str.zfill(3)
                )
            ).to_series(),
        }
    ).with_columns(_instant("start_at"), _instant("end_at"))  # fmt: skip


def calls_of(feeds: Feeds, states: pl.DataFrame) -> pl.DataFrame:
    """A contact for each talk state: it waited ten seconds and was answered there."""
    talk = states.filter(pl.col("state") == "talk").with_row_index("n")
    start = pl.col("start_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ")
    return talk.select(
        (pl.lit(f"c{states.height}-") + pl.col("n").cast(pl.String)).alias("contact_id"),
        pl.lit(1).alias("leg_no"), pl.lit("voice").alias("channel"),
        pl.lit("inbound").alias("direction"), "queue_id", "agent_id",
        start.dt.offset_by("-10s").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("enqueued_at"),
        pl.col("start_at").alias("connected_at"), pl.col("end_at").alias("ended_at"),
        pl.lit("answered").alias("outcome"),
        (pl.col("end_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ") - start)
        .dt.total_seconds().alias("talk_s"),
        pl.lit(0).alias("hold_s"), pl.lit(0).alias("acw_s"),
    )  # fmt: skip


def now_after(day: date, second: int) -> datetime:
    """The instant at which a second of the UTC day is over."""
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=second)


def _instant(name: str) -> pl.Expr:
    moment = (pl.col(name) * 1000).cast(pl.Datetime("ms"))
    return moment.dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias(name)
