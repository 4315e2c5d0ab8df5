"""Colours, gaps and hidden reds; the golden cases of the bands."""

from __future__ import annotations

import pytest

from kpis.definition import Bands
from kpis.status import gap_of, red_sentence, status_of
from kpis.value import KpiValue, compare, hidden_red

HIGHER = Bands(green_lo=0.95, amber_lo=0.93)
LOWER = Bands(green_hi=300, amber_hi=315)
RANGE = Bands(-3, 3, -7, 7)


@pytest.mark.parametrize(
    ("bands", "value", "status"),
    [
        (HIGHER, 0.95, "good"),
        (HIGHER, 0.94, "warn"),
        (HIGHER, 0.93, "warn"),
        (HIGHER, 0.9299, "bad"),
        (LOWER, 300, "good"),
        (LOWER, 315, "warn"),
        (LOWER, 316, "bad"),
        (Bands(green_lo=0.95, amber_lo=0.95), 0.9475, "bad"),
        (HIGHER, None, "none"),
        (RANGE, 0, "good"),
        (RANGE, 3, "good"),
        (RANGE, 3.01, "warn"),
        (RANGE, -7, "warn"),
        (RANGE, -9.52, "bad"),
        (Bands(), 5, "none"),
    ],
)
def test_a_value_takes_the_colour_of_its_band(
    bands: Bands, value: float | None, status: str
) -> None:
    assert status == status_of(value, bands)


def test_a_sum_of_fractions_a_hair_short_of_its_target_is_still_on_target() -> None:
    assert status_of(94.99999999999, Bands(green_lo=95, amber_lo=93)) == "good"
    assert status_of(94.9999, Bands(green_lo=95, amber_lo=93)) == "warn"


@pytest.mark.parametrize(
    ("value", "bands", "better", "amount", "side"),
    [
        (94.7, Bands(green_lo=95, amber_lo=93), "higher", -0.3, "worse"),
        (96.0, Bands(green_lo=95, amber_lo=93), "higher", 1.0, "better"),
        (26.0, Bands(green_hi=28, amber_hi=45), "lower", -2.0, "better"),
        (420.0, Bands(336.3, 371.7, 318.6, 389.4, 354), "target", 66.0, "worse"),
        (360.0, Bands(336.3, 371.7, 318.6, 389.4, 354), "target", 6.0, "inside"),
        (80.0, Bands(75, 85, 70, 90), "target", 0.0, "inside"),
        (-9.52, RANGE, "target", -6.52, "worse"),
    ],
)
def test_a_gap_is_signed_and_says_better_or_worse(
    value: float, bands: Bands, better: str, amount: float, side: str
) -> None:
    gap = gap_of(value, bands, better)  # type: ignore[arg-type]
    assert (pytest.approx(amount), side) == (gap.amount, gap.side)


def test_four_sites_with_one_red_say_so_under_an_amber_total() -> None:
    sites = [status_of(gap, RANGE) for gap in (-0.952, -0.952, -0.952, -9.524)]
    assert status_of(-3.095, RANGE) == "warn"
    assert red_sentence(sites, "site") == "1 of 4 sites red"
    values = [
        KpiValue("x", "X", "%", "target", key=(("site", str(n)),), status=status)
        for n, status in enumerate(sites)
    ]
    assert hidden_red(values) == "1 of 4 sites red"
    assert hidden_red([]) == ""


def test_a_change_is_better_or_worse_by_the_direction_of_the_kpi() -> None:
    now = [
        KpiValue("adherence", "Adherence", "%", "higher", value=94.7),
        KpiValue("abandonment_rate", "Abandoned", "%", "lower", value=6.0),
        KpiValue("occupancy", "Occupancy", "%", "target", value=80.0),
        KpiValue("nps", "NPS", "points", "higher", value=None),
    ]
    before = [
        KpiValue("adherence", "Adherence", "%", "higher", value=94.2),
        KpiValue("abandonment_rate", "Abandoned", "%", "lower", value=5.0),
        KpiValue("occupancy", "Occupancy", "%", "target", value=70.0),
    ]
    changes = compare(now, before)
    assert [c.change_is for c in changes] == ["better", "worse", "", ""]
    assert [pytest.approx(0.5), pytest.approx(1.0), pytest.approx(10.0), None] == [
        c.change for c in changes
    ]
