"""Where parsed rows go: the part that every event table shares.

Rows pass once: checked, numbered, told apart from what is stored already, and written as immutable
files. Nothing is visible before `commit`, which runs inside the loader's one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

import numpy as np
import polars as pl
from sqlalchemy import Connection

from wfm.ingest.parse import Findings
from wfm.ingest.references import References
from wfm.store.files import StoredFile
from wfm.store.lookups import read_stored_rows
from wfm.store.manifest import record_batch
from wfm.store.raw import RAW_SCHEMAS, conform

FLUSH_ROWS = 500_000
DAY = timedelta(days=1)
DAY_S = 86_400
# Room between two deliveries' order numbers for rows of one file that correct each other.
CORRECTIONS = 1024


@dataclass(frozen=True)
class Rows:
    """Parsed rows of one chunk and what was found against them."""

    frame: pl.DataFrame
    findings: Findings


@dataclass
class Tally:
    """What became of rows: loaded, duplicates, and everything worth a count, by code."""

    loaded: int = 0
    duplicates: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


class Sink(Protocol):
    """Takes the rows of one file, then commits them all or not at all."""

    tally: Tally

    def take(self, rows: Rows) -> None:
        """Rows checked and kept; bad ones are marked in their findings."""

    def flush(self) -> None:
        """Everything kept brought to disk; still invisible."""

    def commit(self, connection: Connection, delivery_id: int, received_at: int) -> None:
        """Everything kept made live in the caller's transaction."""


@dataclass(frozen=True)
class _Written:
    stored: StoredFile
    first_at: int
    last_at: int
    days: frozenset[date]


