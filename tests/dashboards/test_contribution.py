"""Parts of a gap sum exactly, for any segments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.contribution import grouped, moves_between, shares_of_gap
from dashboards.parts.numbers import share_out
from kpis.value import KpiValue

segments = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(st.floats(0, 1e6), st.floats(0.5, 1e4)),
    min_size=1,
)


def test_the_campaign_week_is_told_as_12_minus_2_and_56() -> None:
    counts, times = (600, 300, 100), (300, 420, 480)
    before = [(k, n * t, n) for k, n, t in zip("bst", counts, times, strict=True)]
    now = [(k, n * t, n) for k, n, t in zip("bst", (600, 300, 400), (300, 420, 600), strict=True)]
    moved = {m.name: (round(m.rate), round(m.mix), round(m.size, 2)) for m in
             moves_between(now, before)}  # fmt: skip
    assert moved == {"b": (0, 12, 12.05), "s": (0, -2, -2.28), "t": (24, 32, 56.24)}


def test_a_new_segment_is_all_mix() -> None:
    moved = {m.name: m for m in moves_between([("a", 100, 1), ("new", 300, 1)], [("a", 100, 1)])}
    assert moved["new"].rate == 0
    assert sum(m.size for m in moved.values()) == pytest.approx(100)


@given(segments, segments)
def test_the_parts_of_a_change_sum_to_it(
    now: dict[str, tuple[float, float]], before: dict[str, tuple[float, float]]
) -> None:
    late = [(k, *v) for k, v in now.items()]
    early = [(k, *v) for k, v in before.items()]
    value_now = sum(v[0] for v in now.values()) / sum(v[1] for v in now.values())
    value_before = sum(v[0] for v in before.values()) / sum(v[1] for v in before.values())
    total = sum(m.size for m in moves_between(late, early))
    assert total == pytest.approx(value_now - value_before, rel=1e-6, abs=1e-4)


def _value(team: str, top: float, bottom: float) -> KpiValue:
    return KpiValue("average_handle_time", "", "s", "target", (("team", team),), top / bottom,
                    top, bottom)  # fmt: skip


@given(segments, st.floats(0, 1e4))
def test_what_the_parts_add_sums_to_the_gap(
    parts: dict[str, tuple[float, float]], base: float
) -> None:
    top, bottom = (sum(v[i] for v in parts.values()) for i in (0, 1))
    whole = KpiValue("average_handle_time", "", "s", "target", (), top / bottom, top, bottom)
    shares, missing = shares_of_gap([_value(k, *v) for k, v in parts.items()], whole, base)
    assert missing == 0.0
    assert sum(s.adds or 0.0 for s in shares) == pytest.approx(
        top / bottom - base, rel=1e-6, abs=1e-4
    )


def test_what_belongs_to_no_part_is_told() -> None:
    whole = KpiValue("average_handle_time", "", "s", "target", (), 360.0, 3600.0, 10.0)
    shares, missing = shares_of_gap([_value("a", 2400.0, 8.0)], whole, 300.0)
    assert (shares[0].adds, shares[0].rest, missing) == (0.0, 600.0, 60.0)


def test_parts_rounded_for_display_still_add_up() -> None:
    assert share_out([12.05, -2.28, 56.24], 1) == [12.1, -2.3, 56.2]


def test_small_parts_are_shown_as_one() -> None:
    parts = [("a", 5.0), ("b", -1.0), ("c", 0.5), ("d", 9.0)]
    assert grouped(parts, 3) == [("a", 5.0), ("d", 9.0), ("all others", -0.5)]
