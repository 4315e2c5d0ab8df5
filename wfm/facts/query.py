"""Questions to the facts: sums of measures for a scope, a period and a breakdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from wfm.domain.scope import Scope
from wfm.facts.frames import FrameCache
from wfm.facts.ladder import has_cells
from wfm.facts.measures import MEASURES
from wfm.facts.router import Need, check_drill, eligible_tables, known_measures
from wfm.facts.schema import SHIFT_CELLS, TABLES, TableSpec, cells_column, known_column
from wfm.facts.sums import known_max, known_sum
from wfm.store.manifest import FactFile, Snapshot

DATES = ("day", "week", "month")
PLACES = ("site", "team", "agent", "queue", "group", "channel", "contact_type")
_LAST_LEAF = ("site", "queue", "channel", "contact_type")


@dataclass(frozen=True)
class FactQuery:
    """Measures over local days `first` up to, not including, `end`, broken down by dimensions.

    `q_from` and `q_to` cut out quarters (half-open) and make it a view inside the day.
    """

    measures: tuple[str, ...]
    first: date
    end: date
    by: tuple[str, ...] = ()
    q_from: int | None = None
    q_to: int | None = None
    queues: tuple[str, ...] = ()
    contact_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactReader:
    """The facts of one generation: every query of a page sees the same files."""

    snapshot: Snapshot
    frames: FrameCache
    keys: Mapping[str, Mapping[str, int]]  # dimension numbers by kind and id
    groups: Mapping[str, str]  # queue id to skill group id

    @property
    def generation(self) -> int:
        """The generation of the facts, one higher with every rebuilt day."""
        return self.snapshot.generation

    @cached_property
    def by_table(self) -> Mapping[str, list[FactFile]]:
        """Live files of each table, in order of day."""
        found: dict[str, list[FactFile]] = {}
        for file in self.snapshot.files:
            found.setdefault(file.table, []).append(file)
        return found

    @cached_property
    def ids(self) -> Mapping[str, Mapping[int, str]]:
        """External id of each dimension number, by kind."""
        return {kind: {n: ext for ext, n in keys.items()} for kind, keys in self.keys.items()}

    @cached_property
    def group_of_queue(self) -> Mapping[int, int]:
        """Number of the skill group of each queue number."""
        queues, groups = self.keys.get("queue", {}), self.keys.get("group", {})
        return {
            queues[queue]: groups[group]
            for queue, group in self.groups.items()
            if queue in queues and group in groups
        }

    def files(self, table: str, first: date, end: date) -> list[FactFile]:
        """Live files of a table for days from `first` up to, not including, `end`."""
        return [f for f in self.by_table.get(table, []) if first <= f.day < end]


def read_measures(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """One row per key in order of the keys: `by` columns, a column a measure in natural units,
    `<measure>:known` (leaf cells that know it) and `cells` (leaf cells of its table, the most).

    Null is "nobody knows", never 0. Without `by` there is always exactly one row. `ForbiddenDrill`
    for a measure without one of the dimensions.
    """
    need = _need(scope, query)
    check_drill(query.measures, need)
    joined: pl.DataFrame | None = None
    for family, names in known_measures(query.measures).items():
        if not family:
            continue
        frame = _family(facts, scope, query, need, family, names)
        if frame is None:
            continue
        joined = (
            frame.rename({"_cells": "cells"})
            if joined is None
            else joined.join(frame, on=query.by, how="full", coalesce=True, nulls_equal=True)
            .with_columns(pl.max_horizontal("cells", "_cells").alias("cells"))
            .drop("_cells")
            if query.by
            else pl.concat([joined, frame], how="horizontal")
            .with_columns(pl.max_horizontal("cells", "_cells").alias("cells"))
            .drop("_cells")
        )
    return _finished(facts, query, joined)


def read_histogram(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """Columns `by`, measure, bucket, n: counts of log buckets added up, in order.

    Buckets merge exactly: the histogram of a site is the sum of its queues'.
    """
    need = _need(scope, query)
    check_drill(query.measures, need)
    spec = TABLES["hist"]
    frame = _rows(facts, scope, query, need, spec, booked_by_shift=False)
    if frame is None:
        columns = {d: _dtype(d) for d in query.by}
        return pl.DataFrame(
            schema={**columns, "measure": pl.String, "bucket": pl.Int16, "n": pl.Int64}
        )
    wanted = frame.filter(pl.col("measure").is_in(list(query.measures)))
    keys = [*query.by, "measure", "bucket"]
    summed = wanted.group_by(keys).agg(pl.col("n").cast(pl.Int64).sum())
    return _named(facts, query.by, summed).sort(keys)


def read_from(facts: FactReader, scope: Scope, query: FactQuery, table: str) -> pl.DataFrame | None:
    """The same answer from one given table, in stored units: proof that the ladder is exact."""
    need = _need(scope, query)
    (family,) = [f for f in known_measures(query.measures) if f]
    frame = _answer(facts, scope, query, need, TABLES[table], family, list(query.measures))
    return None if frame is None else frame.sort(query.by) if query.by else frame


def _need(scope: Scope, query: FactQuery) -> Need:
    wanted = set(query.by)
    wanted |= {level for level in ("site", "team", "agent") if getattr(scope, level) is not None}
    if query.queues:
        wanted.add("queue")
    if query.contact_types:
        wanted.add("contact_type")
    if query.q_from is not None or query.q_to is not None:
        wanted.add("q")
    inside = bool(wanted & {"q", "slot"})
    return Need(frozenset(wanted), inside)


def _family(
    facts: FactReader,
    scope: Scope,
    query: FactQuery,
    need: Need,
    family: str,
    names: Sequence[str],
) -> pl.DataFrame | None:
    """The answer for the measures of one leaf table, from the table with the fewest rows."""
    # Stocks and adherence may need another table than the rest of their family.
    parts: list[pl.DataFrame] = []
    for group in _apart(names):
        tables = eligible_tables(family, group, need)
        if not tables:
            continue
        best = min(tables, key=lambda spec: _size(facts, query, spec))
        part = _answer(facts, scope, query, need, best, family, group)
        if part is not None:
            parts.append(part)
    if not parts:
        return None
    frame = parts[0]
    for part in parts[1:]:
        if query.by:
            frame = frame.join(
                part.rename({"_cells": "_more"}), on=query.by, how="full", coalesce=True,
                nulls_equal=True,
            )  # fmt: skip
        else:
            frame = pl.concat([frame, part.rename({"_cells": "_more"})], how="horizontal")
        frame = frame.with_columns(pl.max_horizontal("_cells", "_more").alias("_cells")).drop(
            "_more"
        )
    return frame


def _apart(names: Iterable[str]) -> list[list[str]]:
    """Measures that can share a table: stocks apart, adherence apart from wall clock."""
    groups: dict[tuple[bool, bool], list[str]] = {}
    for name in names:
        rule = MEASURES[name]
        if rule.agg != "hist":
            key = (rule.agg == "last", rule.counts_by_shift_day)
            groups.setdefault(key, []).append(name)
    return list(groups.values())


def _size(facts: FactReader, query: FactQuery, spec: TableSpec) -> int:
    return sum(f.rows for f in facts.files(spec.name, query.first, query.end))


def _answer(
    facts: FactReader,
    scope: Scope,
    query: FactQuery,
    need: Need,
    spec: TableSpec,
    family: str,
    names: Sequence[str],
) -> pl.DataFrame | None:
    by_shift = _by_shift(names, need) and "shift_day" in spec.keys
    frame = _rows(facts, scope, query, need, spec, booked_by_shift=by_shift)
    if frame is None:
        return None
    presummed = family in spec.presummed
    if presummed:
        frame = frame.filter(has_cells(spec, family))
    counts = [
        pl.col(known_column(m)).cast(pl.Int64).sum().alias(f"{m}:known")
        if presummed
        else pl.col(m).is_not_null().sum().cast(pl.Int64).alias(f"{m}:known")
        for m in names
    ]
    counted = cells_column(family)
    if family == "agent_interval" and spec.counts_shift_cells and _by_shift(names, need):
        counted = SHIFT_CELLS
    cells = pl.col(counted).cast(pl.Int64).sum() if presummed else pl.len().cast(pl.Int64)
    if MEASURES[names[0]].agg == "last":
        frame = _latest(frame, query.by, names)
    sums = [known_max(m) if MEASURES[m].agg == "max" else known_sum(m) for m in names]
    expressions = [*sums, *counts, cells.alias("_cells")]
    return frame.group_by(query.by).agg(expressions) if query.by else frame.select(expressions)


def _by_shift(names: Iterable[str], need: Need) -> bool:
    return not need.inside_day and any(MEASURES[m].counts_by_shift_day for m in names)


def _latest(frame: pl.DataFrame, by: Sequence[str], names: Sequence[str]) -> pl.DataFrame:
    """A stock's newest value of each leaf in each key: added over leaves, never over time."""
    leaf = list(dict.fromkeys([*by, *(d for d in _LAST_LEAF if d in frame.columns)]))
    return (
        frame.sort("q").group_by(leaf, maintain_order=True)
        .agg(pl.col(m).drop_nulls().last() for m in names)
    )  # fmt: skip


