"""The stories' numbers follow from their parameters, with no simulation between them."""

import pytest

from wfm.domain.errors import BadInput
from wfm.simulator.stories.arithmetic import (
    campaign_numbers,
    lunch_numbers,
    missing_numbers,
    mix_numbers,
    planned_idle_s,
    solved_acw_s,
    team_numbers,
    what_if_s,
)
from wfm.simulator.stories.script import SIZES, read_script

MEDIUM = read_script("medium")


@pytest.mark.parametrize("size", SIZES)
def test_twenty_late_lunches_take_adherence_below_the_target_and_nothing_else_does(
    size: str,
) -> None:
    lunch = read_script(size).lunch
    told, found = lunch.expected, lunch_numbers(lunch)
    assert (found.base_min, found.other_loss_min, found.late_min) == (10_560, 464.64, 90)
    assert round(found.adherence, 3) == 94.748 == told["adherence_pct"]
    assert round(found.without, 2) == 95.60 == told["adherence_without_pct"]
    assert found.adherence < lunch.target_pct < found.without
    assert round(found.share_of_late, 4) == 0.8036 == told["share_of_late_min"]


def test_two_hires_take_seven_per_cent_off_their_team() -> None:
    hires = MEDIUM.hires
    equal = team_numbers(hires, 184.44, equal_occupancy=True)
    assert round(planned_idle_s(hires), 2) == 52.94
    assert [round(v, 3) for v in (equal.veteran, equal.hire, equal.team)] == [10.353, 6.885, 75.888]
    assert round(equal.gap, 4) == -0.07
    assert round(solved_acw_s(hires, equal_occupancy=True), 2) == 184.44


def test_with_idle_time_shared_the_same_work_is_not_enough() -> None:
    hires = MEDIUM.hires
    assert round(team_numbers(hires, 184.44, equal_occupancy=False).gap, 4) == -0.0631
    acw = solved_acw_s(hires, equal_occupancy=False)
    shared = team_numbers(hires, acw, equal_occupancy=False)
    assert round(acw, 2) == 204.69 == hires.start_acw_s
    assert [round(v, 3) for v in (shared.veteran, shared.hire)] == [10.330, 6.955]


def test_after_coaching_the_team_reaches_its_plan_only_below_55_seconds() -> None:
    gaps = [team_numbers(MEDIUM.hires, acw, equal_occupancy=True).gap for acw in (45, 54.1, 70)]
    assert [round(100 * gap, 2) for gap in gaps] == [0.72, 0.0, -1.15]


def test_offers_bring_56_of_66_seconds_and_reassignment_takes_37_away() -> None:
    campaign = MEDIUM.campaign
    found = campaign_numbers(campaign)
    assert (found.before, round(found.after, 6)) == (354.0, 420.0)
    assert {k: round(v, 2) for k, v in found.by_type.items()} == campaign.expected["by_type_s"]
    assert round(what_if_s(campaign), 2) == 383.08
    assert round(found.after - what_if_s(campaign), 2) == 36.92
    assert round(what_if_s(campaign) - found.before, 2) == 29.08


def test_in_the_simpson_week_all_types_are_faster_and_the_mix_is_not() -> None:
    week = MEDIUM.simpson
    found = mix_numbers(week.before_n, week.before_aht_s, week.after_n, week.after_aht_s)
    assert (found.before, found.after) == (360.0, 456.0)
    assert (sum(found.rate.values()), round(sum(found.mix.values()), 6)) == (-21.0, 117.0)


def test_ten_missing_of_105_are_red_at_the_site_and_amber_at_all_sites_together() -> None:
    found = missing_numbers(MEDIUM.missing)
    assert round(found.site, 2) == -9.52
    assert round(found.enterprise, 2) == -3.10
    assert found.training_share == 0.8
    assert round(found.whole_day_site, 2) == -4.25
    assert round(found.whole_day_enterprise, 2) == -1.78
    assert round(found.with_full_other_sites, 2) == -2.38


def test_the_small_centre_keeps_the_percentages_as_near_as_whole_people_allow() -> None:
    found = missing_numbers(read_script("small").missing)
    assert round(found.site, 2) == -10.0
    assert round(found.enterprise, 2) == -3.25
    assert found.training_share == 0.8


def test_an_unknown_size_is_told() -> None:
    with pytest.raises(BadInput) as caught:
        read_script("huge")
    assert str(caught.value) == "Size 'huge' is not known; choose one of small, medium, large."
