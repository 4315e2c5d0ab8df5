"""One local day built: a pure function of its inputs, table by table, in final schema."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import polars as pl

from wfm.facts.adherence import judge
from wfm.facts.agents import agent_intervals, agent_rows
from wfm.facts.casework import day_case
from wfm.facts.completeness import completeness_figures, feed_intervals
from wfm.facts.contacts import agent_queue_intervals, histograms, queue_intervals
from wfm.facts.customers import customer_contacts, customer_entries
from wfm.facts.days import agent_days
from wfm.facts.figures import figure_days, figure_histograms
from wfm.facts.forecasts import forecast_intervals
from wfm.facts.groups import group_intervals
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


def build_day(inputs: DayInputs) -> dict[str, pl.DataFrame]:
    """Every fact table of the day that has rows; equal inputs give equal tables, row for row."""
    with ThreadPoolExecutor(1) as beside:
        # Contacts and agents' time meet nowhere before their sums.
        waiting = beside.submit(_contact_tables, inputs)
        day = day_case(inputs)
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
        contacts, needed = waiting.result()
    tables |= contacts
    groups = group_intervals(inputs, day, judged, needed)
    tables["group_interval"] = conform(groups, "group_interval")
    tables |= ladder(tables)
    tables |= _health(inputs, tables)
    return {name: frame for name, frame in tables.items() if frame.height}


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
