"""Sums that must agree in every row of measures, whatever the source: the checks of each load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Identity:
    """A rule on measures: ascending when `ordered`, else the first equals the sum of the rest."""

    id: str
    rule: str
    measures: tuple[str, ...]
    ordered: bool
    seconds: bool = False


def _subset(part: str, whole: str, part_words: str, whole_words: str) -> Identity:
    return Identity(
        f"{part}_in_{whole}", f"{part_words} <= {whole_words}", (part, whole), ordered=True
    )


# Reasons for which contracted time is not on queue: every second has exactly one, and each is
# planned or not, and away from work or lost at it.
PLANNED = tuple(
    f"lost_{reason}_s"
    for reason in ("leave", "training", "meeting", "coaching", "break", "project")
)
UNPLANNED = tuple(
    f"lost_{reason}_s" for reason in ("sick", "noshow", "late", "overbreak", "aux", "system")
)
LOST = (*PLANNED, *UNPLANNED)
EXTERNAL = ("lost_leave_s", "lost_sick_s", "lost_noshow_s")
INTERNAL = tuple(name for name in LOST if name not in EXTERNAL)

IDENTITIES: Mapping[str, Identity] = MappingProxyType(
    {
        i.id: i
        for i in (
            Identity(
                "contacts_end_once",
                "offered = answered + abandoned + flowed out + still queued",
                ("offered_n", "answered_n", "aband_n", "flowout_n"),
                ordered=False,
            ),
            Identity(
                "in_time_is_answered",
                "answered in time <= answered",
                ("answered_in_sl_n", "answered_n"),
                ordered=True,
            ),
            Identity(
                "short_is_in_time_is_abandoned",
                "short abandons <= abandons in time <= abandons",
                ("aband_short_n", "aband_in_sl_n", "aband_n"),
                ordered=True,
            ),
            Identity(
                "signed_in_is_split",
                "signed in = available + busy + not ready",
                ("login_s", "avail_s", "busy_s", "aux_s"),
                ordered=False,
                seconds=True,
            ),
            Identity(
                "adherence_is_split",
                "in + out + neutral = scheduled",
                ("adh_sched_s", "adh_in_s", "adh_out_s", "adh_neutral_s"),
                ordered=False,
                seconds=True,
            ),
            Identity(
                "contract_is_spent_once",
                "contracted = on queue inside it + every lost reason + unknown",
                ("contracted_s", "open_contracted_s", *LOST, "unknown_s"),
                ordered=False,
                seconds=True,
            ),
            Identity(
                "plan_gap_is_split",
                "scheduled - required = over - under, and never both",
                ("sch_m", "req_s", "over_s", "-under_s"),
                ordered=False,
            ),
            Identity(
                "actual_gap_is_split",
                "on queue - needed = over - under, and never both",
                ("act_m", "req_act_s", "act_over_s", "-act_under_s"),
                ordered=False,
            ),
            Identity(
                "channels_are_the_whole",
                "the contacts of every channel add up to all contacts of the day",
                ("offered_n", "channels:offered_n"),
                ordered=False,
            ),
            Identity(
                "shrinkage_is_planned_or_not",
                "shrinkage of the day = planned + unplanned",
                ("lost_s", "planned:lost_s", "unplanned:lost_s"),
                ordered=False,
            ),
            Identity(
                "shrinkage_is_external_or_internal",
                "1 - shrinkage of the day = (1 - external) x (1 - internal)",
                ("working_s", "multiplied:working_s"),
                ordered=False,
            ),
            Identity(
                "utilisation_is_multiplied",
                "busy utilisation of the day = occupancy x utilisation",
                ("busy_s", "multiplied:busy_s"),
                ordered=False,
            ),
            _subset("cells_sl_met_n", "cells_sl_n", "intervals at target", "intervals"),
            _subset("cells_fit10_n", "cells_n", "intervals within 10 %", "intervals"),
            _subset("held_n", "handled_n", "held contacts", "handled contacts"),
            _subset("transfer_blind_n", "transfer_n", "blind transfers", "transfers"),
            _subset("csat_top1_n", "csat_top2_n", "best answers", "good answers"),
            _subset("csat_top2_n", "survey_n", "good answers", "surveys"),
            _subset("nps_named_n", "nps_n", "promoters and detractors", "recommendation answers"),
            Identity(
                "handled_is_in_or_out",
                "handled = inbound + outbound",
                ("handled_n", "handled_in_n", "handled_out_n"),
                ordered=False,
            ),
            *(
                Identity(
                    f"{histogram}_is_its_count",
                    f"the histogram of {words} holds each of them once",
                    (count, f"{histogram}:n"),
                    ordered=False,
                )
                for histogram, count, words in (
                    ("wait_ans_hist", "answered_n", "waits of answered contacts"),
                    ("aband_hist", "aband_n", "waits of abandoned contacts"),
                    ("handle_hist", "handled_n", "handle times"),
                )
            ),
        )
    }
)


@dataclass(frozen=True)
class Violation:
    """One row where an identity fails: by how much, and the values."""

    identity: str
    rule: str
    key: tuple[tuple[str, object], ...]
    values: tuple[tuple[str, int | float], ...]
    difference: float


def violations(
    frame: pl.DataFrame,
    keys: tuple[str, ...] = (),
    *,
    tolerance_s: float = 0.0,
    open_contacts: bool = False,
) -> tuple[Violation, ...]:
    """Rows of a frame of measures whose sums disagree; nothing is changed.

    Offered 100, answered 90, abandoned 5, flowed out 3: difference 2, unless `open_contacts`
    says that contacts may still wait, or a column `queue_now_n` counts them. A row that lacks a
    measure is not judged: unknown is not wrong. `tolerance_s` is for sources in whole seconds.
    """
    found: list[Violation] = []
    for identity in IDENTITIES.values():
        if all(name in frame.columns for name in identity.measures):
            found.extend(_of(identity, frame, keys, tolerance_s, open_contacts))
    return tuple(found)


def judged_rows(frame: pl.DataFrame, by: str) -> dict[Any, int]:
    """How many checks a frame of measures allows for each value of a column: each rule on each
    row that knows its measures."""
    counts = []
    for identity in IDENTITIES.values():
        if all(name in frame.columns for name in identity.measures):
            unsure = [name for name in identity.measures if frame[name].null_count()]
            known = pl.len()
            if unsure:
                known = pl.all_horizontal(pl.col(name).is_not_null() for name in unsure).sum()
            counts.append(known.cast(pl.Int64).alias(identity.id))
    if not counts:
        return dict.fromkeys(frame[by].unique().to_list(), 0)
    sums = frame.group_by(by).agg(counts).select(by, pl.sum_horizontal(pl.exclude(by)).alias("n"))
    return dict(sums.iter_rows())


def _of(
    identity: Identity,
    frame: pl.DataFrame,
    keys: tuple[str, ...],
    tolerance_s: float,
    open_contacts: bool,
) -> list[Violation]:
    waits = identity.id == "contacts_end_once"
    names = identity.measures + (
        ("queue_now_n",) if waits and "queue_now_n" in frame.columns else ()
    )
    first, rest = names[0], names[1:]
    columns = [pl.col(name).cast(pl.Int64, strict=False) for name in names]
    judged = frame.select(columns)
    unsure = [name for name in identity.measures if judged[name].null_count()]
    if identity.ordered:
        pairs = zip(names, rest, strict=False)
        difference = pl.max_horizontal([pl.col(a) - pl.col(b) for a, b in pairs]).clip(0)
    else:
        difference = pl.col(first) - pl.sum_horizontal(rest)
    bound = tolerance_s if identity.seconds else 0.0
    wrong = pl.col("_difference").abs() > bound
    if waits and open_contacts:
        wrong = pl.col("_difference") < 0
    judged = judged.with_columns(difference.alias("_difference"))
    for name in unsure:
        wrong &= pl.col(name).is_not_null()
    found = judged.select(wrong.fill_null(False).arg_true().alias("row"))["row"]
    if not len(found):
        return []
    rows = judged[found].with_columns(frame[key].gather(found) for key in keys)
    return [
        Violation(
            identity.id,
            identity.rule,
            tuple((key, row[key]) for key in keys),
            tuple((name, row[name]) for name in names if row[name] is not None),
            float(row["_difference"]),
        )
        for row in rows.iter_rows(named=True)
    ]