class EventSink:
    """Rows of one raw table. A subclass says how a row is built and which days it touches."""

    table: str
    at: str | None = "start_at"  # column by which files are sorted and searched
    whens: tuple[str, ...] = ("start_at",)
    moves_days = 0  # how far a correction may move an event, whose key does not tell its time

    def __init__(self, references: References) -> None:
        self.references = references
        self.tally = Tally()
        self._buffer: list[pl.DataFrame] = []
        self._seen: list[pl.DataFrame] = []
        self._written: list[_Written] = []
        self._days: set[date] = set()

    def build(self, rows: Rows) -> pl.DataFrame:
        """Raw rows of the good lines, with `_row` (line in the chunk) and `_versioned`."""
        raise NotImplementedError

    def days_of(self, frame: pl.DataFrame) -> set[date]:
        """Site-local days that the rows touch."""
        raise NotImplementedError

    def finish(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of a whole file part, with flags that need their neighbours."""
        return frame

    def take(self, rows: Rows) -> None:
        frame = self.build(rows)
        if frame.height == 0:
            return
        days = self.days_of(frame)
        new = self._only_new(frame, days)
        lines, fresh = frame["_row"].n_unique(), new["_row"].n_unique()
        self.tally.loaded += fresh
        self.tally.duplicates += lines - fresh
        if lines > fresh:
            self.tally.reasons["duplicate"] += lines - fresh
        if new.height:
            self._days |= days if lines == fresh else self.days_of(new)
            self._buffer.append(new)
            if sum(part.height for part in self._buffer) >= FLUSH_ROWS:
                self._flush()

    def commit(self, connection: Connection, delivery_id: int, received_at: int) -> None:
        for part in self._written:
            record_batch(
                connection,
                table=self.table,
                source_id=self.references.options.source_id,
                stored=part.stored,
                first_at=part.first_at,
                last_at=part.last_at,
                days=part.days,
                received_at=received_at,
                delivery_id=delivery_id,
            )

    def flush(self) -> None:
        """Everything buffered is on disk; still invisible."""
        if self._buffer:
            self._flush()

    def _flush(self) -> None:
        frame = pl.concat(self._buffer)
        self._seen.append(frame.select(self._identity))
        self._buffer = []
        when = {name for name in (self.at, *self.whens) if name is not None}
        frame = self.finish(frame).select({*RAW_SCHEMAS[self.table], *when})
        frame = in_time_order(frame, self.at)
        stored = self.references.store.files.write_frame(
            conform(frame, self.table), f"raw/{self.table}"
        )
        first_at, last_at = span_of(frame, self.whens)
        self._written.append(_Written(stored, first_at, last_at, frozenset(self._days)))
        self._days = set()

    def _only_new(self, frame: pl.DataFrame, days: set[date]) -> pl.DataFrame:
        """Rows not stored before; one with a stored key and another payload supersedes it."""
        several = frame["event_key"].n_unique() < frame.height
        if several:
            frame = frame.unique(("event_key", "payload_hash", "_versioned", "seq"),
                                 keep="first", maintain_order=True)  # fmt: skip
        known = self._known(frame, days)
        twice = frame.filter(pl.col("event_key").is_duplicated()) if several else frame.clear()
        if twice.height:
            order = (pl.int_range(pl.len()).over("event_key") % CORRECTIONS).cast(pl.Int64)
            frame = frame.with_columns(seq=pl.col("seq") + order)
            self.tally.reasons["superseded"] += twice.height - twice["event_key"].n_unique()
        if known.height == 0:
            return frame
        if frame["_versioned"].any():
            # A version delivered again is known, even where a later one has replaced it.
            stored = known.with_columns(_versioned=pl.lit(True))
            identity = ["event_key", "payload_hash", "seq", "_versioned"]
            frame = frame.join(stored, on=identity, how="anti", maintain_order="left")
        winner = known.sort("seq", "payload_hash").unique("event_key", keep="last")
        winner = winner.select("event_key", _payload="payload_hash")
        joined = frame.join(winner, on="event_key", how="left", maintain_order="left")
        new = joined.filter((pl.col("payload_hash") != pl.col("_payload")).fill_null(True))
        superseding = new["_payload"].count()
        if superseding:
            self.tally.reasons["superseded"] += superseding
            self._days |= self._days_left(new, known)
        return new.drop("_payload")

    @property
    def _identity(self) -> list[str]:
        """Columns of stored rows that tell versions apart, and where a version may be left."""
        times = self.whens if self.moves_days else ()
        return ["event_key", "payload_hash", "seq", *times]

    def _days_left(self, new: pl.DataFrame, known: pl.DataFrame) -> set[date]:
        """Days on which older versions of superseding rows stand: they change if one moved."""
        if not self.moves_days:
            return set()
        zones = new.filter(pl.col("_payload").is_not_null()).select("event_key", "_zone")
        old = known.join(zones.unique("event_key"), on="event_key")
        return {day for name in self.whens for day in local_days(old[name], old["_zone"])}

    def _known(self, frame: pl.DataFrame, days: set[date]) -> pl.DataFrame:
        first_at, last_at = span_of(frame, self.whens)
        references, reach = self.references, self.moves_days
        near = range(-1 - reach, 2 + reach)
        with references.store.db.read() as connection:
            stored = read_stored_rows(
                connection, references.store.files, self.table,
                {day + step * DAY for day in days for step in near}, self._identity, self.at,
                first_at - reach * DAY_S, last_at + reach * DAY_S,
            )  # fmt: skip
        parts = [part.select(self._identity) for part in self._buffer]
        keys = frame.select("event_key")
        known = [
            part.join(keys, on="event_key", how="semi")
            for part in (stored, *self._seen, *parts)
            if part.width
        ]
        return pl.concat(known) if known else stored


def in_time_order(frame: pl.DataFrame, at: str | None) -> pl.DataFrame:
    """Rows in order of time, key and sequence, those without a time last.

    Time and the first bits of the key are packed into one number, which sorts several times
    faster than three columns; where two rows share it, the columns decide.
    """
    times = frame[at] if at else None
    if times is not None and times.null_count() == 0 and frame.height:
        low, high = span_of(frame, [times.name])
        bits = 64 - max((high - low).bit_length(), 1)
        packed = (times.to_numpy() - low).astype(np.uint64) << np.uint64(bits)
        packed |= frame["event_key"].to_numpy() >> np.uint64(64 - bits)
        order = np.argsort(packed)
        ordered = packed[order]
        if not (ordered[1:] == ordered[:-1]).any():
            return frame[order]
    names = [at, "event_key", "seq"] if at else ["event_key", "seq"]
    return frame.sort(names, nulls_last=True)


def span_of(frame: pl.DataFrame, whens: Sequence[str]) -> tuple[int, int]:
    """First and last instant named in any of the time columns."""
    times = [frame[name] for name in whens]
    lows = [int(t.min()) for t in times if t.null_count() < len(t)]  # type: ignore[arg-type]
    highs = [int(t.max()) for t in times if t.null_count() < len(t)]  # type: ignore[arg-type]
    return min(lows, default=0), max(highs, default=0)


def sequence(versions: pl.Series, order: int) -> tuple[pl.Series, pl.Series]:
    """Rank among corrections, and whether the source gave it: its version, else the delivery's.

    A version is a whole number or an instant; the third delivery without versions gives 3,072.
    """
    size = len(versions)
    default = pl.repeat(order * CORRECTIONS, size, dtype=pl.Int64, eager=True)
    if versions.null_count() == size:
        return default, pl.repeat(False, size, eager=True)
    number = versions.cast(pl.Int64, strict=False)
    moment = versions.str.to_datetime("%+", time_unit="ms", strict=False, time_zone="UTC")
    number = number.zip_with(number.is_not_null(), moment.cast(pl.Int64))
    number = number.set((number.abs() >= 1 << 52).fill_null(False), None)
    given = number.is_not_null()
    return (number * CORRECTIONS).zip_with(given, default), given


def seconds(column: pl.Series) -> pl.Series:
    """Durations in whole seconds, halves rounded up: 12.5 is 13."""
    return (column + 0.5).floor().cast(pl.Int32)


def local_days(epochs: pl.Series, zones: pl.Series) -> set[date]:
    """Local dates of instants, each in its row's zone."""
    pairs = pl.DataFrame({"q": epochs // 900, "zone": zones}).drop_nulls("q").unique()
    found: set[date] = set()
    for (zone,), part in pairs.group_by("zone"):
        found |= set(local_dates(part["q"] * 900, str(zone)).unique().to_list())
    return found


def local_dates(epochs: pl.Series, zone: str) -> pl.Series:
    """The local date of each instant in one zone."""
    moments = (epochs * 1000).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
    return moments.dt.convert_time_zone(zone).dt.date()
