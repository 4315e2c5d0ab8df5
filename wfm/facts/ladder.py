"""The ladder: leaf tables summed before anybody asks, in the same build as their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from wfm.facts.measures import MEASURES
from wfm.facts.schema import (
    SHIFT_CELLS,
    TABLES,
    TableSpec,
    cells_column,
    conform,
    known_column,
)
from wfm.facts.sums import merged, summed

# Each rung and, by family of measures, the table it is summed from.
RUNGS: Mapping[str, Mapping[str, str]] = {
    "agent_queue_day": {"agent_queue_interval": "agent_queue_interval"},
    "agent_contact_day": {"agent_queue_interval": "agent_queue_day"},
    "team_day": {
        "agent_queue_interval": "agent_queue_day",
        "agent_interval": "agent_day",
        "agent_day": "agent_day",
    },
    "team_whole_day": {
        "agent_queue_interval": "team_day",
        "agent_interval": "team_day",
        "agent_day": "team_day",
    },
    "site_interval": {
        "queue_interval": "queue_interval",
        "agent_queue_interval": "agent_queue_interval",
        "agent_interval": "agent_interval",
    },
    "site_queue_day": {
        "queue_interval": "site_interval",
        "agent_queue_interval": "site_interval",
        "agent_interval": "team_day",
        "agent_day": "team_day",
    },
    "site_day": {
        "queue_interval": "site_queue_day",
        "agent_queue_interval": "site_queue_day",
        "agent_interval": "site_queue_day",
        "agent_day": "site_queue_day",
    },
}


def ladder(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The pre-summed tables of a day from its leaf tables, both as stored.

    Beside each sum stands how many leaf cells know the measure, so that every rung can tell
    missing from zero just as the leaves can.
    """
    found = dict(tables)
    for name, sources in RUNGS.items():
        found[name] = _rung(TABLES[name], sources, found)
    return {name: found[name] for name in RUNGS}


def has_cells(spec: TableSpec, family: str) -> pl.Expr:
    """Whether a row of a pre-summed table has any leaf cell of a family."""
    counted = pl.col(cells_column(family)) > 0
    if family == "agent_interval" and spec.counts_shift_cells:
        return counted | (pl.col(SHIFT_CELLS) > 0)
    return counted


def _rung(
    spec: TableSpec, sources: Mapping[str, str], tables: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    parts = []
    for family, source in sources.items():
        frame, origin = tables[source], TABLES[source]
        if frame.is_empty():
            continue
        summed = family in origin.presummed
        prepared = frame.with_columns(
            pl.lit(None, dtype).alias(key)
            for key, dtype in spec.dtypes.items()
            if key in spec.keys and key not in frame.columns
        )
        if summed:
            prepared = prepared.filter(has_cells(origin, family))
        parts.append(_summed(prepared, spec, family, leaves=not summed))
    if not parts:
        return pl.DataFrame(schema=spec.dtypes)
    return conform(_aligned(pl.concat(parts, how="diagonal"), spec), spec.name)


def _summed(frame: pl.DataFrame, spec: TableSpec, family: str, *, leaves: bool) -> pl.DataFrame:
    """Sums by the rung's keys, with the leaf cells behind them and how many know each measure."""
    measures = spec.family_measures(family)
    counts = [cells_column(family)]
    if family == "agent_interval" and spec.counts_shift_cells:
        counts.append(SHIFT_CELLS)
    known = [
        pl.col(m).count().cast(pl.Int64).alias(known_column(m))
        if leaves
        else pl.col(known_column(m)).cast(pl.Int64).sum()
        for m in measures
    ]
    cells = pl.len().cast(pl.Int64).alias(counts[0]) if leaves else pl.col(counts).cast(pl.Int64)
    sums = (merged(m, MEASURES[m].agg) for m in measures)
    return summed(frame, spec.keys, [*sums, *known, cells if leaves else cells.sum()])


def _aligned(frame: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    """Families side by side: one row for each key, with zero known cells where one is absent."""
    values: Sequence[str] = [c for c in frame.columns if c not in spec.keys]
    merged_rows = frame.group_by(spec.keys).agg(pl.col(values).drop_nulls().first())
    counts = [c for c in values if c.startswith(("known:", "cells:"))]
    return merged_rows.with_columns(pl.col(counts).fill_null(0))
