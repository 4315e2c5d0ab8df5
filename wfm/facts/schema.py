"""Schemas of the fact tables: keys, measures, exact types, and the order of rows.

Seconds of one agent in one quarter fit UInt16; contact-clock seconds need UInt32 (a leg of 19 h is
68,400); squares and thousandths are Int64; nothing is a float. Casts on writing are strict, so an
overflow or a negative raises instead of wrapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import polars as pl

from wfm.facts.measures import MEASURES, measures_of
from wfm.store.raw import STATE

Dtype = pl.DataType | type[pl.DataType]

KEY_DTYPES: dict[str, Dtype] = {
    "day": pl.Date,
    "shift_day": pl.Date,
    "q": pl.Int32,
    "slot": pl.UInt8,
    "site": pl.UInt16,
    "team": pl.UInt16,
    "queue": pl.UInt16,
    "group": pl.UInt16,
    "channel": pl.UInt16,
    "contact_type": pl.UInt16,
    "agent": pl.UInt32,
    "activity": pl.UInt16,
    "reason": pl.UInt16,
    "fc_version": pl.UInt32,
    "measure": pl.String,
    "bucket": pl.Int16,
    "n": pl.UInt32,
    "value": pl.Int64,
    "customer": pl.UInt64,
    "at": pl.Int64,
    "answered": pl.Boolean,
    "feed": pl.String,
    "expected": pl.Int64,
    "ok": pl.Int64,
    "identity": pl.String,
    "difference": pl.Int64,
    "values": pl.String,
}
# Leaf cells of `agent_interval` by the day on which their shift starts, as adherence is booked.
SHIFT_CELLS = "cells:agent_interval:shift"
STATE_GROUP = pl.Enum(
    ["on_queue", "break", "meal", "meeting", "coaching", "training", "project", "other_aux",
     "logged_out", "unknown"]
)  # fmt: skip
VERDICT = pl.Enum(["outside", "in", "out", "neutral", "ignored", "unknown"])
SPELL_DTYPES: dict[str, Dtype] = {
    "t0": pl.Int64,
    "t1": pl.Int64,
    "act": pl.UInt16,
    "state": STATE,
    "reason": pl.UInt16,
    "state_group": STATE_GROUP,
    "verdict": VERDICT,
    "cause": pl.String,
    "spell": pl.UInt32,
}


@dataclass(frozen=True)
class TableSpec:
    """A fact table: its keys, the measures in it by leaf table, and whether it is pre-summed.

    `by_shift_day` tells that its adherence columns are booked to the day the shift starts. A table
    of a `part` holds sums of the day, whose rows are no leaf cells: it answers nothing else.
    """

    name: str
    keys: tuple[str, ...]
    sort: tuple[str, ...]
    families: tuple[str, ...] = ()
    presummed: tuple[str, ...] = ()
    by_shift_day: bool = False
    since: int = 0  # code version of the first builds that have this table
    part: str = ""  # the dimension that splits time within a day: asked only with it
    only: tuple[str, ...] = ()  # the measures it holds of its families, when not all

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures of the table, all families."""
        return tuple(m for family in self.families for m in self.family_measures(family))

    @property
    def counts_shift_cells(self) -> bool:
        """Whether it also counts the quarters of an agent by the day of their shift."""
        return self.by_shift_day and "agent_interval" in self.presummed

    def family_measures(self, family: str) -> tuple[str, ...]:
        """Measures of one family that this table holds; stocks stay in their leaf table."""
        aggs = ("sum", "max") if family in self.presummed else ("sum", "max", "last")
        names = measures_of(family, *aggs)
        return tuple(m for m in names if m in self.only) if self.only else names

    @cached_property
    def dtypes(self) -> dict[str, Dtype]:
        """Column name to exact type, in the order of the file."""
        types: dict[str, Dtype] = {key: KEY_DTYPES[key] for key in self.keys if key in KEY_DTYPES}
        types |= {key: SPELL_DTYPES[key] for key in self.keys if key in SPELL_DTYPES}
        for family in self.families:
            summed = family in self.presummed
            names = self.family_measures(family)
            types |= {m: _dtype(m, family, summed or bool(self.part)) for m in names}
            if summed:
                types |= {known_column(m): pl.UInt32 for m in self.family_measures(family)}
                types[cells_column(family)] = pl.UInt32
        if self.counts_shift_cells:
            types[SHIFT_CELLS] = pl.UInt32
        return types


