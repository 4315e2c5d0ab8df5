"""Small problems, made from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

BREAK = {"kind": "break", "slots": 1, "paid": True}
MEAL = {"kind": "meal", "slots": 2, "paid": False}


def make_problem(
    agents: int = 14, seed: int = 1, queues: int = 1, days: int = 7, level: float = 0.8
) -> dict[str, Any]:
    """A centre open 07:00 to 21:00 with full-time and part-time people, and days off at random."""
    random = np.random.default_rng(seed)
    hour = np.arange(96) / 4
    curve = np.exp(-(((hour - 11) / 3) ** 2)) + 0.8 * np.exp(-(((hour - 16) / 3) ** 2))
    curve[:28] = curve[84:] = 0
    names = [f"q{i + 1}" for i in range(queues)]
    heads = agents * level * 0.55 / queues
    requirement = {
        q: [
            np.rint(curve * heads * (0.6 if d % 7 > 4 else 1) * random.uniform(0.8, 1.2))
            .astype(int)
            .tolist()
            for d in range(days)
        ]
        for q in names
    }
    people = []
    for i in range(agents):
        off = [
            int(random.integers(0, 7)) + 7 * w for w in range(days // 7) if random.random() < 0.3
        ]
        own = sorted(random.choice(names, size=random.integers(1, queues + 1), replace=False))
        people.append(
            {
                "id": f"a{i:03d}",
                "contract": "full" if i % 3 else "part",
                "unavailable_days": off,
                "window": [28, 84] if i % 4 else [36, 84],
                "queues": [str(q) for q in own],
            }
        )
    return {
        "format": "wfm-scheduling-problem/1",
        "slot_minutes": 15,
        "first_day": "2026-03-02",
        "days": days,
        "opening": [28, 84],
        "min_rest_slots": 44,
        "start_every_slots": 2,
        "costs": {"understaffed_slot": 1.0, "overstaffed_slot": 0.4},
        "requirement": requirement,
        "contracts": [
            {
                "name": "full", "days_per_week": [5, 5], "shift_lengths": [34],
                "paid_slots_per_week": [160, 160], "max_consecutive_days": 6,
            },
            {
                "name": "part", "days_per_week": [3, 5], "shift_lengths": [16, 20],
                "paid_slots_per_week": [60, 84], "max_consecutive_days": 6,
            },
        ],
        "breaks": {
            "34": [
                {**BREAK, "earliest": 6, "latest": 12},
                {**MEAL, "earliest": 13, "latest": 19},
                {**BREAK, "earliest": 22, "latest": 28},
            ],
            "16": [{**BREAK, "earliest": 5, "latest": 11}],
            "20": [{**BREAK, "earliest": 7, "latest": 13}],
        },
        "agents": people,
    }  # fmt: skip


@pytest.fixture
def problem() -> dict[str, Any]:
    return make_problem()