def _rows(
    facts: FactReader,
    scope: Scope,
    query: FactQuery,
    need: Need,
    spec: TableSpec,
    *,
    booked_by_shift: bool,
) -> pl.DataFrame | None:
    """Rows of a table inside scope, days and filters, with the columns to group by."""
    # A shift over midnight has its last rows in the next day's file.
    end = query.end + timedelta(days=1) if booked_by_shift else query.end
    files = facts.files(spec.name, query.first, end)
    if not files:
        return None
    frame = facts.frames.frame([f.file for f in files])
    day = "shift_day" if booked_by_shift else "day"
    conditions = [pl.col(day) >= query.first, pl.col(day) < query.end] if booked_by_shift else []
    for level in ("site", "team", "agent"):
        wanted = getattr(scope, level)
        if wanted is not None:
            conditions.append(pl.col(level) == facts.keys[level].get(wanted, -1))
    for kind, chosen in (("queue", query.queues), ("contact_type", query.contact_types)):
        if chosen:
            numbers = [facts.keys[kind][c] for c in chosen if c in facts.keys.get(kind, {})]
            conditions.append(pl.col(kind).is_in(numbers))
    if query.q_from is not None:
        conditions.append(pl.col("q") >= query.q_from)
    if query.q_to is not None:
        conditions.append(pl.col("q") < query.q_to)
    if conditions:
        frame = frame.filter(conditions)
    return frame.with_columns(_derived(facts, dimension, day, spec) for dimension in query.by)


