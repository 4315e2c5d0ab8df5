"""Parts of a gap sum exactly, for any segments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.contribution import Share, grouped, shares_of_gap, spread_of
from kpis.value import KpiValue

segments = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(st.floats(0, 1e6), st.floats(0.5, 1e4)),
    min_size=1,
)


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


def test_small_parts_are_shown_as_one() -> None:
    parts = [("a", 5.0), ("b", -1.0), ("c", 0.5), ("d", 9.0)]
    assert grouped(parts, 3) == [("a", 5.0), ("d", 9.0), ("all others", -0.5)]


def test_a_gap_that_lies_everywhere_names_no_place() -> None:
    def shares(*adds: float | None) -> list[Share]:
        return [Share(_value(str(at), 1.0, 1.0), size, None) for at, size in enumerate(adds)]

    assert spread_of(shares(-1.0, -1.0, -1.0, -1.0, -1.0, -1.0), -6.0) == (6, 6)
    assert spread_of(shares(-1.0, -1.0, -1.0, -1.0, -1.0, -1.5, 0.5, None), -6.0) is None
    assert spread_of(shares(-3.0, -1.0, -1.0, -1.0), -6.0) is None
    assert spread_of(shares(-1.0, -1.0, 0.0, 0.5, 0.5, 0.5, 0.5), -6.0) is None
