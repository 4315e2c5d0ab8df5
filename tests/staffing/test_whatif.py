"""What if: one more or one fewer, a curve of agents, and the price of a point of service."""

import numpy as np
import pytest

from scheduling.staffing.requirement import Targets, achieved, fewest_agents, required_agents
from scheduling.staffing.whatif import one_more_or_fewer, price_of_point, service_curve


def test_one_agent_more_or_fewer():
    found = one_more_or_fewer(200, 180, None, 14, sl_definition="offered")
    levels = [round(float(one.sl), 3) for one in (found.fewer, found.here, found.more)]
    assert levels == [0.796, 0.888, 0.941]
    assert found.here.sl_definition == "offered"


def test_nobody_cannot_become_fewer():
    found = one_more_or_fewer(200, 180, 60, 0, sl_definition="short_excluded")
    assert (float(found.fewer.sl), float(found.fewer.p_abandon)) == (0.0, 1.0)


def test_a_curve_rises_with_agents():
    curve = service_curve(200, 180, 120, range(8, 18), sl_definition="short_excluded")
    assert (np.diff(curve.sl) > 0).all()
    assert float(curve.sl[6]) == float(
        achieved(200, 180, 120, 14, sl_definition="short_excluded").sl
    )


def test_a_point_of_service_has_a_price_in_agents_and_hours():
    day = price_of_point([200.0, 0.0], 180, None, Targets("offered", sl=0.8))
    # 13 agents give .79559, 14 give .88835: a point is .01 / .09276 of an agent
    assert day.agents.tolist() == pytest.approx([0.10781, 0.0], abs=1e-4)
    assert day.hours == pytest.approx(0.10781 / 4, abs=1e-4)
    assert (day.whole_agents.tolist(), day.whole_hours) == ([0, 0], 0)


def test_a_point_is_free_where_another_target_asks_for_more():
    targets = Targets("offered", sl=0.5, max_occupancy=0.6)
    assert float(price_of_point(200, 180, None, targets).agents) == 0


@pytest.mark.parametrize(("sl", "points"), [(0.995, 1), (0.8, 20), (None, 1)])
def test_a_price_beyond_certainty_or_without_a_target_is_refused(sl, points):
    with pytest.raises(ValueError, match=r"points is|sl is not given"):
        price_of_point(200, 180, None, Targets("offered", sl=sl, asa_s=10), points=points)


def test_chats_at_once_need_fewer_and_the_next_fewer_fails():
    targets = Targets("short_excluded", sl=0.8, target_s=30)
    alone = required_agents(60, 360, 120, targets)
    chats = required_agents([60.0, 0.0], 360, 120, targets, chat_s=(360, 480, 660))
    assert (int(alone.agents), chats.agents.tolist()) == (8, [4, 0])
    here, fewer = (
        float(
            achieved(
                60, 360, 120, n, sl_definition="short_excluded", target_s=30, chat_s=(360, 480, 660)
            ).sl
        )
        for n in (4, 3)
    )
    assert fewer < 0.8 <= here
    assert float(chats.sl[0]) == here
    assert str(chats.binding[0]) == "sl"


def test_chats_that_never_leave_need_more_than_the_load():
    found = required_agents(120, 1, None, Targets("offered", sl=0.01), chat_s=(360, 400))
    # 120 of 400 s, two at once: 6.67 agents' work
    assert (int(found.agents), str(found.binding)) == (7, "stability")


def test_fewest_agents_are_those_of_the_full_answer_in_any_shape():
    rates, handle = np.linspace(0, 900, 40_000).reshape(200, 200), np.full((200, 1), 200.0)
    targets = Targets("offered", sl=0.8, target_s=np.array([10.0, 20.0] * 100))
    some = fewest_agents(rates, handle, None, targets)
    assert some.shape == (200, 200)
    full = required_agents(rates, handle, None, targets)
    assert np.array_equal(some, full.agents)
    assert np.array_equal(full.sl[full.agents > 0] >= 0.8, np.ones((full.agents > 0).sum(), bool))
    assert not (full.sl_at_minus_1[full.agents > 0] >= 0.8).any()


def test_no_cells_are_no_answer():
    assert fewest_agents([], 180, None, Targets("offered", sl=0.8)).tolist() == []
    assert required_agents([], 180, 60, Targets("offered", sl=0.8)).binding.tolist() == []