def _derived(facts: FactReader, dimension: str, day: str, spec: TableSpec) -> pl.Expr:
    local = pl.col(day)
    if dimension == "day":
        return local.alias("day")
    if dimension == "week":
        return local.dt.truncate("1w").alias("week")
    if dimension == "month":
        return local.dt.truncate("1mo").alias("month")
    if dimension == "weekday":
        return local.dt.weekday().alias("weekday")
    if dimension == "group" and "group" not in spec.keys:
        return (
            pl.col("queue")
            .replace_strict(facts.group_of_queue, default=None, return_dtype=pl.UInt16)
            .alias("group")
        )
    return pl.col(dimension)


def _finished(facts: FactReader, query: FactQuery, frame: pl.DataFrame | None) -> pl.DataFrame:
    """The frame with every asked measure, scaled, ids as text, in order of its keys."""
    if frame is None:
        frame = pl.DataFrame(schema=dict.fromkeys(query.by, pl.Int64))
        if not query.by:
            frame = pl.DataFrame({"cells": [0]})
    for name in query.measures:
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, pl.Int64).alias(name))
        if f"{name}:known" not in frame.columns:
            frame = frame.with_columns(pl.lit(0, pl.Int64).alias(f"{name}:known"))
    if "cells" not in frame.columns:
        frame = frame.with_columns(pl.lit(0, pl.Int64).alias("cells"))
    scaled = [
        (pl.col(m) / MEASURES[m].scale).alias(m) for m in query.measures if MEASURES[m].scale != 1
    ]
    known = [pl.col(f"{m}:known").fill_null(0) for m in query.measures]
    frame = _named(facts, query.by, frame.with_columns(*scaled, *known))
    columns = [*query.by, *query.measures, *(f"{m}:known" for m in query.measures), "cells"]
    ordered = frame.select(columns)
    return ordered.sort(query.by) if query.by else ordered


def _named(facts: FactReader, by: Sequence[str], frame: pl.DataFrame) -> pl.DataFrame:
    """Dimension numbers as external ids, the rest in the types a page expects."""
    return frame.with_columns(
        pl.col(d).cast(pl.Int64).replace_strict(facts.ids.get(d, {}), default=None,
                                                return_dtype=pl.String)
        if d in PLACES
        else pl.col(d).cast(_dtype(d))
        for d in by
    )  # fmt: skip


def _dtype(dimension: str) -> type[pl.DataType]:
    if dimension in PLACES:
        return pl.String
    return pl.Date if dimension in DATES else pl.Int32