def known_column(measure: str) -> str:
    """Column of a pre-summed table with the number of leaf cells that know a measure."""
    return f"known:{measure}"


def cells_column(family: str) -> str:
    """Column of a pre-summed table with the number of leaf cells of a family."""
    return f"cells:{family}"


def _dtype(measure: str, family: str, summed: bool) -> Dtype:
    rule = MEASURES[measure]
    if rule.scale != 1 or rule.unit in ("s2", "n2") or family == "group_interval" or summed:
        return pl.Int64
    wall_clock = family == "agent_interval" and measure != "contact_active_s"
    return pl.UInt16 if wall_clock else pl.UInt32


_QUEUE = ("queue", "channel", "contact_type")
_AGENT = ("agent", "team", "site")
# Time in contacts is counted by contact: it has no planned activity.
ACTIVITY_MEASURES = tuple(m for m in measures_of("agent_interval") if m != "contact_active_s")
REASON_MEASURES = ("aux_s", "aux_unsched_s", "adh_out_s")

TABLES = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            TableSpec(
                "queue_interval", ("day", "q", "slot", "site", *_QUEUE),
                ("queue", "q", "channel", "contact_type"), ("queue_interval",),
            ),
            TableSpec(
                "agent_queue_interval",
                ("day", "shift_day", "q", "slot", *_AGENT, *_QUEUE),
                ("agent", "q", "queue", "channel", "contact_type"), ("agent_queue_interval",),
            ),
            TableSpec(
                "agent_interval", ("day", "shift_day", "q", "slot", *_AGENT),
                ("agent", "q", "shift_day"), ("agent_interval",),
            ),
            TableSpec(
                "group_interval", ("day", "q", "slot", "group", "site"),
                ("group", "q", "site"), ("group_interval",),
            ),
            TableSpec(
                "forecast_interval", ("day", "q", "slot", "site", "queue", "channel", "fc_version"),
                ("queue", "q"), ("forecast_interval",),
            ),
            TableSpec(
                "agent_day", ("day", *_AGENT), ("agent", "team"),
                ("agent_day", "agent_interval"), ("agent_interval",), by_shift_day=True,
            ),
            TableSpec(
                "agent_activity_day", ("day", "shift_day", *_AGENT, "activity"),
                ("agent", "activity", "shift_day"), ("agent_interval",), since=10,
                part="activity", only=ACTIVITY_MEASURES,
            ),
            TableSpec(
                "agent_reason_day", ("day", "shift_day", *_AGENT, "reason"),
                ("agent", "reason", "shift_day"), ("agent_interval",), since=10,
                part="reason", only=REASON_MEASURES,
            ),
            TableSpec(
                "agent_contact_day", ("day", *_AGENT), ("agent", "team", "site"),
                ("agent_queue_interval",), ("agent_queue_interval",), since=7,
            ),
            TableSpec(
                "agent_queue_day", ("day", *_AGENT, *_QUEUE),
                ("agent", "team", "queue", "channel", "contact_type"),
                ("agent_queue_interval",), ("agent_queue_interval",),
            ),
            TableSpec(
                "team_day", ("day", "team", "site", *_QUEUE),
                ("team", "site", "queue", "channel", "contact_type"),
                ("agent_queue_interval", "agent_interval", "agent_day"),
                ("agent_queue_interval", "agent_interval", "agent_day"), by_shift_day=True,
            ),
            TableSpec(
                "team_whole_day", ("day", "team", "site"), ("team", "site"),
                ("agent_queue_interval", "agent_interval", "agent_day"),
                ("agent_queue_interval", "agent_interval", "agent_day"), by_shift_day=True,
                since=7,
            ),
            TableSpec(
                "site_interval", ("day", "q", "slot", "site", *_QUEUE),
                ("site", "queue", "q", "channel", "contact_type"),
                ("queue_interval", "agent_queue_interval", "agent_interval"),
                ("queue_interval", "agent_queue_interval", "agent_interval"),
            ),
            TableSpec(
                "site_queue_day", ("day", "site", *_QUEUE),
                ("site", "queue", "channel", "contact_type"),
                ("queue_interval", "agent_queue_interval", "agent_interval", "agent_day"),
                ("queue_interval", "agent_queue_interval", "agent_interval", "agent_day"),
                by_shift_day=True,
            ),
            TableSpec(
                "site_day", ("day", "site"), ("site",),
                ("queue_interval", "agent_queue_interval", "agent_interval", "agent_day"),
                ("queue_interval", "agent_queue_interval", "agent_interval", "agent_day"),
                by_shift_day=True, since=7,
            ),
            TableSpec(
                "hist", ("day", "q", "slot", *_AGENT, *_QUEUE, "measure", "bucket", "n"),
                ("measure", "queue", "q", "agent", "channel", "contact_type", "bucket"),
            ),
            TableSpec(
                "figure_day", ("day", *_AGENT, "queue", "channel", "measure", "value"),
                ("measure", "site", "team", "agent", "queue"),
            ),
            TableSpec(
                "customer_entry", ("day", "q", "slot", "site", *_QUEUE, "customer"),
                ("queue", "q", "customer"),
            ),
            TableSpec(
                "customer_contact", ("day", *_AGENT, *_QUEUE, "at", "customer", "answered"),
                ("customer", "at"),
            ),
            TableSpec(
                "feed_interval", ("day", "q", "slot", "site", "feed", "expected", "ok"),
                ("feed", "site", "q"),
            ),
            TableSpec(
                "broken_sum",
                ("day", "q", "slot", *_AGENT, "queue", "group", "identity", "difference", "values"),
                ("identity", "site", "q"),
            ),
            TableSpec(
                "state_spell",
                ("agent", "day", "shift_day", "t0", "t1", "act", "state", "reason", "state_group"),
                ("agent", "t0"),
            ),
            TableSpec(
                "unmapped_state", ("day", *_AGENT, "state", "reason", "value"),
                ("agent", "team", "state", "reason"), since=11,
            ),
            TableSpec(
                "adherence_spell",
                ("agent", "day", "shift_day", "t0", "t1", "act", "state", "reason", "state_group",
                 "verdict", "cause", "spell"),
                ("agent", "t0"),
            ),
        )
    }
)  # fmt: skip


