"""Weighted, mix-adjusted and coloured targets: the golden cases to their digits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from kpis.catalogue.load import CATALOGUE
from kpis.definition import Bands
from kpis.mix_target import MixPart, mix_targets
from kpis.status import red_sentence, status_of
from kpis.targets import bands_of, resolve, shape_of, weighted_bands
from wfm.domain.scope import Scope
from wfm.domain.target_rules import limits_of, outside
from wfm.domain.targets import Corridor, Target, TargetBook

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "data/root_cause_examples.json").read_text())[
        "cases"
    ]
}
WORD = {"good": "green", "warn": "amber", "bad": "red", "none": "grey"}
ADHERENCE, AHT = CATALOGUE["adherence"], CATALOGUE["average_handle_time"]
PHOENIX, TEAM = Scope("phoenix"), Scope("phoenix", "t7")


def row(target_id: int, level: str, key: str, value: float | None, **more: Any) -> Target:
    given = {
        "contact_type": "", "value_hi": None, "amber_width": 2.0,
        "effective_from": date(2026, 1, 1), "effective_to": None, "recorded_at": target_id,
        "author": "Ana M.", **more,
    }  # fmt: skip
    return Target(target_id, more.pop("kpi_id", "adherence"), level, key, value_lo=value, **{
        name: value for name, value in given.items() if name != "kpi_id"
    })  # fmt: skip


def book(*rows: Target, corridors: tuple[Corridor, ...] = ()) -> TargetBook:
    return TargetBook(
        rows, (), MappingProxyType({"t7": "phoenix"}),
        MappingProxyType({("site", "phoenix"): "Phoenix"}), corridors,
    )  # fmt: skip


def test_g4_the_row_in_force_is_the_most_specific_known_one() -> None:
    inputs = CASES["G4"]["inputs"]
    rows = [
        row(
            given["id"], given["level"], given["key"], given["value"],
            contact_type=given["contact_type"] or "", recorded_at=_at(given["recorded"]),
            effective_from=date.fromisoformat(given["from"]),
            effective_to=date.fromisoformat(given["to"]) if given["to"] else None,
        )
        for given in inputs["rows"]
    ]  # fmt: skip
    found = [
        resolve(book(*rows), "adherence", date.fromisoformat(query["date"]), TEAM,
                query["contact_type"] or "", _at(query["known_at"]))
        for query in inputs["queries"]
    ]  # fmt: skip
    got = [None if one is None else one.target_id for one in found]
    assert got == CASES["G4"]["expected"]["row_id"]


def _at(day: str) -> int:
    return date.fromisoformat(day).toordinal() * 86_400


def test_g1_a_period_weighs_each_days_target_by_its_denominator() -> None:
    days = [(Bands(green_lo=d["target"]), d["den"]) for d in CASES["G1"]["inputs"]["days"]]
    found = weighted_bands(days)
    assert found is not None
    assert found.green_lo == pytest.approx(CASES["G1"]["expected"]["target"], abs=1e-6)


def test_g2_a_tie_is_green_and_the_edge_of_amber_is_amber() -> None:
    states = []
    for case in CASES["G2"]["inputs"]["rows"]:
        up = case["better"] == "higher"
        kpi = replace(ADHERENCE, better=case["better"])
        given = row(
            1, "site", "x", case["target"] if up else None,
            value_hi=None if up else case["target"], amber_width=case["amber_width"],
        )  # fmt: skip
        states.append(WORD[status_of(case["value"], bands_of(kpi, given))])
    assert states == CASES["G2"]["expected"]["state"]


def test_g3_a_range_is_green_inside_and_amber_around() -> None:
    kpi = replace(ADHERENCE, better="target", bands=Bands())
    given = row(1, "site", "x", -3.0, value_hi=3.0, amber_width=4.0)
    states = [WORD[status_of(v, bands_of(kpi, given))] for v in CASES["G3"]["inputs"]["values"]]
    assert states == CASES["G3"]["expected"]["state"]


def test_g5_a_figure_is_red_against_the_plan_and_amber_against_its_mix() -> None:
    given, wanted = CASES["G5"]["inputs"], CASES["G5"]["expected"]
    planned = (600, 300, 100)
    parts = [
        MixPart(target, contacts, plan)
        for target, contacts, plan in zip(given["target"], given["contacts"], planned, strict=True)
    ]
    found = mix_targets(parts, given["actual"])
    assert found is not None
    assert found.plan == pytest.approx(given["plan"])
    assert found.mix_adjusted == pytest.approx(wanted["mix_adjusted"], abs=1e-6)
    assert found.vs_plan == pytest.approx(wanted["vs_plan_pct"], abs=1e-6)
    assert found.vs_mix == pytest.approx(wanted["vs_mix_adjusted_pct"], abs=1e-6)
    assert (found.status, found.status_of_mix) == ("bad", "warn")
    assert found.sentence == "19 % over plan, 10 % over what this mix should take"


def test_without_a_plan_of_each_kind_only_the_mix_is_told() -> None:
    found = mix_targets([MixPart(300, 10), MixPart(400, 10, 5)], 360)
    assert found is not None
    assert (found.plan, found.mix_adjusted, found.sentence) == (None, 350, "")
    assert mix_targets([MixPart(300, 0)], 360) is None


def test_f3_a_calm_total_over_a_red_site_says_so() -> None:
    sites, wanted = CASES["F3"]["inputs"]["sites"], CASES["F3"]["expected"]
    gap = CATALOGUE["actual_vs_scheduled"]
    values = [100 * (s["act"] - s["sch"]) / s["sch"] for s in sites]
    whole = 100 * (sum(s["act"] for s in sites) / sum(s["sch"] for s in sites) - 1)
    assert whole == pytest.approx(wanted["actual_vs_scheduled_all"], abs=1e-6)
    assert min(values) == pytest.approx(wanted["actual_vs_scheduled_worst"], abs=1e-6)
    assert WORD[status_of(whole, gap.bands)] == "amber"
    assert red_sentence([status_of(v, gap.bands) for v in values], "site") == "1 of 4 sites red"
    # Over a day of 13 hours the total is green, and the badge is the only sign.
    assert WORD[status_of(-1.78, gap.bands)] == "green"


def test_a_queue_and_a_contact_type_have_rows_of_their_own() -> None:
    given = book(
        row(1, "site", "phoenix", 90),
        row(2, "site", "phoenix", 91, contact_type="sales"),
        row(3, "site", "phoenix", 92, queue_id="billing"),
        row(4, "site", "phoenix", 93, queue_id="billing", contact_type="sales"),
    )
    day = date(2026, 2, 1)

    def found(contact_type: str, queue_id: str) -> float | None:
        one = resolve(given, "adherence", day, TEAM, contact_type, queue_id=queue_id)
        return None if one is None else one.value_lo

    assert [found("", ""), found("sales", ""), found("", "billing"), found("sales", "billing"),
            found("claims", "support")] == [90, 91, 92, 93, 90]  # fmt: skip


def test_a_link_ends_the_own_row_from_its_day_on() -> None:
    given = book(
        row(1, "site", "phoenix", 90),
        row(2, "team", "t7", 94),
        row(3, "team", "t7", None, kind="linked", effective_from=date(2026, 3, 1)),
        row(4, "team", "t7", 95, effective_from=date(2026, 5, 1)),
    )
    on = {
        day: found.target_id
        for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 1))
        if (found := resolve(given, "adherence", day, TEAM))
    }
    assert list(on.values()) == [2, 1, 4]


def test_a_lead_moves_two_points_around_what_is_set_above_or_what_the_site_allows() -> None:
    site = row(1, "site", "phoenix", 95)
    team = row(2, "team", "t7", 97)
    day = date(2026, 2, 1)
    usual = limits_of(book(site, team), shape_of(ADHERENCE), TEAM, day)
    assert usual is not None
    assert usual.low == (93, 97)  # around the site's 95, not around the team's own 97
    assert usual.sentence.startswith("Allowed here: 93 to 97 %, the usual corridor;")
    assert [outside(usual, v, None, 2.0) for v in (92.99, 93, 97, 97.01)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert outside(usual, 95, None, 2.5)  # a wider amber hides a red
    wider = Corridor(1, "", "site", "phoenix", 4.0, "points", date(2026, 1, 1), 5, "Ana M.")
    own = replace(wider, corridor_id=2, kpi_id="adherence", width=1.0)
    found = limits_of(book(site, corridors=(wider, own)), shape_of(ADHERENCE), TEAM, day)
    assert found is not None
    assert (found.low, found.sentence) == (
        (94, 96),
        "Allowed here: 94 to 96 %, set for Site Phoenix by Ana M.; "
        "the site's manager may widen it.",
    )


def test_the_corridor_of_handle_time_is_five_percent_of_both_ends() -> None:
    given = book(row(1, "site", "phoenix", 280.0, value_hi=320.0, kpi_id="average_handle_time"))
    found = limits_of(given, shape_of(AHT), TEAM, date(2026, 2, 1))
    assert found is not None
    assert (found.low, found.high) == ((266.0, 294.0), (304.0, 336.0))
    assert outside(found, 300.0, 320.0, None)
