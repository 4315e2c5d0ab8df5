"""Every KPI of the catalogue has a value from loaded files, checked by plain arithmetic on rows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from unittest.mock import ANY

import fed_centre
import polars as pl
import pytest

from kpis.catalogue.load import CATALOGUE
from kpis.definition import Kpi
from kpis.drill import DIMENSIONS, check_drill, drill_reason, drills_of
from kpis.histogram import quantile_of
from kpis.query import KpiValue, kpi_series, kpi_values
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.targets import TargetBook
from wfm.facts.computed import COMPUTED, read_computed
from wfm.facts.day_sums import figure_sums
from wfm.facts.measures import MEASURES
from wfm.facts.query import need_of
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.router import check_drill as check_needs
from wfm.queries.facts import open_facts
from wfm.store.store import Store

DAY, NEXT = fed_centre.DAY, fed_centre.DAY + timedelta(days=1)
ADDITIVE = ("ratio", "sum", "level", "level_days", "level_std", "sqrt_ratio", "last", "last_ratio")
# Kinds and measures whose parts overlap: a customer of two queues is one customer.
OVERLAPPING = ("cust_n", "agents_n", "unsocial_sq_n2")


@dataclass(frozen=True)
class Fed:
    """The centre with its facts and the value of every KPI over all of it."""

    facts: FactReader
    whole: dict[str, KpiValue]


def values(facts: FactReader, kpi_ids: list[str], *by: str) -> tuple[KpiValue, ...]:
    return kpi_values(facts, ENTERPRISE, kpi_ids, DAY, NEXT, targets=TargetBook(), by=by)


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]) -> Fed:
    folder = tmp_path_factory.mktemp("fed")
    store: Store = fed_centre.build_fed(folder, store_url(folder))
    facts = open_facts(store)
    return Fed(facts, {v.kpi_id: v for v in values(facts, list(CATALOGUE))})


class Plain:
    """Sums of measures straight from rows: Parquet leaves, and lines of measures.csv."""

    def __init__(self, facts: FactReader) -> None:
        self.facts = facts
        self.figures: dict[str, list[float]] = defaultdict(list)
        for _, _, _, measure, value in fed_centre.figures():
            self.figures[measure].append(value)

    def rows(self, table: str, *days: date) -> list[dict[str, object]]:
        files = [f for f in self.facts.by_table.get(table, []) if f.day in (days or (DAY,))]
        return [
            row for f in files for row in pl.read_parquet(self.facts.frames.path(f.file)).to_dicts()
        ]

    def of(self, name: str) -> float:
        rule = MEASURES[name]
        if name in self.figures:
            given = self.figures[name]
            return max(given) if rule.agg == "max" else sum(given)
        if rule.table == "figure_day":
            own = [r["value"] for r in self.rows("figure_day") if r["measure"] == name]
            return sum(own) / 1000
        if rule.table in COMPUTED:
            return getattr(self, name)()
        known = [r for r in self.rows(rule.table or "") if r[name] is not None]
        if rule.agg == "max":
            return max(r[name] for r in known) / rule.scale
        if rule.agg == "last":
            newest: dict[tuple[object, ...], dict[str, object]] = {}
            for row in sorted(known, key=lambda r: r["q"]):
                newest[row["queue"], row["channel"], row["contact_type"]] = row
            known = list(newest.values())
        return sum(r[name] for r in known) / rule.scale

    def histogram(self, name: str) -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        for row in self.rows("hist"):
            if row["measure"] == name:
                found[row["bucket"]] += row["n"]
        return dict(found)

    def cust_n(self) -> int:
        return len({r["customer"] for r in self.rows("customer_entry")})

    def _followed(self) -> list[tuple[bool, bool, bool]]:
        """Of each contact of the day: answered, first for a week, and followed by another."""
        every = self.rows("customer_contact", *fed_centre.DAYS)
        found = []
        for row in every:
            if row["day"] == DAY:
                same = [
                    r["at"] - row["at"] for r in every
                    if (r["customer"], r["contact_type"]) == (row["customer"], row["contact_type"])
                ]  # fmt: skip
                week = 7 * 86_400
                first = not any(-week <= gap < 0 for gap in same)
                found.append((row["answered"], first, any(0 < gap <= week for gap in same)))
        return found

    def fcr_elig_n(self) -> int:
        return sum(answered for answered, _, _ in self._followed())

    def repeat_n(self) -> int:
        return sum(answered and again for answered, _, again in self._followed())

    def issue_n(self) -> int:
        return sum(first for _, first, _ in self._followed())

    def issue_one_n(self) -> int:
        return sum(answered and first and not again for answered, first, again in self._followed())

    def _cells(self, day: date) -> dict[tuple[object, object], int]:
        found: dict[tuple[object, object], int] = defaultdict(int)
        for row in self.rows("queue_interval", day):
            found[row["queue"], row["slot"]] += row["offered_n"]
        return found

    def naive_abs_err_n(self) -> float:
        now, before = self._cells(DAY), self._cells(DAY - timedelta(days=7))
        planned = [(r["queue"], r["slot"]) for r in self.rows("forecast_interval")]
        return sum(abs(now.get(cell, 0) - before.get(cell, 0)) for cell in planned)

    def fc_ape(self) -> float:
        now = self._cells(DAY)
        return sum(
            abs(row["fc_contacts_n"] / 1000 - n) / n
            for row in self.rows("forecast_interval")
            if (n := now.get((row["queue"], row["slot"]), 0))
        )

    def fc_ape_cells_n(self) -> int:
        now = self._cells(DAY)
        return sum(bool(now.get((r["queue"], r["slot"]))) for r in self.rows("forecast_interval"))

    def fc_day_abs_err_n(self) -> float:
        now, error = self._cells(DAY), defaultdict(float)
        for row in self.rows("forecast_interval"):
            error[row["queue"]] += row["fc_contacts_n"] / 1000 - now.get(
                (row["queue"], row["slot"]), 0
            )
        return sum(abs(e) for e in error.values())

    def agents_n(self) -> int:
        return len({r["agent"] for r in self.rows("agent_interval") if r["login_s"]})

    def unsocial_sq_n2(self) -> float:
        return sum(value * value for value in self.figures["unsocial_shifts_n"])

    def side(self, text: str, kpi: Kpi, **more: float) -> float:
        names = {name: self.of(name) for name in kpi.measures if name in text}
        return eval(text, {"__builtins__": {}}, {**names, **more})  # noqa: S307

    def value(self, kpi: Kpi) -> float:
        scale = float(kpi.scale)
        if kpi.kind == "quantile":
            return scale * quantile_of(self.histogram(kpi.numerator), Fraction(kpi.denominator))
        if kpi.kind == "moments":
            squares, total, n = (self.side(part, kpi) for part in kpi.numerator.split(","))
            return scale * math.sqrt(max(0, squares / n - (total / n) ** 2)) / (total / n)
        if kpi.kind == "derived":
            return self._derived(kpi)
        if kpi.kind == "compare":
            before = sum(self._cells(DAY - timedelta(days=7)).values())
            return scale * (self.side(kpi.numerator, kpi) / before - 1)
        top = self.side(kpi.numerator, kpi)
        if kpi.kind in ("sum", "max", "last", "distinct"):
            return scale * top
        if kpi.kind == "level":
            return scale * top / self._window(kpi)
        if kpi.kind == "level_days":
            return scale * top
        if kpi.kind == "level_std":
            return scale * top / (40 * 3600 / 7)
        ratio = top / self.side(kpi.denominator, kpi)
        return math.sqrt(ratio) if kpi.kind == "sqrt_ratio" else scale * ratio

    def _derived(self, kpi: Kpi) -> float:
        sums = {name: self.of(name) for name in kpi.measures}
        if kpi.id == "aht_forecast_error":
            forecast = sums["fc_work_s"] / sums["fc_contacts_n"]
            return 100 * (forecast / (sums["act_work_s"] / sums["offered_n"]) - 1)
        if kpi.id == "attrition_period":
            return 100 * sums["leaver_n"] / sums["headcount_pd"]
        return float(kpi.scale) * sums[kpi.numerator] / sums[kpi.denominator]

    def _window(self, kpi: Kpi) -> int:
        rows = self.rows(MEASURES[kpi.measures[0]].table or "")
        return 900 * len({r["q"] for r in rows if any(r[m] for m in kpi.measures)})


# What these need beside a scope and a period.
BROKEN_DOWN = {"channel_share": "channel", "bradford_factor": "agent"}


def test_every_kpi_has_a_value_from_files_that_plain_arithmetic_gives_too(fed: Fed) -> None:
    assert len(CATALOGUE) == 247
    plain, wrong = Plain(fed.facts), {}
    for kpi in CATALOGUE.values():
        if kpi.id in BROKEN_DOWN:
            continue
        value = fed.whole[kpi.id]
        expected = plain.value(kpi)
        if value.value is None or value.value != pytest.approx(expected, rel=1e-9, abs=1e-9):
            wrong[kpi.id] = (value.value, expected, value.reason)
    assert wrong == {}


def test_shares_and_figures_of_one_agent_have_values_when_broken_down(fed: Fed) -> None:
    shares = {v.at("channel"): v.value for v in values(fed.facts, ["channel_share"], "channel")}
    assert sum(shares.values()) == pytest.approx(100)
    assert set(shares) == {"voice", "chat"}
    factors = {v.at("agent"): v.value for v in values(fed.facts, ["bradford_factor"], "agent")}
    given = {k: x for _, _, k, m, x in fed_centre.figures() if m == "bradford"}
    assert {a: factors[a] for a in given} == given


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_parts_of_every_kpi_add_up_to_the_whole(fed: Fed, dimension: str) -> None:
    adding = [
        k for k in CATALOGUE.values()
        if k.kind in ADDITIVE and dimension in drills_of(k) and not {*k.measures} & {*OVERLAPPING}
    ]  # fmt: skip
    parts: dict[str, list[KpiValue]] = defaultdict(list)
    for value in values(fed.facts, [k.id for k in adding], dimension):
        parts[value.kpi_id].append(value)
    wrong = {}
    for kpi in adding:
        whole, found = fed.whole[kpi.id], parts[kpi.id]
        sides = ["numerator"]
        if kpi.kind in ("ratio", "sqrt_ratio", "last_ratio"):
            sides.append("denominator")
        # Stocks are not added over time, and one agent's day is not split over the hours.
        if kpi.kind in ("last", "last_ratio") and dimension in ("q", "slot"):
            continue
        if dimension == "reason":  # each reason stands over the whole base, so that values add up
            assert {v.denominator for v in found} <= {whole.denominator}
            sides = ["numerator", "value"]
        for side in sides:
            total = sum(getattr(v, side) or 0 for v in found)
            if total != pytest.approx(getattr(whole, side) or 0, rel=1e-9, abs=1e-9):
                wrong[kpi.id, side] = (total, getattr(whole, side))
    assert wrong == {}


def test_time_is_told_by_tenure_planned_activity_and_reason(fed: Fed) -> None:
    """Ana was hired a year before the day, Ben a month, Luc on it.

    On queue 27,000 s are planned, 1,800 of them under a code without a meaning, 540 come late.
    """
    handled = values(fed.facts, ["contacts_handled"], "tenure")
    assert [(v.at("tenure"), v.value) for v in handled] == [(0, 18.0), (30, 18.0), (365, 18.0)]
    adherence = values(fed.facts, ["adherence"], "activity")
    assert [(v.at("activity"), v.numerator, v.denominator) for v in adherence] == [
        ("break", 1800, 1800), ("on_queue", 24660, 25200), ("training", 0, 3600),
    ]  # fmt: skip
    away = values(fed.facts, ["aux_share"], "reason")
    assert [(v.at("reason"), v.numerator, v.denominator) for v in away] == [
        ("break", 1800, 31860), ("other", 1800, 31860),
    ]  # fmt: skip
    lost = {v.at("reason"): v.numerator for v in values(fed.facts, ["shrinkage"], "reason")}
    assert {reason: s for reason, s in lost.items() if s} == {"break": 1800, "late": 540}
    with pytest.raises(ForbiddenDrill, match="summed over the day and not kept quarter-hours"):
        values(fed.facts, ["adherence"], "activity", "slot")


def test_a_breakdown_that_a_kpi_cannot_have_is_refused_with_its_reason() -> None:
    refused = 0
    for kpi in CATALOGUE.values():
        allowed = set(drills_of(kpi))
        for dimension in set(DIMENSIONS) - allowed:
            with pytest.raises(ForbiddenDrill, match=r"cannot be broken down by .+: .+\. Possible"):
                check_drill(kpi, (dimension,))
            refused += 1
    assert refused > 500


def test_a_figure_that_no_file_carries_names_its_feed_and_is_never_zero(centre: Store) -> None:
    facts = open_facts(centre)
    reasons = {
        v.kpi_id: (v.value, v.reason)
        for v in values(facts, ["operating_cost", "csat_top2", "self_service_containment"])
    }
    assert reasons == {
        "operating_cost": (None, "needs feed: costs"),
        "csat_top2": (None, "needs feed: customer surveys"),
        "self_service_containment": (None, "needs feed: self-service sessions"),
    }


def test_a_trend_comes_in_the_finest_step_of_time_that_a_figure_has(fed: Fed) -> None:
    asked = ["contacts_offered", "cost_per_contact"]
    series = kpi_series(
        fed.facts, ENTERPRISE, asked, DAY, NEXT, "interval", targets=TargetBook()
    )  # fmt: skip
    quarters, days = (series[kpi_id] for kpi_id in asked)
    assert {part[0] for value in quarters for part in value.key} == {"q"}
    assert sum(v.value or 0 for v in quarters) == fed.whole["contacts_offered"].value
    assert [(v.key, v.value) for v in days] == [
        ((("day", DAY),), fed.whole["cost_per_contact"].value)
    ]
    with pytest.raises(ForbiddenDrill, match="cannot be broken down by q"):
        values(fed.facts, ["cost_per_contact"], "q")


@pytest.mark.parametrize("scope", ["", "madrid", "madrid/m1", "madrid/m1/a1"])
def test_a_trend_asked_in_parts_is_that_of_the_whole_span(fed: Fed, scope: str) -> None:
    where, first, end = Scope.parse(scope), DAY - timedelta(days=7), DAY + timedelta(days=9)
    for over in (end, DAY + timedelta(days=1)):
        asked = [k for k, kpi in CATALOGUE.items() if _by_day(kpi) and _known_at(kpi, where)]
        trends = kpi_series(fed.facts, where, asked, first, over, "day", targets=TargetBook())
        whole = kpi_values(
            fed.facts, where, asked, first, over, targets=TargetBook(), by=("day",)
        )  # fmt: skip
        assert [replace(v, reason="") for k in asked for v in trends[k]] == [
            replace(v, reason="") for v in whole
        ]


@pytest.mark.parametrize("by", [(), ("day",)])
def test_bare_figures_are_the_figures_without_what_stands_beside_them(
    fed: Fed, by: tuple[str, ...]
) -> None:
    asked = [k for k, kpi in CATALOGUE.items() if not by or _by_day(kpi)]
    told = kpi_values(fed.facts, ENTERPRISE, asked, DAY, NEXT, targets=TargetBook(), by=by)
    bare = kpi_values(
        fed.facts, ENTERPRISE, asked, DAY, NEXT, targets=TargetBook(), by=by, bare=True
    )  # fmt: skip
    assert {v.status for v in told} > {"none"}
    assert bare == tuple(
        replace(v, target=None, status="none", reason="", gap=None, gap_is="") for v in told
    )


@pytest.mark.parametrize("by", [(), ("day",), ("agent",), ("agent", "day"), ("month",)])
@pytest.mark.parametrize("scope", ["madrid/m1", "madrid/m1/a1", "madrid/m2", "madrid/nobody"])
def test_delivered_figures_added_up_give_what_a_query_gives(
    fed: Fed, scope: str, by: tuple[str, ...]
) -> None:
    place, names = Scope.parse(scope), []
    for name, measure in MEASURES.items():
        if measure.table == "figure_day" and measure.agg != "last":
            with suppress(ForbiddenDrill):
                check_needs([name], need_of(place, FactQuery((name,), DAY, NEXT, by)))
                names.append(name)
    query = FactQuery(tuple(names), DAY, NEXT, by)
    asked = read_computed(fed.facts, place, query, "figure_day").to_dicts()
    assert figure_sums(fed.facts, place, query) == [{**row, "cells": ANY} for row in asked]
    assert asked or place.team == "nobody"


def _by_day(kpi: Kpi) -> bool:
    try:
        check_drill(kpi, ("day",))
    except ForbiddenDrill:
        return False
    return True


def _known_at(kpi: Kpi, scope: Scope) -> bool:
    return scope.level in ("enterprise", "site") or not drill_reason(kpi, scope.level)
