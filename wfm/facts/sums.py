"""The one way to add measures up: in 64 bits, and with null where nothing is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl


def sum_of(column: str) -> pl.Expr:
    """Sum of a column in 64 bits, 0 where nothing is known: for callers that count the known."""
    return pl.col(column).cast(pl.Int64).sum()


def known_sum(column: str, name: str | None = None) -> pl.Expr:
    """Sum of what is known of a column, null when nothing is: (3, null) is 3, (null) is null.

    Cast first: polars wraps a sum of UInt32 at 2^32 without a word. Count the known rows:
    `is_not_null().any()` is true in polars 2.1 for no rows at all in two or more chunks.
    """
    value = pl.col(column).cast(pl.Int64)
    return pl.when(value.count() > 0).then(value.sum()).alias(name or column)


def known_max(column: str, name: str | None = None) -> pl.Expr:
    """Largest known value of a column, null when nothing is known."""
    return pl.col(column).cast(pl.Int64).max().alias(name or column)


def merged(column: str, agg: str) -> pl.Expr:
    """A measure merged by its kind: maxima by the largest, everything else added."""
    return known_max(column) if agg == "max" else known_sum(column)


def summed(frame: pl.DataFrame, keys: Sequence[str], sums: Iterable[pl.Expr]) -> pl.DataFrame:
    """Sums of many rows by few keys, in any order: a million quarters of agents by site.

    The streaming engine adds up as it reads. The other one first lists the rows of each key, and
    then fetches them column by column from all over the frame: four times the work.
    """
    return frame.lazy().group_by(keys).agg(sums).collect(engine="streaming")
