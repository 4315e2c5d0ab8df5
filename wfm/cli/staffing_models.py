"""What `wfm staffing evaluate` knows: for each model its input columns and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.staffing.chat import chat
from scheduling.staffing.deferred import DeferredStaff, deferred_staff
from scheduling.staffing.erlang import carried_load, erlang_b, erlang_c
from scheduling.staffing.patience import ErlangA, erlang_a
from scheduling.staffing.redial import redial

Columns = dict[str, NDArray[np.float64]]
Texts = Mapping[str, Sequence[str]]
Results = dict[str, Sequence[object]]
DURATIONS = "duration_s_at_1..c"


@dataclass(frozen=True)
class Model:
    """Columns that must be numbers, that may be empty, that are lists or exact; and the answer."""

    numbers: tuple[str, ...]
    evaluate: Callable[[Columns, Texts], Results]
    texts: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


def _blocking(given: Columns, texts: Texts) -> Results:
    cells = (given["load_erl"], given["servers"])
    return {"blocking": list(erlang_b(*cells)), "carried_erl": list(carried_load(*cells))}


def _waiting(given: Columns, texts: Texts) -> Results:
    load = given["calls_per_hour"] * given["aht_s"] / 3600
    c = erlang_c(given["calls_per_hour"], given["aht_s"], given["agents"], given["target_s"])
    return {
        "load_erl": list(load),
        "p_wait": list(c.p_wait),
        "sl": list(c.sl),
        "asa_s": list(c.asa_s),
        "asa_of_waiters_s": list(c.asa_of_waiters_s),
        "occupancy": list(c.occupancy),
        "mean_queue": list(c.mean_queue),
    }


def _abandoning(given: Columns, texts: Texts) -> Results:
    a = erlang_a(*(given[name] for name in MODELS["erlang-a"].numbers))
    return {
        "load_erl": list(given["calls_per_hour"] * given["aht_s"] / 3600),
        "p_wait": list(a.p_wait),
        "p_abandon": list(a.p_abandon),
        "p_abandon_given_wait": list(a.p_abandon_given_wait),
        **_levels(a),
        "asa_answered_s": list(a.asa_answered_s),
        "mean_wait_all_s": list(a.mean_wait_all_s),
        "occupancy": list(a.occupancy),
        "mean_queue": list(a.mean_queue),
    }


def _levels(a: ErlangA) -> Results:
    """The five service levels under the names of the reference's columns."""
    return {
        "sl_answered_in_T_over_offered": list(np.ravel(a.sl_offered)),
        "sl_answered_in_T_over_answered": list(np.ravel(a.sl_answered)),
        "sl_answered_in_T_over_offered_minus_ab_in_T": list(np.ravel(a.sl_abandon_ignored)),
        "sl_answered_or_ab_in_T_over_offered": list(np.ravel(a.sl_abandon_positive)),
        "sl_short_excluded": list(np.ravel(a.sl_short_excluded)),
    }


def _chats(given: Columns, texts: Texts) -> Results:
    """Row by row, since each has durations of its own; without patience nobody leaves."""
    found: dict[str, list[object]] = {}
    for i, text in enumerate(texts[DURATIONS]):
        patience, within = given["patience_s"][i], given["target_s"][i]
        one = chat(
            given["chats_per_hour"][i : i + 1],
            [float(part) for part in text.split("|")],
            None if np.isnan(patience) else patience,
            given["agents"][i],
            20.0 if np.isnan(within) else within,
        )
        row: Results = {
            "p_wait_exact": list(one.waiting.p_wait),
            "p_abandon_exact": list(one.waiting.p_abandon),
            "mean_concurrency": list(one.mean_concurrency),
            **_levels(one.waiting),
            "asa_answered_s": list(one.waiting.asa_answered_s),
            "occupancy": list(one.waiting.occupancy),
            "mean_queue": list(one.waiting.mean_queue),
        }
        for name, values in row.items():
            found.setdefault(name, []).append(values[0])
    return dict(found)


def _redialling(given: Columns, texts: Texts) -> Results:
    cells = (given["fresh_per_min"] * 60, given["aht_min"] * 60, given["patience_min"] * 60)
    found = redial(*cells, given["agents"], given["p_redial"])
    return {
        "fixpoint_total": list(found.total_per_hour / 60),
        "fixpoint_p_abandon": list(found.p_abandon),
        "lost_per_min": list(found.lost_per_hour / 60),
        "advice": [
            "approximate, too far off to plan on" if far else "approximate"
            for far in found.simulate
        ],
    }


def _deferring(given: Columns, texts: Texts) -> Results:
    """The staff in exact fractions; `infeasible`, and which hour, where none is enough."""
    found: list[DeferredStaff] = []
    for i, arrivals in enumerate(texts["arrivals_per_hour"]):
        aht_s, limit_h, opened, occupancy, backlog = (
            texts[name][i].strip()
            for name in ("aht_s", "limit_h", "open_pattern", "occupancy", "backlog")
        )
        pattern = [digit == "1" for digit in opened]
        found.append(
            deferred_staff(
                arrivals.split("|"), aht_s, limit_h, pattern, occupancy or 1, backlog or 0
            )
        )
    return {
        "staff_exact_fraction": [
            "infeasible" if s.staff is None else f"{s.staff.numerator}/{s.staff.denominator}"
            for s in found
        ],
        "staff": [np.inf if s.staff is None else float(s.staff) for s in found],
        "staff_ceiling": ["" if s.whole is None else s.whole for s in found],
        "hour": ["" if s.hour is None else s.hour for s in found],
        "why": [s.sentence for s in found],
    }


_CALLS = ("calls_per_hour", "aht_s", "agents", "target_s")
MODELS: dict[str, Model] = {
    "erlang-b": Model(("load_erl", "servers"), _blocking),
    "erlang-c": Model(_CALLS, _waiting),
    "erlang-a": Model(("calls_per_hour", "aht_s", "patience_s", "agents", "target_s"), _abandoning),
    "chat": Model(
        ("chats_per_hour", "agents"), _chats, (DURATIONS,), ("patience_s", "target_s")
    ),
    "redial": Model(
        ("fresh_per_min", "aht_min", "patience_min", "agents", "p_redial"), _redialling
    ),
    "deferred": Model(
        (), _deferring,
        ("arrivals_per_hour", "aht_s", "limit_h", "open_pattern", "occupancy", "backlog"),
    ),
}  # fmt: skip