def conform(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The frame with exactly the columns, types and row order of a fact table.

    A measure the frame does not have is null (no feed); a value that does not fit raises.
    """
    spec = TABLES[table]
    columns = [
        pl.col(name).cast(dtype, strict=True)
        if name in frame.columns
        else pl.lit(0 if name.startswith(("known:", "cells:")) else None, dtype).alias(name)
        for name, dtype in spec.dtypes.items()
    ]
    rest = [key for key in spec.keys if key not in spec.sort]
    typed = frame.select(columns)
    if _in_order(typed, spec.sort[:2]):
        return typed
    return _sorted(typed, [*spec.sort, *rest])


def _sorted(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The rows in order of the keys, nulls first; packed into one number, which sorts faster."""
    packed, bits = np.zeros(frame.height, np.uint64), 0
    for key in keys:
        column = frame[key]
        if column.dtype == pl.String:
            words = column.drop_nulls().unique().sort()
            column = column.cast(pl.Enum(words)).to_physical()
        elif column.dtype == pl.Date:
            column = column.to_physical()
        low, high = column.min(), column.max()
        if low is None or high is None or (low == high and not column.null_count()):
            continue  # says nothing about the order
        if not column.dtype.is_integer():
            return frame.sort(keys, nulls_last=False)
        width = (int(high) - int(low) + 1).bit_length()  # type: ignore[arg-type]
        bits += width
        if bits > 64:
            return frame.sort(keys, nulls_last=False)
        # Numbers above 2^63 are told apart from their least within their own type.
        wide = column.dtype == pl.UInt64
        offset = pl.Series([low], dtype=pl.UInt64 if wide else pl.Int64)
        rank = ((column if wide else column.cast(pl.Int64)) - offset + 1).fill_null(0)
        packed = (packed << np.uint64(width)) | rank.cast(pl.UInt64).to_numpy()
    return frame[np.argsort(packed, kind="stable")]


def _in_order(frame: pl.DataFrame, keys: tuple[str, ...]) -> bool:
    """Whether the first two sort keys alone put every row after the one before it."""
    if len(keys) < 2 or frame.height < 2 or not all(frame[k].dtype.is_integer() for k in keys):
        return False
    first, second = (frame[key] for key in keys)
    if first.null_count() or second.null_count():
        return False
    a, b = first.to_numpy(), second.to_numpy()
    return bool(((a[1:] > a[:-1]) | ((a[1:] == a[:-1]) & (b[1:] > b[:-1]))).all())
