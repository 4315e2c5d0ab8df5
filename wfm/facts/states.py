"""What agents did: state rows closed, given their meaning, ready to be laid over the plan."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from wfm.domain.activities import CATEGORIES, PRECEDENCE, STATE_GROUPS, Activity
from wfm.facts.inputs import DayInputs
from wfm.store.raw import FLAG_LOGIN_UNKNOWN, FLAG_WITHDRAWN
from wfm.store.readers.rules import StateRule

ANY_SOURCE = ("", "*")
GROUP_CODE = {name: code for code, name in enumerate(STATE_GROUPS)}
_TIME_BITS = 34  # holds seconds since 1970 until 2514
_RANK = {state: -rank for rank, state in enumerate(PRECEDENCE)}


def state_spells(inputs: DayInputs) -> pl.DataFrame:
    """State spells around the day, closed and mapped, in the order in which they are painted.

    An open spell ends at the agent's next row, the newest one at the as-of time. Columns agent,
    start_at, end_at, state, reason, queue, contact, group (code of `STATE_GROUPS`), and whether
    the source tells of sign-ins. Contacts cover any status, so they come last.
    """
    rows = _by_agent(
        inputs.events.states.filter(
            pl.col("agent").is_not_null(),
            pl.col("start_at") < inputs.as_of_at,
            (pl.col("flags").fill_null(0) & FLAG_WITHDRAWN) == 0,
        ).drop("payload_hash", "seq")
    )
    spells = rows.with_columns(
        pl.coalesce("end_at", pl.col("start_at").shift(-1).over("agent"), pl.lit(inputs.as_of_at))
        .clip(upper_bound=inputs.as_of_at)
        .alias("end_at"),
        ((pl.col("flags").fill_null(0) & FLAG_LOGIN_UNKNOWN) == 0).alias("tells_login"),
        (pl.col("contact_id").hash(seed=0) // 2).cast(pl.Int64).alias("contact"),
        pl.col("state").cast(pl.String).replace_strict(_RANK, return_dtype=pl.Int8).alias("rank"),
    ).filter(pl.col("end_at") > pl.col("start_at"))
    return (
        _painted(spells)
        .join(_meanings(inputs, spells), on=["source", "state", "reason"], how="left",
              nulls_equal=True, maintain_order="left")
        .select("agent", "start_at", "end_at", "state", "reason", "queue", "group",
                "tells_login",
                pl.when(pl.col("contact_id").is_not_null()).then("contact").otherwise(-1))
    )  # fmt: skip


def _by_agent(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in order of agent, time and key. One packed number sorts faster than three columns."""
    packed = (rows["agent"].cast(pl.Int64).to_numpy() << _TIME_BITS) + rows["start_at"].to_numpy()
    order = np.argsort(packed, kind="stable")
    ordered = packed[order]
    if (ordered[1:] == ordered[:-1]).any():
        return rows.sort("agent", "start_at", "event_key")
    return rows[order]


def _painted(spells: pl.DataFrame) -> pl.DataFrame:
    """Spells, given in order of agent and time, in an order of painting.

    Where an agent's spells overlap, contacts cover any status, so they come last. Of contacts held
    at once the one that ends last is on top: it is what holds its agent.
    """
    agent, start, end = (spells[name].to_numpy() for name in ("agent", "start_at", "end_at"))
    # A spell that no later one reaches over is on top wherever it stands.
    touch = (agent[1:] == agent[:-1]) & (start[1:] < end[:-1])
    if not touch.any():
        return spells
    crossed = pl.Series(np.unique(agent[1:][touch]), dtype=pl.UInt32)
    mine = pl.col("agent").is_in(crossed.implode())
    held_to = pl.col("end_at").max().over("agent", "contact_id")
    on_top = pl.when(pl.col("contact_id").is_null()).then("start_at").otherwise(held_to)
    painted = spells.filter(mine).sort("rank", on_top, "start_at", "agent", "event_key")
    return pl.concat([spells.filter(~mine), painted])


def state_group(
    state: str,
    reason: str,
    source: str,
    day: date,
    rules: tuple[StateRule, ...],
    activities: tuple[Activity, ...],
) -> str:
    """The state group of a state and reason on a day, by the centre's map, else by the words.

    Without a rule, aux with the reason "Lunch" is unknown, with "meal" or an activity code of
    that category it is meal, and without any reason other_aux.
    """
    in_force = {
        (rule.source_id, rule.state, rule.reason.casefold()): rule.state_group
        for rule in sorted(rules, key=lambda rule: rule.valid_from)
        if rule.valid_from <= day
    }
    for wanted in dict.fromkeys((reason.casefold(), "")):
        for origin in (source, *ANY_SOURCE):
            group = in_force.get((origin, state, wanted))
            if group is not None:
                return group
    if state == "offline":
        return "logged_out"
    if state != "aux":
        return "on_queue"
    if not reason:
        return "other_aux"
    return _by_words(reason.casefold(), activities)


def _by_words(reason: str, activities: tuple[Activity, ...]) -> str:
    by_code = {activity.code.casefold(): activity.category for activity in activities}
    category = by_code.get(reason, reason if reason in CATEGORIES else "")
    if reason in STATE_GROUPS:
        return reason
    return category if category in STATE_GROUPS and category != "on_queue" else "unknown"


def _meanings(inputs: DayInputs, spells: pl.DataFrame) -> pl.DataFrame:
    kinds = spells.select("source", "state", "reason").unique()
    sources, reasons = inputs.ids["source"], inputs.ids["reason"]
    groups = [
        GROUP_CODE[
            state_group(
                state, reasons.get(reason, "") if reason is not None else "",
                sources.get(source, ""), inputs.day, inputs.state_rules, inputs.activities,
            )
        ]
        for source, state, reason in kinds.iter_rows()
    ]  # fmt: skip
    return kinds.with_columns(pl.Series("group", groups, pl.Int64))
