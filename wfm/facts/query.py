"""Questions to the facts: sums of measures for a scope, a period and a breakdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from wfm.domain.scope import Scope
from wfm.facts.kept_sums import DIMENSIONS, kept_sums
from wfm.facts.measures import MEASURES
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.router import Need, check_drill, eligible_tables, holds_family, known_measures
from wfm.facts.rows import Wanted, source_columns, wanted_rows, with_dimensions
from wfm.facts.schema import SHIFT_CELLS, TABLES, TableSpec, cells_column, known_column
from wfm.facts.sums import sum_of

DATES = ("day", "week", "month")
PLACES = (
    "site", "team", "agent", "queue", "group", "channel", "contact_type", "activity", "reason"
)  # fmt: skip
_LAST_LEAF = ("site", "queue", "channel", "contact_type")


@dataclass(frozen=True)
class Source:
    """Measures of one leaf table and the table they are taken from, with its column of cells."""

    spec: TableSpec
    family: str
    names: tuple[str, ...]
    counted: str


def read_measures(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """One row per key in order of the keys: `by` columns, a column a measure in natural units,
    `<measure>:known` (leaf cells that know it) and `cells` (leaf cells of its table, the most).

    Null is "nobody knows", never 0. Without `by` there is always exactly one row. `ForbiddenDrill`
    for a measure without one of the dimensions.
    """
    need = need_of(scope, query)
    check_drill(query.measures, need)
    parts = [
        (source.names, frame)
        for source in sources_of(facts, scope, query)
        if (frame := _answer(facts, scope, query, need, source)) is not None
    ]
    known = {name for names, _ in parts for name in names}
    frames = [frame for _, frame in parts]
    one = frames[0] if len(frames) == 1 else _beside(pl.collect_all(frames), query.by)
    return _finished(facts, query, one, known)


def nothing_known(facts: FactReader, query: FactQuery) -> pl.DataFrame:
    """The answer of `read_measures` where no row is: nobody knows, or no key at all."""
    return _finished(facts, query, None, set())


def read_histogram(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """Columns `by`, measure, bucket, n: counts of log buckets added up, in order.

    Buckets merge exactly: the histogram of a site is the sum of its queues'.
    """
    need = need_of(scope, query)
    check_drill(query.measures, need)
    spec = TABLES["hist"]
    frame = scoped_rows(
        facts, scope, query, spec, ("measure", "bucket", "n"), booked_by_shift=False
    )
    if frame is None:
        columns = {d: _dtype(d) for d in query.by}
        return pl.DataFrame(
            schema={**columns, "measure": pl.String, "bucket": pl.Int16, "n": pl.Int64}
        )
    wanted = frame.filter(pl.col("measure").is_in(list(query.measures)))
    keys = [*query.by, "measure", "bucket"]
    summed = wanted.group_by(keys).agg(pl.col("n").cast(pl.Int64).sum())
    return summed.with_columns(named(facts, d) for d in query.by).sort(keys).collect()


def read_from(facts: FactReader, scope: Scope, query: FactQuery, table: str) -> pl.DataFrame | None:
    """The same answer from one given table, in stored units: proof that the ladder is exact."""
    need = need_of(scope, query)
    (family,) = [f for f in known_measures(query.measures) if f]
    spec, names = TABLES[table], tuple(query.measures)
    source = Source(spec, family, names, _counted(spec, family, names, need))
    frame = _answer(facts, scope, query, need, source)
    if frame is None:
        return None
    return (frame.sort(query.by) if query.by else frame).collect()


def chosen_tables(facts: FactReader, scope: Scope, query: FactQuery) -> dict[str, str]:
    """The table that answers the measures of each leaf table, which here share one a leaf."""
    need = need_of(scope, query)
    return {
        family: tables[0].name
        for family, names in known_measures(query.measures).items()
        if family and (tables := _smallest(facts, query, need, family, names))
    }


def need_of(scope: Scope, query: FactQuery) -> Need:
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


def sources_of(facts: FactReader, scope: Scope, query: FactQuery) -> list[Source]:
    """The tables that answer a question, each with the measures taken from it.

    Stocks and adherence may need another table than the rest of their family.
    """
    need = need_of(scope, query)
    return [
        Source(tables[0], family, tuple(group), _counted(tables[0], family, group, need))
        for family, names in known_measures(query.measures).items()
        if family
        for group in _apart(names)
        if (tables := _smallest(facts, query, need, family, group))
    ]


def _smallest(
    facts: FactReader, query: FactQuery, need: Need, family: str, names: Iterable[str]
) -> list[TableSpec]:
    """Tables that can answer, those of most days first, and of these the one with fewest rows."""
    found: list[tuple[int, int, int, TableSpec]] = []
    for spec in eligible_tables(family, names, need):
        files = facts.files(spec.name, query.first, query.end)
        if holds_family(spec, facts.files(family, query.first, query.end)):
            # After their retention single intervals are gone, and the sums of the day remain.
            found.append((-len(files), sum(f.rows for f in files), len(found), spec))
    return [spec for *_, spec in sorted(found, key=lambda ranked: ranked[:3])]


def _beside(parts: Sequence[pl.DataFrame], by: Sequence[str]) -> pl.LazyFrame | None:
    """Answers side by side: one row a key, `_cells` the most of any of them."""
    if not parts:
        return None
    joined = parts[0]
    for part in parts[1:]:
        more = part.rename({"_cells": "_more"})
        joined = (
            joined.join(more, on=by, how="full", coalesce=True, nulls_equal=True)
            if by
            else pl.concat([joined, more], how="horizontal")
        )
        joined = joined.with_columns(pl.max_horizontal("_cells", "_more").alias("_cells"))
        joined = joined.drop("_more")
    return joined.lazy()


def _apart(names: Iterable[str]) -> list[list[str]]:
    """Measures that can share a table: stocks apart, adherence apart from wall clock."""
    groups: dict[tuple[bool, bool], list[str]] = {}
    for name in names:
        rule = MEASURES[name]
        if rule.agg != "hist":
            key = (rule.agg == "last", rule.counts_by_shift_day)
            groups.setdefault(key, []).append(name)
    return list(groups.values())


def _answer(
    facts: FactReader,
    scope: Scope,
    query: FactQuery,
    need: Need,
    source: Source,
) -> pl.LazyFrame | None:
    spec, names = source.spec, source.names
    if source.family in spec.presummed and query.by and DIMENSIONS.issuperset(query.by):
        asked = replace(query, first=date.min, end=date.max)
        kept = kept_sums(
            facts, spec, query.first, query.end, query.by, names, (scope, asked, names),
            lambda first, end: _summed(
                facts, scope, replace(query, first=first, end=end), need, source
            ),
        )  # fmt: skip
        if kept is not None:
            return kept
    return _summed(facts, scope, query, need, source)


def _summed(
    facts: FactReader,
    scope: Scope,
    query: FactQuery,
    need: Need,
    source: Source,
) -> pl.LazyFrame | None:
    spec, names, counted = source.spec, source.names, source.counted
    by_shift = _by_shift(names, need) and "shift_day" in spec.keys
    presummed = source.family in spec.presummed
    stock = MEASURES[names[0]].agg == "last"
    columns = [*names]
    if presummed:
        columns += [counted, *(known_column(m) for m in names)]
    if stock:
        columns += ["q", *(d for d in _LAST_LEAF if d in spec.keys)]
    frame = scoped_rows(facts, scope, query, spec, columns, booked_by_shift=by_shift)
    if frame is None:
        return None
    if stock:
        frame = _latest(frame, query.by, spec, names)
    known = [_known(m, presummed) for m in names]
    cells = sum_of(counted) if presummed else pl.len()
    sums = [pl.col(m).max() if MEASURES[m].agg == "max" else sum_of(m) for m in names]
    expressions = [*sums, *known, cells.cast(pl.Int64).alias("_cells")]
    # Rows without a leaf cell of the family, booked as asked, are no key of their own.
    there = pl.col("_cells") > 0
    found = frame.group_by(query.by).agg(expressions).filter(there) if query.by else (
        frame.select(expressions)
    )  # fmt: skip
    return found.with_columns(
        pl.when(pl.col(f"{m}:known") > 0).then(pl.col(m).cast(pl.Int64)).alias(m) for m in names
    )


def _counted(spec: TableSpec, family: str, names: Iterable[str], need: Need) -> str:
    """The column of a pre-summed table that counts the cells behind some measures."""
    by_shift = family == "agent_interval" and spec.counts_shift_cells and _by_shift(names, need)
    return SHIFT_CELLS if by_shift else cells_column(family)


def _known(measure: str, presummed: bool) -> pl.Expr:
    counted = sum_of(known_column(measure)) if presummed else pl.col(measure).count()
    return counted.cast(pl.Int64).alias(f"{measure}:known")


def _by_shift(names: Iterable[str], need: Need) -> bool:
    return not need.inside_day and any(MEASURES[m].counts_by_shift_day for m in names)


def _latest(
    frame: pl.LazyFrame, by: Sequence[str], spec: TableSpec, names: Sequence[str]
) -> pl.LazyFrame:
    """A stock's newest value of each leaf in each key: added over leaves, never over time."""
    leaf = list(dict.fromkeys([*by, *(d for d in _LAST_LEAF if d in spec.keys)]))
    return (
        frame.sort("q").group_by(leaf, maintain_order=True)
        .agg(pl.col(m).drop_nulls().last() for m in names)
    )  # fmt: skip


