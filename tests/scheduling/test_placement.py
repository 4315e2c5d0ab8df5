"""Training, breaks and offers, each placed on a handful of quarters that can be counted by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scheduling.offers import Offer, size_offers
from scheduling.placement import Moved, Pause, Person, move_breaks, place_each, place_together


def net(*values: int) -> dict[str, np.ndarray]:
    return {"q": np.array(values, dtype=np.float64)}


def test_each_has_training_where_somebody_is_to_spare() -> None:
    people = [Person(name, ("q",), ((0, 8),)) for name in ("a", "b")]
    placed, without = place_each(net(0, 0, 2, 2, 0, 1, 1, 0), people, 2)
    # Two to spare at 2-4: both go there.
    assert [(p.agent, p.quarter, p.harm) for p in placed] == [("a", 2, 0), ("b", 2, 0)]
    assert without == ()
    third = [*people, Person("c", ("q",), ((0, 8),)), Person("d", ("q",), ((3, 4),))]
    placed, without = place_each(net(0, 0, 2, 2, 0, 1, 1, 0), third, 2)
    assert [(p.agent, p.quarter) for p in placed] == [("a", 2), ("b", 2), ("c", 5)]
    assert without == ("d",)


def test_a_meeting_has_one_time_and_tells_what_it_leaves_short() -> None:
    people = [Person("a", ("q",), ((0, 5),)), Person("b", ("q",), ((1, 6),))]
    placed = place_together(net(9, 1, 1, 0, 2, 2), people, 1)
    assert [(p.agent, p.quarter, p.harm) for p in placed] == [("a", 4, 0), ("b", 4, 0)]
    apart = [Person("a", ("q",), ((0, 2),)), Person("b", ("q",), ((3, 6),))]
    assert place_together(net(9, 1, 1, 0, 2, 2), apart, 1) == ()


def test_who_serves_two_groups_is_missed_only_where_both_lack_people() -> None:
    both = {"q": np.array([-1.0, 2.0, -1.0]), "r": np.array([-1.0, -1.0, 3.0])}
    placed, _ = place_each(both, [Person("a", ("q", "r"), ((0, 3),))], 1)
    assert [p.quarter for p in placed] == [2]


def test_a_break_moves_to_where_it_hurts_less_inside_its_window() -> None:
    pause = Pause("a", ("q",), "break", 1, 1, (0, 3), ())
    assert move_breaks(net(0, -1, 0, 2), [pause]) == (Moved("a", "break", 1, 3, 1.0),)
    # Out of its window, over another break or not worth its price: it stays.
    assert move_breaks(net(0, -1, 0, 2), [Pause("a", ("q",), "break", 1, 1, (0, 2), ())]) == ()
    shut = Pause("a", ("q",), "break", 1, 1, (0, 3), ((3, 4),))
    assert move_breaks(net(0, -1, 0, 2), [shut]) == ()
    assert move_breaks(net(1, 1, 1, 2), [pause]) == ()


def test_two_people_do_not_take_the_same_spare_place() -> None:
    pauses = [Pause(name, ("q",), "break", 0, 1, (0, 2), ()) for name in ("a", "b")]
    found = move_breaks(net(-2, 1, 1), pauses)
    assert sorted((m.agent, m.after) for m in found) == [("a", 1), ("b", 2)]


def test_breaks_keep_their_order() -> None:
    first = Pause("a", ("q",), "break", 0, 1, (0, 5), ())
    meal = Pause("a", ("q",), "meal", 3, 2, (3, 4), ())
    found = move_breaks(net(-1, 0, 0, 0, 0, 3), [first, meal])
    assert all(m.after < 3 for m in found if m.kind == "break")


def test_a_gap_is_sized_into_overtime_an_open_shift_and_leaving_early() -> None:
    short = [0] * 4 + [2] * 4 + [1] * 12 + [0] * 12
    over = [0] * 20 + [3] * 6 + [1] * 6
    assert size_offers(short, over, shortest_shift=16) == (
        Offer("leave_early", 20, 26, 3, 18),
        Offer("open_shift", 4, 20, 1, 16),
        Offer("leave_early", 26, 32, 1, 6),
        Offer("overtime", 4, 8, 1, 4),
    )
    kept = size_offers(short, over, shortest_shift=16, keep=2)
    assert [(o.seats, o.first, o.end) for o in kept if o.kind == "leave_early"] == [(1, 20, 26)]
    assert size_offers([0, 3, 3, 3, 0], [0] * 5, shortest_shift=16) == ()  # under an hour


@given(st.lists(st.integers(0, 5), min_size=8, max_size=40), st.randoms(use_true_random=False))
def test_offers_never_ask_for_more_than_the_gap_and_nobody_leaves_who_is_needed(
    short: list[int], random: object
) -> None:
    over = [0 if n else random.randint(0, 3) for n in short]  # type: ignore[attr-defined]
    found = size_offers(short, over, shortest_shift=16)
    left = list(over)
    for offer in found:
        if offer.kind == "leave_early":
            for at in range(offer.first, offer.end):
                left[at] -= offer.seats
    assert min(left) >= 0
    closing = sum(o.gain for o in found if o.kind != "leave_early")
    assert closing <= sum(short)
    assert all(o.end - o.first >= 4 and o.seats >= 1 for o in found)
