"""Moments of shifts at which lateness begins: when each agent was due, and by how much late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from wfm.domain.scope import Scope
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.rows import Wanted, wanted_rows
from wfm.facts.schema import TABLES

LAST_SHIFTS = 22  # about a month of work
BACK_DAYS = 42  # in which they are looked for
WEEKDAY_BACK_DAYS = 98  # fourteen of each weekday, of which ten must have been worked
START, END, MEAL, EARLY_MEAL, BREAK = (
    "shift_start", "shift_end", "after_meal", "early_meal", "after_break",
)  # fmt: skip
_PAUSES = {"meal": MEAL, "break": BREAK}
_SHIFT = ["agent", "shift_day"]
_ABSENT = ("leave", "sick", "no_show", "unavailable")


@dataclass(frozen=True)
class Kept:
    """What the last shifts of many people show, one row each.

    `moments`: agent, shift_day, moment, late_s (0 on time). `judged`: agent, shift_day, base_s and
    in_s of adherence. `places`: agent, site, team, as of the newest of their shifts.
    """

    moments: pl.DataFrame
    judged: pl.DataFrame
    places: pl.DataFrame

    def newest(self, today: date) -> Kept:
        """Of each agent the last 22 shifts of six weeks."""
        shifts = self.judged.filter(pl.col("shift_day") >= today - timedelta(days=BACK_DAYS))
        rank = pl.col("shift_day").rank("ordinal", descending=True).over("agent")
        return self._of(shifts.filter(rank <= LAST_SHIFTS))

    def on_weekday(self, weekday: int) -> Kept:
        """The shifts that began on one weekday, 1 Monday to 7 Sunday."""
        return self._of(self.judged.filter(pl.col("shift_day").dt.weekday() == weekday))

    def _of(self, shifts: pl.DataFrame) -> Kept:
        return Kept(self.moments.join(shifts, on=_SHIFT, how="semi"), shifts, self.places)


def read_moments(
    facts: FactReader, scope: Scope, now_at: int, today: date, categories: Mapping[str, str]
) -> Kept | None:
    """The finished shifts of fourteen weeks in a scope; None without schedules or states.

    `categories` gives the category of each activity code. Lateness is time out of adherence that
    begins where a pause ends or the shift begins; time that a contact took from a pause is excused
    by the facts already, so it is no lateness.
    """
    first, end = today - timedelta(days=WEEKDAY_BACK_DAYS), today + timedelta(days=1)
    by_number = {n: categories.get(code, code) for n, code in facts.ids.get("activity", {}).items()}
    pauses = {n: _PAUSES[c] for n, c in by_number.items() if c in _PAUSES}
    absent = [n for n, c in by_number.items() if c in _ABSENT]
    judged = _judged(facts, scope, first, end)
    if judged.is_empty() or not pauses:
        return None
    planned = _planned(facts, first, end, absent)
    out = _out(facts, first, end)
    if planned is None or out is None:
        return None
    shifts = _finished(planned, judged, now_at)
    due = _due(planned, shifts, pauses)
    late = due.join(_lateness(out), on=[*_SHIFT, "side", "at"], how="left")
    moments = late.select(*_SHIFT, "moment", pl.col("late_s").fill_null(0))
    kept = judged.join(shifts, on=_SHIFT, how="semi")
    places = kept.sort("shift_day").group_by("agent").agg(pl.col("site", "team").last())
    return Kept(moments, kept.select(*_SHIFT, "base_s", "in_s"), places)


def _judged(facts: FactReader, scope: Scope, first: date, end: date) -> pl.DataFrame:
    """Base and seconds in adherence of each agent and shift day inside the scope."""
    names = ("adh_sched_s", "adh_neutral_s", "adh_in_s")
    query = FactQuery(names, first, end, ("agent", "team", "site", "day"))
    frame = read_measures(facts, scope, query)
    numbers = facts.keys.get("agent", {})
    return (
        frame.filter(pl.col("adh_sched_s") > pl.col("adh_neutral_s"))
        .with_columns(
            pl.col("agent").replace_strict(numbers, default=None, return_dtype=pl.UInt32),
            (pl.col("adh_sched_s") - pl.col("adh_neutral_s")).alias("base_s"),
            pl.col("adh_in_s").alias("in_s"),
            pl.col("day").alias("shift_day"),
        )
        .select("agent", "shift_day", "site", "team", "base_s", "in_s")
    )


def _planned(facts: FactReader, first: date, end: date, absent: list[int]) -> pl.LazyFrame | None:
    columns = ("act", "agent", "shift_day", "t0", "t1")
    wanted = Wanted(columns, (pl.col("act").is_not_null() & ~pl.col("act").is_in(absent),))
    frame = wanted_rows(facts, TABLES["state_spell"], first, end, wanted)
    return None if frame is None else frame.select(columns)


def _out(facts: FactReader, first: date, end: date) -> pl.DataFrame | None:
    """Spells out of adherence, pieces of one joined: agent, shift_day, t0, t1."""
    columns = ("agent", "shift_day", "spell", "t0", "t1", "verdict")
    wanted = Wanted(columns, (pl.col("verdict") == "out",))
    frame = wanted_rows(facts, TABLES["adherence_spell"], first, end, wanted)
    if frame is None:
        return None
    rows = frame.select(columns).collect().sort("agent", "t0")
    keys = ["agent", "shift_day", "spell"]
    same = pl.all_horizontal(pl.col(key).eq_missing(pl.col(key).shift(1)) for key in keys)
    touches = pl.col("t0") == pl.col("t1").shift(1)
    return (
        rows.with_columns((~(same & touches).fill_null(False)).cum_sum().alias("run"))
        .group_by("run", maintain_order=True)
        .agg(pl.col(*_SHIFT).first(), pl.col("t0").min(), pl.col("t1").max())
    )


def _finished(planned: pl.LazyFrame, judged: pl.DataFrame, now_at: int) -> pl.DataFrame:
    """The finished shifts of each agent: agent, shift_day, begin, end."""
    known = (
        planned.group_by(_SHIFT)
        .agg(pl.col("t0").min().alias("begin"), pl.col("t1").max().alias("end"))
        .collect()
    )
    # A shift that still runs ends, as far as is known, when the facts were made.
    made_at = known["end"].max()
    return known.filter(pl.col("end") <= now_at, pl.col("end") < made_at).join(
        judged, on=_SHIFT, how="semi"
    )


def _due(planned: pl.LazyFrame, shifts: pl.DataFrame, pauses: Mapping[int, str]) -> pl.DataFrame:
    """When each agent was due: agent, shift_day, moment, side (after, before), at."""
    acts = list(pauses)
    rows = planned.filter(pl.col("act").is_in(acts)).collect().join(shifts, on=_SHIFT, how="inner")
    rows = rows.sort("agent", "t0")
    same = pl.all_horizontal(pl.col(k) == pl.col(k).shift(1) for k in (*_SHIFT, "act"))
    runs = rows.with_columns(
        (~(same & (pl.col("t0") <= pl.col("t1").shift(1))).fill_null(False)).cum_sum().alias("run")
    )
    blocks = (
        runs.group_by("run", maintain_order=True)
        .agg(pl.col(*_SHIFT, "act").first(), pl.col("t0").min(), pl.col("t1").max())
        .with_columns(
            pl.col("act").cast(pl.Int64).replace_strict(pauses, return_dtype=pl.String)
            .alias("kind")
        )
        .with_columns((pl.int_range(pl.len()).over(*_SHIFT, "kind") + 1).alias("nth"))
    )  # fmt: skip
    numbered = pl.concat_str(pl.col("kind"), pl.lit("_"), pl.col("nth").cast(pl.String))
    moment = pl.when(pl.col("kind") == MEAL).then(pl.col("kind")).otherwise(numbered)
    meals = blocks.filter(pl.col("kind") == MEAL)
    parts = [
        _moment(blocks, moment, "after", "t1"),
        _moment(meals, pl.lit(EARLY_MEAL), "before", "t0"),
        _moment(shifts, pl.lit(START), "after", "begin"),
        _moment(shifts, pl.lit(END), "before", "end"),
    ]
    # A second meal of a shift is another moment of the same kind: one a shift is counted.
    return pl.concat(parts).unique([*_SHIFT, "moment"], keep="first", maintain_order=True)


def _moment(frame: pl.DataFrame, name: pl.Expr, side: str, at: str) -> pl.DataFrame:
    return frame.select(
        *_SHIFT, name.alias("moment"), pl.lit(side).alias("side"), pl.col(at).alias("at")
    )


def _lateness(out: pl.DataFrame) -> pl.DataFrame:
    """Time out by the instant it touches: after it (it begins there), before it (it ends there)."""
    seconds = (pl.col("t1") - pl.col("t0")).alias("late_s")
    after = out.select(*_SHIFT, pl.lit("after").alias("side"), pl.col("t0").alias("at"), seconds)
    before = out.select(*_SHIFT, pl.lit("before").alias("side"), pl.col("t1").alias("at"), seconds)
    return pl.concat([after, before]).group_by(*_SHIFT, "side", "at").agg(pl.col("late_s").sum())
