"""Scheduling problems drawn from a seed: full-time and part-time people, peaks, several queues."""

from __future__ import annotations

from typing import Any

import numpy as np

OPEN, CLOSE, SLOTS = 28, 92, 96  # quarter-hours of the day: 07:00 to 23:00
WEEKDAY = np.array([1.22, 1.08, 1.02, 1.00, 1.03, 0.62, 0.48])
CONTRACTS: tuple[tuple[str, float, tuple[int, int], tuple[int, ...], tuple[int, int]], ...] = (
    ("FT8", 0.50, (5, 5), (34,), (160, 160)),
    ("FT10", 0.15, (4, 4), (42,), (160, 160)),
    ("PT6", 0.15, (4, 5), (24, 26, 28), (96, 128)),
    ("PT4", 0.20, (4, 6), (16, 18, 20), (64, 100)),
)
EXPONENT = {"base": 1.0, "peaky": 1.6}


def make_problem(
    agents: int, seed: int, shape: str = "base", queues: int = 1, days: int = 7
) -> dict[str, Any]:
    """The problem document of a seed; the same arguments give the same document."""
    lengths = sorted({n for contract in CONTRACTS for n in contract[3]})
    return {
        "format": "wfm-scheduling-problem/1",
        "slot_minutes": 15,
        "first_day": "2026-03-02",
        "days": days,
        "opening": [OPEN, CLOSE],
        "min_rest_slots": 44,
        "start_every_slots": 2,
        "costs": {"understaffed_slot": 1.0, "overstaffed_slot": 0.4},
        "requirement": _requirement(agents, days, shape, queues, seed),
        "contracts": [
            {
                "name": name, "days_per_week": list(week), "shift_lengths": list(shifts),
                "paid_slots_per_week": list(paid), "max_consecutive_days": 6,
            }
            for name, _, week, shifts, paid in CONTRACTS
        ],
        "breaks": {str(n): _breaks(n) for n in lengths},
        "agents": _people(agents, days, queues, seed),
    }  # fmt: skip


def _breaks(length: int) -> list[dict[str, Any]]:
    """Windows of the breaks of a shift, counted from its start."""
    middle = length // 2 - 1

    def rest(earliest: int, latest: int) -> dict[str, Any]:
        return {
            "kind": "break", "slots": 1, "paid": True, "earliest": earliest, "latest": latest
        }  # fmt: skip

    if length < 24:
        return [rest(length // 2 - 3, length // 2 + 3)]
    meal = {"kind": "meal", "slots": 2, "paid": False, "earliest": middle - 3,
            "latest": middle + 3}  # fmt: skip
    if length < 32:
        return [rest(4, middle - 4), meal, rest(middle + 6, middle + 6 + (middle - 8))]
    first = max(4, middle - 10)
    return [rest(first, first + 6), meal, rest(middle + 6, middle + 12)]


def _capacity() -> float:
    """Slots on the queue that an average agent gives in a week."""
    total = 0.0
    for _, share, week, shifts, hours in CONTRACTS:
        length, days = np.mean(shifts), np.mean(week)
        long = length >= 24
        paid = min(np.mean(hours), days * (length - (2 if long else 0)))
        total += share * float(paid - days * (2 if long else 1))
    return total


def _requirement(
    agents: int, days: int, shape: str, queues: int, seed: int
) -> dict[str, list[list[int]]]:
    random = np.random.default_rng(seed)
    hour = np.arange(SLOTS) / 4
    curve = 0.05 + sum(
        height * np.exp(-(((hour - at) / width) ** 2))
        for height, at, width in ((1.0, 10.8, 2.6), (0.85, 15.5, 2.7), (0.38, 19.8, 2.2))
    )
    curve[:OPEN] = curve[CLOSE:] = 0
    noise = np.exp(random.normal(0, 0.03, (days, SLOTS)))
    need = (np.outer(np.resize(WEEKDAY, days), curve) * noise) ** EXPONENT[shape]
    need *= agents * _capacity() * days / 7 / need.sum()
    share = random.dirichlet(np.full(queues, 6.0)) if queues > 1 else np.ones(1)
    tilt = random.normal(0, 0.12, (queues, SLOTS)) if queues > 1 else np.zeros((1, SLOTS))
    weights = share[:, None] * np.exp(tilt)
    weights /= weights.sum(axis=0)
    return {f"q{i + 1}": np.rint(need * weights[i]).astype(int).tolist() for i in range(queues)}


def _people(agents: int, days: int, queues: int, seed: int) -> list[dict[str, Any]]:
    random = np.random.default_rng(seed + 7)
    counts = [round(contract[1] * agents) for contract in CONTRACTS]
    counts[0] += agents - sum(counts)
    names = [c[0] for c, n in zip(CONTRACTS, counts, strict=True) for _ in range(n)]
    rows = []
    for number, name in enumerate(names, 1):
        off = [
            int(random.integers(0, 7)) + 7 * week
            for week in range(days // 7)
            if random.random() < 0.25
        ]
        draw = random.random()
        window = [OPEN, 76] if draw < 0.10 else [40, CLOSE] if draw < 0.18 else [OPEN, CLOSE]
        k = min(int(random.choice([1, 2, 3], p=[0.55, 0.35, 0.10])), queues)
        skills = random.choice(queues, size=k, replace=False)
        rows.append(
            {
                "id": f"a{number:05d}", "contract": name, "unavailable_days": off,
                "window": window, "queues": sorted(f"q{i + 1}" for i in skills),
            }
        )  # fmt: skip
    return rows