def scoped_rows(
    facts: FactReader,
    scope: Scope,
    query: FactQuery,
    spec: TableSpec,
    columns: Iterable[str],
    *,
    booked_by_shift: bool,
) -> pl.LazyFrame | None:
    """Rows of a table inside scope, days and filters, with the columns to group by."""
    day = "shift_day" if booked_by_shift else "day"
    conditions = []
    for level in ("agent", "team", "site"):
        wanted = getattr(scope, level)
        if wanted is not None:
            conditions.append((level, pl.col(level) == facts.keys[level].get(wanted, -1)))
    for kind, chosen in (("queue", query.queues), ("contact_type", query.contact_types)):
        if chosen:
            numbers = [facts.keys[kind][c] for c in chosen if c in facts.keys.get(kind, {})]
            conditions.append((kind, pl.col(kind).is_in(numbers)))
    if query.q_from is not None:
        conditions.append(("q", pl.col("q") >= query.q_from))
    if query.q_to is not None:
        conditions.append(("q", pl.col("q") < query.q_to))
    if booked_by_shift:
        conditions.append((day, pl.col(day).is_between(query.first, query.end, closed="left")))
    # A shift over midnight has its last rows in the next day's file.
    end = query.end + timedelta(days=1) if booked_by_shift else query.end
    needed = {*columns, *(name for name, _ in conditions)}
    needed |= {name for d in query.by for name in source_columns(d, day, spec)}
    asked = Wanted(tuple(sorted(needed)), tuple(condition for _, condition in conditions))
    frame = wanted_rows(facts, spec, query.first, end, asked)
    return None if frame is None else with_dimensions(facts, frame, query.by, day, spec)


