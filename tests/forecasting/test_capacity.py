"""Long-term capacity by worked examples: full-time equivalents, people with ramp, latest hire."""

from datetime import date, timedelta

import pytest

from forecasting.capacity import (
    Growth,
    growth_of,
    heads_path,
    plan_capacity,
    required_fte,
    under_scenario,
    weekly_demand,
)
from wfm.domain.capacity import CapacityTerms, HiringClass, WeekDemand
from wfm.domain.errors import BadInput

MONDAY = date(2026, 1, 5)


def test_fifty_thousand_contacts_of_five_minutes_need_44_people():
    hours = 50_000 * 300 / 3600
    assert hours == pytest.approx(4_166.67, abs=0.005)
    assert hours / 0.85 == pytest.approx(4_901.96, abs=0.005)
    assert hours / 0.85 / 0.70 == pytest.approx(7_002.80, abs=0.005)
    assert required_fte(50_000, 300, 0.85, 0.30, 160) == pytest.approx(43.77, abs=0.005)
    with pytest.raises(BadInput, match="shrinkage 1 "):
        required_fte(50_000, 300, 0.85, 1.0, 160)


def test_people_leave_begin_and_learn():
    path = heads_path(40, 0.05, [0, 0, 10, 0, 0, 0], (0.0, 0.5, 0.8))
    assert [heads for heads, _ in path] == pytest.approx(
        [40, 38, 46.1, 43.795, 41.60525, 39.5249875]
    )
    assert [effective for _, effective in path] == pytest.approx(
        [40, 38, 36.1, 34.295 + 4.75, 32.58025 + 7.22, 30.9512375 + 8.57375]
    )


def weeks_of(*contacts):
    return [
        WeekDemand(MONDAY + timedelta(weeks=i), n, 0.9 * n, 1.1 * n, 300.0)
        for i, n in enumerate(contacts)
    ]


def terms(**more):
    given = {"occupancy": 0.85, "shrinkage": 0.30, "paid_hours_week": 40.0,
             "attrition_month": 0.0, "heads": 10.0, "ramp": (0.0, 0.5, 0.8)}  # fmt: skip
    return CapacityTerms(**(given | more))


def test_the_latest_hire_is_a_ramp_and_a_lead_before_the_first_short_week():
    # 2,856 contacts of 300 s are 238 h, 10.0 people; from week 30 on half as many again.
    plan = plan_capacity(
        "dublin", weeks_of(*[2_856] * 30, *[4_284] * 10), terms(lead_weeks=6, cost_per_hour=20)
    )
    assert [week.required for week in (plan.weeks[0], plan.weeks[30])] == pytest.approx([10, 15])
    assert plan.weeks[0].required_p90 == pytest.approx(11)
    assert plan.weeks[0].gap_p90 == pytest.approx(-1)
    assert plan.weeks[30].gap == pytest.approx(-5)
    short = MONDAY + timedelta(weeks=30)
    assert plan.hire.heads == 5
    assert (plan.hire.short_on, plan.hire.start_on) == (short, short - timedelta(weeks=13))
    assert plan.hire.decide_on == short - timedelta(weeks=19)
    assert plan.cost == pytest.approx(40 * 10 * 40 * 20)


def test_a_class_in_time_closes_the_gap_and_one_too_late_does_not():
    demand = weeks_of(*[2_856] * 30, *[4_284] * 10)
    short = MONDAY + timedelta(weeks=30)
    early = HiringClass(short - timedelta(weeks=13), 5)
    late = HiringClass(short - timedelta(weeks=4), 5)
    assert plan_capacity("x", demand, terms(classes=(early,))).hire is None
    plan = plan_capacity("x", demand, terms(classes=(late,)))
    assert plan.weeks[30].effective == pytest.approx(10 + 5 * 0)
    assert plan.hire.heads == 5


def test_a_year_of_attrition_is_the_monthly_rate_twelve_times():
    plan = plan_capacity("x", weeks_of(*[0] * 53), terms(attrition_month=0.02))
    assert plan.weeks[52].heads == pytest.approx(10 * 0.98**12)


def series(first, days, level):
    return {first + timedelta(days=i): level for i in range(days)}


def test_the_model_counts_for_ninety_days_then_last_year_grows():
    past = series(MONDAY - timedelta(days=800), 436, 100.0) | series(
        MONDAY - timedelta(days=364), 364, 110.0
    )
    growth = growth_of(past)
    assert growth.factor == pytest.approx(1.10)
    assert growth.note == "year on year +10.0 %, median of 26 weeks"
    ahead = series(MONDAY, 120, 130.0)
    demand = weekly_demand(past, ahead, MONDAY, 52, 300.0, growth)
    assert [round(week.contacts) for week in demand[11:14]] == [910, 847, 847]
    assert demand[0].p90 / demand[0].contacts == pytest.approx(demand[0].contacts / demand[0].p10)


def test_without_last_year_recent_weeks_repeat_and_the_plan_says_so():
    past = series(MONDAY - timedelta(days=70), 70, 50.0)
    growth = growth_of(past)
    assert growth == Growth(1.0, 0.15, "under a year of history: recent weeks repeat")
    demand = weekly_demand(past, {}, MONDAY, 2, 300.0, growth)
    assert [week.contacts for week in demand] == [350.0, 350.0]
    assert growth_of(past, 1.2).factor == 1.2


def test_a_scenario_changes_contacts_handle_time_and_single_weeks():
    event = (MONDAY + timedelta(days=8), MONDAY + timedelta(days=9), 0.7)  # one day of the second
    weeks = under_scenario(weeks_of(1_000, 1_000), 0.10, -0.05, [event])
    assert [week.contacts for week in weeks] == pytest.approx([1_100, 1_210])
    assert [week.p90 for week in weeks] == pytest.approx([1_210, 1_331])
    assert {week.aht_s for week in weeks} == {285.0}


def test_plans_are_compared_by_their_usual_fullest_and_shortest_week():
    base = plan_capacity("x", weeks_of(2_856, 2_856), terms(cost_per_hour=20))
    more = plan_capacity("x", under_scenario(weeks_of(2_856, 2_856), 0.2), terms(cost_per_hour=20))
    assert (base.required_mean, more.required_mean) == pytest.approx((10, 12))
    assert (base.worst.gap, more.worst.gap) == pytest.approx((0, -2))
    assert more.required_cost - base.required_cost == pytest.approx(2 * 2 * 40 * 20)
    assert more.peak.required == pytest.approx(12)
