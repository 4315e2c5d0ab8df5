"""The solver's loops made ready before the clock of a run starts."""

from __future__ import annotations

from functools import cache

from scheduling.descent import Descent
from scheduling.diagnosis import diagnose
from scheduling.pace import Pace
from scheduling.problem_file import problem_of
from scheduling.roster import Roster

TINY = {
    "format": "wfm-scheduling-problem/1", "slot_minutes": 15, "first_day": "2026-03-02", "days": 7,
    "opening": [32, 68], "min_rest_slots": 44, "start_every_slots": 2,
    "costs": {"understaffed_slot": 1.0, "overstaffed_slot": 0.4},
    "requirement": {"q": [[0] * 32 + [1] * 36 + [0] * 28 for _ in range(7)]},
    "contracts": [{"name": "c", "days_per_week": [5, 5], "shift_lengths": [32],
                   "paid_slots_per_week": [160, 160], "max_consecutive_days": 6}],
    "breaks": {"32": []},
    "agents": [{"id": "a", "contract": "c", "unavailable_days": [], "window": [32, 68],
                "queues": ["q"]}],
}  # fmt: skip


@cache
def warm() -> None:
    """Nothing, once the loops are loaded, or compiled on the first run of an installation.

    A run's time limit is for searching: some seconds of compiler would be most of five.
    """
    found = diagnose(problem_of(TINY, "The problem to warm up with"))
    roster = Roster(found.problem, found.relaxed)
    pace = Pace(found.problem, lambda: 1.0)
    descent = Descent(roster, 1, lambda: False, lambda *_: None, pace)
    descent.start(lambda: False)
    descent.descend()
