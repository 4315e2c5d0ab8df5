"""The sums of a built day held against each other: what does not agree is kept beside the facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from wfm.domain.grid import day_start
from wfm.facts.identities import (
    EXTERNAL,
    INTERNAL,
    LOST,
    PLANNED,
    UNPLANNED,
    Violation,
    judged_rows,
    violations,
)
from wfm.facts.inputs import DAY, DayInputs
from wfm.facts.schema import KEY_DTYPES
from wfm.facts.sums import known_sum, summed

_PLACES = ("q", "slot", "site", "team", "agent", "queue", "group")
# Whole seconds of a source may differ by one for each event of a quarter.
TOLERANCE_S = 1.0
_CELL = ["queue", "q", "channel", "contact_type"]
_LEG = ["agent", "team", "site", *_CELL]


def checked(
    inputs: DayInputs, tables: Mapping[str, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of `broken_sum`, and the figures `inv_n` and `inv_fail_n` of the day by site.

    A failed check changes no figure. Contacts that still wait on a running day are no failure.
    """
    ends = day_start(inputs.day + DAY, "UTC") + 12 * 3600
    running = inputs.as_of_at < ends
    broken, run, failed = [], dict[int | None, int](), dict[int | None, int]()
    for frame in _frames(tables):
        keys = tuple(name for name in _PLACES if name in frame.columns)
        found = violations(frame, keys, tolerance_s=TOLERANCE_S, open_contacts=running)
        for violation in found:
            broken.append(_row(violation))
            site = dict(violation.key).get("site")
            place = site if isinstance(site, int) else None
            failed[place] = failed.get(place, 0) + 1
        for place, n in judged_rows(frame, "site").items():
            run[place] = run.get(place, 0) + n
    names = (*_PLACES, "identity", "difference", "values")
    rows = pl.DataFrame(broken, schema={n: KEY_DTYPES[n] for n in names}, orient="row")
    return rows.with_columns(pl.lit(inputs.day).alias("day")), _figures(inputs.day, run, failed)


def _figures(
    day: date, run: Mapping[int | None, int], failed: Mapping[int | None, int]
) -> pl.DataFrame:
    rows = [
        (site, None, None, None, None, measure, counts.get(site, 0) * 1000)
        for site in sorted(run, key=lambda key: -1 if key is None else key)
        for measure, counts in (("inv_n", run), ("inv_fail_n", failed))
        if run[site]
    ]
    names = ("site", "team", "agent", "queue", "channel", "measure", "value")
    return pl.DataFrame(
        [(day, *row) for row in rows], schema={n: KEY_DTYPES[n] for n in ("day", *names)},
        orient="row",
    )  # fmt: skip


def _row(violation: Violation) -> tuple[object, ...]:
    key = dict(violation.key)
    values = ", ".join(f"{name} {value}" for name, value in violation.values)
    return (
        *(key.get(name) for name in _PLACES), violation.identity, round(violation.difference),
        values,
    )  # fmt: skip


def _frames(leaves: Mapping[str, pl.DataFrame]) -> list[pl.DataFrame]:
    """Leaf tables, and whole days of sites, with the columns that the rules compare."""
    hist = leaves["hist"]
    contacts = _with_totals(
        leaves["queue_interval"].drop("queue_now_n"), hist, _CELL, ("wait_ans_hist", "aband_hist")
    )
    legs = _with_totals(leaves["agent_queue_interval"], hist, _LEG, ("handle_hist",))
    groups = leaves["group_interval"]
    groups = groups.with_columns(
        *(
            pl.when(pl.col(over).is_null() | (pl.col(over) * pl.col(under) == 0))
            .then(pl.col(s) * 1000)
            .alias(name)
            for name, s, over, under in (
                ("sch_m", "sch_s", "over_s", "under_s"),
                ("act_m", "act_s", "act_over_s", "act_under_s"),
            )
        ),
        (-pl.col("under_s")).alias("-under_s"),
        (-pl.col("act_under_s")).alias("-act_under_s"),
    )
    frames = [
        contacts, leaves["agent_interval"], legs, groups, _answers(leaves["figure_day"]),
        whole_days(leaves),
    ]  # fmt: skip
    return [frame for frame in frames if frame.height]


