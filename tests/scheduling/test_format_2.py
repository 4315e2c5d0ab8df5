"""Format /2: nights, splits, pins, activities, wishes, fairness, rules as data, published weeks."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from rich_problem import CLASSES, rich_problem

from scheduling.bound import find_bounds
from scheduling.problem_file import problem_of
from scheduling.solution import Solution, solution_text
from scheduling.solve import solve
from scheduling.verify import Verification, verify
from wfm.domain.errors import BadInput

WEEK = range(7)


def plain(agents: int = 1, **more: Any) -> dict[str, Any]:
    """People who may work up to five shifts of 8 h at any hour, on one queue that needs nobody."""
    return {
        "format": "wfm-scheduling-problem/2",
        "slot_minutes": 15,
        "first_day": "2026-03-02",
        "days": 7,
        "opening": [0, 192],
        "min_rest_slots": 44,
        "start_every_slots": 4,
        "costs": {"understaffed_slot": 1.0, "overstaffed_slot": 0.4},
        "requirement": {"q": [[0] * 96 for _ in WEEK]},
        "contracts": [
            {"name": "c", "days_per_week": [0, 5], "shift_lengths": [32],
             "paid_slots_per_week": [0, 160], "max_consecutive_days": 6}
        ],
        "breaks": {},
        "shift_classes": CLASSES,
        "agents": [
            {"id": f"a{i}", "contract": "c", "unavailable_days": [], "window": [0, 192],
             "queues": ["q"]}
            for i in range(agents)
        ],
        **more,
    }  # fmt: skip


def need(problem: dict[str, Any], day: int, first: int, end: int, heads: int = 1) -> None:
    row = problem["requirement"]["q"][day]
    row[first:end] = [heads] * (end - first)


def run(problem: dict[str, Any], passes: int = 4, *, bound: bool = False) -> Solution:
    found = find_bounds if bound else lambda *_: ()
    return solve(problem_of(problem), time_limit_s=None, passes=passes, seed=1, bounds=found)


def check(problem: dict[str, Any], shifts: list[dict[str, Any]]) -> Verification:
    return verify(problem, {"bound": 0.0, "shifts": shifts})


def shift(day: int, start: int, length: int = 32, agent: str = "a0", **more: Any) -> dict[str, Any]:
    return {"agent": agent, "day": day, "start": start, "length": length, "breaks": [], **more}


def said(problem: dict[str, Any], shifts: list[dict[str, Any]]) -> list[str]:
    return [broken.sentence for broken in check(problem, shifts).broken]


def test_a_night_covers_8_slots_of_its_day_and_24_of_the_next_and_rests_until_17() -> None:
    problem = plain()
    need(problem, 0, 88, 96)
    need(problem, 1, 0, 24)
    found = run(problem, bound=True)
    assert [(s.day, s.start, s.length) for s in found.shifts] == [(0, 88, 32)]
    assert (found.objective, found.bound) == (0, 0)
    night = shift(0, 88)
    checked = check(problem, [night])
    assert (checked.broken, checked.understaffed_slots, checked.overstaffed_slots) == ((), 0, 0)
    # 06:00 and 11 h of rest are 17:00.
    assert said(problem, [night, shift(1, 64)]) == ["10 h rest before day 1, minimum 11 h"]
    assert said(problem, [night, shift(1, 68)]) == []
    # Work from 16:00 to 24:00 on the next day cannot be covered by the same person.
    need(problem, 1, 64, 96)
    again = run(problem, bound=True)
    night, evening = again.shifts
    assert evening.start + 96 - night.start - night.length >= 44
    assert again.objective == 4 + 0.4 * 4
    assert verify(problem, json.loads(solution_text(again))).broken == ()


def test_nights_at_both_edges_count_inside_the_horizon_alone() -> None:
    problem = plain()
    problem["agents"][0]["before"] = {"end": 24, "run": 1, "on_queue": [[0, 24]]}
    need(problem, 0, 0, 24)
    need(problem, 6, 88, 96)
    found = run(problem, bound=True)
    assert [(s.day, s.start) for s in found.shifts] == [(6, 88)]
    assert (found.objective, found.bound) == (0, 0)
    early = [*map(asdict, found.shifts), shift(0, 60)]
    assert said(problem, early) == ["9 h rest before day 0, minimum 11 h"]


def test_a_split_shift_is_two_parts_around_an_unpaid_gap() -> None:
    problem = plain()
    gap = {"kind": "gap", "slots": 12, "paid": False, "earliest": 14, "latest": 18}
    problem["contracts"][0] |= {"shift_lengths": [44], "breaks": {"44": [gap]}}
    need(problem, 2, 32, 48)
    need(problem, 2, 60, 76)
    found = run(problem)
    assert [(s.day, s.start, s.breaks[0].start) for s in found.shifts] == [(2, 32, 48)]
    assert found.objective == 0
    assert found.shifts[0].breaks[0].kind == "gap"


def test_training_is_work_but_not_on_the_queue_and_keeps_clear_of_breaks() -> None:
    problem = plain(2)
    pause = {"kind": "break", "slots": 1, "paid": True, "earliest": 6, "latest": 12}
    problem["contracts"][0]["breaks"] = {"32": [pause]}
    for agent in problem["agents"]:
        agent["activities"] = [{"kind": "training", "day": 1, "start": 40, "slots": 4}]
    need(problem, 1, 32, 64, 2)
    found = run(problem, bound=True)
    answer = json.loads(solution_text(found))
    checked = verify(problem, answer)
    assert checked.broken == ()
    # Two people miss four slots each in training, and a break each.
    assert (checked.understaffed_slots, checked.cost) == (10, found.objective)
    assert found.bound <= found.objective
    held = answer["shifts"][0]["activities"]
    assert held == [{"kind": "training", "start": 40, "slots": 4}]
    answer["shifts"][0]["breaks"][0]["start"] = 41
    assert "training 10:00-11:00 meets a break" in [
        b.sentence for b in verify(problem, answer).broken
    ]
    del answer["shifts"][0]["activities"]
    assert "training of 60 min is not held" in [b.sentence for b in verify(problem, answer).broken]


PROMISED = {"start": 33, "length": 32, "breaks": [{"kind": "break", "start": 50, "slots": 1}]}


def test_a_pin_holds_what_no_contract_allows_and_the_checker_takes_it_as_it_stands() -> None:
    problem = plain()
    problem["agents"][0]["pins"] = [{"day": 0, "off": True}, {"day": 3, **PROMISED}]
    need(problem, 0, 32, 64)
    found = run(problem, bound=True)
    assert [(s.day, s.start, s.breaks[0].start) for s in found.shifts] == [(3, 33, 50)]
    assert verify(problem, json.loads(solution_text(found))).broken == ()
    assert found.bound <= found.objective == 32 + 0.4 * 31
    assert said(problem, [shift(0, 32), shift(3, 32)]) == [
        "08:00-16:00, promised free", "08:00-16:00, promised 08:15-16:15",
    ]  # fmt: skip


def test_a_published_week_is_kept_where_nothing_is_gained_and_changed_where_it_is() -> None:
    problem = plain(2)
    problem["change_costs"] = {"shift": 5.0, "slot": 0.5, "break": 0.25}
    problem["published"] = [shift(d, 32, agent=f"a{i}") for i in range(2) for d in range(3)]
    problem["published"][0] = {"agent": "a0", "day": 0, **PROMISED}
    for day in range(3):
        need(problem, day, 32, 64, 2)
    kept = run(problem)
    # a0 keeps 08:15, which misses a slot and has one too many; moving it would cost 0.75.
    assert len(kept.shifts) == 6
    assert kept.soft.changes == 0.75
    assert verify(problem, json.loads(solution_text(kept))).broken == ()
    problem["change_costs"] = {"shift": 5.0, "slot": 1.5, "break": 2.0}
    stays = run(problem)
    assert stays.soft.changes == 0
    assert [s.start for s in stays.shifts if s.agent == "a0"] == [33, 32, 32]
    # A whole shift is worth adding when it covers more than it costs.
    need(problem, 5, 32, 64, 1)
    more = run(problem)
    assert more.soft.changes == 5.0
    assert verify(problem, json.loads(solution_text(more))).soft["changes"] == 5.0


def test_late_shifts_go_to_those_who_had_few_of_them() -> None:
    problem = plain(3, fairness=[{"class": "late", "weight": 0.2}])
    for agent, had in zip(problem["agents"], (6, 0, 3), strict=True):
        agent["ledger"] = {"late": had}
    for day in range(6):
        need(problem, day, 60, 92)
    found = run(problem, passes=12)
    late = [sum(s.agent == f"a{i}" for s in found.shifts) for i in range(3)]
    # 9 before and 6 new are 15, five each; who had six already gets none.
    assert late in ([0, 5, 1], [0, 4, 2])
    assert found.objective == 0
    assert found.soft.fairness == pytest.approx(0.2 * (1 + 1))


def test_a_wish_for_a_free_day_is_kept_when_another_can_work() -> None:
    problem = plain(2)
    problem["agents"][0]["preferences"] = [{"want": "off", "weekdays": [2], "cost": 4.0}]
    for day in range(5):
        need(problem, day, 32, 64)
    found = run(problem)
    assert [s.agent for s in found.shifts if s.day == 2] == ["a1"]
    assert (found.objective, found.soft.total) == (0, 0)
    del problem["agents"][1]
    alone = run(problem)
    # Covering 32 slots is worth more than the wish.
    assert (len(alone.shifts), alone.soft.preferences) == (5, 4.0)


@pytest.mark.parametrize(("price", "days"), [(0.5, 6), (1.5, 5)])
def test_overtime_is_worked_only_where_it_costs_less_than_the_gap(price: float, days: int) -> None:
    problem = plain()
    problem["contracts"][0] |= {
        "days_per_week": [0, 6], "overtime_slots_per_week": 32, "overtime_slot": price
    }  # fmt: skip
    for day in range(6):
        need(problem, day, 32, 64)
    found = run(problem, bound=True)
    assert len(found.shifts) == days
    assert found.soft.overtime == (days - 5) * 32 * price
    assert found.bound == 0


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 100_000), weeks=st.sampled_from([1, 1, 2]))
def test_whatever_is_asked_is_kept_or_its_contradiction_is_named(seed: int, weeks: int) -> None:
    problem = rich_problem(seed, agents=6, days=7 * weeks)
    found = run(problem, passes=1)
    checked = verify(problem, json.loads(solution_text(found)))
    named = {diagnosis.agent for diagnosis in found.diagnoses}
    assert [broken for broken in checked.broken if broken.agent not in named] == []
    assert checked.cost == pytest.approx(found.objective, abs=1e-3)
    assert dict(checked.soft) == pytest.approx(asdict(found.soft), abs=1e-6)


def test_the_bound_of_a_rich_week_lies_below_every_schedule_found() -> None:
    problem = rich_problem(5, agents=3) | {"opening": [28, 104], "start_every_slots": 8}
    *_, answer = find_bounds(problem_of(problem), {})
    assert answer is not None
    found = [run(problem, passes=6), run(problem | {"fairness": []}, passes=6)]
    assert 0 < answer.value <= min(one.objective for one in found) + 1e-6


def test_contradictory_pins_are_given_up_by_name_and_the_rest_is_scheduled() -> None:
    problem = plain(2)
    problem["agents"][0]["pins"] = [
        {"day": 0, "start": 88, "length": 32}, {"day": 1, "start": 32, "length": 32}
    ]  # fmt: skip
    need(problem, 3, 32, 64)
    found = run(problem)
    assert [d.sentence for d in found.diagnoses] == [
        "a0, week 1: needs 0 days and 0 paid hours; at most 5 days and 40 hours keep the other "
        "rules; lifting any one of these would do: min_rest, pins. Given up: pins. Scheduled for "
        "5 days, 40 paid hours"
    ]
    assert found.objective < 200


@pytest.mark.parametrize(
    ("where", "value", "sentence"),
    [
        ("contracts", {"rules": [{"rule": "siesta"}]},
         "contract 'c' has the rule 'siesta'; known: day_patterns, days_off_together, same_start, "
         "shift_count, shift_order, weekends_off, weekly_rest."),
        ("contracts", {"rules": [{"rule": "weekly_rest"}]},
         "rule 'weekly_rest' of contract 'c' lacks 'least'."),
        ("contracts", {"rules": [{"rule": "shift_count", "class": "dawn", "per": "week"}]},
         "rule 'shift_count' names the class 'dawn', which `shift_classes` does not have."),
        ("agents", {"pins": [{"day": 1, "off": True}, {"day": 1, "off": True}]},
         "agent 'a0': day 1 is pinned twice."),
        ("agents", {"preferences": [{"want": "off", "cost": -1}]},
         "agent 'a0': a preference costs -1; costs are 0 or more."),
        ("agents", {"activities": [{"kind": "x", "day": 9, "start": 4, "slots": 2}]},
         "agent 'a0': x on day 9 at slot 4 lies outside the horizon."),
        ("agents", {"pins": [{"day": 1, "start": 33, "length": 32}]},
         "agent 'a0': the shift pinned on day 1 is none of the contract; give its breaks as "
         "well."),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_name(
    where: str, value: dict[str, Any], sentence: str
) -> None:
    problem = plain()
    problem[where][0] |= value
    with pytest.raises(BadInput) as caught:
        problem_of(problem, "p.json")
    assert str(caught.value).removeprefix("p.json: ") == sentence
