"""How well kept forecasts did: by version and by days ahead, beside the naive one, and overrides.

Frames have one row a queue, local day and slot. `actual`: queue, day, slot, offered. A version:
queue, day, slot, mean, p10, p90. Cells without an actual are not judged: missing is not zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from wfm.domain.forecast_scores import AddedValue, Score
from wfm.domain.language import to_say

BUCKETS = ((1, 1, to_say("1 day")), (2, 7, to_say("2 to 7 days")), (8, 14, to_say("8 to 14 days")),
           (15, 28, to_say("15 to 28 days")), (29, 10_000, to_say("over 28 days")))  # fmt: skip
KEYS = ("queue", "day", "slot")


@dataclass(frozen=True, eq=False)
class Kept:
    """One kept forecast with its values; `model` is the version its overrides lie on, or itself.

    `made_on` is the first local day that began after it was made: earlier ones it may have seen.
    """

    fc_version: int
    model: int
    origin_on: date
    made_on: date
    values: pl.DataFrame


def score_versions(
    actual: pl.DataFrame, versions: Sequence[Kept], until: date
) -> tuple[dict[int, Score], dict[str, Score]]:
    """Scores by version, and by days ahead over the models' versions, of days before `until`."""
    cells = _judged(actual, versions, until)
    if not cells.height:
        return {}, {}
    by_version = {
        int(row.pop("version")): Score(**row)
        for row in cells.group_by("version").agg(**_SCORE).sort("version").iter_rows(named=True)
    }
    bucket = pl.lit(len(BUCKETS) - 1)
    for number, (_, last, _) in reversed(list(enumerate(BUCKETS))):
        bucket = pl.when(pl.col("lead") <= last).then(number).otherwise(bucket)
    pooled = cells.filter(pl.col("plain")).with_columns(bucket=bucket)
    by_lead = {
        BUCKETS[row.pop("bucket")][2]: Score(**row)
        for row in pooled.group_by("bucket").agg(**_SCORE).sort("bucket").iter_rows(named=True)
    }
    order = [one.fc_version for one in versions if one.fc_version in by_version]
    return {number: by_version[number] for number in order}, by_lead


def _judged(actual: pl.DataFrame, versions: Sequence[Kept], until: date) -> pl.DataFrame:
    """Cells of all versions that are over and known, with days ahead and the naive forecast."""
    if not versions:
        return pl.DataFrame()
    told = pl.DataFrame(
        {
            "version": [one.fc_version for one in versions],
            "plain": [one.model == one.fc_version for one in versions],
            "origin_on": [one.origin_on for one in versions],
            "from_on": [max(one.origin_on, one.made_on) for one in versions],
        },
        schema={"version": pl.Int64, "plain": pl.Boolean, "origin_on": pl.Date, "from_on": pl.Date},
    )
    columns = (*KEYS, "mean", "p10", "p90")
    values = pl.concat(
        [one.values.select(columns).with_columns(version=pl.lit(one.fc_version, pl.Int64))
         for one in versions]
    )  # fmt: skip
    lead = (pl.col("day") - pl.col("origin_on")).dt.total_days() + 1
    back = ((lead + 6) // 7) * 7  # whole weeks back to a day before the origin
    naive = actual.rename({"day": "back_on", "offered": "naive"})
    return (
        values.join(told, on="version", how="inner")
        .filter((pl.col("day") >= pl.col("from_on")) & (pl.col("day") < until))
        .join(actual, on=KEYS, how="inner")
        .with_columns(lead=lead, back_on=pl.col("day") - pl.duration(days=back))
        .join(naive, on=["queue", "back_on", "slot"], how="left")
    )


_KNOWN = pl.col("naive").is_not_null()
_ERROR = (pl.col("mean") - pl.col("offered")).abs()
_BANDED = pl.col("p10").is_not_null() & (pl.col("mean") > 0)
_SCORE = {
    "days": pl.col("day").n_unique(),
    "offered": pl.col("offered").sum(),
    "forecast": pl.col("mean").sum(),
    "abs_error": _ERROR.sum(),
    "naive_offered": pl.col("offered").filter(_KNOWN).sum(),
    "naive_abs_error": (pl.col("naive") - pl.col("offered")).abs().sum(),
    "naive_own_error": _ERROR.filter(_KNOWN).sum(),
    "inside": (_BANDED & pl.col("offered").is_between(pl.col("p10"), pl.col("p90"))).sum(),
    "cells": _BANDED.sum(),
}


def in_force(versions: Sequence[Kept], day: date) -> Kept | None:
    """The forecast that counted when a day began: the newest model's newest overrides by then."""
    known = [one for one in versions if one.made_on <= day and one.origin_on <= day]
    held = [one for one in known if one.values.filter(pl.col("day") == day).height]
    return max(held, key=lambda one: (one.model, one.fc_version), default=None)


def value_added(
    actual: pl.DataFrame, versions: Sequence[Kept], until: date
) -> tuple[AddedValue, pl.DataFrame]:
    """What the overrides in force added on the days they changed, and the cells it rests on.

    Cells: queue, day, slot, offered, mean (with overrides), model.
    """
    models = {one.fc_version: one for one in versions if one.model == one.fc_version}
    laid = [one for one in versions if one.model != one.fc_version]
    pieces = []
    days = sorted({d for one in laid for d in one.values["day"].unique() if d < until})
    for day in days:
        one = in_force(versions, day)
        if one is None or one.model == one.fc_version or one.model not in models:
            continue
        plain = models[one.model].values.select(*KEYS, model=pl.col("mean"))
        pieces.append(
            one.values.filter(pl.col("day") == day)
            .join(plain, on=KEYS, how="inner")
            .join(actual, on=KEYS, how="inner")
            .filter((pl.col("mean") - pl.col("model")).abs() > 1e-9)
            .select(*KEYS, "offered", "mean", "model")
        )
    schema = {"queue": pl.UInt16, "day": pl.Date, "slot": pl.UInt8, "offered": pl.Float64,
              "mean": pl.Float64, "model": pl.Float64}  # fmt: skip
    cells = pl.concat(pieces) if pieces else pl.DataFrame(schema=schema)
    return added(cells), cells


def added(cells: pl.DataFrame) -> AddedValue:
    """The value added on some cells of `value_added`."""
    row: Mapping[str, float] = cells.select(
        days=pl.col("day").n_unique(),
        offered=pl.col("offered").sum(),
        model_error=(pl.col("model") - pl.col("offered")).abs().sum(),
        override_error=(pl.col("mean") - pl.col("offered")).abs().sum(),
    ).row(0, named=True)
    return AddedValue(int(row["days"]), row["offered"], row["model_error"], row["override_error"])
