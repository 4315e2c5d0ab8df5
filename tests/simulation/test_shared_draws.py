"""The same seed gives the same bytes, and two schedules meet the same callers (STF-18)."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_centres import always, steady_queue

from scheduling.simulation.centre import Centre, SimAgent
from scheduling.simulation.counted import IN_T, OFFERED, Counted
from scheduling.simulation.draws import absent, arrival_times, draw_contacts, generator
from scheduling.simulation.engine import simulate


def centre(agents: int, per_hour: float = 120, second: bool = False) -> Centre:
    names = ("a", "b") if second else ("a",)
    made = tuple(steady_queue(name, per_hour, 300, 180, 16, 900) for name in names)
    return Centre(made, always([names] * agents, 16 * 900), 16, 900.0, 4)


def levels(counted: Counted) -> np.ndarray:
    total = counted.counts[:, 0].sum(axis=1)
    return total[:, IN_T] / total[:, OFFERED]


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again = (simulate(centre(11), 5, seed=9, absence=0.1) for _ in range(2))
    assert first.counts.tobytes() == again.counts.tobytes()
    assert first.times.tobytes() == again.times.tobytes()
    assert first.counts.tobytes() != simulate(centre(11), 5, seed=10).counts.tobytes()


def test_more_replications_begin_with_the_same_ones() -> None:
    assert np.array_equal(
        simulate(centre(11), 8, seed=3).counts[:5], simulate(centre(11), 5, seed=3).counts
    )


def test_a_second_queue_changes_no_caller_of_the_first() -> None:
    alone, both = draw_contacts(centre(9), 4, 0), draw_contacts(centre(9, second=True), 4, 0)
    first = both.queue == 0
    for name in ("at", "handle", "patience"):
        assert np.array_equal(getattr(alone, name), getattr(both, name)[first])


def test_more_volume_keeps_the_callers_and_brings_them_earlier() -> None:
    few, many = draw_contacts(centre(9, 100), 4, 0), draw_contacts(centre(9, 130), 4, 0)
    n = few.at.size
    assert many.at.size > n
    assert np.allclose(many.at[:n], few.at * 100 / 130)
    assert np.array_equal(many.patience[:n], few.patience)
    assert np.array_equal(many.handle[:n], few.handle)


def test_two_schedules_are_compared_with_less_than_half_the_variance() -> None:
    shared = levels(simulate(centre(12), 150, 7)) - levels(simulate(centre(11), 150, 7))
    own = levels(simulate(centre(12), 150, 7)) - levels(simulate(centre(11), 150, 8))
    assert shared.var() <= 0.5 * own.var()
    assert 0.02 < shared.mean() < 0.12


def test_arrivals_follow_the_expected_numbers() -> None:
    expected = np.array([0.0, 200.0, 50.0, 0.0, 400.0])
    times = [arrival_times(generator(1, r, 1, "q"), expected, 900.0) for r in range(50)]
    counts = np.array([np.histogram(t, bins=np.arange(6) * 900.0)[0] for t in times])
    assert (counts[:, [0, 3]] == 0).all()
    assert np.abs(counts.mean(axis=0) - expected).max() <= 5 * np.sqrt(400 / 50)
    assert counts[:, 4].var() == pytest.approx(400, rel=0.6)


def test_absence_belongs_to_agent_and_day() -> None:
    people = tuple(
        SimAgent(f"a{i}", (("x", 100),), ((0.0, 9.0), (10.0, 19.0), (20.0, 29.0)), (0, 0, 1))
        for i in range(500)
    )
    away = [absent(people, 0.1, 5, r) for r in range(20)]
    assert sum(map(len, away)) / (20 * 1000) == pytest.approx(0.1, abs=0.011)
    by_name = {(people[i].name, day) for i, day in away[0]}
    turned = people[::-1]
    assert {(turned[i].name, day) for i, day in absent(turned, 0.1, 5, 0)} == by_name
    assert absent(people, 0.0, 5, 0) == set()


def test_an_absent_agent_is_missed_on_all_of_that_day() -> None:
    counted = simulate(centre(11), 200, seed=2, absence=0.2)
    staffed = counted.times[:, 0, :, 1].sum(axis=1) / (12 * 900)
    assert staffed.mean() == pytest.approx(11 * 0.8, abs=0.5)
    assert set(np.round(staffed, 3).tolist()) <= {float(n) for n in range(12)}
