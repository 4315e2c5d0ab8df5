"""Who is away: leave known when the schedule is made, sickness known in the morning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.centre import Centre
from wfm.simulator.chance import stream

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LEAVE_WEEK = 0.078  # of agent-weeks
LEAVE_DAY = 0.036  # of agent-days in other weeks
# A healthy agent falls ill with this chance a day; an ill one is well again with the other, and
# after five days for certain: 4 % of days.
_FALLS_ILL = 0.0200
_RECOVERS = 0.45
_LONGEST = 5
_MONDAY = 1.3


@dataclass(frozen=True)
class Leave:
    """Which agents are on leave the whole week, and for the others which single days."""

    weeks: Bools  # by agent
    days: Bools  # by agent and weekday


def leave_of_week(centre: Centre, monday: date) -> Leave:
    """Leave granted before the week is published."""
    rng = stream(centre.seed, "leave", monday.toordinal())
    count = len(centre.agents)
    return Leave(rng.random(count) < LEAVE_WEEK, rng.random((count, 7)) < LEAVE_DAY)


class Sickness:
    """The sick of each day: a two-state chain, likelier on Mondays and in teams at a time."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._spells: dict[date, tuple[Bools, Ints]] = {}
        teams = {team.team_id: place for place, team in enumerate(centre.teams)}
        self._team = np.array([teams[a.team_id] for a in centre.agents], dtype=np.int64)

    def on(self, day: date) -> Bools:
        """By agent whether they are sick that day, at work or not."""
        sick = np.zeros(len(self._centre.agents), dtype=bool)
        for back in range(_LONGEST):
            starts, lengths = self._begun(day - timedelta(days=back))
            sick |= starts & (lengths > back)
        return sick

    def notice_minutes(self, day: date) -> Ints:
        """How long before the shift each agent would report it."""
        rng = stream(self._centre.seed, "sick-notice", day.toordinal())
        return rng.integers(20, 90, len(self._centre.agents))

    def _begun(self, day: date) -> tuple[Bools, Ints]:
        if day not in self._spells:
            if len(self._spells) > 60:
                self._spells.clear()
            rng = stream(self._centre.seed, "sick", day.toordinal())
            week = stream(self._centre.seed, "sick-team", day.toordinal() // 7)
            cluster = week.gamma(1.6, 1 / 1.6, len(self._centre.teams))[self._team]
            rate = _FALLS_ILL * (_MONDAY if day.weekday() == 0 else 0.95) * cluster
            count = len(self._centre.agents)
            lengths = np.minimum(rng.geometric(_RECOVERS, count), _LONGEST)
            self._spells[day] = (rng.random(count) < rate, lengths)
        return self._spells[day]
