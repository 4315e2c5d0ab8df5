"""The desk tells a short site, how long it stays short, and why, in steps that sum."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboards.pages.desk_data import Place
from dashboards.pages.desk_words import until_when
from dashboards.parts.time_panel import Axis, Lane, Series, time_panel
from dashboards.parts.waterfall import Part, Waterfall, waterfall
from dashboards.theme import PALETTES
from kpis.value import KpiValue
from wfm.domain.scope import Scope
from wfm.queries.intraday import Quarter

NOON_Q = 1_990_000 // 4 * 4
AXIS = Axis(NOON_Q - 8, NOON_Q + 24, "UTC", NOON_Q * 900 + 300)


def quarters(*nets: float) -> tuple[Quarter, ...]:
    """Quarters from now on, each with 100 required and that many over or short."""
    return tuple(Quarter(NOON_Q + i, 100.0, 105.0, 100.0 + net, None) for i, net in
                 enumerate(nets))  # fmt: skip


def value(kpi_id: str, amount: float) -> KpiValue:
    return KpiValue(kpi_id, "", "agents", "target", (), amount)


def dublin(net: float, *nets: float) -> Place:
    values = {
        "net_staffing": value("net_staffing", net),
        "required_agents": value("required_agents", 100.0),
        "avg_agents_on_queue": value("avg_agents_on_queue", 100.0 + net),
        "staffing_vs_required": value("staffing_vs_required", net),
    }
    return Place("dublin", "site", "Dublin", Scope("dublin"), values, quarters(*nets))


@pytest.mark.parametrize(
    ("net", "status"), [(0.0, "good"), (4.0, "good"), (-2.0, "good"), (-5.0, "warn"), (-9.5, "bad")]
)
def test_only_a_shortage_is_coloured(net: float, status: str) -> None:
    assert dublin(net).short_status(net, 100.0) == status


def test_a_closed_site_is_neither_short_nor_well() -> None:
    assert dublin(0.0).short_status(0.0, 0.0) == "none"
    assert dublin(0.0).short_status(None, 100.0) == "none"


def test_the_sentence_says_until_when_the_schedule_stays_short() -> None:
    short = dublin(-5.0, -5, -5, -5, -5, 4)
    assert until_when(short, AXIS) == AXIS.clock((NOON_Q + 4) * 900)
    assert until_when(dublin(-5.0, -5, 2, 2), AXIS) == ""
    assert until_when(dublin(-5.0, -5, -5, -5), AXIS) == "the end of the day"


def test_the_next_half_hour_is_the_current_schedule_less_the_requirement() -> None:
    assert dublin(-5.0, -5, -4, -3).net_at(NOON_Q + 2) == -3.0
    assert dublin(-5.0, -5).net_at(NOON_Q + 2) is None


def test_the_steps_of_a_waterfall_must_sum() -> None:
    parts = (Part("planned above", 5.0), Part("training", -8.0, True), Part("sickness", -2.0))
    steps = Waterfall(("required", 100.0), parts, ("on now", 95.0))
    drawn = waterfall(steps, PALETTES["light"])
    texts = [a["text"] for a in drawn.children[0].figure["layout"]["annotations"]]
    assert texts == ["<b>100</b>", "<b>+5.0</b>", "<b>−8.0</b>", "<b>−2.0</b>", "<b>95</b>"]
    lying = waterfall(steps, PALETTES["light"], narrow=True).children[0].figure
    assert [a["text"] for a in lying["layout"]["annotations"]] == texts
    bars = lying["data"][0]
    assert (bars["orientation"], bars["x"]) == ("h", [10.0, 5.0, 8.0, 2.0, 5.0])
    assert bars["base"] == [90.0, 100.0, 97.0, 95.0, 90.0]
    assert lying["layout"]["yaxis"]["ticktext"][1] == "planned<br>above"
    with pytest.raises(ValueError, match="miss"):
        waterfall(replace(steps, last=("on now", 96.0)), PALETTES["light"])


def test_a_lane_is_washed_only_where_it_is_short() -> None:
    need = [100.0] * len(AXIS.quarters)
    have: list[float | None] = [104.0] * len(need)
    have[3] = 95.0
    lane = Lane("Dublin", (Series("required", need, "required"),), short=(have, need))
    figure = time_panel([lane], AXIS, PALETTES["light"]).children[0].figure
    washed = next(trace for trace in figure["data"] if trace.get("fill") == "toself")
    assert washed["x"] == [3, 4, 4, 3, 3, None]
    assert washed["y"] == [95.0, 95.0, 100.0, 100.0, 95.0, None]


def test_the_axis_labels_full_hours_of_the_site() -> None:
    kolkata = Axis(NOON_Q, NOON_Q + 8, "Asia/Kolkata")
    places = [place for place, _ in kolkata.hours()]
    assert places == [2.0, 6.0]  # five and a half hours from UTC: hours begin on the half
