"""`wfm bench kpis`: the dashboards' questions to a centre of 20,000 agents, beside DuckDB.

DuckDB gets the same Parquet files that our router chose, the same two threads and the same
warm-up; its answers have to be equal to ours. Ours keeps the columns it has read in memory.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from wfm.bench.big_centre import DAY, END, Size, big_centre
from wfm.bench.report import Figure, Report, Timing, load_sentence, peak_mb, timed
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.frames import FrameCache
from wfm.facts.query import chosen_tables, read_measures
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.schema import TABLES
from wfm.queries.facts import open_facts
from wfm.store.store import Store

RUNS = 40
PEAK_MB = 600
TREND_MS = 50.0
HANDLED = ("handled_n", "talk_s", "hold_s", "acw_s")
JUDGED = ("adh_in_s", "adh_out_s", "adh_sched_s")
SERVED = ("offered_n", "answered_n", "answered_in_sl_n", "aband_n", "wait_ans_s")
TODAY = END - DAY
MONTH = END - timedelta(days=30)
SITE, TEAM = Scope("site-00004"), Scope("site-00004", "team-00123")
AGENT = Scope("site-00004", "team-00123", "agent-04522")
FOUR = ("site", "team", "queue", "contact_type")


@dataclass(frozen=True)
class Question:
    """One question of a dashboard: its queries, and the p95 it has to be answered in."""

    name: str
    goal_ms: float
    scope: Scope
    queries: tuple[FactQuery, ...]
    median: bool = False  # the goal is held against the median


def _two_weeks(scope: Scope) -> tuple[FactQuery, ...]:
    first = END - timedelta(days=14)
    dimensions = FOUR if scope == ENTERPRISE else FOUR[1:]
    return tuple(FactQuery(HANDLED, first, END, ("week", d)) for d in dimensions)


def _year(*by: str) -> tuple[FactQuery, ...]:
    return (FactQuery(("offered_n", "answered_n", "answered_in_sl_n", *HANDLED),
                      date(2025, 11, 23), END, by),)  # fmt: skip


QUESTIONS = (
    Question("1 agent, month by day", 10, AGENT, (FactQuery(HANDLED, MONTH, END, ("day",)),)),
    Question("2 agent, slot x weekday, month", 20, AGENT,
             (FactQuery(JUDGED, MONTH, END, ("weekday", "slot")),)),
    Question("3 team, week by agent", 10, TEAM,
             (FactQuery(JUDGED, END - timedelta(days=7), END, ("agent",)),)),
    Question("4 site by queue, today", 5, SITE, (FactQuery(SERVED, TODAY, END, ("queue",)),)),
    Question("5 all sites x interval, today", 5, ENTERPRISE,
             (FactQuery(SERVED, TODAY, END, ("site", "q")),)),
    Question("6 twelve months by week", 20, ENTERPRISE, _year("week")),
    Question("7 handle time variance per agent, month", 80, ENTERPRISE,
             (FactQuery((*HANDLED, "handle_sq_s2"), MONTH, END, ("agent",)),)),
    Question("8 contribution, 4 dimensions x 2 weeks", 40, ENTERPRISE, _two_weeks(ENTERPRISE)),
    Question("8b the same, one site", 15, SITE, _two_weeks(SITE)),
    Question("trend of 13 months, sites by month", TREND_MS, ENTERPRISE,
             (FactQuery(HANDLED, END - timedelta(days=395), END, ("site", "month")),), True),
    Question("trend of 13 months, one team by week", TREND_MS, TEAM,
             (FactQuery(HANDLED, END - timedelta(days=395), END, ("week",)),), True),
    Question("trend of 13 months, one site by day", TREND_MS, SITE,
             (FactQuery(SERVED, END - timedelta(days=395), END, ("day",)),), True),
)  # fmt: skip


def prepare(folder: Path, tell: Callable[[str], None]) -> None:
    """The centre generated into the folder, where it is not there yet."""
    big_centre(folder / "kpis", Size(), tell)


def measure(folder: Path, tell: Callable[[str], None], size: Size | None = None) -> Report:
    """The dashboards' questions timed on the generated centre."""
    store = big_centre(folder / "kpis", size or Size(), tell)
    facts = _fresh_reader(store)
    timings = {q.name: timed(lambda q=q: _ours(facts, q), RUNS) for q in QUESTIONS}  # type: ignore[misc]
    peak = peak_mb()
    reference = _duck(facts)
    figures: list[Figure] = []
    code: list[tuple[str, str]] = []
    for question in QUESTIONS:
        timing, answers = timings[question.name]
        theirs = None if reference is None else reference(question, code)
        figures.append(_figure(question, timing, answers, theirs))
        code.append((f"{question.name}, ours", "; ".join(map(repr, question.queries))))
    figures.append(Figure("peak memory of all questions", peak, "MB", f"< {PEAK_MB}",
                          peak < PEAK_MB))  # fmt: skip
    counted = {table: sum(f.rows for f in files) for table, files in facts.by_table.items()}
    leaf = sum(counted[t] for t in ("agent_interval", "agent_queue_interval", "queue_interval"))
    conditions = (
        f"{leaf:,} leaf rows ({sum(counted.values()):,} with ladder) of "
        f"{len(facts.by_table['agent_interval'])} days, {len(facts.by_table['team_day'])} days "
        f"of day facts, {pl.thread_pool_size()} "
        f"threads, {RUNS} runs after 3, {load_sentence()}"
    )
    return Report("kpis", conditions, tuple(figures), tuple(code))


