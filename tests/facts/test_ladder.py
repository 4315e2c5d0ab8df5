"""The ladder is exact: every table that can answer a question gives the same answer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wfm.domain.errors import ForbiddenDrill
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.computed import COMPUTED
from wfm.facts.day_sums import day_sums
from wfm.facts.frames import FrameCache
from wfm.facts.ladder import ladder
from wfm.facts.measures import MEASURES, measures_of
from wfm.facts.query import need_of, read_from, read_histogram, read_measures
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.router import Need, check_drill, eligible_tables
from wfm.facts.schema import TABLES, conform
from wfm.facts.shared import read_records, read_shared
from wfm.store.manifest import FactFile, Snapshot

FIRST, END = date(2026, 3, 2), date(2026, 3, 4)
LEAVES = ("queue_interval", "agent_queue_interval", "agent_interval", "agent_day")
SCOPES = [ENTERPRISE, Scope("dublin"), Scope("dublin", "d1"), Scope("dublin", "d1", "ann")]
BY = ["site", "team", "agent", "queue", "group", "channel", "contact_type", "day", "week",
      "weekday", "slot", "q"]  # fmt: skip


@pytest.fixture(scope="module")
def reader(busy):
    return busy.facts()


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    family=st.sampled_from(LEAVES), by=st.lists(st.sampled_from(BY), max_size=3, unique=True),
    scope=st.sampled_from(SCOPES), pick=st.integers(0, 10**6), days=st.integers(1, 2),
)  # fmt: skip
def test_every_eligible_table_gives_the_same_answer(reader, family, by, scope, pick, days) -> None:
    names = measures_of(family, "sum", "max")
    chosen = [names[pick % len(names)]]
    wanted = {level for level in ("site", "team", "agent") if getattr(scope, level)}
    need = Need(frozenset({*by, *wanted}), bool({"q", "slot"} & set(by)))
    tables = eligible_tables(family, chosen, need)
    query = FactQuery(tuple(chosen), FIRST, date(2026, 3, 2 + days), tuple(by))
    answers = [read_from(reader, scope, query, spec.name) for spec in tables]
    for answer in answers[1:]:
        assert answers[0] is not None
        assert answer is not None
        assert answers[0].to_dicts() == answer.to_dicts()


@pytest.mark.parametrize("by", ["team", "queue", "day", "slot", "contact_type"])
def test_parts_add_up_to_the_whole(reader, by) -> None:
    names = ("handled_n", "talk_s", "handle_sq_s2")
    whole = read_measures(reader, ENTERPRISE, FactQuery(names, FIRST, END)).select(names)
    parts = read_measures(reader, ENTERPRISE, FactQuery(names, FIRST, END, (by,))).select(names)
    assert whole.rows() == parts.sum().rows()


@pytest.mark.parametrize("by", [(), ("day",), ("q",), ("queue", "day"), ("agent",)])
@pytest.mark.parametrize("agent", ["ann", "ben", "cat", "zoe", None])
@pytest.mark.parametrize("family", LEAVES)
def test_who_is_read_with_the_whole_site_gets_the_own_rows(reader, family, agent, by) -> None:
    scope = Scope("dublin", "d1", agent)
    names = []
    for name in measures_of(family, "sum", "max", "last"):
        with suppress(ForbiddenDrill):
            check_drill([name], need_of(scope, FactQuery((name,), FIRST, END, by)))
            names.append(name)
    query = FactQuery(tuple(names), FIRST, END, by)
    alone, shared = read_measures(reader, scope, query), read_shared(reader, scope, query)
    assert shared.to_dicts() == alone.to_dicts()
    assert list(read_records(reader, scope, query)) == alone.to_dicts()


@pytest.mark.parametrize("by", [(), ("day",), ("agent",), ("agent", "day"), ("weekday",)])
@pytest.mark.parametrize("scope", SCOPES[2:])
@pytest.mark.parametrize("family", LEAVES[1:])
def test_days_of_people_added_up_give_what_a_query_gives(reader, scope, family, by) -> None:
    query = FactQuery(measures_of(family, "sum", "max"), FIRST, END, by)
    added = day_sums(reader, scope, query)
    assert added == read_measures(reader, scope, query).to_dicts()
    assert added


def test_a_mark_holds_while_only_newer_days_are_built_again(centre) -> None:
    def call(day: str, clock: str) -> None:
        at = centre.at(f"{day} {clock}")
        centre.legs({"contact_id": f"{day}{clock}", "queue": "help", "agent": "ann",
                     "enqueued_at": at, "connected_at": at + 5, "ended_at": at + 60})  # fmt: skip
        centre.build("2026-03-10 12:00")

    def marks() -> list[str]:
        ends = (date(2026, 3, 3), date(2026, 3, 8), date(2026, 3, 9), None)
        return [centre.facts().mark_until(end) for end in ends]

    for day in ("2026-03-02", "2026-03-05", "2026-03-09"):
        call(day, "10:00")
    before = marks()
    call("2026-03-09", "11:00")
    # A shift over midnight may end on the ninth, so the mark of days before it is another too.
    assert [a == b for a, b in zip(before, marks(), strict=True)] == [True, True, False, False]


def test_a_histogram_of_a_site_is_the_sum_of_its_queues_and_has_its_count(reader) -> None:
    query = FactQuery(("wait_ans_hist",), FIRST, END)
    site = read_histogram(reader, Scope("dublin"), query)
    queues = read_histogram(
        reader, Scope("dublin"), FactQuery(("wait_ans_hist",), FIRST, END, ("queue",))
    )
    summed = queues.group_by("measure", "bucket").agg(pl.col("n").sum()).sort("measure", "bucket")
    answered = read_measures(reader, Scope("dublin"), FactQuery(("answered_n",), FIRST, END))
    assert site.rows() == summed.rows()
    assert answered["answered_n"][0] == site["n"].sum()


def test_a_sum_past_two_to_the_32_does_not_wrap() -> None:
    rows = pl.DataFrame(
        {"day": [FIRST] * 60, "shift_day": [FIRST] * 60, "q": range(60), "slot": range(60),
         "agent": [1] * 60, "team": [1] * 60, "site": [1] * 60, "queue": [1] * 60,
         "channel": [1] * 60, "contact_type": [None] * 60, "talk_s": [100_000_000] * 60}
    )  # fmt: skip
    leaf = {name: conform(pl.DataFrame(schema=TABLES[name].dtypes), name) for name in LEAVES}
    leaf["agent_queue_interval"] = conform(rows, "agent_queue_interval")
    summed = ladder(leaf)
    assert summed["site_queue_day"]["talk_s"][0] == 6_000_000_000
    assert summed["team_day"]["known:talk_s"][0] == 60


def test_counts_of_known_cells_past_two_to_the_32_do_not_wrap(tmp_path) -> None:
    days = [date(2026, 3, 2), date(2026, 3, 3)]
    counts = {"talk_s": 10, "known:talk_s": 3_000_000_000, "cells:agent_queue_interval": 4 * 10**9}
    files = []
    for day in days:
        frame = pl.DataFrame({"day": [day], "site": [1], **{n: [v] for n, v in counts.items()}})
        conform(frame, "site_day").write_parquet(tmp_path / f"{day}.parquet")
        files.append(FactFile("site_day", day, "", f"{day}.parquet", 1))
    facts = FactReader(Snapshot(1, tuple(files)), FrameCache(tmp_path), {}, {})
    query = FactQuery(("talk_s",), FIRST, END)
    answer = read_from(facts, ENTERPRISE, query, "site_day")
    assert answer is not None
    assert answer.rows() == [(20, 6_000_000_000, 8_000_000_000)]


def test_sums_kept_by_blocks_of_days_are_those_of_the_days(tmp_path) -> None:
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(40)]
    files = []
    for n, day in enumerate(days):
        # Agent 3 comes on some days only, hold time is unknown on most, and never known of agent 2.
        agents = [1, 2, 3] if n % 5 == 0 else [1, 2]
        hold = [n if n % 3 == 0 and agent != 2 else None for agent in agents]
        frame = pl.DataFrame(
            {
                "agent": agents, "site": [7, 7, 8][: len(agents)],
                "talk_s": [n * a for a in agents],
                "known:talk_s": 1, "hold_s": hold,
                "known:hold_s": [int(seconds is not None) for seconds in hold],
                "cells:agent_queue_interval": [2 - (a == 3 and n == 0) for a in agents],
            }
        ).with_columns(pl.lit(day).alias("day"))  # fmt: skip
        conform(frame, "agent_contact_day").write_parquet(tmp_path / f"{n}.parquet")
        files.append(FactFile("agent_contact_day", day, "", f"{n}.parquet", frame.height))
    keys = {"agent": {"a": 1, "b": 2, "c": 3}, "site": {"x": 7, "y": 8}}
    facts = FactReader(Snapshot(1, tuple(files)), FrameCache(tmp_path), keys, {})
    query = FactQuery(("talk_s", "hold_s"), days[0], days[-1] + timedelta(days=1), ("agent",))
    names = ["agent", "talk_s", "hold_s", "hold_s:known", "_cells"]

    def answer(scope: Scope, query: FactQuery) -> list[tuple[object, ...]]:
        found = read_from(facts, scope, query, "agent_contact_day")
        assert found is not None
        return found.select(names).rows()

    every = [(1, 780, 273, 14, 80), (2, 1560, None, 0, 80), (3, 420, 45, 3, 15)]
    for _ in range(2):  # read, and kept
        assert answer(ENTERPRISE, query) == every
        assert answer(Scope("y"), query) == every[2:]
    for first in range(25):
        asked = replace(query, first=days[first], end=days[first + 15])
        per_day = [answer(ENTERPRISE, replace(asked, first=day, end=day + timedelta(days=1)))
                   for day in days[first : first + 15]]  # fmt: skip
        sums = {row[0]: 0 for rows in per_day for row in rows}
        for row in (row for rows in per_day for row in rows):
            sums[row[0]] += row[1]
        assert {row[0]: row[1] for row in answer(ENTERPRISE, asked)} == sums


def test_a_value_that_does_not_fit_its_column_raises_instead_of_wrapping() -> None:
    for bad in (-1, 70_000):
        with pytest.raises(pl.exceptions.InvalidOperationError):
            conform(pl.DataFrame({"avail_s": [bad]}), "agent_interval")


def test_every_measure_names_a_table_that_has_its_column() -> None:
    for measure in MEASURES.values():
        if measure.table and measure.table not in COMPUTED and measure.agg != "hist":
            assert measure.name in TABLES[measure.table].dtypes, measure.name
