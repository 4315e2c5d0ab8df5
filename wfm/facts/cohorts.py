"""Contacts followed for a week: which of them brought the customer back with the same reason."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from wfm.domain.scope import Scope
from wfm.facts.query import FactQuery, FactReader, scoped_rows
from wfm.facts.rows import Wanted, wanted_rows
from wfm.facts.schema import TABLES

WINDOW = timedelta(days=7)
WINDOW_S = 7 * 86_400
TABLE = "customer_contact"
_ROW = ("customer", "contact_type", "at")


def cohort_rows(facts: FactReader, scope: Scope, query: FactQuery) -> pl.LazyFrame | None:
    """One row for each contact of the scope that began in the period, None without contacts.

    Columns `by` and, 0 or 1: fcr_elig_n (answered, its week is over), repeat_n (of these: the
    customer came again with the same reason), issue_n (the first contact for a week, its week is
    over) and issue_one_n (of these: answered, and the only one).
    """
    newest = newest_contact(facts)
    rows = scoped_rows(
        facts, scope, query, TABLES[TABLE], (*_ROW, "answered", "day"), booked_by_shift=False
    )
    around = wanted_rows(
        facts, TABLES[TABLE], query.first - WINDOW, query.end + WINDOW + timedelta(days=1),
        Wanted(_ROW, ()),
    )  # fmt: skip
    if newest is None or rows is None or around is None:
        return None
    # Every contact of the same customer for the same reason, in order of time.
    chain = around.select(_ROW).unique().sort(_ROW)
    same = [pl.col(name).eq_missing(pl.col(name).shift(1)) for name in _ROW[:2]]
    later = [pl.col(name).eq_missing(pl.col(name).shift(-1)) for name in _ROW[:2]]
    chain = chain.with_columns(
        pl.when(pl.all_horizontal(same)).then(pl.col("at") - pl.col("at").shift(1)).alias("since"),
        pl.when(pl.all_horizontal(later)).then(pl.col("at").shift(-1) - pl.col("at")).alias("next"),
    )
    over = pl.col("at") + WINDOW_S <= newest
    again = (pl.col("next") <= WINDOW_S).fill_null(value=False)
    first = (pl.col("since") > WINDOW_S).fill_null(value=True)
    return rows.join(chain, on=list(_ROW), how="left", nulls_equal=True).with_columns(
        (over & pl.col("answered")).cast(pl.Int64).alias("fcr_elig_n"),
        (over & pl.col("answered") & again).cast(pl.Int64).alias("repeat_n"),
        (over & first).cast(pl.Int64).alias("issue_n"),
        (over & first & ~again & pl.col("answered")).cast(pl.Int64).alias("issue_one_n"),
    )


def window_open(facts: FactReader, end: date) -> bool:
    """Whether contacts up to `end` (not included) still have days of their week to come."""
    newest = newest_contact(facts)
    if newest is None:
        return False
    last = (end - date(1970, 1, 1)).days * 86_400
    return last + WINDOW_S > newest


def newest_contact(facts: FactReader) -> int | None:
    """The beginning of the newest contact with a customer, in UTC seconds; None without any."""
    files = facts.by_table.get(TABLE, [])
    if not files:
        return None
    found = facts.frames.frame([files[-1].file], {"at": pl.Int64})["at"].max()
    return found if isinstance(found, int) else None