def whole_days(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What holds for a whole day of a site: each figure from the pre-summed table, and its parts
    from the quarter-hours, multiplied as the rates of the catalogue are.

    Busy 5,400 s of 7,200 s ready and 9,000 s paid: occupancy 75 % x utilisation 80 % x 9,000 s
    paid are 5,400 s again. So a pre-summed table that lost a row, or contacts without a channel,
    show. A day on which a part is unknown is not judged.
    """
    contacts, agents, whole = (
        tables[name] for name in ("queue_interval", "agent_interval", "site_day")
    )
    if whole.is_empty():
        return pl.DataFrame()
    channels = contacts.filter(pl.col("channel").is_not_null()).group_by("site").agg(
        known_sum("offered_n", "channels:offered_n")
    )  # fmt: skip
    names = ("busy_s", "avail_s", "paid_s", "contracted_s", *LOST)
    parts = summed(agents, ["site"], [known_sum(name, f"part:{name}") for name in names])
    rows = whole.select("site", "offered_n", *names).join(
        channels, on="site", how="left", nulls_equal=True
    )
    rows = rows.join(parts, on="site", how="left", nulls_equal=True)
    added = {
        name: pl.sum_horizontal([pl.col(f"part:{reason}") for reason in reasons])
        for name, reasons in (("planned", PLANNED), ("unplanned", UNPLANNED),
                              ("external", EXTERNAL), ("internal", INTERNAL))
    }  # fmt: skip
    known = pl.all_horizontal(
        [pl.col(name).is_not_null() for reason in LOST for name in (reason, f"part:{reason}")]
    )
    lost = pl.sum_horizontal([pl.col(reason) for reason in LOST])
    base, inside = pl.col("part:contracted_s"), pl.col("part:contracted_s") - added["external"]
    working = (1 - added["external"] / base) * (1 - added["internal"] / inside) * base
    ready = pl.col("part:busy_s") + pl.col("part:avail_s")
    busy = (pl.col("part:busy_s") / ready) * (ready / pl.col("part:paid_s")) * pl.col("paid_s")
    return rows.select(
        "site", "offered_n", "channels:offered_n", "busy_s",
        pl.when(known).then(lost).alias("lost_s"),
        *(pl.when(known).then(added[name]).alias(f"{name}:lost_s")
          for name in ("planned", "unplanned")),
        pl.when(known).then(pl.col("contracted_s") - lost).alias("working_s"),
        *(pl.when(value.is_finite()).then(value.round()).cast(pl.Int64).alias(name)
          for name, value in (("multiplied:working_s", pl.when(known).then(working)),
                              ("multiplied:busy_s", busy))),
    )  # fmt: skip


def _with_totals(
    frame: pl.DataFrame, hist: pl.DataFrame, keys: list[str], names: tuple[str, ...]
) -> pl.DataFrame:
    """The frame with the size of each histogram; unknown where a source gives none."""
    for name in names:
        sizes = hist.filter(pl.col("measure") == name, pl.col("q").is_not_null())
        total = sizes.group_by(keys).agg(pl.col("n").cast(pl.Int64).sum().alias(f"{name}:n"))
        frame = frame.join(total, on=keys, how="left", nulls_equal=True)
    return frame


def _answers(figures: pl.DataFrame) -> pl.DataFrame:
    """Survey figures side by side."""
    names = ("csat_top1_n", "csat_top2_n", "survey_n", "nps_prom_n", "nps_det_n", "nps_n")
    keys = ["site", "team", "agent", "queue"]
    wide = (
        figures.filter(pl.col("measure").is_in(names))
        .group_by(keys)
        .agg(
            pl.when((pl.col("measure") == name).any())
            .then(pl.col("value").filter(pl.col("measure") == name).sum() // 1000)
            .alias(name)
            for name in names
        )
    )
    return wide.with_columns((pl.col("nps_prom_n") + pl.col("nps_det_n")).alias("nps_named_n"))
