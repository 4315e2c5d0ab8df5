"""Work moved to other people, and a change held against what nobody changed."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.before_after import Changed, compare_person, expected_change_of, windows_of
from kpis.moved_work import Work, enough_people, estimate_move
from wfm.domain.periods import Period

WEEK = (
    Work("new", "offers", 300, 300 * 640),
    Work("old", "offers", 100, 100 * 480),
    Work("old", "billing", 120, 120 * 300),
    Work("calm", "billing", 480, 480 * 300),
)
VOICE = ("offers", "billing")


def test_offers_taken_by_settled_agents_are_as_fast_as_theirs() -> None:
    found = estimate_move(WEEK, {"old", "calm"}, "billing", "offers", {"calm"}, VOICE)
    assert found.aht == (600.0, 480.0)
    assert found.all_aht == (420.0, 372.0)
    assert (found.contacts, found.hours, found.of_hours) == (300.0, 40.0, 50.0)


def test_people_take_no_more_than_their_time_allows() -> None:
    found = estimate_move(WEEK, {"old", "calm"}, "billing", "offers", {"old"}, VOICE)
    assert found.contacts == 75.0  # 10 h at 480 s
    assert found.aht == (600.0, 570.0)


def test_nothing_is_estimated_from_too_few_contacts_of_settled_agents() -> None:
    few = (Work("new", "offers", 300, 300 * 640), Work("old", "offers", 29, 29 * 480), *WEEK[2:])
    found = estimate_move(few, {"old", "calm"}, "billing", "offers", {"calm"}, VOICE)
    assert (found.aht[1], found.all_aht[1], found.contacts) == (None, None, 0.0)


def test_as_many_people_are_proposed_as_the_work_of_new_agents_takes() -> None:
    settled = {"old", "calm"}
    assert enough_people(WEEK, settled, "billing", "offers", ("calm", "old")) == ("calm",)
    assert enough_people(WEEK, settled, "billing", "offers", ("old", "calm")) == ("old", "calm")
    assert enough_people(WEEK, {*settled, "new"}, "billing", "offers", ("calm",)) == ()


def test_a_change_is_compared_on_the_same_weekdays() -> None:
    tuesday = date(2026, 12, 1)
    assert windows_of(tuesday, tuesday) is None
    found = windows_of(tuesday, date(2026, 12, 4))
    assert found is not None
    assert found.since == Period(tuesday, date(2026, 12, 4))
    assert found.before == Period(date(2026, 11, 24), date(2026, 11, 27))
    long = windows_of(tuesday, date(2027, 3, 1))
    assert long is not None
    assert (long.before.first, long.since.end) == (date(2026, 11, 3), date(2026, 12, 29))


@pytest.mark.parametrize(
    ("given", "net"),
    [(Changed(420, 372, 415, 403), -36.0), (Changed(420, 372), None),
     (Changed(None, 372, 415, 403), None)],
)  # fmt: skip
def test_what_the_others_changed_too_was_not_the_change(given: Changed, net: float | None) -> None:
    assert given.net == (None if net is None else pytest.approx(net))


def test_a_person_is_held_against_the_sums_of_colleagues_never_a_mean_of_their_values() -> None:
    early = {"ida": (18_400.0, 100.0), "a": (4_500.0, 100.0), "b": (1_000.0, 20.0)}
    late = {"ida": (12_000.0, 100.0), "a": (4_400.0, 100.0), "b": (1_400.0, 20.0), "c": (9.0, 1.0)}
    found = compare_person(early, late, "ida")
    assert found is not None
    assert (found.changed.before, found.changed.since) == (184.0, 120.0)
    assert found.changed.others_before == pytest.approx(5500 / 120)
    assert (found.changed.others_since, found.of) == (pytest.approx(5800 / 120), 2)
    assert found.alike == 0
    assert found.changed.net == pytest.approx(-64 - 2.5)


def test_colleagues_who_changed_as_much_the_same_way_are_counted() -> None:
    early = {"ida": (100.0, 1.0), "a": (100.0, 1.0), "b": (100.0, 1.0)}
    late = {"ida": (90.0, 1.0), "a": (80.0, 1.0), "b": (120.0, 1.0)}
    found = compare_person(early, late, "ida")
    assert found is not None
    assert (found.alike, found.of) == (1, 2)
    assert compare_person(early, {"a": (1.0, 1.0)}, "ida") is None


def test_who_stood_far_off_comes_back_by_half_with_nothing_done() -> None:
    early = {str(n): (float(90 + n % 11), 100.0) for n in range(33)}
    late = {who: (95 + (top - 95) / 2, base) for who, (top, base) in early.items()}
    early["ida"], late["ida"] = (90.0, 100.0), (96.0, 100.0)
    assert expected_change_of(early, late, "ida", 100.0) == pytest.approx(2.5)
    few = dict(list(early.items())[-30:])
    assert expected_change_of(few, late, "ida", 100.0) is None
