"""Problems of format /2 made from a seed: nights, splits, pins, activities, wishes, rules."""

from __future__ import annotations

from typing import Any

import numpy as np

PAUSE = {"kind": "break", "slots": 1, "paid": True}
MEAL = {"kind": "meal", "slots": 2, "paid": False}
GAP = {"kind": "gap", "slots": 10, "paid": False}

CLASSES = {
    "late": {"end": [80, 192]},
    "early": {"start": [0, 30]},
    "night": {"start": [80, 95]},
    "weekend": {"weekdays": [5, 6]},
}
RULES = (
    {"rule": "weekends_off", "least": 1, "in_weeks": 2},
    {"rule": "days_off_together", "least": 2},
    {"rule": "day_patterns", "patterns": ["1111100", "0111110", "0011111"]},
    {"rule": "shift_count", "class": "late", "per": "week", "most": 1},
    {"rule": "shift_count", "class": "early", "per": "week", "least": 2},
    {"rule": "shift_order", "after": "late", "not": "early"},
    {"rule": "same_start", "within": 8},
    {"rule": "weekly_rest", "least": 144},
)


def rich_problem(seed: int = 1, agents: int = 8, days: int = 7) -> dict[str, Any]:
    """A place open day and night, one queue or two, people with all that format /2 knows."""
    random = np.random.default_rng(seed)

    def chance(share: float) -> bool:
        return bool(random.random() < share)

    curve = np.concatenate([np.full(24, 1), np.full(8, 2), np.full(48, 4), np.full(16, 2)])
    heads = agents / 8
    requirement = {
        "q1": [np.rint(curve * heads * random.uniform(0.7, 1.2)).astype(int).tolist()
               for _ in range(days)],
        "q2": [np.rint(curve * heads * 0.3).astype(int).tolist() for _ in range(days)],
    }  # fmt: skip
    rules = [dict(RULES[int(i)]) for i in random.permutation(len(RULES))[: random.integers(0, 4)]]
    contracts = [
        {
            "name": "full", "days_per_week": [5, 5], "shift_lengths": [34],
            "paid_slots_per_week": [160, 160], "max_consecutive_days": 6,
            "rules": rules, "wage_slot": 0.01,
            "premiums": [{"class": "night", "slot": 0.05}],
        },
        {
            "name": "split", "days_per_week": [2, 5], "shift_lengths": [16, 42],
            "paid_slots_per_week": [32, 100], "max_consecutive_days": 5,
            "overtime_slots_per_week": 16, "overtime_slot": 0.1,
            "breaks": {
                "16": [{**PAUSE, "earliest": 5, "latest": 11}],
                "42": [{**GAP, "earliest": 12, "latest": 20}],
            },
        },
    ]  # fmt: skip
    people = [_person(random, i, days, chance) for i in range(agents)]
    published = []
    if chance(0.5):
        published = [
            {
                "agent": person["id"], "day": day, "start": 32, "length": 34,
                "breaks": [{**PAUSE, "start": 40}, {**MEAL, "start": 47}, {**PAUSE, "start": 56}],
            }
            for person in people[:3]
            for day in range(4)
        ]  # fmt: skip
    return {
        "format": "wfm-scheduling-problem/2",
        "slot_minutes": 15,
        "first_day": "2026-03-02",
        "days": days,
        "opening": [0, 140],
        "min_rest_slots": 44,
        "start_every_slots": 4,
        "costs": {"understaffed_slot": 1.0, "overstaffed_slot": 0.4},
        "requirement": requirement,
        "contracts": contracts,
        "breaks": {
            "34": [
                {**PAUSE, "earliest": 6, "latest": 12},
                {**MEAL, "earliest": 13, "latest": 19},
                {**PAUSE, "earliest": 22, "latest": 28},
            ]
        },
        "shift_classes": CLASSES,
        "fairness": [{"class": "late", "weight": 0.2}, {"class": "weekend"}],
        "published": published,
        "change_costs": {"shift": 2.0, "slot": 0.2, "break": 0.1},
        "agents": people,
    }


def _person(random: np.random.Generator, i: int, days: int, chance: Any) -> dict[str, Any]:
    person: dict[str, Any] = {
        "id": f"a{i:02d}",
        "contract": "split" if i % 4 == 3 else "full",
        "unavailable_days": [int(random.integers(0, days))] if chance(0.3) else [],
        "window": [0, 140] if chance(0.6) else [28, 96],
        "queues": ["q1"] if chance(0.5) else ["q1", "q2"],
        "ledger": {"late": int(random.integers(0, 5))},
    }
    if chance(0.3):
        person["hours_by_day"] = {str(int(random.integers(0, days))): [36, 92]}
    if chance(0.3):
        person["activities"] = [
            {"kind": "training", "day": int(random.integers(0, days)), "start": 50, "slots": 4}
        ]
    if chance(0.3):
        person["pins"] = [{"day": int(random.integers(0, days)), "off": True}]
    elif chance(0.3) and person["contract"] == "full":
        # 08:15 is on no grid: only a pin can ask for it.
        person["pins"] = [
            {
                "day": int(random.integers(0, days)), "start": 33, "length": 34,
                "breaks": [{**PAUSE, "start": 40}, {**MEAL, "start": 48}, {**PAUSE, "start": 57}],
            }
        ]  # fmt: skip
    person["preferences"] = [
        {"want": "off", "weekdays": [int(random.integers(0, 7))], "cost": 3.0},
        {"avoid": "late", "cost": 0.5},
        {"want": "early", "days": [1, 2], "cost": 1.0},
    ]
    if chance(0.4):
        person["before"] = {"end": 12, "run": 2, "on_queue": [[0, 12]], "weekends": [True],
                            "shift": [80, 28]}  # fmt: skip
    return person
