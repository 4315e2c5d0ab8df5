"""Measures that are worked out when asked: figures of a day, cohorts, customers, forecast days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import polars as pl

from wfm.domain.scope import Scope
from wfm.facts.cohorts import TABLE as CONTACTS
from wfm.facts.cohorts import cohort_rows, reach, settled_until
from wfm.facts.day_sums import FIGURE_TABLE, figure_sums
from wfm.facts.measures import MEASURES
from wfm.facts.query import named, need_of, read_measures, scoped_rows
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.router import check_drill
from wfm.facts.schema import TABLES

WEEK = timedelta(days=7)
_LEAF = ("site", "team", "agent", "queue", "channel")
_CELL = ("queue", "day", "slot", "q")


def read_computed(facts: FactReader, scope: Scope, query: FactQuery, table: str) -> pl.DataFrame:
    """Measures of one computed table: `by`, a column a measure in natural units, `<m>:known`.

    Null is "nobody knows", never 0. Without `by` there is exactly one row. `ForbiddenDrill` for a
    measure without one of the dimensions.
    """
    check_drill(query.measures, need_of(scope, query))
    found = COMPUTED[table](facts, scope, query)
    columns = [pl.col(name) for name in query.by]
    for name in query.measures:
        columns += [
            pl.when(pl.col(f"{name}:known") > 0).then(name).alias(name), pl.col(f"{name}:known")
        ]  # fmt: skip
    frame = found.select(columns)
    return frame.sort(query.by) if query.by else frame


def read_worked_out(
    facts: FactReader, scope: Scope, query: FactQuery, table: str
) -> Iterable[Mapping[str, Any]]:
    """The rows of `read_computed`, in whichever way they are had soonest."""
    found = figure_sums(facts, scope, query) if table == FIGURE_TABLE else None
    return (
        read_computed(facts, scope, query, table).iter_rows(named=True) if found is None else found
    )


def _figures(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """Figures of a day added up; of a stock the newest of each place, then their sum."""
    spec = TABLES["figure_day"]
    stocks = [m for m in query.measures if MEASURES[m].agg == "last"]
    leaf = _LEAF if stocks else ()
    columns = ("measure", "value", "day", *leaf)
    rows = scoped_rows(facts, scope, query, spec, columns, booked_by_shift=False)
    if rows is None:
        return _nothing(query)
    rows = rows.filter(pl.col("measure").is_in(list(query.measures)))
    if stocks:
        keys = list(dict.fromkeys((*query.by, *leaf, "measure")))
        held = pl.col("measure").is_in(stocks)
        newest = (
            rows.filter(held).sort("day").group_by(keys, maintain_order=True)
            .agg(pl.col("value").last())
        )  # fmt: skip
        flow = rows.filter(~held).select(*keys, "value")
        rows = pl.concat([flow, newest.select(*keys, "value")])
    return _added(facts, query, rows)


def _added(facts: FactReader, query: FactQuery, rows: pl.LazyFrame) -> pl.DataFrame:
    expressions = []
    for name in query.measures:
        rule = MEASURES[name]
        value = pl.col("value").filter(pl.col("measure") == name)
        merged = value.max() if rule.agg == "max" else value.sum()
        expressions += [(merged / rule.scale).alias(name), value.len().alias(f"{name}:known")]
    found = rows.group_by(query.by).agg(expressions) if query.by else rows.select(expressions)
    return found.with_columns(named(facts, d) for d in query.by).collect()


def _customers(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """Distinct customers of each key: the size of the union, never a sum of sizes."""
    spec = TABLES["customer_entry"]
    rows = scoped_rows(facts, scope, query, spec, ("customer",), booked_by_shift=False)
    if rows is None:
        return _nothing(query)
    size = [
        pl.col("customer").n_unique().alias("cust_n"), pl.len().alias("cust_n:known"),
    ]  # fmt: skip
    found = rows.group_by(query.by).agg(size) if query.by else rows.select(size)
    return found.with_columns(named(facts, d) for d in query.by).collect()


def _cohorts(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """Contacts of the period followed for seven days, wherever the customer came back.

    Days whose weeks are over are judged once, as long as no file of theirs changes.
    """
    settled = settled_until(facts)
    if settled is None or not query.first < settled < query.end:
        return _followed(facts, scope, query)
    before = replace(query, end=settled)
    files = [f.file for f in facts.files(CONTACTS, *reach(before))]
    parts = [
        facts.frames.made(
            ("followed", scope, before), files, lambda: _followed(facts, scope, before)
        ),
        _followed(facts, scope, replace(query, first=settled)),
    ]
    filled = [part for part in parts if part.height]
    if not filled:
        return _nothing(query)
    both = pl.concat(filled, how="vertical_relaxed")
    names = [name for name in both.columns if name not in query.by]
    sums = [pl.col(name).sum() for name in names]
    return both.group_by(query.by).agg(sums) if query.by else both.select(sums)


def _followed(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    rows = cohort_rows(facts, scope, query)
    if rows is None:
        return _nothing(query)
    sums = [
        expression
        for name in query.measures
        for expression in (pl.col(name).sum().alias(name), pl.len().alias(f"{name}:known"))
    ]
    found = rows.group_by(query.by).agg(sums) if query.by else rows.select(sums)
    return found.with_columns(named(facts, d) for d in query.by).collect()


def _forecast_cells(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """Errors of forecast cells that need their day, or the week before, beside them.

    Forecast 26 of offered 20: an absolute error of 30 %. Offered 20 after 18 a week ago: the naive
    forecast misses by 2. A queue without any contact a week before has no naive forecast.
    """
    cells = _judged_cells(facts, scope, query)
    by, sums = list(query.by), list[pl.Expr]()
    off, fc = pl.col("offered"), pl.col("fc_contacts_n")
    made = cells.with_columns(
        (pl.col("before") - off).abs().cast(pl.Float64).alias("naive_abs_err_n"),
        pl.when(off > 0).then((fc - off).abs() / off).alias("fc_ape"),
        pl.when(off.is_not_null()).then((off > 0).cast(pl.Int64)).alias("fc_ape_cells_n"),
    )
    for name in query.measures:
        if name == "fc_day_abs_err_n":
            continue
        sums += [pl.col(name).sum(), pl.col(name).count().alias(f"{name}:known")]
    found = made.group_by(by).agg(sums) if by else made.select(sums)
    if "fc_day_abs_err_n" not in query.measures:
        return found
    keys = list(dict.fromkeys((*by, "queue", "day")))
    days = made.group_by(keys).agg((fc.sum() - off.sum()).abs().alias("fc_day_abs_err_n"))
    error = [
        pl.col("fc_day_abs_err_n").sum(),
        pl.col("fc_day_abs_err_n").count().alias("fc_day_abs_err_n:known"),
    ]
    if not by:
        whole = days.select(error)
        return pl.concat([found, whole], how="horizontal") if sums else whole
    grouped = days.group_by(by).agg(error)
    return found.join(grouped, on=by, how="full", coalesce=True, nulls_equal=True)


def _judged_cells(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """Forecast cells that are over, with contacts offered, and those of the same quarter before."""
    keys = tuple(dict.fromkeys((*query.by, *_CELL)))
    asked = replace(query, measures=("fc_contacts_n", "fc_abs_err_n"), by=keys)
    cells = read_measures(facts, scope, asked).filter(pl.col("fc_abs_err_n").is_not_null())
    now = replace(query, measures=("offered_n",), by=("queue", "day", "slot"))
    offered = read_measures(facts, scope, now).select("queue", "day", "slot", "offered_n")
    earlier = replace(now, first=query.first - WEEK, end=query.end - WEEK, q_from=None, q_to=None)
    past = read_measures(facts, scope, earlier).with_columns(pl.col("day") + WEEK)
    alive = past.select("queue", "day").unique().with_columns(pl.lit(value=True).alias("alive"))
    before = past.select("queue", "day", "slot", pl.col("offered_n").alias("before"))
    cell = ["queue", "day", "slot"]
    return (
        cells.join(offered, on=cell, how="left")
        .join(before, on=cell, how="left")
        .join(alive, on=["queue", "day"], how="left")
        .with_columns(
            pl.col("offered_n").fill_null(0).alias("offered"),
            pl.when("alive").then(pl.col("before").fill_null(0)).alias("before"),
        )
    )


def _agents(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """Agents of each key, once each, and the squares of what each agent has in the period.

    In scope are agents who signed in, and those with unsocial shifts on record.
    """
    by = tuple(dict.fromkeys((*query.by, "agent")))
    shifts = _figures(facts, scope, replace(query, measures=("unsocial_shifts_n",), by=by))
    login = read_measures(facts, scope, replace(query, measures=("login_s",), by=by))
    names = list(by)
    joined = login.select(*names, "login_s").join(
        shifts.select(*names, "unsocial_shifts_n"), on=names, how="full", coalesce=True,
        nulls_equal=True,
    ).filter(
        pl.col("agent").is_not_null(),
        (pl.col("login_s") > 0) | pl.col("unsocial_shifts_n").is_not_null(),
    )  # fmt: skip
    made = {
        "agents_n": [pl.col("agent").n_unique(), pl.len()],
        "unsocial_sq_n2": [
            (pl.col("unsocial_shifts_n") ** 2).sum(), pl.col("unsocial_shifts_n").count()
        ],
    }  # fmt: skip
    sums = [
        expression
        for name in query.measures
        for expression in (made[name][0].alias(name), made[name][1].alias(f"{name}:known"))
    ]
    return joined.group_by(query.by).agg(sums) if query.by else joined.select(sums)


def _nothing(query: FactQuery) -> pl.DataFrame:
    columns: dict[str, type[pl.DataType]] = dict.fromkeys(query.by, pl.String)
    for name in query.measures:
        columns |= {name: pl.Int64, f"{name}:known": pl.Int64}
    if query.by:
        return pl.DataFrame(schema=columns)
    return pl.DataFrame(
        {name: [0 if name.endswith(":known") else None] for name in columns}, schema=columns
    )


_Reader = Callable[[FactReader, Scope, FactQuery], pl.DataFrame]
COMPUTED: Mapping[str, _Reader] = MappingProxyType(
    {
        "figure_day": _figures,
        "customer_entry": _customers,
        "customer_contact": _cohorts,
        "forecast_cells": _forecast_cells,
        "figure_agents": _agents,
    }
)
