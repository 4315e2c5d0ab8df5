"""A centre of 20,000 agents as facts: written once into a folder, the same for the same seed.

Leaf rows of 42 days come from one random generator a day; their ladder, files and manifest are made
by the product. The months before have day facts only, as after the retention of single intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from wfm.bench.made import open_made
from wfm.facts.inputs import CODE_VERSION
from wfm.facts.ladder import ladder
from wfm.facts.measures import measures_of
from wfm.facts.schema import KEY_DTYPES, SHIFT_CELLS, cells_column, conform, known_column
from wfm.store.builds import Built, claim_day, swap_build
from wfm.store.dimensions import dimension_keys
from wfm.store.files import StoredFile
from wfm.store.manifest import mark_dirty
from wfm.store.store import Store

END = date(2026, 11, 23)  # the first day without facts
DAY = timedelta(days=1)
DAY_RUNGS = ("team_day", "team_whole_day", "site_queue_day", "site_day")
SHIFT_QUARTERS = 33
TYPES = 3
EPOCH = date(1970, 1, 1)
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Size:
    """How large the centre is; the default has over 20 million leaf rows in 42 days."""

    agents: int = 20_000
    sites: int = 10
    teams: int = 400
    queues: int = 240
    days: int = 42
    day_facts: int = 395


def big_centre(folder: Path, size: Size, tell: Callable[[str], None]) -> Store:
    """The store of the centre, generated if the folder does not hold it whole."""
    store = open_made(folder)
    mark = folder / f"made-{CODE_VERSION}-{'-'.join(str(v) for v in size.__dict__.values())}"
    if mark.exists():
        return store
    _number(store, size)
    pattern: dict[str, pl.DataFrame] = {}
    for n in range(size.days):
        day = END - DAY * (n + 1)
        tables = generated_day(day, size)
        pattern = tables
        _commit(store, day, tables)
        if n % 7 == 6:
            tell(f"{n + 1} of {size.days} days written")
    for n in range(size.days, size.day_facts):
        day = END - DAY * (n + 1)
        _commit(store, day, {name: _older(pattern[name], day) for name in DAY_RUNGS})
    mark.touch()
    return store


def generated_day(day: date, size: Size) -> dict[str, pl.DataFrame]:
    """The fact tables of one day: about 14,300 agents at work, a row each quarter-hour."""
    rng = np.random.default_rng(day.toordinal())
    agents = np.arange(1, size.agents + 1)
    agent = agents[(agents + day.toordinal()) % 7 < 5]
    midnight = (day - EPOCH).days * 96
    begin = 26 + (agent % 5) * 4
    quarter = (begin[:, None] + np.arange(SHIFT_QUARTERS)).ravel()
    who = np.repeat(agent, SHIFT_QUARTERS)
    place = _place(who, size)
    base = {
        "day": day, "shift_day": day, "agent": who, **place,
        "q": midnight + quarter, "slot": quarter,
    }  # fmt: skip
    contacts = _contacts(rng, base, who, size)
    states = _states(rng, base, contacts["busy_s"].to_numpy())
    leaves = {
        "agent_queue_interval": conform(contacts.drop("busy_s"), "agent_queue_interval"),
        "agent_interval": conform(states, "agent_interval"),
        "queue_interval": conform(_queues(rng, day, midnight, size), "queue_interval"),
        "agent_day": conform(_agent_days(rng, states), "agent_day"),
    }
    return leaves | ladder(leaves)


def _place(who: Ints, size: Size) -> dict[str, Ints]:
    team = who % size.teams + 1
    return {"team": team, "site": team % size.sites + 1}


def _contacts(
    rng: np.random.Generator, base: dict[str, object], who: Ints, size: Size
) -> pl.DataFrame:
    n = len(who)
    site = np.asarray(base["site"])
    per_site = size.queues // size.sites
    choice = rng.integers(0, 4, n)
    own = np.asarray(base["team"]) * 5 + who // size.teams % 4 + choice // 2
    queue = (site - 1) * per_site + own % per_site + 1
    handled = rng.integers(1, 5, n)
    talk = handled * rng.integers(60, 260, n)
    hold = rng.integers(0, 40, n) * (choice == 1)
    acw = handled * rng.integers(10, 40, n)
    frame = pl.DataFrame(base).with_columns(
        pl.Series("queue", queue), pl.Series("contact_type", (who + choice) % TYPES + 1),
        pl.lit(1).alias("channel"), pl.Series("handled_n", handled),
        pl.Series("talk_s", talk), pl.Series("hold_s", hold), pl.Series("acw_s", acw),
    )  # fmt: skip
    handle = pl.col("talk_s") + pl.col("hold_s") + pl.col("acw_s")
    return frame.with_columns(
        (pl.col("handled_n") + pl.lit(rng.integers(0, 2, n))).alias("routed_n"),
        pl.lit(rng.integers(0, 2, n)).alias("rona_n"),
        pl.col("handled_n").alias("handled_in_n"), pl.lit(0).alias("handled_out_n"),
        (handle * handle // pl.col("handled_n")).alias("handle_sq_s2"),
        (pl.col("hold_s") > 0).alias("held_n"), pl.lit(0).alias("short_n"),
        (pl.col("talk_s") % 50 == 0).alias("transfer_n"), pl.lit(0).alias("transfer_blind_n"),
        pl.lit(0).alias("agent_disc_n"), handle.clip(upper_bound=840).alias("busy_s"),
    )  # fmt: skip


def _states(rng: np.random.Generator, base: dict[str, object], busy: Ints) -> pl.DataFrame:
    n = len(busy)
    aux = rng.integers(0, 3, n) * 20
    out = rng.integers(0, 60, n)
    given: dict[str, object] = {
        "contracted_s": 900, "paid_s": 900, "worked_s": 900 - aux, "login_s": 900, "busy_s": busy,
        "contact_active_s": busy, "aux_s": aux, "avail_s": 900 - busy - aux, "open_sched_s": 900,
        "open_act_s": 900 - aux, "sched_s": 900, "adh_sched_s": 900, "adh_in_s": 900 - out,
        "adh_out_s": out, "lost_aux_s": aux,
    }  # fmt: skip
    frame = pl.DataFrame({**base, **given})
    rest = [name for name in measures_of("agent_interval") if name not in given]
    return frame.with_columns(pl.lit(0).alias(name) for name in rest)


def _queues(rng: np.random.Generator, day: date, midnight: int, size: Size) -> pl.DataFrame:
    quarters = np.arange(26, 82)
    shape = (size.queues, TYPES, len(quarters))
    queue, kind, quarter = (a.ravel() for a in np.indices(shape))
    n = len(queue)
    offered = rng.integers(4, 40, n)
    aband = rng.integers(0, 3, n)
    answered = offered - aband
    in_time = (answered * rng.uniform(0.6, 1, n)).astype(np.int64)
    per_site = size.queues // size.sites
    return pl.DataFrame(
        {
            "day": day, "q": midnight + quarters[quarter], "slot": quarters[quarter],
            "queue": queue + 1, "channel": 1, "contact_type": kind + 1,
            "site": queue // per_site + 1, "offered_n": offered, "answered_n": answered,
            "answered_in_sl_n": in_time, "aband_n": aband, "aband_in_sl_n": 0,
            "aband_short_n": 0, "flowout_n": 0, "callback_req_n": 0,
            "wait_ans_s": answered * rng.integers(3, 40, n),
            "wait_aband_s": aband * rng.integers(20, 90, n),
            "wait_max_s": rng.integers(30, 300, n), "queue_now_n": rng.integers(0, 4, n),
            "act_work_s": offered * 300_000, "cells_sl_n": kind == 0,
            "cells_sl_met_n": (kind == 0) & (in_time * 100 > answered * 80),
        }
    )  # fmt: skip


def _agent_days(rng: np.random.Generator, states: pl.DataFrame) -> pl.DataFrame:
    names = measures_of("agent_interval")
    days = states.group_by("day", "agent", "team", "site", maintain_order=True).agg(
        *(pl.col(name).cast(pl.Int64).sum() for name in names), pl.len().alias("cells")
    )
    late = pl.lit(rng.integers(0, 2, days.height))
    counts = {name: late if name.startswith("late") else pl.lit(1)
              for name in measures_of("agent_day")}  # fmt: skip
    return days.with_columns(
        *(expression.alias(name) for name, expression in counts.items()),
        *(pl.col("cells").alias(known_column(name)) for name in names),
        pl.col("cells").alias(cells_column("agent_interval")), pl.col("cells").alias(SHIFT_CELLS),
    )  # fmt: skip


def _older(pattern: pl.DataFrame, day: date) -> pl.DataFrame:
    """A day like the pattern, with contacts as many as its place in week and year has."""
    share = 80 + 30 * (day.weekday() < 5) + day.timetuple().tm_yday % 20
    counted = ("known:", "cells:", "cells_")
    measures = [m for m in pattern.columns if m not in KEY_DTYPES]
    return pattern.with_columns(
        pl.lit(day).alias("day"),
        *(pl.col(m) * share // 100 for m in measures if not m.startswith(counted)),
    )


def _number(store: Store, size: Size) -> None:
    counts = {"agent": size.agents, "team": size.teams, "site": size.sites, "queue": size.queues,
              "contact_type": TYPES, "channel": 1}  # fmt: skip
    with store.db.write() as connection:
        for kind, count in counts.items():
            dimension_keys(connection, kind, [f"{kind}-{n:05}" for n in range(1, count + 1)])


def _commit(store: Store, day: date, tables: dict[str, pl.DataFrame]) -> None:
    files: dict[str, StoredFile] = {
        name: store.files.write_frame(frame, f"facts/{name}")
        for name, frame in tables.items()
        if frame.height
    }
    built = Built(files, [], f"bench-{day}", "bench", CODE_VERSION, 0)
    with store.db.write() as connection:
        mark_dirty(connection, [day])
        claim = claim_day(connection, day, "bench")
        if claim is not None:
            swap_build(connection, claim, built, built_at=0, closed=False)
