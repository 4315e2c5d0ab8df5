"""Contacts followed for a week: which of them brought the customer back with the same reason."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from wfm.domain.scope import Scope
from wfm.facts.query import scoped_rows
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.rows import Wanted, wanted_rows
from wfm.facts.schema import TABLES

WINDOW = timedelta(days=7)
WINDOW_S = 7 * 86_400
DAY = timedelta(days=1)
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
    span = reach(query)
    files = facts.files(TABLE, *span)
    if newest is None or rows is None or not files:
        return None
    chain = facts.frames.made("chain", [f.file for f in files], lambda: _chain(facts, *span))
    over = pl.col("at") + WINDOW_S <= newest
    again, first = (pl.col(name).fill_null(value=name == "first") for name in ("again", "first"))
    return rows.join(chain.lazy(), on=list(_ROW), how="left", nulls_equal=True).with_columns(
        (over & pl.col("answered")).cast(pl.Int64).alias("fcr_elig_n"),
        (over & pl.col("answered") & again).cast(pl.Int64).alias("repeat_n"),
        (over & first).cast(pl.Int64).alias("issue_n"),
        (over & first & ~again & pl.col("answered")).cast(pl.Int64).alias("issue_one_n"),
    )


def settled_until(facts: FactReader) -> date | None:
    """The local day from which on contacts may still be judged anew as more come in; None: never.

    The weeks of all contacts before it end before the newest day does begin.
    """
    newest = newest_contact(facts)
    if newest is None:
        return None
    return date(1970, 1, 1) + timedelta(seconds=newest) - WINDOW - 3 * DAY


def reach(query: FactQuery) -> tuple[date, date]:
    """The days whose contacts decide about those of a period, with one for the zones of sites."""
    return query.first - WINDOW - DAY, query.end + WINDOW + 2 * DAY


def _chain(facts: FactReader, begin: date, end: date) -> pl.DataFrame:
    """Every contact with whether the customer came again for the same reason within the window, and
    whether it is the first for as long; the same for every scope that asks.
    """
    around = wanted_rows(facts, TABLES[TABLE], begin, end, Wanted(_ROW, ()))
    assert around is not None
    chain = around.select(_ROW).sort(_ROW)
    chain = chain.filter(~pl.all_horizontal(pl.col(n).eq_missing(pl.col(n).shift(1)) for n in _ROW))
    same = [pl.col(name).eq_missing(pl.col(name).shift(1)) for name in _ROW[:2]]
    later = [pl.col(name).eq_missing(pl.col(name).shift(-1)) for name in _ROW[:2]]
    at = pl.col("at")
    return chain.select(
        *_ROW,
        (pl.all_horizontal(later) & (at.shift(-1) - at <= WINDOW_S)).alias("again"),
        (~pl.all_horizontal(same) | (at - at.shift(1) > WINDOW_S)).alias("first"),
    ).collect()


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
