"""Values from the facts of a small centre, through the public door."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from kpis.query import KpiValue, compare, hidden_red, kpi_series, kpi_values
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.scope import Scope
from wfm.domain.targets import Membership, Target
from wfm.queries.facts import open_facts
from wfm.queries.targets import read_targets
from wfm.store.store import Store

MONDAY, TUESDAY = date(2026, 10, 12), date(2026, 10, 13)


def values(
    store: Store, scope: str, *kpi_ids: str, by: tuple[str, ...] = ()
) -> tuple[KpiValue, ...]:
    where = Scope.parse(scope)
    return kpi_values(
        open_facts(store),
        where,
        kpi_ids,
        MONDAY,
        TUESDAY,
        targets=read_targets(store, where),
        by=by,
    )


def one(store: Store, scope: str, kpi_id: str) -> KpiValue:
    (value,) = values(store, scope, kpi_id)
    return value


def test_a_value_comes_with_its_two_sides_target_and_colour(centre: Store) -> None:
    value = one(centre, "madrid", "abandonment_rate")
    assert (value.value, value.numerator, value.denominator) == (20.0, 10, 50)
    assert (value.status, value.gap, value.gap_is) == ("good", 0.0, "better")
    assert value.target is not None
    assert value.target.text == "≤ 20.0 %"
    assert value.target.source.startswith("20.0 %, set for Site Madrid by ")


def test_the_enterprise_uses_the_default_of_the_catalogue_and_is_red(centre: Store) -> None:
    value = one(centre, "", "abandonment_rate")
    assert value.value == pytest.approx(100 * 10 / 90)
    assert value.status == "bad"
    assert value.target is not None
    assert value.target.source.startswith("5.0 %, default of the catalogue")


def test_without_own_or_default_target_the_sites_targets_are_weighted_by_contacts(
    centre: Store,
) -> None:
    value = one(centre, "", "average_talk_time")
    assert value.value == pytest.approx((40 * 200 + 40 * 100) / 80)
    assert value.target is not None
    bands = value.target.bands
    assert (bands.green_lo, bands.green_hi) == (135, 165)
    assert value.status == "good"


def test_handle_time_of_a_source_with_talk_only_is_labelled_and_has_no_colour(
    centre: Store,
) -> None:
    madrid, lyon = (
        one(centre, "madrid", "average_handle_time"),
        one(centre, "lyon", "average_handle_time"),
    )
    assert (madrid.value, madrid.label) == (220.0, "")
    assert (lyon.value, lyon.label, lyon.status, lyon.target) == (100.0, "talk only", "none", None)


def test_a_missing_feed_is_named_and_only_that(centre: Store) -> None:
    reasons = {
        v.kpi_id: v.reason
        for v in values(
            centre, "lyon", "adherence", "occupancy", "average_after_contact_work", "csat_top2",
            "forecast_wape", "required_agents",
        )
    }  # fmt: skip
    assert reasons == {
        "adherence": "needs feed: agent states and schedule",
        "occupancy": "needs feed: agent states",
        "average_after_contact_work": "needs feed: after-contact work",
        "csat_top2": "needs feed: customer surveys",
        "forecast_wape": "needs feed: forecast",
        "required_agents": "needs feed: requirement",
    }


def test_adherence_of_an_agent_against_the_teams_target(centre: Store) -> None:
    value = one(centre, "madrid/m1/a1", "adherence")
    assert value.value == pytest.approx(100 * 165 / 180)
    assert (value.status, value.gap_is) == ("bad", "worse")
    assert value.target is not None
    assert value.target.source.endswith("inherited by Ana")


def test_occupancy_is_never_red_for_an_agent(centre: Store) -> None:
    value = one(centre, "madrid/m1/a1", "occupancy")
    assert (value.value is not None, value.status) == (True, "none")
    assert value.reason == "an agent cannot influence this: no colour"


def test_below_the_minimum_base_there_is_a_value_and_no_colour(centre: Store) -> None:
    value = one(centre, "madrid/m1/a2", "average_talk_time")
    assert (value.value, value.status) == (200.0, "none")
    assert value.reason == "below 30 contacts: no colour"


def test_a_quarter_without_contacts_is_no_gap_in_the_feed(centre: Store) -> None:
    facts = open_facts(centre)
    (value,) = kpi_values(
        facts, Scope("madrid"), ["abandonment_rate"], TUESDAY, date(2026, 10, 14),
        targets=read_targets(centre, Scope()),
    )  # fmt: skip
    assert (value.value, value.reason) == (None, "no contacts in this period")


def test_sites_add_up_and_a_red_site_shows_under_the_total(centre: Store) -> None:
    sites = values(centre, "", "abandonment_rate", by=("site",))
    assert [(v.at("site"), v.numerator, v.denominator) for v in sites] == [
        ("lyon", 0, 40), ("madrid", 10, 50),
    ]  # fmt: skip
    assert hidden_red(sites) == ""
    teams = values(centre, "", "average_talk_time", by=("agent",))
    assert [v.at("agent") for v in teams] == ["a1", "a2", "b1"]


def test_each_agent_has_the_target_of_their_own_else_of_their_own_team(centre: Store) -> None:
    book = read_targets(centre, Scope())
    places = (("team", "m1", 190.0), ("team", "m2", 210.0), ("agent", "b1", 90.0))
    teams = (("a1", "m1"), ("a2", "m2"), ("b1", "m1"))
    book = replace(
        book,
        memberships=tuple(Membership(agent, team, date(2026, 1, 1)) for agent, team in teams),
        site_of_team=MappingProxyType({"m1": "madrid", "m2": "madrid"}),
    )
    rows = tuple(
        Target(
            900 + n, "average_talk_time", level, key, "", None, value, 10.0, date(2026, 10, 1),
            None, 0, "Ana M.",
        )
        for n, (level, key, value) in enumerate(places)
    )  # fmt: skip
    found = kpi_values(
        open_facts(centre), Scope(), ["average_talk_time"], MONDAY, TUESDAY,
        targets=replace(book, targets=rows), by=("agent",),
    )  # fmt: skip
    told = {v.at("agent"): (v.target.bands.green_hi, v.target.source) for v in found if v.target}
    limits = {agent: limit for agent, (limit, _) in told.items()}
    assert limits == {"a1": 199.5, "a2": 220.5, "b1": 94.5}  # 5 % around 190, 210 and 90 s
    assert told["a1"][1].endswith("inherited by Ana")
    assert told["a2"][1].endswith("inherited by Ben")
    assert "inherited" not in told["b1"][1]


def test_a_service_level_by_agent_is_refused_and_for_a_team_explained(centre: Store) -> None:
    with pytest.raises(ForbiddenDrill, match="cannot be broken down by agent"):
        values(centre, "", "service_level", by=("agent",))
    team = one(centre, "madrid/m1", "service_level")
    assert team.value is None
    assert team.reason == "not for one team: a contact that waits or hangs up has no agent"


def test_a_trend_leaves_gaps_where_nothing_happened(centre: Store) -> None:
    series = kpi_series(
        open_facts(centre), Scope("madrid"), ["contacts_offered", "service_level"], MONDAY, TUESDAY,
        "slot", targets=read_targets(centre, Scope()),
    )  # fmt: skip
    assert series["contacts_offered"][0].at("slot") == 40
    assert sum(v.value or 0 for v in series["contacts_offered"]) == 50


def test_a_comparison_without_data_before_has_no_change(centre: Store) -> None:
    now = values(centre, "", "abandonment_rate")
    before = kpi_values(
        open_facts(centre), Scope(), ["abandonment_rate"], date(2026, 10, 5), date(2026, 10, 6),
        targets=read_targets(centre, Scope()),
    )  # fmt: skip
    (change,) = compare(now, before)
    assert (change.change, change.change_is) == (None, "")


def test_the_merged_histogram_gives_the_quantile(centre: Store) -> None:
    value = one(centre, "", "answer_wait_p90")
    assert value.value == pytest.approx(10, rel=0.01)


def test_a_plan_until_the_evening_is_compared_with_the_quarters_that_are_over(
    running_day: Store,
) -> None:
    """10:00 to 12:00 counts: 8 quarters, 7 of them with one agent on queue where 2 are needed."""
    required, net, planned, error = values(
        running_day, "madrid", "required_agents", "net_staffing", "contacts_offered_vs_forecast",
        "forecast_wape",
    )  # fmt: skip
    assert (required.value, required.denominator) == (2.0, 12 * 900)
    assert (net.value, net.denominator) == (-1.125, 8 * 900)
    # 27 answered and 10 abandoned contacts enqueued in two hours, 8 times 5 expected.
    assert (planned.value, planned.numerator, planned.denominator) == (-7.5, -3, 40)
    assert error.denominator == 37


def test_a_level_by_quarter_is_the_agents_of_that_quarter(running_day: Store) -> None:
    series = kpi_series(
        open_facts(running_day), Scope("madrid"), ["net_staffing"], MONDAY, TUESDAY, "slot",
        targets=read_targets(running_day, Scope()),
    )  # fmt: skip
    by_slot = {v.at("slot"): v.value for v in series["net_staffing"]}
    assert (by_slot[40], by_slot[44], by_slot[47]) == (-1.0, -2.0, -1.0)
    assert by_slot[48] is None  # 12:00 to 12:15 still runs
