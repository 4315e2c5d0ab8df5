"""The facts of one agent or team, read together with those of the whole site.

A question costs its plan, not its rows: the sums of all agents of a site take hardly longer than
those of one. So whoever asks first has them read for all, and each gets the rows of their own
scope, which are the same to the last digit: the same files, the same table, the same sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from wfm.domain.bounded import Bounded
from wfm.domain.scope import Scope
from wfm.facts.day_sums import day_sums
from wfm.facts.query import chosen_tables, nothing_known, read_measures
from wfm.facts.reader import FactQuery, FactReader

KEPT_BYTES = 48 * 1024 * 1024
MOST_ROWS = 1_000_000  # of the files; above that one agent is read alone
KEY_BYTES = 300  # of an entry of the index


@dataclass(frozen=True)
class _Wide:
    """Rows of a whole site in order of team and agent, and where those of each begin and end."""

    rows: pl.DataFrame
    spans: Mapping[tuple[object, ...], tuple[int, int]]


_KEPT = Bounded[_Wide](KEPT_BYTES)


def read_records(facts: FactReader, scope: Scope, query: FactQuery) -> Iterable[Mapping[str, Any]]:
    """The rows of `read_measures`, in whichever way they are had soonest."""
    found = day_sums(facts, scope, query)
    return read_shared(facts, scope, query).iter_rows(named=True) if found is None else found


def read_shared(facts: FactReader, scope: Scope, query: FactQuery) -> pl.DataFrame:
    """The same as `read_measures`, made for all agents or teams of the site at once."""
    levels = ("team", "agent") if scope.agent is not None else ("team",)
    if scope.team is None or set(levels) & set(query.by):
        return read_measures(facts, scope, query)
    wide = replace(query, by=(*levels, *query.by))
    key = (facts.mark_until(query.end), scope.site, levels, wide)
    if _KEPT.get(key) is None and _rows_behind(facts, scope, query) > MOST_ROWS:
        return read_measures(facts, scope, query)
    found = _KEPT.made(
        key, lambda: _read(facts, Scope(scope.site), wide, levels),
        lambda made: int(made.rows.estimated_size()) + KEY_BYTES * len(made.spans),
    )  # fmt: skip
    first, length = found.spans.get(tuple(getattr(scope, level) for level in levels), (0, 0))
    if length == 0:
        return nothing_known(facts, query)
    return found.rows.slice(first, length)


def forget_shared(alive: Set[str]) -> None:
    """What was made of other facts than those of the marks given up."""
    _KEPT.forget(lambda key, _: key[0] not in alive)


def _rows_behind(facts: FactReader, scope: Scope, query: FactQuery) -> int:
    tables = set(chosen_tables(facts, scope, query).values())
    return max(
        (sum(f.rows for f in facts.files(table, query.first, query.end)) for table in tables),
        default=0,
    )


def _read(facts: FactReader, site: Scope, wide: FactQuery, levels: tuple[str, ...]) -> _Wide:
    rows = read_measures(facts, site, wide)
    spans: dict[tuple[object, ...], tuple[int, int]] = {}
    begin = 0
    for *key, length in rows.group_by(levels, maintain_order=True).len().iter_rows():
        spans[tuple(key)] = (begin, length)
        begin += length
    return _Wide(rows.drop(levels), spans)