def _fresh_reader(store: Store) -> FactReader:
    opened = open_facts(store)
    return FactReader(opened.snapshot, FrameCache(store.files.root), opened.keys, opened.groups)


def _ours(facts: FactReader, question: Question) -> list[pl.DataFrame]:
    return [read_measures(facts, question.scope, query) for query in question.queries]


def _figure(
    question: Question,
    timing: Timing,
    answers: list[pl.DataFrame],
    theirs: tuple[Timing, bool] | None,
) -> Figure:
    value = timing.p50 if question.median else timing.p95
    note = f"p50 {timing.p50:.1f}, least {timing.least:.1f}, first {timing.first:.0f} ms, " \
           f"{sum(a.height for a in answers):,} rows"  # fmt: skip
    if theirs is not None:
        duck, same = theirs
        note += f"; DuckDB p50 {duck.p50:.1f}, p95 {duck.p95:.1f} ({duck.p50 / timing.p50:.1f}x), "
        note += "same answer" if same else "OTHER ANSWER"
    kind = "p50" if question.median else "p95"
    met = value <= question.goal_ms and (theirs is None or theirs[1])
    return Figure(question.name, value, "ms", f"{kind} <= {question.goal_ms:g}", met, note)


Reference = Callable[[Question, list[tuple[str, str]]], tuple[Timing, bool]]


def _duck(facts: FactReader) -> Reference | None:
    """DuckDB asked the same; None where it is not installed (`pip install muster[bench]`)."""
    try:
        duckdb = importlib.import_module("duckdb")
    except ImportError:
        return None
    connection = duckdb.connect()
    connection.execute(f"SET threads = {pl.thread_pool_size()}")
    connection.execute("SET parquet_metadata_cache = true")

    def ask(question: Question, code: list[tuple[str, str]]) -> tuple[Timing, bool]:
        asked = [_sql(facts, question.scope, query) for query in question.queries]
        timing, found = timed(lambda: [_rows(connection, *sql) for sql in asked], RUNS // 2)
        short = "; ".join(sql.replace("?", "[the same files]", 1) for sql, _ in asked)
        code.append((f"{question.name}, DuckDB", short))
        ours = [_plain(answer, query) for answer, query in
                zip(_ours(facts, question), question.queries, strict=True)]  # fmt: skip
        return timing, ours == [sorted(rows) for rows in found]

    return ask


def _rows(connection: Any, sql: str, files: list[str]) -> list[tuple[int, ...]]:
    rows: list[tuple[int, ...]] = connection.execute(sql, [files]).fetchall()
    return rows


_SQL_TIME = {
    "week": "(epoch(date_trunc('week', day)) // 86400)::INT",
    "month": "(epoch(date_trunc('month', day)) // 86400)::INT",
    "day": "(epoch(day) // 86400)::INT",
    "weekday": "isodow(day)::INT",
}


def _sql(facts: FactReader, scope: Scope, query: FactQuery) -> tuple[str, list[str]]:
    """The query in SQL, on the files that our router takes."""
    tables = chosen_tables(facts, scope, query)
    (table,) = set(tables.values())  # the questions are chosen so
    files = [str(facts.frames.path(f.file)) for f in facts.files(table, query.first, query.end)]
    keys = [_SQL_TIME.get(d, d) for d in query.by]
    sums = [f"sum({m})::BIGINT" for m in query.measures]
    where = [
        f"{level} = {facts.keys[level][chosen]}"
        for level in ("site", "team", "agent")
        if (chosen := getattr(scope, level)) is not None
    ]
    if TABLES[table].presummed:
        where.append("(" + " OR ".join(f'"cells:{family}" > 0' for family in tables) + ")")
    parts = ["SELECT", ", ".join([*keys, *sums]), "FROM read_parquet(?)"]
    parts += ["WHERE", " AND ".join(where)] if where else []
    return " ".join([*parts, "GROUP BY ALL"]), files


def _plain(answer: pl.DataFrame, query: FactQuery) -> list[tuple[int, ...]]:
    """Our answer as DuckDB gives it: numbers for ids and dates."""
    columns = [
        pl.col(d).str.slice(-5).cast(pl.Int64)
        if answer.schema[d] == pl.String
        else pl.col(d).cast(pl.Int64)
        for d in query.by
    ]
    return sorted(answer.select(*columns, *query.measures).rows())
