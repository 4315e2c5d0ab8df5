"""What agents did: state rows closed, given their meaning, ready to be laid over the plan."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from wfm.domain.activities import CATEGORIES, PRECEDENCE, STATE_GROUPS, Activity
from wfm.facts.inputs import DayInputs
from wfm.facts.pieces import Ints
from wfm.store.raw import FLAG_LOGIN_UNKNOWN, FLAG_WITHDRAWN
from wfm.store.readers.rules import StateRule

ANY_SOURCE = ("", "*")
GROUP_CODE = {name: code for code, name in enumerate(STATE_GROUPS)}
_TIME_BITS = 34  # holds seconds since 1970 until 2514
_READ = (
    "event_key", "agent", "start_at", "end_at", "state", "reason", "queue", "source", "contact_id",
    "flags",
)  # fmt: skip
_RANK = {state: -rank for rank, state in enumerate(PRECEDENCE)}


def state_spells(inputs: DayInputs) -> pl.DataFrame:
    """State spells around the day, closed and mapped, in order of agent and time.

    An open spell ends at the agent's next row, the newest one at the as-of time. Columns agent,
    start_at, end_at, state, reason, queue, contact (-1 none), group (code of `STATE_GROUPS`),
    whether the source tells of sign-ins, and the contact's id where any spell has one.
    """
    rows = inputs.events.states.select(_READ).rechunk()  # of many files, gathered from at random
    flags = rows["flags"].fill_null(0)
    used = rows["agent"].is_not_null() & (rows["start_at"] < inputs.as_of_at)
    used &= (flags & FLAG_WITHDRAWN) == 0
    if not used.all():
        rows, flags = rows.filter(used), flags.filter(used)
    order = _by_agent(rows)
    agent, start = rows["agent"].to_numpy()[order], rows["start_at"].to_numpy()[order]
    contact = rows["contact_id"]
    columns = {
        "agent": agent, "start_at": start,
        "end_at": _closed(inputs.as_of_at, agent, start, rows["end_at"], order),
        "state": rows["state"].gather(order),
        "reason": rows["reason"].gather(order),
        "queue": rows["queue"].gather(order),
        "source": rows["source"].gather(order),
        "tells_login": ((flags & FLAG_LOGIN_UNKNOWN) == 0).gather(order),
    }  # fmt: skip
    if contact.null_count() == len(contact):
        spells = pl.DataFrame(columns).with_columns(pl.lit(-1, pl.Int64).alias("contact"))
    else:
        held = pl.col("contact_id").is_not_null()
        hashed = (pl.col("contact_id").hash(seed=0) // 2).cast(pl.Int64)
        spells = pl.DataFrame({**columns, "contact_id": contact.gather(order)}).with_columns(
            pl.when(held).then(hashed).otherwise(-1).alias("contact")
        )
    lasts = spells["end_at"] > spells["start_at"]
    spells = spells if lasts.all() else spells.filter(lasts)
    return spells.with_columns(_meanings(inputs, spells)).drop("source")


def _closed(
    as_of: int, agent: NDArray[np.uint32], start: Ints, end_at: pl.Series, order: Ints
) -> Ints:
    """The end of each spell in order of agent and time, at the latest the as-of time."""
    end = end_at.fill_null(-1).to_numpy()[order]
    if end_at.null_count():
        next_start = np.append(start[1:], as_of)
        next_start[np.flatnonzero(agent[1:] != agent[:-1])] = as_of
        end = np.where(end == -1, next_start, end)
    closed: Ints = np.minimum(end, as_of)
    return closed


def _by_agent(rows: pl.DataFrame) -> Ints:
    """The order of agent, time and key. One packed number sorts faster than three columns."""
    packed = (rows["agent"].cast(pl.Int64).to_numpy() << _TIME_BITS) + rows["start_at"].to_numpy()
    order = np.argsort(packed, kind="stable")
    ordered = packed[order]
    same = ordered[1:] == ordered[:-1]
    if same.any():
        # The few of one agent and second go by their keys.
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        keys = rows["event_key"].gather(order[tied]).to_numpy()
        order[tied] = order[tied][np.lexsort((keys, ordered[tied]))]
    return order


def painted(spells: pl.DataFrame) -> pl.DataFrame:
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
    rank = pl.col("state").cast(pl.String).replace_strict(_RANK, return_dtype=pl.Int8)
    on_top = pl.col("start_at")
    if "contact_id" in spells.columns:
        held_to = pl.col("end_at").max().over("agent", "contact_id")
        on_top = pl.when(pl.col("contact_id").is_null()).then(on_top).otherwise(held_to)
    order = (rank, on_top, pl.col("start_at"), pl.col("agent"))
    painted = spells.filter(mine).sort(*order, maintain_order=True)
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


def _meanings(inputs: DayInputs, spells: pl.DataFrame) -> pl.Series:
    """The group of each spell; of sources, states and reasons there are few."""
    states = spells["state"].dtype.categories  # type: ignore[attr-defined]
    code = spells["source"].fill_null(0).cast(pl.Int64).to_numpy() << 24
    code += spells["state"].to_physical().to_numpy().astype(np.int64) << 17
    code += spells["reason"].cast(pl.Int32).fill_null(-1).to_numpy() + 1
    kinds = np.sort(pl.Series(code).unique().to_numpy())
    sources, reasons = inputs.ids["source"], inputs.ids["reason"]
    groups = [
        GROUP_CODE[
            state_group(
                states[kind >> 17 & 127], reasons.get((kind & 0x1FFFF) - 1, ""),
                sources.get(kind >> 24, ""), inputs.day, inputs.state_rules, inputs.activities,
            )
        ]
        for kind in kinds.tolist()
    ]  # fmt: skip
    found = np.array(groups, np.int64)[np.searchsorted(kinds, code)] if groups else code
    return pl.Series("group", found, pl.Int64)
