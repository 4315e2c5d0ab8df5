"""Several skills: the requirement from simulation, and what cross-training brings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from simulated_centres import two_skills

from scheduling.simulation.engine import simulate
from scheduling.simulation.fewest import alone_agents, fewest_skilled
from scheduling.simulation.skills import SkillSet, Span, skills_service, steady_queue
from scheduling.simulation.training import cross_training, level_change, ring, with_training
from scheduling.staffing.patience import erlang_a
from scheduling.staffing.requirement import Targets, fewest_agents

SHORT = Span(hours=4, warm_hours=1, replications=25)


def queue(name: str, per_hour: float, target: float | None = 0.8):  # type: ignore[no-untyped-def]
    return steady_queue(
        name, per_hour, 300, patience_s=180.0, sl_definition="offered", target_s=20.0,
        sl_target=target,
    )  # fmt: skip


TWO = (queue("x", 96), queue("y", 48))  # 8 and 4 erlangs
X, Y = SkillSet((("x", 100),)), SkillSet((("y", 100),))
BOTH = SkillSet((("x", 100), ("y", 100)), cost=1.2)


def test_the_fewest_meet_every_target_and_none_of_them_can_be_spared() -> None:
    found = fewest_skilled(TWO, (X, Y, BOTH), SHORT)
    assert found.service.met
    assert found.alone == (10, 6)
    assert found.service.cost < sum(found.alone)
    assert found.saved >= 1
    sets = found.service.sets
    for i, one in enumerate(sets):
        if one.agents:
            fewer = [*sets[:i], replace(one, agents=one.agents - 1), *sets[i + 1 :]]
            assert not skills_service(TWO, fewer, SHORT).met


def test_agents_who_all_do_everything_are_one_pool_of_erlang_a() -> None:
    found = fewest_skilled(TWO, (BOTH,), SHORT).service
    pooled = int(fewest_agents(144, 300, 180, Targets("offered", sl=0.8, target_s=20)))
    assert abs(found.agents - pooled) <= 1
    exact = float(erlang_a(144, 300, 180, found.agents, 20).sl_offered)
    assert abs(float(found.together.value) - exact) <= 5 * float(found.together.error)


def test_teams_of_one_skill_need_what_erlang_says() -> None:
    found = fewest_skilled(TWO, (X, Y), SHORT)
    assert [one.agents for one in found.service.sets] == pytest.approx([10, 6], abs=1)
    assert [alone_agents(one) for one in TWO] == [10, 6]


def test_who_cannot_be_served_or_has_no_target_is_named() -> None:
    with pytest.raises(ValueError, match="nobody serves y"):
        fewest_skilled(TWO, (X,), SHORT)
    with pytest.raises(ValueError, match="target_sl of y is not given"):
        fewest_skilled((TWO[0], queue("y", 48, None)), (X, Y), SHORT)
    with pytest.raises(ValueError, match="skills has 'z', which no queue asks for: one of x, y"):
        skills_service(TWO, (SkillSet((("z", 100),), 3),), SHORT)


def test_cross_training_begins_at_erlang_and_most_of_the_gain_comes_first() -> None:
    found = cross_training(TWO, {"x": 9, "y": 5}, (0.0, 0.4, 1.0), SHORT)
    none, some, all_ = (float(one.service.together.value) for one in found)
    assert [one.trained for one in found] == [0, 6, 14]
    split = [float(erlang_a(rate, 300, 180, n, 20).sl_offered) for rate, n in ((96, 9), (48, 5))]
    for one, exact in zip(found[0].service.queues, split, strict=True):
        assert abs(float(one.sl.value) - exact) <= 5 * float(one.sl.error)
    assert none < some < all_
    assert some - none > 0.6 * (all_ - none)


def test_trained_teams_keep_the_target_with_fewer() -> None:
    found = cross_training(TWO, None, (0.0, 0.5), SHORT, fewest=True)
    assert all(one.fewest is not None and one.fewest.met for one in found)
    plain, trained = (one.fewest.agents for one in found if one.fewest is not None)
    assert trained < plain <= 16


def test_a_ring_teaches_each_team_the_next_queue() -> None:
    three = (*TWO, queue("z", 60))
    taught = {one.name: one.agents for one in ring(three, (10, 6, 5), 0.5)}
    assert taught == {"x": 5, "x+y": 5, "y": 3, "y+z": 3, "z": 3, "z+x": 2}


def test_people_taught_in_a_schedule_raise_the_other_queue_by_the_same_callers() -> None:
    centre = two_skills((6, 6), (9, 5), 0, hours=4)
    before = simulate(centre, 30, 3)
    some, more = (with_training(centre, "x", "y", share) for share in (0.25, 0.75))
    taught = [
        {a.name for a in one.agents if len(a.skills) == 2} for one in (centre, some, more)
    ]  # fmt: skip
    assert [len(names) for names in taught] == [0, 2, 7]
    assert taught[1] < taught[2]
    after = simulate(more, 30, 3)
    gained = level_change(before, after, 1)
    assert float(gained.low) > 0.03
    assert np.allclose(float(level_change(before, before).value), 0)
    own = level_change(before, simulate(more, 30, 3), 1)
    assert float(own.value) == float(gained.value)
    with pytest.raises(ValueError, match="share no callers"):
        level_change(before, simulate(more, 30, 4))
    with pytest.raises(ValueError, match="skill 'z' is none of x, y"):
        with_training(centre, "z", "y", 0.5)
