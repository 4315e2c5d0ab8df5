"""Lapses that make up for each other: out of adherence, and as many people there as planned."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.simulator.shifts import Block, PlannedShift
from wfm.simulator.stories.swaps import with_swaps

DAY = date(2026, 10, 12)
MINUTES = 26 * 60


def shift(agent: int, start: int, first: int, meal: int) -> PlannedShift:
    """Eight hours and a half from a quarter-hour on, with a break, a meal, and a meeting after."""
    rest, eat = start + first * 15, start + meal * 15
    blocks = (Block(rest, rest + 15, "break"), Block(eat, eat + 30, "meal"),
              Block(eat + 60, eat + 90, "meeting"))  # fmt: skip
    return PlannedShift(agent, DAY, start, start + 510, blocks)


def on_queue(one: PlannedShift, late: dict[int, int]) -> np.ndarray:
    """By second whether somebody is on queue, who lives the edges of the plan so much later."""
    there = np.zeros(MINUTES * 60, bool)
    left = dict(late)
    there[one.start * 60 + left.pop(one.start, 0) : one.end * 60] = True
    for block in one.blocks:
        begins, ends = (at * 60 + left.pop(at, 0) for at in (block.start, block.end))
        there[begins:ends] = False
    for at, seconds in left.items():
        there[at * 60 : at * 60 + seconds] = False
    return there


plans = st.lists(
    st.tuples(st.integers(24, 40), st.integers(4, 10), st.integers(12, 20)),
    min_size=2, max_size=30,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(plans, st.integers(0, 10_000))
def test_at_every_second_each_group_has_as_many_there_as_planned(
    drawn: list[tuple[int, int, int]], seed: int
) -> None:
    shifts = [shift(n, start * 15, *rests) for n, (start, *rests) in enumerate(drawn)]
    groups = {one.agent: "ab"[one.agent % 2] for one in shifts}
    kept = frozenset({0})
    bent = with_swaps(shifts, groups, kept, np.random.default_rng(seed))
    assert [(s.agent, s.blocks) for s in bent] == [(s.agent, s.blocks) for s in shifts]
    assert bent[0].late == ()
    for group in "ab":
        own = [one for one in bent if groups[one.agent] == group]
        planned = sum(on_queue(one, {}).astype(int) for one in own)
        lived = sum(on_queue(one, dict(one.late)).astype(int) for one in own)
        assert np.array_equal(planned, lived)


def test_a_break_begun_late_is_made_up_for_by_a_colleague() -> None:
    shifts = [shift(n, 480 + 15 * (n % 6), 6, 15) for n in range(24)]
    bent = with_swaps(
        shifts, dict.fromkeys(range(24), "voice"), frozenset(), np.random.default_rng(7)
    )
    late = [seconds for one in bent for _, seconds in one.late]
    # Four rests begin together at each of twelve minutes: three late, three others for them.
    assert (len(late), min(late) >= 20, max(late) <= 600) == (2 * 36, True, True)
    alone = with_swaps(shifts[:1], {0: "voice"}, frozenset(), np.random.default_rng(7))
    assert alone[0].late == ()
