"""The columns of our own CSV files, and the reason codes, as read from their data files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# Order of dependence: a file rests only on files before it.
KINDS = (
    "org", "queues", "contracts", "people", "activity_codes", "state_map", "events", "targets",
    "corridors",
    "schedules", "time_off", "calls", "agent_states", "interval_stats", "surveys", "quality",
    "measures", "forecast", "requirement",
)  # fmt: skip


@dataclass(frozen=True)
class ColumnSpec:
    """One column: its type, the values it may take, whether it must be there and filled."""

    name: str
    type: str  # text enum int number timestamp date time bool
    values: str
    required: bool
    key: bool

    @property
    def choices(self) -> tuple[str, ...]:
        """Words of an enum; `a|b|` may also be empty."""
        return tuple(word for word in self.values.split("|") if word)


@dataclass(frozen=True)
class Reason:
    """A reason code: whether it stops a file or a row, or only counts, and what it means."""

    code: str
    level: str
    meaning: str


@cache
def columns_of(kind: str) -> tuple[ColumnSpec, ...]:
    """The columns of a file kind: `calls` has 26, six of them always filled."""
    table = _table()
    rows = [row for row in table if row["file"] == f"{kind}.csv"]
    channels = next(
        r["unit_or_values"] for r in table if (r["file"], r["column"]) == ("queues.csv", "channel")
    )
    return tuple(
        ColumnSpec(
            row["column"],
            row["type"],
            channels if row["unit_or_values"] == "as queues.csv" else row["unit_or_values"],
            row["required"] == "yes",
            row["key"].startswith("key"),
        )
        for row in rows
    )


@cache
def reasons() -> dict[str, Reason]:
    """Every reason code by name."""
    text = files("wfm.ingest").joinpath("reasons.csv").read_text("utf-8")
    return {
        row["code"]: Reason(row["code"], row["level"], row["meaning"])
        for row in csv.DictReader(text.splitlines())
    }


@cache
def _table() -> tuple[dict[str, str], ...]:
    text = files("wfm.ingest").joinpath("columns.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))