def _finished(
    facts: FactReader, query: FactQuery, frame: pl.LazyFrame | None, answered: set[str]
) -> pl.DataFrame:
    """The frame with every asked measure, scaled, ids as text, in order of its keys."""
    if frame is None:
        empty = pl.DataFrame(schema=dict.fromkeys(query.by, pl.Int64))
        frame = (empty if query.by else pl.DataFrame({"_cells": [0]})).lazy()
    columns = [named(facts, dimension) for dimension in query.by]
    for name in query.measures:
        value = pl.col(name) if name in answered else pl.lit(None, pl.Int64).alias(name)
        scale = MEASURES[name].scale
        columns.append(value if scale == 1 else (value / scale).alias(name))
    for name in query.measures:
        known = pl.col(f"{name}:known").fill_null(0) if name in answered else pl.lit(0, pl.Int64)
        columns.append(known.alias(f"{name}:known"))
    cells = pl.col("_cells") if answered or not query.by else pl.lit(0, pl.Int64)
    ordered = frame.select(*columns, cells.alias("cells"))
    return (ordered.sort(query.by) if query.by else ordered).collect()


def named(facts: FactReader, dimension: str) -> pl.Expr:
    """A dimension's numbers as external ids, or in the type a page expects."""
    if dimension not in PLACES:
        return pl.col(dimension).cast(_dtype(dimension))
    names = facts.names.get(dimension, pl.Series(dtype=pl.String))
    number = pl.col(dimension).cast(pl.Int64)
    inside = pl.when(number < len(names)).then(number)
    return pl.lit(names).gather(inside.cast(pl.UInt32)).alias(dimension)


def _dtype(dimension: str) -> type[pl.DataType]:
    if dimension in PLACES:
        return pl.String
    return pl.Date if dimension in DATES else pl.Int32
