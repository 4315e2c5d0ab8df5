"""Spans of events written as the generic CSV files of a delivery."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from wfm.simulator.csv_files import write_frame
from wfm.simulator.daily_figures import evaluations_of, surveys_of
from wfm.simulator.events import Span
from wfm.simulator.plans_csv import published_at, write_day_schedules, write_schedules

__all__ = ["published_at", "write_day_schedules", "write_schedules", "write_span"]

CALL_TIMES = ("enqueued_at", "connected_at", "ended_at", "wrap_ended_at")


def write_span(folder: Path, span: Span, suffix: str = "") -> list[Path]:
    """The files of a span, none for a kind without events: `calls<suffix>.csv` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    if span.contacts.height:
        contacts = span.contacts.drop("known_at").with_columns(
            *(pl.from_epoch(name) for name in CALL_TIMES), direction=pl.lit("inbound")
        )
        written.append(write_frame(folder / f"calls{suffix}.csv", contacts))
        for kind, drawn in (("surveys", surveys_of), ("quality", evaluations_of)):
            rows = drawn(span.contacts)
            if rows.height:
                written.append(write_frame(folder / f"{kind}{suffix}.csv", rows))
    if span.states.height:
        written.append(write_frame(folder / f"agent_states{suffix}.csv", _told(span.states)))
    return written


def _told(states: pl.DataFrame) -> pl.DataFrame:
    """States as one delivery tells them: of a contact that began and ended in it, the end."""
    key = ("agent_id", "start_at", "state", "reason", "contact_id")
    overlapping = pl.col("contact_id").str.contains("-chat-|-email-")
    once = pl.concat([
        states.filter(~overlapping),
        states.filter(overlapping)
        .sort(*key, "end_at", nulls_last=False)
        .unique(key, keep="last", maintain_order=True),
    ])  # fmt: skip
    return once.sort("known_at", "agent_id", "order", "start_at", "contact_id").select(
        "agent_id", pl.from_epoch("start_at"), pl.from_epoch("end_at"), "state", "reason",
        "queue_id", "contact_id",
    )  # fmt: skip
