"""The requirement of a skill group from its queues' forecasts."""

import numpy as np
import pytest

from scheduling.requirement import QueueDemand, group_target, require_group


def demand(name, contacts, aht_s=240.0, channel="voice", target=80.0, threshold=20.0, **more):
    contacts = np.array(contacts, dtype=float)
    definition = more.get("definition", "short_excluded")
    return QueueDemand(
        name,
        channel,
        definition,
        threshold,
        5.0,
        target,
        contacts,
        contacts * aht_s,
        more.get("due_s"),
    )


DAY = np.array([False] * 4 + [True] * 8 + [False] * 4)
EVEN = np.where(DAY, 50.0, 0.0)


def test_a_steady_load_needs_what_erlang_c_says_in_every_open_quarter():
    found = require_group([demand("a", EVEN, 180.0)], DAY, None)
    # 200 an hour of 180 s: 14 agents give 88.8 %, 13 give 79.6 %: 80 % lies just above 13
    assert found.required[DAY].tolist() == pytest.approx([13.0475] * 8, abs=1e-4)
    assert found.required[~DAY].sum() == 0
    assert (found.hours, found.model) == (pytest.approx(26.095, abs=1e-3), "Erlang C")
    assert found.binding == {"sl": 8}


def test_queues_served_together_need_fewer_than_apart():
    one, two = demand("a", EVEN), demand("b", EVEN * 0.4)
    together = require_group([one, two], DAY, 180.0).required
    apart = require_group([one], DAY, 180.0).required + require_group([two], DAY, 180.0).required
    assert (together[DAY] < apart[DAY]).all()


def test_contacts_outside_opening_need_nobody():
    found = require_group([demand("a", np.full(16, 50.0))], DAY, 180.0)
    assert found.required[~DAY].sum() == 0


def test_a_burst_is_still_in_hand_in_the_next_quarter():
    burst = np.where(np.arange(16) == 6, 60.0, 0.0)
    found = require_group([demand("a", burst, 900.0)], DAY, 180.0)
    assert found.required[7] > 5
    assert found.required[5] == 0


def test_targets_that_differ_are_weighted_by_contacts_and_said():
    found = group_target([demand("a", [300.0]), demand("b", [100.0], target=90.0, threshold=10.0)])
    assert (found.target, found.threshold_s) == (pytest.approx(0.825), pytest.approx(17.5))
    assert found.notes == ("the queues' targets differ: weighted by forecast contacts",)


def test_definitions_that_differ_follow_most_contacts():
    found = group_target([demand("a", [300.0]), demand("b", [100.0], definition="offered")])
    assert found.sl_definition == "short_excluded"
    assert found.notes == (
        "the queues' definitions differ: short_excluded is used, that of most contacts",
    )


def test_a_missing_or_certain_target_is_replaced_and_said():
    assert group_target([demand("a", [1.0], target=None)]).notes == (
        "a: no target set, 80 % assumed",
    )
    certain = group_target([demand("a", [1.0], target=100.0)])
    assert certain.target == 0.999
    assert certain.notes == ("a target of 100 % cannot be staffed: 99.9% is taken",)


def test_mail_adds_its_plain_work():
    mail = demand("post", np.where(DAY, 10.0, 0.0), 306.0, channel="email")
    found = require_group([mail], DAY, 180.0)
    # 10 of 306 s in 900 s at 85 % occupancy are 4 people
    assert found.required[DAY].tolist() == pytest.approx([4.0] * 8)
    assert found.notes[-1] == (
        "post: due within 24 h (assumed), planned evenly over the open time until then, at 85% "
        "occupancy"
    )


def test_mail_that_comes_while_closed_is_done_when_open_and_before_it_is_due():
    # 8.5 of 900 s before opening, due within an hour: ten heads for two open quarters
    night = np.where(np.arange(16) == 1, 8.5, 0.0)
    found = require_group([demand("post", night, 900.0, channel="email", due_s=3600)], DAY, 180.0)
    assert found.required.tolist() == pytest.approx([0, 0, 0, 0, 5, 5, *[0] * 10])
    assert found.notes[-1].startswith("post: due within 1 h, planned evenly")


def test_mail_that_is_due_while_closed_is_said_to_be_infeasible():
    night = np.where(np.arange(16) == 13, 8.5, 0.0) + np.where(np.arange(16) == 6, 8.5, 0.0)
    found = require_group([demand("post", night, 900.0, channel="email", due_s=900)], DAY, 180.0)
    assert found.required[[4, 6, 7]].tolist() == pytest.approx([10, 5, 5])
    assert found.required.sum() == pytest.approx(20)
    assert found.notes[-1].startswith(
        "post: infeasible in time for 50% of its contacts, which are due while the site is closed"
    )


def test_no_contacts_need_nobody():
    assert require_group([demand("a", np.zeros(16))], DAY, 180.0).hours == 0
