"""Root cause: every golden case to its digits, and that parts always sum to the whole."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.explain.adtributor import elements_of, elements_of_sum, surprise
from kpis.explain.components import components, gap_to_plan
from kpis.explain.effect import cuped, effect_of, effect_of_means, payback
from kpis.explain.factors import Factor, effects, shapley
from kpis.explain.peers import (
    Spread,
    days_to_within,
    direct_mean,
    expected_at,
    expected_change,
    expected_of_mix,
    shrink,
    spread_of,
)
from kpis.explain.rate_mix import OTHERS, Sums, fold_small, rate_and_mix
from kpis.explain.reassign import mix_adjusted, reassigned
from kpis.explain.recurring import Moments, judged
from kpis.explain.rounding import share_out
from kpis.explain.significance import binomial_tail, survivors, two_sided, wilson
from kpis.explain.staffing_waterfall import Staffing, seconds_by_reason

ALL = json.loads((Path(__file__).parent / "data/root_cause_examples.json").read_text())["cases"]
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in ALL}


def near(case: dict[str, Any], value: Any) -> Any:
    """A golden value with the tolerance of its row, whatever its shape."""
    if isinstance(value, dict):
        return {name: near(case, part) for name, part in value.items()}
    if isinstance(value, list):
        return [near(case, part) for part in value]
    if isinstance(value, float | int) and not isinstance(value, bool):
        return pytest.approx(value, abs=case["tolerance_abs"])
    return value


def of_kind(kind: str) -> Any:
    return pytest.mark.parametrize("case_id", [c["id"] for c in ALL if c["kind"] == kind])


def sums_of(inputs: dict[str, Any]) -> list[Sums]:
    columns = (inputs[name] for name in ("segments", "n0", "v0", "n1", "v1"))
    return [Sums(key, n0 * (v0 or 0), n0, n1 * (v1 or 0), n1)
            for key, n0, v0, n1, v1 in zip(*columns, strict=True)]  # fmt: skip


@of_kind("kitagawa")
def test_a_change_of_a_ratio_is_rate_and_mix(case_id: str) -> None:
    case = CASES[case_id]
    found = rate_and_mix(sums_of(case["inputs"]))
    got = None if found is None else {
        "V0": found.value0,
        "V1": found.value1,
        "delta": found.delta,
        "rate": [part.rate for part in found.parts],
        "mix": [part.mix for part in found.parts],
        "rate_total": found.rate,
        "mix_total": found.mix,
        "segment_total": [part.size for part in found.parts],
    }  # fmt: skip
    assert got == near(case, case["expected"])
    assert found is None or found.exact


def test_components_of_handle_time_add_up_to_it() -> None:
    case = CASES["H1"]
    inputs = case["inputs"]
    found = components(
        {
            name: sums_of({**inputs, "v0": values, "v1": inputs["components1"][name]})
            for name, values in inputs["components0"].items()
        }
    )
    assert found is not None
    got = {
        name: {"delta": one.delta, "rate_total": one.rate, "mix_total": one.mix}
        for name, one in found.parts.items()
    }
    assert {**got, "total_delta": found.delta} == near(case, case["expected"])
    assert found.exact


def test_the_gap_of_components_to_plan_is_weighted_by_contacts() -> None:
    case = CASES["H2"]
    plan, agents = case["inputs"]["plan"], case["inputs"]["agents"]
    base = sum(agent["n"] for agent in agents)
    sums = {name: sum(agent["n"] * agent[name] for agent in agents) for name in plan}
    got = {"team_aht": sum(sums.values()) / base, "gap": gap_to_plan(plan, sums, base)}
    assert got == near(case, case["expected"])


@of_kind("lmdi")
def test_a_change_of_a_product_is_shared_by_its_factors(case_id: str) -> None:
    case = CASES[case_id]
    inputs = case["inputs"]
    columns = (inputs[name] for name in ("factors", "x0", "x1", "power"))
    found = effects([Factor(*row) for row in zip(*columns, strict=True)], inputs["scale"])
    got = {"y0": found.value0, "y1": found.value1, "delta": found.delta,
           "effects": list(found.sizes)}  # fmt: skip
    assert got == near(case, case["expected"])
    assert found.exact


def test_over_all_orders_the_effects_are_almost_the_same_and_take_a_zero() -> None:
    l1 = [Factor("contacts", 1000, 1200), Factor("aht_s", 300, 330)]
    assert [round(x, 3) for x in shapley(l1, 1 / 3600).sizes] == [17.5, 9.167]
    none = effects([Factor("contacts", 0, 1200), Factor("aht_s", 300, 300)], 1 / 3600)
    assert (none.sizes, none.exact) == ((100.0, 0.0), True)


def test_power_and_surprise_choose_the_element() -> None:
    case = CASES["A1"]
    columns = (case["inputs"][name] for name in ("segments", "num0", "den0", "num1", "den1"))
    segments = [Sums(*row) for row in zip(*columns, strict=True)]
    found = elements_of(segments)
    base0, base1 = (sum(getattr(s, name) for s in segments) for name in ("base0", "base1"))
    got = {
        "explanatory_power": [one.power for one in found],
        "surprise_num": [one.surprise for one in found],
        "surprise_den": [surprise(s.base0 / base0, s.base1 / base1) for s in segments],
    }
    assert got == near(case, case["expected"])


def test_a_part_of_the_other_sign_has_no_share_and_breaks_nothing() -> None:
    short = [Sums("night", -50.0, 100.0, 30.0, 100.0), Sums("day", 150.0, 100.0, 20.0, 100.0)]
    night, day = elements_of(short)
    assert [round(x.surprise, 4) for x in (night, day)] == [0.2079, 0.1696]
    assert round(night.power + day.power, 12) == 1.0
    assert round(surprise(0.5, -0.6), 4) == 0.1733


def test_power_of_an_additive_figure_is_its_share_of_the_change() -> None:
    case = CASES["A2"]
    columns = (case["inputs"][name] for name in ("segments", "value0", "value1"))
    found = elements_of_sum(list(zip(*columns, strict=True)))
    got = {"explanatory_power": [e.power for e in found], "surprise": [e.surprise for e in found]}
    assert got == near(case, case["expected"])


def test_people_are_compared_at_one_mix() -> None:
    direct, indirect = CASES["S1"], CASES["S2"]
    got = {a: direct_mean(direct["inputs"]["ref_weight"], v)
           for a, v in direct["inputs"]["agents"].items()}  # fmt: skip
    assert got == near(direct, direct["expected"])
    found = {}
    for agent, given_ in indirect["inputs"]["agents"].items():
        raw = direct_mean(given_["n"], given_["v"])
        expected = expected_of_mix(given_["n"], indirect["inputs"]["team_value"])
        assert expected is not None
        found[agent] = {"raw": raw, "expected": expected, "ratio": raw / expected}
    assert found == near(indirect, indirect["expected"])


@of_kind("empirical_bayes")
def test_a_small_sample_is_pulled_to_its_peers(case_id: str) -> None:
    case = CASES[case_id]
    i = case["inputs"]
    found = shrink(i["x"], i["n"], i["sigma"], Spread(i["mu"], i["tau"], 0), i["min_base"])
    got = {"weight": found.weight, "posterior": found.mean, "posterior_sd": found.sd,
           "lower_5": found.low, "flag": found.flag}  # fmt: skip
    assert got == near(case, case["expected"])


@pytest.mark.parametrize(("acw_s", "told"), [(40, False), (50, False), (55, False), (60, True),
                                             (120, True), (184, True)])  # fmt: skip
def test_a_dose_of_wrap_up_is_flagged_only_beyond_the_peers_spread(acw_s: int, told: bool) -> None:
    assert shrink(acw_s, 790, 40, Spread(45, 8, 0)).flag == told


def test_who_is_picked_for_a_bad_month_comes_back_by_himself() -> None:
    case = CASES["E6"]
    i, wanted = case["inputs"], case["expected"]
    peers = Spread(i["mu"], i["tau"], 0)
    change = expected_change(i["x"], i["n"], i["sigma"], peers)
    assert change == near(case, wanted["expected_change"])
    assert i["x"] + change == near(case, wanted["expected_next"])
    assert shrink(i["x"], i["n"], i["sigma"], peers).weight == near(case, wanted["weight"])


def test_peers_who_are_all_alike_leave_room() -> None:
    case = CASES["E7"]
    found = spread_of(**case["inputs"])
    got = {"median": found.mu, "mad": found.mad, "tau": found.tau}
    assert got == near(case, case["expected"])


@of_kind("wilson")
def test_a_share_has_bounds(case_id: str) -> None:
    case = CASES[case_id]
    found = wilson(**case["inputs"])
    assert (None if found is None else list(found)) == near(case, case["expected"])


def test_chance_and_the_tests_that_survive() -> None:
    tail, many = CASES["B1"], CASES["B2"]
    i = tail["inputs"]
    assert binomial_tail(i["hits"], i["n"], i["p0"]) == near(tail, tail["expected"])
    kept = survivors(many["inputs"]["p"], many["inputs"]["q"])
    assert {"rejected": sum(kept), "reject": list(kept)} == many["expected"]
    assert (binomial_tail(0, 5, 0.1), binomial_tail(3, 5, 0.0), survivors([])) == (1.0, 0.0, ())
    assert two_sided(1.959963984540054) == pytest.approx(0.05)


@of_kind("recurring_pattern")
def test_a_habit_is_told_with_both_of_its_shares(case_id: str) -> None:
    case = CASES[case_id]
    i = case["inputs"]
    late = i["hits"] * i["mean_late_min"]
    found = judged(
        Moments(i["days"], i["hits"], late, late + i["other_punctuality_min"],
                late + i["other_lost_min"], i["sched_min"], i["peer_rate"], i["target"])
    )  # fmt: skip
    assert found is not None
    got = {
        "lost_min": found.given.late_s, "adherence": found.value,
        "adherence_without": found.without, "share_of_punctuality_loss": found.share_of_late,
        "share_of_all_loss": found.share_of_all, "gap_min": found.gap_s,
        "closes_gap": found.closes, "wilson_low": found.wilson_low, "report": found.reported,
    }  # fmt: skip
    assert got == near(case, case["expected"])


@pytest.mark.parametrize(("hits", "told"), [(0, False), (5, False), (10, False), (15, False),
                                            (16, True), (20, True)])  # fmt: skip
def test_a_dose_of_late_lunches_is_told_from_16_of_22_days(hits: int, told: bool) -> None:
    late = hits * 270
    found = judged(Moments(22, hits, late, late + 1320, late + 27_878, 633_600, 0.15, 0.95))
    assert found is not None
    assert found.reported == told


@of_kind("staffing_waterfall")
def test_steps_of_staffing_sum_to_what_is_on_queue(case_id: str) -> None:
    case = CASES[case_id]
    i, wanted = case["inputs"], case["expected"]
    found = Staffing(i["required"], i["baseline"], i["schedule_edits"], i["losses"])
    names = ("planned_gap", "current", "actual", "vs_required", "vs_scheduled", "vs_current")
    got: dict[str, Any] = {name: getattr(found, name) for name in names}
    got["share_of_shortfall_vs_scheduled"] = dict(found.shares)
    assert got == near(case, wanted)
    assert found.agrees_with(wanted["actual"])


def test_a_lost_second_has_one_reason() -> None:
    case = CASES["F4"]
    found = seconds_by_reason([(one["s"], one["reasons"]) for one in case["inputs"]["seconds"]])
    assert {**found, "total": sum(found.values())} == case["expected"]


def test_an_effect_is_what_the_others_did_not_change() -> None:
    case = CASES["D1"]
    i = case["inputs"]
    found = effect_of_means((i["T0"], i["T1"]), (i["C0"], i["C1"]))
    got = {"effect": found.effect, "naive": found.naive, "ratio_effect": found.ratio}
    assert got == near(case, case["expected"])


@of_kind("did_agents")
def test_an_effect_has_an_interval_and_a_permutation(case_id: str) -> None:
    case = CASES[case_id]
    found = effect_of(case["inputs"]["d_treated"], case["inputs"]["d_control"])
    got = {"effect": found.size, "se": found.se, "df": found.df, "ci95": [found.low, found.high],
           "permutation_p": found.p}  # fmt: skip
    assert got == near(case, case["expected"])
    assert found.proven == (case_id == "D2")


def test_three_and_three_are_too_few_whatever_the_effect() -> None:
    found = effect_of([-50, -51, -52], [-1, 0, 1])
    assert (found.p, found.too_few, found.proven) == (0.1, True, False)


def test_what_was_known_before_takes_noise_out() -> None:
    case = CASES["Q1"]
    i = case["inputs"]
    found = cuped(i["x"], i["y"], [bool(t) for t in i["treated"]])
    got = {"theta": found.theta, "rho": found.rho, "raw_diff": found.raw,
           "cuped_diff": found.adjusted, "did_diff": found.differences,
           "variance_ratio": found.variance_ratio}  # fmt: skip
    assert got == near(case, case["expected"])


def test_a_training_pays_back_only_when_something_is_proven() -> None:
    case = CASES["T1"]
    found = payback(**case["inputs"])
    got = {"cost_hours": found.cost_h, "saved_hours_per_week": found.saved_h_per_week,
           "payback_weeks": found.weeks}  # fmt: skip
    assert got == near(case, case["expected"])
    assert payback(**case["inputs"], proven=False).weeks is None


def test_tenure_has_a_curve() -> None:
    curve, ratio = CASES["T2"], CASES["T3"]
    i = curve["inputs"]
    got = {"aht": [expected_at(d, i["A"], i["b"], i["tau_days"]) for d in i["days"]],
           "days_to_within_10pct": days_to_within(0.1, i["b"], i["tau_days"])}  # fmt: skip
    assert got == near(curve, curve["expected"])
    i = ratio["inputs"]
    times = [a["aht"] / expected_at(a["days"], i["A"], i["b"], i["tau_days"]) for a in i["agents"]]
    assert times == near(ratio, ratio["expected"]["ratio"])


def test_what_if_all_offers_went_to_experts() -> None:
    case = CASES["X1"]
    n, aht = case["inputs"]["contacts"], case["inputs"]["aht"]
    base, fast = sum(n.values()), (100, aht["tv_expert"])
    slow = (300, aht["tv_novice"])
    total = n["billing"] * aht["billing"] + n["support"] * aht["support"]
    total += fast[0] * fast[1] + slow[0] * slow[1]
    found = [reassigned(base, total, fast, slow, s) for s in case["inputs"]["expert_share"]]
    before = 354
    last = found[-1]
    got = {"aht": [one.value for one in found], "removable": last.removes,
           "remaining_mix": last.value - before, "hours_saved": last.saved / 3600}  # fmt: skip
    assert got == near(case, case["expected"])
    assert mix_adjusted(list(n.values()), [300, 420, 480]) == pytest.approx(383.0769230769)


SEGMENTS = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(*[st.floats(0, 1e5), st.sampled_from([0.0, 0.5, 7.0, 1e4])] * 2),
    min_size=1,
)


@given(SEGMENTS, st.integers(0, 3))
def test_parts_of_a_ratio_always_sum_to_its_change(
    drawn: dict[str, tuple[float, float, float, float]], decimals: int
) -> None:
    segments = [Sums(k, v0 * n0, n0, v1 * n1, n1) for k, (v0, n0, v1, n1) in drawn.items()]
    found = rate_and_mix(segments)
    folded = rate_and_mix(fold_small(segments, 30))
    assert (found is None) == (folded is None)
    if found is not None and folded is not None:
        assert found.exact
        assert folded.exact
        assert folded.delta == pytest.approx(found.delta, abs=1e-6)
        shown = share_out([part.size for part in found.parts], decimals)
        assert sum(round(x * 10**decimals) for x in shown) == round(found.delta * 10**decimals)


POSITIVE = st.floats(0.01, 1e4)


@given(st.lists(st.tuples(POSITIVE, POSITIVE, st.sampled_from([1.0, -1.0])), min_size=1,
                max_size=4))  # fmt: skip
def test_effects_of_factors_always_sum_to_the_change(
    drawn: list[tuple[float, float, float]],
) -> None:
    factors = [Factor(str(i), *row) for i, row in enumerate(drawn)]
    # The largest product on the way from one value to the other bounds what rounding can lose.
    largest = math.prod(max(before**power, after**power) for before, after, power in drawn)
    for found in (effects(factors), shapley(factors)):
        assert sum(found.sizes) == pytest.approx(
            found.delta, rel=1e-9, abs=1e-13 * max(1e4, largest)
        )


def test_small_segments_are_told_as_one() -> None:
    given_ = [Sums("a", 1, 600, 1, 600), Sums("b", 1, 12, 1, 20), Sums("c", 1, 9, 1, 3)]
    assert [(s.key, s.base0) for s in fold_small(given_, 30)] == [("a", 600), (OTHERS, 21)]


def test_printed_parts_add_up_to_a_printed_total() -> None:
    assert share_out([12.05, -2.28, 56.24], 1) == [12.1, -2.3, 56.2]
    assert share_out([0.26, 0.26], 1, 0.6) == [0.3, 0.3]
    assert share_out([], 1) == []
