"""Base measures for many KPIs at once: one facts query per fact table, cells by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from kpis.cells import Merged
from kpis.definition import Kpi
from kpis.drill import TIMES
from kpis.needs import PROBES
from kpis.value import KeyPart
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.scope import Scope
from wfm.facts.computed import COMPUTED, read_computed, read_worked_out
from wfm.facts.measures import MEASURES
from wfm.facts.query import read_histogram
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.shared import read_records, read_shared

Key = tuple[tuple[str, KeyPart], ...]
PROBE_DAYS = 35  # a feed that was silent for five weeks counts as missing
LIVE_DAYS = 2  # of a period that ends today: the days that are built again and again
INTERVAL_S = 900

# Tables of plans and of what came; a plan reaches beyond the events.
FORECAST, CONTACTS, STAFFING = "forecast_interval", "queue_interval", "group_interval"
CELLS = "forecast_cells"
JUDGED = "fc_abs_err_n"  # known where a forecast cell is over and its queue had a feed


@dataclass(frozen=True)
class Ask:
    """What is asked of the facts: a scope, local days, and how to break them down."""

    scope: Scope
    first: date
    end: date
    by: tuple[str, ...] = ()
    q_from: int | None = None
    q_to: int | None = None
    queues: tuple[str, ...] = ()
    contact_types: tuple[str, ...] = ()

    def query(self, measures: Iterable[str], by: tuple[str, ...] | None = None) -> FactQuery:
        """The facts query for some measures."""
        return FactQuery(
            measures=tuple(measures),
            first=self.first,
            end=self.end,
            by=self.by if by is None else by,
            q_from=self.q_from,
            q_to=self.q_to,
            queues=self.queues,
            contact_types=self.contact_types,
        )


@dataclass(slots=True)
class Row:
    """The measures of one key, with how many leaf cells know each, of how many."""

    cell: dict[str, Merged] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=dict)

    def cells_of(self, kpi: Kpi) -> int:
        """Leaf cells behind a KPI: of its table with the most."""
        return max((self.cells.get(m, 0) for m in kpi.measures), default=0)

    def alike(self, other: Row, kpi: Kpi) -> bool:
        """Whether another row knows the very same of all that a KPI is made of."""
        return all(self.cell.get(m) == other.cell.get(m) for m in kpi.measures)

    def partial(self, kpi: Kpi) -> bool:
        """Whether some leaf cells do not know a measure of the KPI that others know."""
        return any(
            0 < self.known[m] < self.cells.get(m, 0)
            for m in kpi.measures
            if MEASURES[m].agg == "sum" and m in self.known
        )


@dataclass(frozen=True)
class Reading:
    """Rows by key, and measures that the scope or breakdown cannot have, with the reason."""

    rows: Mapping[Key, Row]
    forbidden: Mapping[str, str]

    def forbidden_for(self, kpi: Kpi) -> str:
        """Why a KPI cannot be had here, empty when it can."""
        return next((self.forbidden[m] for m in kpi.measures if m in self.forbidden), "")


def read_rows(facts: FactReader, ask: Ask, measures: Iterable[str]) -> Reading:
    """Every asked measure by key; a measure without a table stays unknown."""
    rows: dict[Key, Row] = {}
    forbidden: dict[str, str] = {}
    for (table, _), names in _by_source(measures).items():
        try:
            if table in COMPUTED:
                found = read_worked_out(facts, ask.scope, ask.query(names), table)
                _add(rows, found, ask.by, names)
            elif table == "hist":
                _add_histograms(rows, facts, ask, names)
            else:
                _add(rows, read_records(facts, ask.scope, ask.query(names)), ask.by, names)
        except ForbiddenDrill as error:
            if ask.by:
                raise
            forbidden |= dict.fromkeys(names, str(error))
    if not ask.by:
        rows.setdefault((), Row())
    return Reading(rows, forbidden)


class CommonReader:
    """Rows of KPIs over the leaf cells that know all their measures, and the windows of levels.

    Required until midnight and agents on queue until 14:00: both up to 14:00, without the quarter
    that still runs. A forecast is set against contacts only where its cell was judged: a quarter
    without contacts on a day that had some counts as none. The window holds the quarters in which
    anything was planned or done (the opening hours); it is the same for every part of the
    organisation, so that parts add up.
    """

    def __init__(self, facts: FactReader, ask: Ask, kpis: Sequence[Kpi]) -> None:
        self._facts, self._ask, self._kpis = facts, ask, kpis
        self._tables = _by_table([JUDGED, *(m for kpi in kpis for m in kpi.measures)])
        self._frames: dict[tuple[str, tuple[str, ...]], pl.DataFrame] = {}
        self._answers: dict[str, tuple[dict[Key, Row], dict[Key, float]]] = {}

    def rows_of(self, kpi: Kpi) -> tuple[dict[Key, Row], dict[Key, float]]:
        """Rows by key, and the seconds of the window by the time part of the key."""
        if kpi.id not in self._answers:
            tables = _tables_of(kpi)
            alike = [k for k in self._kpis if _tables_of(k) == tables]
            self._answers |= self._together(tables, alike)
        return self._answers[kpi.id]

    def _together(
        self, tables: frozenset[str], kpis: Sequence[Kpi]
    ) -> dict[str, tuple[dict[Key, Row], dict[Key, float]]]:
        """Answers of KPIs of the same tables, in one pass over their leaf cells."""
        frame = self._cells(tables)
        if frame is None or frame.is_empty():
            return {kpi.id: ({}, {}) for kpi in kpis}
        masks = {kpi.id: f"{kpi.id}?" for kpi in kpis}
        frame = frame.with_columns(
            _all_known(frame, kpi, tables).alias(masks[kpi.id]) for kpi in kpis
        )
        by, times = self._ask.by, tuple(d for d in self._ask.by if d in TIMES)
        sums = [
            pl.col(m).filter(pl.col(masks[kpi.id])).sum().alias(f"{kpi.id}.{m}")
            for kpi in kpis
            for m in kpi.measures
        ]
        counts = [pl.col(mask).sum().alias(mask) for mask in masks.values()]
        windows = [_opened(kpi, masks[kpi.id]) for kpi in kpis]
        grouped = frame.group_by(by).agg(*sums, *counts) if by else frame.select(*sums, *counts)
        opened = frame.group_by(times).agg(windows) if times else frame.select(windows)
        rows: dict[str, dict[Key, Row]] = {kpi.id: {} for kpi in kpis}
        for record in grouped.iter_rows(named=True):
            key = tuple((d, record[d]) for d in by)
            for kpi in kpis:
                n = record[masks[kpi.id]]
                if n:
                    rows[kpi.id][key] = Row(
                        {m: record[f"{kpi.id}.{m}"] for m in kpi.measures},
                        dict.fromkeys(kpi.measures, n),
                        dict.fromkeys(kpi.measures, n),
                    )
        seconds: dict[str, dict[Key, float]] = {kpi.id: {} for kpi in kpis}
        for record in opened.iter_rows(named=True):
            key = tuple((t, record[t]) for t in times)
            for kpi in kpis:
                if record[kpi.id] or not times:
                    seconds[kpi.id][key] = float(record[kpi.id] * INTERVAL_S)
        return {
            kpi.id: (rows[kpi.id], seconds[kpi.id]) if rows[kpi.id] else ({}, {}) for kpi in kpis
        }

    def _cells(self, tables: frozenset[str]) -> pl.DataFrame | None:
        """Leaf cells of the tables; None when a measure has no table at all."""
        if "" in tables:
            return None
        if tables == {FORECAST, CONTACTS}:
            keys = self._keys(("queue",))
            judged = self._frame(FORECAST, keys).filter(pl.col(JUDGED).is_not_null())
            names = self._tables[CONTACTS]
            contacts = self._frame(CONTACTS, keys).select(*keys, *names)
            joined = judged.join(contacts, on=keys, how="left", nulls_equal=True)
            return joined.with_columns(pl.col(names).fill_null(0))
        if tables == {FORECAST, CELLS}:
            keys = self._keys(("queue",))
            query = self._ask.query(self._tables[CELLS], keys)
            naive = read_computed(self._facts, self._ask.scope, query, CELLS)
            return self._frame(FORECAST, keys).join(naive, on=keys, how="left", nulls_equal=True)
        (table,) = tables
        return self._frame(table, self._keys(("site", "group") if table == STAFFING else ()))

    def _keys(self, leaf: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._ask.by, *leaf, "q")))

    def _frame(self, table: str, keys: tuple[str, ...]) -> pl.DataFrame:
        if (table, keys) not in self._frames:
            query = self._ask.query(self._tables[table], keys)
            self._frames[table, keys] = read_shared(self._facts, self._ask.scope, query)
        return self._frames[table, keys]


def mixes_plan_and_actual(kpi: Kpi) -> bool:
    """Whether a KPI sets a plan against what happened, so that both must cover the same time."""
    tables = {MEASURES[m].table for m in kpi.measures}
    return len(kpi.measures) > 1 and tables in (
        {STAFFING}, {FORECAST, CONTACTS}, {FORECAST, CELLS}
    )  # fmt: skip


def present_feeds(facts: FactReader, ask: Ask, feeds: Iterable[str]) -> frozenset[str]:
    """Those of some feeds that arrived for a scope in the period or the weeks before it.

    The days before the last two are looked at first: they are not built again while today is, so
    who asks next finds their rows read; a feed is looked for in the last days if it is not there.
    """
    wide = replace(ask, first=ask.first - timedelta(days=PROBE_DAYS), by=(), q_from=None, q_to=None)
    settled = wide.end - timedelta(days=LIVE_DAYS)
    asked, found = frozenset(feeds), frozenset[str]()
    for part in (replace(wide, end=settled), replace(wide, first=settled)):
        probes = {feed: names for feed, names in PROBES.items() if feed in asked - found}
        if not probes:
            break
        cell = read_rows(facts, part, [m for names in probes.values() for m in names]).rows[()].cell
        found |= {f for f, names in probes.items() if any(cell.get(m) is not None for m in names)}
    return found


def merge_rows(rows: Sequence[Row], measures: Iterable[str]) -> dict[str, Merged]:
    """The sums of several rows, for the whole that a share is taken of."""
    total: dict[str, Merged] = {}
    for name in measures:
        values = [v for r in rows if isinstance(v := r.cell.get(name), int | float)]
        total[name] = sum(values) if values else None
    return total


def _by_table(measures: Iterable[str]) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for name in dict.fromkeys(measures):
        table = MEASURES[name].table
        if table is not None:
            tables.setdefault(table, []).append(name)
    return tables


def _by_source(measures: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    """Measures that one question can answer: of one table and, for figures, of one grain."""
    sources: dict[tuple[str, str], list[str]] = {}
    for table, names in _by_table(measures).items():
        for name in names:
            own = table in COMPUTED or table == "hist"
            sources.setdefault((table, MEASURES[name].grain if own else ""), []).append(name)
    return sources


def _add(
    rows: dict[Key, Row], records: Iterable[Mapping[str, Any]], by: tuple[str, ...],
    names: Iterable[str],
) -> None:  # fmt: skip
    for record in records:
        key = tuple((d, record[d]) for d in by)
        row = rows.get(key)
        if row is None:
            row = rows[key] = Row()
        for name in names:
            row.cell[name] = record[name]
            row.known[name] = record[f"{name}:known"]
            # A figure that was not delivered is no row, so all rows there are know it.
            row.cells[name] = record.get("cells", record[f"{name}:known"])


def _add_histograms(
    rows: dict[Key, Row], facts: FactReader, ask: Ask, names: Iterable[str]
) -> None:
    for record in read_histogram(facts, ask.scope, ask.query(names)).iter_rows(named=True):
        row = rows.setdefault(tuple((d, record[d]) for d in ask.by), Row())
        name = record["measure"]
        counts = row.cell.get(name)
        merged = dict(counts) if isinstance(counts, Mapping) else {}
        merged[record["bucket"]] = merged.get(record["bucket"], 0) + record["n"]
        row.cell[name] = merged


def _tables_of(kpi: Kpi) -> frozenset[str]:
    """Fact tables of a KPI's measures, "" for one that has none."""
    return frozenset(MEASURES[m].table or "" for m in kpi.measures)


def _all_known(frame: pl.DataFrame, kpi: Kpi, tables: frozenset[str]) -> pl.Expr:
    """Whether a leaf cell knows every measure of a KPI, without the quarter that still runs.

    Forecast cells that were judged know all of theirs.
    """
    if tables == {FORECAST, CONTACTS}:
        return pl.lit(value=True)
    known = pl.all_horizontal([pl.col(m).is_not_null() for m in kpi.measures])
    return known & ~_running(frame, kpi)


def _running(frame: pl.DataFrame, kpi: Kpi) -> pl.Expr:
    """The quarter that still runs: the last with people on queue while the plan goes on."""
    if "act_s" not in kpi.measures:
        return pl.lit(value=False)
    known = frame.filter(pl.col("act_s").is_not_null())["q"]
    if known.is_empty() or known.max() == frame["q"].max():
        return pl.lit(value=False)
    return pl.col("q") == known.max()


def _opened(kpi: Kpi, mask: str) -> pl.Expr:
    """Quarters in which anything of a KPI was planned or done."""
    some = pl.any_horizontal([pl.col(m).fill_null(0) != 0 for m in kpi.measures])
    return pl.col("q").filter(pl.col(mask) & some).n_unique().alias(kpi.id)
