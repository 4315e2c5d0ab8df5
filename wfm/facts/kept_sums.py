"""Sums of blocks of days, kept as the files they come from: a long span asked again is few rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date, timedelta

import polars as pl

from wfm.facts.frames import blocks
from wfm.facts.measures import MEASURES
from wfm.facts.rows import Files
from wfm.facts.schema import TableSpec

LONG = 14  # days from which on sums of blocks of them are kept
# What a row tells by itself. Time would give as many sums as rows; skill groups of queues change.
DIMENSIONS = frozenset({"site", "team", "agent", "queue", "channel", "contact_type"})


def kept_sums(
    facts: Files, spec: TableSpec, first: date, end: date, by: Sequence[str], names: Sequence[str],
    mark: Hashable, summed: Callable[[date, date], pl.LazyFrame | None],
) -> pl.LazyFrame | None:  # fmt: skip
    """Columns `by`, names, `<name>:known` and `_cells` of a long span of days; None of a short one.

    A month of 20,000 people is 600,000 rows; asked again it is a few sums of each of them. `summed`
    gives the same columns of the days from one up to, not including, another; `mark` tells apart
    what else they depend on.
    """
    files = facts.files(spec.name, first, end)
    if len(files) < LONG:
        return None
    day_of = {file.file: file.day for file in files}
    parts = []
    for block in blocks([file.file for file in files]):
        rows = summed(day_of[block[0]], day_of[block[-1]] + timedelta(days=1))
        if rows is not None:
            parts.append(facts.frames.made((spec.name, mark), block, rows.collect))
    value = [
        pl.col(name).max() if MEASURES[name].agg == "max" else pl.col(name).sum() for name in names
    ]
    counts = pl.col("_cells", *(f"{name}:known" for name in names)).sum()
    found = pl.concat(parts).lazy().group_by(by).agg(*value, counts)
    return found.with_columns(
        pl.when(pl.col(f"{name}:known") > 0).then(name).alias(name) for name in names
    )
