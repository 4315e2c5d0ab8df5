"""Did a training work: beside comparable people, drift taken out, weak comparisons named."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.explain.effect import effect_of
from kpis.training import Person, Training, compare_people, drift_of
from wfm.domain.periods import Period

TUESDAY = date(2026, 12, 1)


def training(*agents: str, overlaps: tuple[str, ...] = (), busy: tuple[str, ...] = ()) -> Training:
    return Training(frozenset(agents), TUESDAY, TUESDAY, 6.0 * len(agents), frozenset(overlaps),
                    frozenset(busy))  # fmt: skip


def side(name: str, changes: list[int], before: float = 420.0, **more: float) -> list[Person]:
    """People 4 s apart around a level, with their changes."""
    return [
        Person(f"{name}{n}", before + 4 * (n % 2), before + 4 * (n % 2) + change, tenure=400,
               early=0.0, late=float(n % 2), weekly=300.0)
        for n, change in enumerate(changes)
    ]  # fmt: skip


TRAINED = side("t", [-50, -46, -44, -52])
OTHERS = side("c", [-10, -14, -12, -12])


def test_the_weeks_looked_at_leave_the_training_itself_out() -> None:
    two_days = Training(frozenset({"a"}), TUESDAY, date(2026, 12, 2))
    assert two_days.before == Period(date(2026, 11, 3), TUESDAY)
    assert two_days.looks(date(2026, 12, 9)) == ()
    assert two_days.looks(date(2026, 12, 10)) == (
        (1, Period(date(2026, 12, 3), date(2026, 12, 10))),
    )
    assert two_days.looks(date(2027, 2, 26)) == (
        (2, Period(date(2026, 12, 3), date(2026, 12, 17))),
        (6, Period(date(2026, 12, 31), date(2027, 1, 14))),
        (12, Period(date(2027, 2, 11), date(2027, 2, 25))),
    )


def test_the_effect_is_what_comparable_people_did_not_change() -> None:
    found = compare_people([*TRAINED, *OTHERS], training("t0", "t1", "t2", "t3"))
    assert found is not None
    assert found.effect == effect_of([-50, -46, -44, -52], [-10, -14, -12, -12])
    assert (found.effect.size, found.drift, found.weekly) == (-36.0, None, 1200.0)
    assert (found.before, found.since) == ((422.0, 422.0), (374.0, 410.0))
    assert (found.weak, found.effect.proven) == ((), True)


def test_only_people_of_the_same_level_and_tenure_with_nothing_done_are_a_comparison() -> None:
    far = side("f", [-100] * 12, before=600.0)
    new = [Person(f"n{n}", 422, 300, tenure=30) for n in range(6)]
    people = [*TRAINED, *OTHERS, *side("d", [-12] * 8), *far, *new]
    asked = training("t0", "t1", "t2", "t3", busy=("c0", "c1"))
    found = compare_people(people, asked)
    assert found is not None
    # Ten are left of the level; the two nearest of the far ones fill up three for each.
    assert (found.effect.treated_n, found.effect.control_n) == (4, 12)
    assert found.weak == ("their level before was not the same",)
    alone = compare_people([*new[:2], *OTHERS], training("n0", "n1"))
    assert alone is None


def test_people_picked_for_a_bad_month_win_nothing_by_coming_back() -> None:
    """Decoy: twelve at 460 s beside 400, B 0.5: all of them fall by 30 s with no training."""
    calm = [Person(f"c{n}", 400 + 30 * (n % 3 - 1) / 0.98, 400, 30, 400, 0, n % 2)
            for n in range(60)]  # fmt: skip
    bad = [Person(f"b{n}", 460 + n % 2, 430 + n % 2 / 2, 30.0, 400, 0, n % 2) for n in range(12)]
    drift = drift_of([*calm, *bad])
    assert drift["b0"] == pytest.approx(-30, abs=6)
    found = compare_people([*calm, *bad], training(*(one.agent_id for one in bad)))
    assert found is not None
    assert found.drift == pytest.approx(-30, abs=6)
    assert not found.effect.proven or abs(found.effect.size) < 10
    assert "their level before was not the same" in found.weak


def test_what_else_was_done_and_what_moved_before_make_it_weak() -> None:
    rising = [Person(p.agent_id, p.before, p.since, tenure=400, early=0, late=-20 - n)
              for n, p in enumerate(TRAINED)]  # fmt: skip
    found = compare_people([*rising, *OTHERS], training("t0", "t1", "t2", "t3", overlaps=("t1",)))
    assert found is not None
    assert found.weak == (
        "they moved apart before it already", "something else was done at the same time",
    )  # fmt: skip
