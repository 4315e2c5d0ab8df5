"""What-if answers of the planning page, by worked examples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scheduling.requirement import QueueDemand, require_group
from wfm.domain.what_if import StaffingCase
from wfm.worker.what_if import week_staffing, what_if

CASE = StaffingCase("phone", 0, 200.0, 180.0, None, "offered", 0.8, 20.0, 5.0)
OPEN = np.array([False] * 4 + [True] * 8 + [False] * 4)


def demand(name: str, per_quarter: float, channel: str = "voice") -> QueueDemand:
    contacts = np.where(OPEN, per_quarter, 0.0)
    return QueueDemand(name, channel, "offered", 20.0, 5.0, 80.0, contacts, contacts * 180.0)


def test_one_fewer_and_one_more_stand_beside_the_fewest_that_are_enough() -> None:
    found = what_if(CASE)
    assert (found.agents, found.required) == (14, 14)
    levels = [round(point.sl or 0, 3) for point in found.points if 12 < point.agents < 16]
    assert levels == [0.796, 0.888, 0.941]
    # 13 give .7956 and 14 give .8884: a point is .01 / .0928 of an agent
    assert found.point_agents == pytest.approx(0.1078, abs=1e-4)
    here = found.at(14)
    assert here is not None
    assert (round(here.occupancy, 3), round(here.asa_s or 0, 1)) == (0.714, 7.8)
    assert found.at(30) is None


def test_overload_and_nobody_at_work_have_answers_and_no_wait_that_never_ends() -> None:
    found = what_if(CASE, 2)
    assert [point.agents for point in found.points] == [0, 1, 2, 3, 4, 5]
    assert {point.asa_s for point in found.points} == {None}
    assert {point.sl for point in found.points} == {0.0}
    leaving = what_if(replace(CASE, patience_s=60.0), 0).at(0)
    assert leaving is not None
    assert leaving.p_abandon == 1.0


def test_a_point_above_99_percent_has_no_price() -> None:
    assert what_if(replace(CASE, target=0.995)).point_agents is None


def test_a_week_is_told_by_group_with_hours_as_the_requirement_has_them() -> None:
    members = {"phone": [demand("sales", 50.0), demand("post", 4.0, "email")], "mail": []}
    (found,) = week_staffing(
        members, {"phone": {"patience_s": None}}, list(range(100, 116)), OPEN
    )  # fmt: skip
    assert (found.group, found.note) == ("phone", "without post, which may wait")
    required = require_group([demand("sales", 50.0)], OPEN, None)
    assert found.hours == pytest.approx(required.hours)
    assert found.answer.required == 14
    assert 104 <= found.answer.case.q < 112
    # every open quarter is alike: eight times a tenth of an agent, a quarter of an hour each
    assert found.point_hours == pytest.approx(8 * 0.1078 / 4, abs=1e-3)
    assert found.point_whole_hours == 0
