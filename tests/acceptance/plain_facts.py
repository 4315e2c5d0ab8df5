"""Figures worked out from the raw CSV files with plain Polars; nothing of the product is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

Span = tuple[int, int]
BUSY = ("talk", "hold", "acw", "dialing")
ON_QUEUE = ("available", "alerting", *BUSY)


@dataclass(frozen=True)
class Asked:
    """Whose figures, and when: local days, or the same instants everywhere."""

    first: date | None = None
    end: date | None = None
    instants: Span | None = None
    site: str | None = None
    team: str | None = None
    agent: str | None = None

    def span(self, zone: str) -> Span:
        """UTC seconds of the period in a zone."""
        if self.instants is not None:
            return self.instants
        assert self.first is not None
        assert self.end is not None
        return _midnight(self.first, zone), _midnight(self.end, zone)


class RawFiles:
    """The files of a centre as frames, instants as UTC seconds."""

    def __init__(self, folder: Path, now_at: int) -> None:
        self.now_at = now_at
        org = pl.read_csv(folder / "org.csv", infer_schema=False)
        zones = dict(org.filter(org_level="site").select("org_id", "timezone").iter_rows())
        sites = dict(org.filter(org_level="team").select("org_id", "parent_id").iter_rows())
        self.zones = zones
        people = pl.read_csv(folder / "people.csv", infer_schema=False)
        self.people = people.select(
            "agent_id",
            pl.col("team_id").alias("team"),
            pl.col("team_id").replace_strict(sites).alias("site"),
        )
        queues = pl.read_csv(folder / "queues.csv", infer_schema=False).select(
            "queue_id", pl.col("site_id").alias("queue_site"),
            pl.col("sl_threshold_s").cast(pl.Int64), pl.col("short_abandon_s").cast(pl.Int64),
        )  # fmt: skip
        calls = _read(folder, "calls*.csv", "enqueued_at", "connected_at", "ended_at",
                      "wrap_ended_at")  # fmt: skip
        self.calls = calls.join(queues, on="queue_id", how="left").with_columns(
            *(pl.col(name).cast(pl.Int64) for name in ("talk_s", "hold_s", "acw_s"))
        )
        self._folder = folder

    @cached_property
    def plan(self) -> pl.DataFrame:
        """Rows of the published schedules."""
        return _read(self._folder, "schedules*.csv", "start_at", "end_at", "published_at")

    @cached_property
    def spells(self) -> pl.DataFrame:
        """What each agent did, second by second once: contacts before all else.

        A state lasts until its end or, untold, until the agent's next row, the newest until now.
        """
        rows = self._told_states
        beside = rows.filter(pl.col("told_end").is_not_null())["agent_id"].unique()
        at_desks = pl.col("agent_id").is_in(beside.implode())
        parts = [rows.filter(~at_desks)]
        parts += [_once(own) for _, own in rows.filter(at_desks).group_by("agent_id")]
        return pl.concat(parts).join(self.people, on="agent_id", how="left")

    @cached_property
    def beside(self) -> pl.DataFrame:
        """States of contacts that run at the same time: those told with their end."""
        return self._told_states.filter(pl.col("told_end").is_not_null())

    @cached_property
    def _told_states(self) -> pl.DataFrame:
        following = pl.col("start_at").shift(-1).over("agent_id").fill_null(self.now_at)
        return (
            _read(self._folder, "agent_states*.csv", "start_at", "end_at")
            .rename({"end_at": "told_end"})
            .with_row_index("line")
            .sort("agent_id", "start_at", "line")
            .with_columns(pl.coalesce("told_end", following).alias("end_at"))
            .filter(pl.col("end_at") > pl.col("start_at"))
        )

    def queue_figures(self, asked: Asked) -> dict[str, float]:
        """Figures of what entered the queues of a site, or of all sites."""
        own = self._in_zone(self.calls, "queue_site", "enqueued_at", asked)
        if asked.site is not None:
            own = own.filter(queue_site=asked.site)
        wait = pl.coalesce("connected_at", "ended_at") - pl.col("enqueued_at")
        answered, gone = pl.col("outcome") == "answered", pl.col("outcome") == "abandoned"
        n = own.select(
            offered=pl.len(),
            answered=answered.sum(),
            in_time=(answered & (wait <= pl.col("sl_threshold_s"))).sum(),
            gone=gone.sum(),
            short=(gone & (wait <= pl.col("short_abandon_s"))).sum(),
        ).row(0, named=True)
        return {
            "service_level": 100 * n["in_time"] / (n["answered"] + n["gone"] - n["short"]),
            "abandonment_rate": 100 * n["gone"] / n["offered"],
            "abandonment_rate_net": 100 * (n["gone"] - n["short"]) / (n["offered"] - n["short"]),
            "contacts_offered": float(n["offered"]),
        }

    def handled_figures(self, asked: Asked) -> dict[str, float]:
        """Figures of the contacts that agents ended, each wholly when its work was over."""
        own = self._handled(asked)
        total = sum(own[name].sum() for name in ("talk_s", "hold_s", "acw_s"))
        return {
            "contacts_handled": float(own.height),
            "average_handle_time": total / own.height,
            "average_after_contact_work": own["acw_s"].sum() / own.height,
        }

    def time_figures(self, asked: Asked) -> dict[str, float]:
        """Figures of how agents' time went."""
        seconds = self._seconds(self._of(self.spells, asked), asked)
        busy = seconds.filter(pl.col("state").is_in(BUSY))["s"].sum()
        ready = seconds.filter(pl.col("state").is_in(ON_QUEUE))["s"].sum()
        return {
            "occupancy": 100 * busy / ready,
            "contacts_per_hour": 3600 * self._handled(asked).height / ready,
            "conformance": 100 * ready / self._planned_on_queue(asked),
        }

    def _handled(self, asked: Asked) -> pl.DataFrame:
        legs = self.calls.filter(outcome="answered").join(self.people, on="agent_id", how="left")
        legs = legs.with_columns(pl.coalesce("wrap_ended_at", "ended_at").alias("over_at"))
        return self._of(self._in_zone(legs, "site", "over_at", asked), asked)

    def actual_vs_scheduled(self, asked: Asked) -> float:
        """Percent by which agents on queue differ from the first published plan.

        Whole quarters only: of today's, the one that still runs is left out.
        """
        until = min(self.now_at // 900 * 900, max(asked.span(z)[1] for z in self.zones.values()))
        on = self._of(self.spells.filter(pl.col("state").is_in(ON_QUEUE)), asked)
        actual = self._seconds(on, asked, until)["s"].sum()
        plan = self.plan.filter(schedule_version="baseline", activity_code="on_queue")
        plan = self._of(plan.join(self.people, on="agent_id", how="left"), asked)
        planned = self._seconds(plan, asked, until)["s"].sum()
        return 100 * (actual - planned) / planned

    def _planned_on_queue(self, asked: Asked) -> int:
        """Seconds planned on queue so far, each second by the version known at that second."""
        keys = ["agent_id", "shift_date"]
        versions = (
            self.plan.group_by(*keys, "schedule_version")
            .agg(pl.col("published_at").min())
            .sort("schedule_version")
            .with_columns(pl.col("published_at").shift(-1).over(keys).alias("changed_at"))
            .drop("published_at")
        )
        marked = self.plan.join(versions, on=[*keys, "schedule_version"], how="left")
        first = pl.col("schedule_version") == "baseline"
        known = marked.with_columns(
            pl.min_horizontal("end_at", "changed_at").alias("end_at"),
            pl.when(first)
            .then("start_at")
            .otherwise(pl.max_horizontal("start_at", "published_at"))
            .alias("start_at"),
        ).filter(activity_code="on_queue")
        own = self._of(known.join(self.people, on="agent_id", how="left"), asked)
        return int(self._seconds(own, asked)["s"].sum())

    def _in_zone(self, frame: pl.DataFrame, site: str, at: str, asked: Asked) -> pl.DataFrame:
        """Rows whose instant lies in the period, as the clock of their site shows it."""
        parts = []
        for name, zone in self.zones.items():
            low, high = asked.span(zone)
            parts.append(frame.filter(pl.col(site) == name, pl.col(at) >= low, pl.col(at) < high))
        return pl.concat(parts)

    def _seconds(self, frame: pl.DataFrame, asked: Asked, until: int | None = None) -> pl.DataFrame:
        """Rows with the seconds `s` of them that lie in the period and are past."""
        parts = []
        for name, zone in self.zones.items():
            low, high = asked.span(zone)
            high = min(high, self.now_at if until is None else until)
            inside = pl.col("end_at").clip(low, high) - pl.col("start_at").clip(low, high)
            parts.append(
                frame.filter(site=name).with_columns(inside.clip(lower_bound=0).alias("s"))
            )
        return pl.concat(parts)

    @staticmethod
    def _of(frame: pl.DataFrame, asked: Asked) -> pl.DataFrame:
        for column, wanted in (("site", asked.site), ("team", asked.team),
                               ("agent_id", asked.agent)):  # fmt: skip
            if wanted is not None:
                frame = frame.filter(pl.col(column) == wanted)
        return frame


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of one agent cut so that each second has one state: the one that wins all others."""
    ranks = ("talk", "hold", "acw", "dialing", "alerting", "aux", "available", "offline")
    ordered = sorted(
        rows.iter_rows(named=True), key=lambda r: (ranks.index(r["state"]), r["start_at"])
    )
    edges = sorted({row[name] for row in ordered for name in ("start_at", "end_at")})
    place = {at: n for n, at in enumerate(edges)}
    owner = [-1] * len(edges)
    for n, row in enumerate(ordered):
        for piece in range(place[row["start_at"]], place[row["end_at"]]):
            owner[piece] = n if owner[piece] < 0 else owner[piece]
    cut = [
        {**ordered[n], "start_at": edges[piece], "end_at": edges[piece + 1]}
        for piece, n in enumerate(owner)
        if n >= 0
    ]
    return pl.DataFrame(cut, schema=rows.schema)


def _read(folder: Path, pattern: str, *instants: str) -> pl.DataFrame:
    """All files of a kind; instants become UTC seconds."""
    frames = [pl.read_csv(path, infer_schema=False) for path in sorted(folder.glob(pattern))]
    return pl.concat(frames).with_columns(
        pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ").dt.epoch("s").alias(name)
        for name in instants
    )


def _midnight(day: date, zone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())
