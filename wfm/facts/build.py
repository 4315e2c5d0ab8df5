"""One local day built: a pure function of its inputs, table by table, in final schema."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from wfm.facts.adherence import judge
from wfm.facts.agents import agent_intervals, agent_rows
from wfm.facts.casework import case_of
from wfm.facts.completeness import completeness_figures, feed_intervals
from wfm.facts.contacts import agent_queue_intervals, histograms, queue_intervals
from wfm.facts.crowd import Crowd, crowd_of
from wfm.facts.customers import customer_contacts, customer_entries
from wfm.facts.days import agent_days
from wfm.facts.figures import figure_days, figure_histograms
from wfm.facts.forecasts import forecast_intervals
from wfm.facts.groups import Skilled, Staffed, group_intervals, skilled, staffed_cells
from wfm.facts.inputs import DayInputs
from wfm.facts.integrity import checked
from wfm.facts.ladder import ladder
from wfm.facts.legs import entered_contacts, handled_legs
from wfm.facts.needed import needed_staff
from wfm.facts.schema import conform
from wfm.facts.spell_tables import (
    adherence_spell_rows,
    judged_frame,
    state_spell_rows,
    unmapped_rows,
)

# People judged at once. What a part needs is used again by the next one, and stays near the
# processor; all of 20,000 at once ask the system for the same gigabyte over and over.
AT_ONCE = 2_500
THREADS = 2


@dataclass(frozen=True)
class _Part:
    """What some people's time gives: their rows by table, their share of the staffing cells, and
    how many raw spells out of adherence they have."""

    tables: dict[str, pl.DataFrame]
    staffed: Staffed
    spells: int


def build_day(inputs: DayInputs, at_once: int = AT_ONCE) -> dict[str, pl.DataFrame]:
    """Every fact table of the day that has rows; equal inputs give equal tables, row for row.

    Contacts and agents' time meet nowhere before their sums, nor do different people's time, of
    whom `at_once` are judged together.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        waiting = pool.submit(_contact_tables, inputs)
        crowd, skills = crowd_of(inputs), skilled(inputs)
        people = crowd.parts(at_once)
        parts = list(pool.map(lambda part: _part(inputs, crowd, part, skills), people))
        tables, needed = waiting.result()
    tables |= _joined(parts)
    groups = group_intervals(inputs, crowd, [part.staffed for part in parts], needed)
    tables["group_interval"] = conform(groups, "group_interval")
    tables |= ladder(tables)
    tables |= _health(inputs, tables)
    return {name: frame for name, frame in tables.items() if frame.height}


def _part(inputs: DayInputs, crowd: Crowd, part: slice, skills: Skilled) -> _Part:
    """The tables of some people's time, as stored."""
    day = case_of(inputs, crowd, part)
    judged = judge(day.case)
    rows = agent_rows(inputs, day, judged)
    pieces = judged_frame(inputs, day, judged)
    spells = state_spell_rows(inputs, pieces)
    leaves = {
        "agent_interval": agent_intervals(inputs, rows),
        "agent_activity_day": rows.by_activity,
        "agent_reason_day": rows.by_reason,
        "agent_day": agent_days(inputs, day, judged, rows),
        "state_spell": spells,
        "unmapped_state": unmapped_rows(inputs, spells),
        "adherence_spell": adherence_spell_rows(inputs, pieces),
    }
    tables = {name: conform(frame, name) for name, frame in leaves.items()}
    staffed = staffed_cells(inputs, day, judged, skills)
    return _Part(tables, staffed, len(judged.spells.start))


def _joined(parts: Sequence[_Part]) -> dict[str, pl.DataFrame]:
    """The tables of everybody: people come in order, and so do the rows of each table of theirs.

    Spells out of adherence are numbered through the day.
    """
    before = np.cumsum([0, *(part.spells for part in parts[:-1])]).tolist()
    frames = {name: [part.tables[name] for part in parts] for name in parts[0].tables}
    frames["adherence_spell"] = [
        frame.with_columns(pl.col("spell") + pl.lit(count, pl.UInt32))
        for frame, count in zip(frames["adherence_spell"], before, strict=True)
    ]
    return {name: pl.concat(own, rechunk=True) for name, own in frames.items()}


def _contact_tables(inputs: DayInputs) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Leaf tables of contacts and of what is kept beside them, and the staff they needed."""
    entered, legs = entered_contacts(inputs), handled_legs(inputs)
    queue_rows = queue_intervals(inputs, entered, legs)
    hist = histograms(inputs, entered, legs)
    leaves = {
        "queue_interval": queue_rows,
        "agent_queue_interval": agent_queue_intervals(inputs, legs),
        "hist": pl.concat([hist, figure_histograms(inputs)], how="diagonal"),
        "forecast_interval": forecast_intervals(inputs, queue_rows),
        "customer_entry": customer_entries(inputs, entered),
        "customer_contact": customer_contacts(inputs),
        "figure_day": figure_days(inputs),
    }
    tables = {name: conform(frame, name) for name, frame in leaves.items()}
    return tables, needed_staff(inputs, queue_rows)


def _health(inputs: DayInputs, tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Figures of the day, those of its own checks among them where no file gives them."""
    figures = tables["figure_day"]
    intervals = feed_intervals(
        inputs, tables["queue_interval"], tables["agent_interval"], tables["forecast_interval"]
    )
    broken, checks = checked(inputs, tables)
    own = [conform(checks, "figure_day")]
    own.append(conform(completeness_figures(inputs.day, intervals), "figure_day"))
    given = figures["measure"].unique().to_list()
    kept = [frame.filter(~pl.col("measure").is_in(given)) for frame in own]
    return {
        "figure_day": conform(pl.concat([figures, *kept]), "figure_day"),
        "feed_interval": conform(intervals, "feed_interval"),
        "broken_sum": conform(broken, "broken_sum"),
    }
