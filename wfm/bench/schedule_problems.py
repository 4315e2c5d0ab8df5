"""Shift-scheduling problems of any size from a seed: a centre with peaks, days and contracts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scheduling.shifts import Floats

OPEN, CLOSE, SLOTS = 28, 92, 96  # 07:00 to 23:00
# Name, share of people, days and paid slots of a week, lengths of shifts.
CONTRACTS: Sequence[tuple[str, float, tuple[int, int], tuple[int, int], tuple[int, ...]]] = (
    ("FT8", 0.50, (5, 5), (160, 160), (34,)),
    ("FT10", 0.15, (4, 4), (160, 160), (42,)),
    ("PT6", 0.15, (4, 5), (96, 128), (24, 26, 28)),
    ("PT4", 0.20, (4, 6), (64, 100), (16, 18, 20)),
)
EXPONENT = {"base": 1.0, "peaky": 1.6}
WEEKDAY = np.array([1.22, 1.08, 1.02, 1.00, 1.03, 0.62, 0.48])


def made_problem(
    agents: int, seed: int = 1, shape: str = "base", level: float = 1.0, queues: int = 1,
    days: int = 7,
) -> dict[str, Any]:  # fmt: skip
    """A problem document; `level` is the requirement as a multiple of what people can do."""
    lengths = sorted({n for contract in CONTRACTS for n in contract[4]})
    return {
        "format": "wfm-scheduling-problem/1", "slot_minutes": 15, "first_day": "2026-03-02",
        "days": days, "opening": [OPEN, CLOSE], "min_rest_slots": 44, "start_every_slots": 2,
        "costs": {"understaffed_slot": 1.0, "overstaffed_slot": 0.4},
        "requirement": _requirement(agents, days, shape, level, queues, seed),
        "contracts": [
            {"name": name, "days_per_week": list(week), "shift_lengths": list(sizes),
             "paid_slots_per_week": list(paid), "max_consecutive_days": 6}
            for name, _, week, paid, sizes in CONTRACTS
        ],
        "breaks": {str(n): _breaks(n) for n in lengths},
        "agents": _people(agents, days, queues, seed),
    }  # fmt: skip


def _breaks(length: int) -> list[dict[str, Any]]:
    middle = length // 2 - 1

    def rest(earliest: int, latest: int) -> dict[str, Any]:
        return {"kind": "break", "slots": 1, "paid": True, "earliest": earliest, "latest": latest}

    meal = {"kind": "meal", "slots": 2, "paid": False, "earliest": middle - 3,
            "latest": middle + 3}  # fmt: skip
    if length < 24:
        return [rest(length // 2 - 3, length // 2 + 3)]
    if length < 32:
        return [rest(4, middle - 4), meal, rest(middle + 6, 2 * middle - 2)]
    first = max(4, middle - 10)
    return [rest(first, first + 6), meal, rest(middle + 6, middle + 12)]


def _slots_of_one() -> float:
    """Mean slots on the queue of a person's week."""
    total: Any = 0.0
    for _, share, week, paid, sizes in CONTRACTS:
        length, days = np.mean(sizes), np.mean(week)
        meal, rests = (2, 2) if length >= 24 else (0, 1)
        total += share * (min(np.mean(paid), days * (length - meal)) - days * rests)
    return float(total)


def _requirement(
    agents: int, days: int, shape: str, level: float, queues: int, seed: int
) -> dict[str, list[list[int]]]:
    random = np.random.default_rng(seed)
    hour = np.arange(SLOTS) / 4
    curve = (
        np.exp(-(((hour - 10.8) / 2.6) ** 2)) + 0.85 * np.exp(-(((hour - 15.5) / 2.7) ** 2))
        + 0.38 * np.exp(-(((hour - 19.8) / 2.2) ** 2)) + 0.05
    )  # fmt: skip
    curve[:OPEN] = curve[CLOSE:] = 0
    noise = np.exp(random.normal(0, 0.03, (days, SLOTS)))
    need: Floats = (np.outer(np.resize(WEEKDAY, days), curve) * noise) ** EXPONENT[shape]
    need *= agents * _slots_of_one() * days / 7 * level / need.sum()
    share, tilt = np.array([1.0]), np.zeros((1, SLOTS))
    if queues > 1:
        share = random.dirichlet(np.full(queues, 6.0))
        tilt = random.normal(0, 0.12, (queues, SLOTS))
        smooth = np.ones(12) / 3.5
        tilt = np.apply_along_axis(lambda row: np.convolve(row, smooth, "same"), 1, tilt)
    weights = share[:, None] * np.exp(tilt)
    weights /= weights.sum(axis=0)
    return {f"q{i + 1}": np.rint(need * weights[i]).astype(int).tolist() for i in range(queues)}


def _people(agents: int, days: int, queues: int, seed: int) -> list[dict[str, Any]]:
    random = np.random.default_rng(seed + 7)
    count = [round(share * agents) for _, share, *_ in CONTRACTS]
    count[0] += agents - sum(count)
    rows: list[dict[str, Any]] = []
    for contract, n in zip(CONTRACTS, count, strict=True):
        for _ in range(n):
            off = [
                int(random.integers(0, 7)) + 7 * week
                for week in range(days // 7)
                if random.random() < 0.25
            ]
            draw, skills = random.random(), ["q1"]
            window = [OPEN, 76] if draw < 0.10 else [40, CLOSE] if draw < 0.18 else [OPEN, CLOSE]
            if queues > 1:
                k = min(int(random.choice([1, 2, 3], p=[0.55, 0.35, 0.10])), queues)
                chosen = random.choice(queues, size=k, replace=False)
                skills = sorted(f"q{i + 1}" for i in chosen)
            rows.append(
                {"id": f"a{len(rows) + 1:05d}", "contract": contract[0], "unavailable_days": off,
                 "window": window, "queues": skills}
            )  # fmt: skip
    return rows
