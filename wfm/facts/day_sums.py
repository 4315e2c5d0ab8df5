"""Sums of one agent or team, added up day by day from rows that are kept as plain numbers.

A day's row of an agent or a team is already a sum. A question about one of them adds a few of these
rows and needs no query plan; of a settled day they are taken from its file once.
The answers are those of `read_measures`, to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from wfm.domain.bounded import Bounded
from wfm.domain.scope import Scope
from wfm.facts.measures import MEASURES
from wfm.facts.query import Source, need_of, sources_of
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.router import check_drill
from wfm.facts.rows import Files
from wfm.facts.schema import TABLES, known_column

Record = dict[str, Any]
Numbers = NDArray[np.integer[Any]]
KEPT_BYTES = 64 * 1024 * 1024
CELL_BYTES = 8
MOST_BYTES = KEPT_BYTES // 4  # of the columns behind one question; above that it is a query
# Tables whose rows are the sums of one day of an agent in a team, or of a team.
DAY_TABLES = ("agent_day", "agent_contact_day", "team_whole_day")
FIGURE_TABLE = "figure_day"
FIGURES = {
    name: number
    for number, name in enumerate(m.name for m in MEASURES.values() if m.table == FIGURE_TABLE)
}
PLACES = ("site", "team", "agent")
MOST_SCOPES = 512  # whose rows are known of each file
NOBODY, UNKNOWN = -1, -2  # in place of a null, and of a place without a number
TIMES: Mapping[str, Callable[[date], object]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "weekday": lambda day: day.isoweekday(),
}


@dataclass
class _Sheet:
    """Columns of one file as whole numbers: a place that is null as `NOBODY`, else a null as 0.

    `rows` are those of each scope that was asked for, by the numbers of its places.
    """

    columns: dict[str, Numbers] = field(default_factory=dict)
    rows: dict[tuple[int | None, ...], tuple[int, ...]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(column.nbytes for column in self.columns.values())


_KEPT = Bounded[_Sheet](KEPT_BYTES)


def day_sums(facts: FactReader, scope: Scope, query: FactQuery) -> list[Record] | None:
    """The rows of `read_measures` for an agent or a team, by days and people; None of others.

    Rows have the `by` columns, each measure in natural units or None, `<measure>:known` and
    `cells`, in order of their keys. None also where so much lies behind it that a query is faster.
    """
    if not _answerable(scope, query):
        return None
    check_drill(query.measures, need_of(scope, query))
    sources = sources_of(facts, scope, query)
    if any(source.spec.name not in DAY_TABLES for source in sources):
        return None
    numbered = _numbered(facts, scope)
    found: dict[tuple[object, ...], _Total] = {} if query.by else {(): _Total()}
    for source in sources:
        files = facts.files(source.spec.name, query.first, query.end)
        names = (source.counted, *source.names, *map(known_column, source.names))
        if sum(file.rows for file in files) * len(names) * CELL_BYTES > MOST_BYTES:
            return None
        wanted = frozenset(names)
        for file in files:
            sheet = _sheet(facts, source, file.file, wanted)
            rows = _rows_of(sheet, numbered)
            if not rows:
                continue
            columns = [sheet.columns[name] for name in names]
            times = [TIMES[d](file.day) if d in TIMES else None for d in query.by]
            for row in rows:
                numbers = [column.item(row) for column in columns]
                if numbers[0] or not query.by:
                    key = _key(facts, sheet, row, query.by, times)
                    total = found.get(key)
                    if total is None:
                        total = found[key] = _Total()
                    total.add(source.names, numbers)
    return [found[key].record(key, query) for key in _in_order(found)]


def figure_sums(facts: FactReader, scope: Scope, query: FactQuery) -> list[Record] | None:
    """The same of delivered figures, which are rows of a measure and its value; None of stocks."""
    if not _answerable(scope, query) or any(MEASURES[m].agg == "last" for m in query.measures):
        return None
    check_drill(query.measures, need_of(scope, query))
    numbered = _numbered(facts, scope)
    found: dict[tuple[object, ...], _Total] = {} if query.by else {(): _Total()}
    names = {FIGURES[name]: (name,) for name in query.measures}
    for file in facts.files(FIGURE_TABLE, query.first, query.end):
        sheet = _figure_sheet(facts, file.file)
        kind, value = sheet.columns["measure"], sheet.columns["value"]
        times = [TIMES[d](file.day) if d in TIMES else None for d in query.by]
        for row in _rows_of(sheet, numbered):
            name = names.get(kind.item(row))
            if name is not None:
                key = _key(facts, sheet, row, query.by, times)
                found.setdefault(key, _Total()).add(name, (1, value.item(row), 1))
    return [found[key].record(key, query) for key in _in_order(found)]


def _answerable(scope: Scope, query: FactQuery) -> bool:
    """Whether a question is about days of one agent, or of one team and its people."""
    inside = query.q_from is not None or query.q_to is not None
    parts = bool(query.queues or query.contact_types)
    return (
        scope.team is not None and not inside and not parts
        and {*TIMES, "team", "agent"}.issuperset(query.by)
    )  # fmt: skip


def _numbered(facts: FactReader, scope: Scope) -> tuple[int | None, ...]:
    """A scope by the numbers of its places."""
    return tuple(
        None if (name := getattr(scope, place)) is None else facts.keys[place].get(name, UNKNOWN)
        for place in PLACES
    )


def forget_day_sums(alive: Set[str]) -> None:
    """Sums of other files given up."""
    _KEPT.forget(lambda key, _: key[1] not in alive)


def _in_order(found: Mapping[tuple[object, ...], _Total]) -> list[tuple[Any, ...]]:
    return sorted(found, key=lambda key: [(part is not None, part) for part in key])


def _figure_sheet(facts: Files, file: str) -> _Sheet:
    """The delivered figures of a file, their measures by number."""

    def read() -> _Sheet:
        dtypes = TABLES[FIGURE_TABLE].dtypes
        names = [*PLACES, "measure", "value"]
        # Not kept as it is read: the names of the measures alone take more room than all numbers.
        frame = facts.frames.scan([file], {name: dtypes[name] for name in names}).collect()
        numbers = frame["measure"].replace_strict(FIGURES, default=UNKNOWN, return_dtype=pl.Int64)
        columns = {name: _numbers(frame[name], NOBODY) for name in (*PLACES, "value")}
        return _Sheet({**columns, "measure": _numbers(numbers, UNKNOWN)})

    return _KEPT.made((facts.frames.root, file), read, lambda sheet: sheet.size)


def _sheet(facts: Files, source: Source, file: str, names: frozenset[str]) -> _Sheet:
    """The columns of a source in a file, with those of its places; read once and kept."""
    key = (facts.frames.root, file)

    def read() -> _Sheet:
        spec = source.spec
        places = [place for place in PLACES if place in spec.keys]
        summed = source.family in spec.presummed
        read = [*places, *(names if summed else source.names)]
        frame = facts.frames.frame([file], {name: spec.dtypes[name] for name in read})
        fresh = {name: _numbers(frame[name], NOBODY if name in places else 0) for name in read}
        if not summed:  # each row is a cell of its own
            fresh[source.counted] = np.ones(frame.height, np.int8)
            for name in source.names:
                fresh[known_column(name)] = _numbers(frame[name].is_not_null(), 0)
        # Made anew, not changed: another thread may be reading it.
        known = _KEPT.get(key) or _Sheet()
        return _Sheet({**known.columns, **fresh}, known.rows)

    return _KEPT.made(
        key, read, lambda sheet: sheet.size, holds=lambda sheet: sheet.columns.keys() >= names
    )


def _numbers(column: pl.Series, null: int) -> Numbers:
    """A column as whole numbers, as small as hold them: four times as many days find room."""
    numbers = column.cast(pl.Int64).fill_null(null).to_numpy()
    low, high = (numbers.min(), numbers.max()) if len(numbers) else (0, 0)
    sizes = (np.int8, np.int16, np.int32, np.int64)
    least = next(s for s in sizes if np.iinfo(s).min <= low and high <= np.iinfo(s).max)
    return numbers.astype(least)


def _rows_of(sheet: _Sheet, scope: tuple[int | None, ...]) -> tuple[int, ...]:
    """The rows of a file that lie inside a scope, told by the numbers of its places."""
    found = sheet.rows.get(scope)
    if found is None:
        wanted = [
            sheet.columns[place] == number
            for place, number in zip(PLACES, scope, strict=True)
            if number is not None
        ]
        found = tuple(np.flatnonzero(np.logical_and.reduce(wanted)).tolist())
        if len(sheet.rows) >= MOST_SCOPES:
            sheet.rows.clear()
        sheet.rows[scope] = found
    return found


def _key(
    facts: FactReader, sheet: _Sheet, row: int, by: Sequence[str], times: Sequence[object]
) -> tuple[object, ...]:
    return tuple(
        facts.ids[part].get(sheet.columns[part].item(row)) if part in PLACES else time
        for part, time in zip(by, times, strict=True)
    )


@dataclass
class _Total:
    """What was added up of one key: measures, cells that know each, and cells by their table."""

    values: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    cells: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, names: tuple[str, ...], numbers: Sequence[int]) -> None:
        """The cells of a row, the measures in it, and the cells that know each, added."""
        self.cells[names] = self.cells.get(names, 0) + numbers[0]
        values, known = numbers[1 : len(names) + 1], numbers[len(names) + 1 :]
        for name, value, n in zip(names, values, known, strict=True):
            if n == 0:
                continue
            before = self.values.get(name, value)
            together = max(before, value) if MEASURES[name].agg == "max" else before + value
            self.values[name] = together if name in self.values else value
            self.known[name] = self.known.get(name, 0) + n

    def record(self, key: tuple[object, ...], query: FactQuery) -> Record:
        """The row of a key as a query gives it."""
        told: Record = dict(zip(query.by, key, strict=True))
        for name in query.measures:
            value, scale = self.values.get(name), MEASURES[name].scale
            told[name] = value if value is None or scale == 1 else value / scale
            told[f"{name}:known"] = self.known.get(name, 0)
        return {**told, "cells": max(self.cells.values(), default=0)}
