"""The catalogue refuses what would not add up, and says each KPI in full."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import pytest

from kpis.catalogue.load import CATALOGUE, parse_catalogue
from kpis.dashboards import DEFAULTS, PAGES, require_visible, visible_kpis
from kpis.display import UNITS, format_gap, format_goal, format_target, format_value
from kpis.drill import check_drill, drills_of
from kpis.expression import parse_linear, parse_scale
from kpis.wording import definition_lines
from wfm.domain.errors import BadInput, ForbiddenDrill, PermissionDenied
from wfm.domain.language import speaking
from wfm.domain.roles import Role
from wfm.facts.measures import MEASURES
from wfm.web.languages import language_of

HEAD = (
    "id,group,name,short_name,unit,better,kind,numerator,denominator,scale,drill,feeds,roles,tier,"
    "green_lo,green_hi,amber_lo,amber_hi,min_base,colour,target_basis,source,note"
)


def row(
    kind: str = "ratio",
    numerator: str = "aband_n",
    denominator: str = "offered_n",
    roles: str = "S",
) -> list[str]:
    line = f'x,g,X,,%,lower,{kind},"{numerator}",{denominator},100,queue,acd,{roles},1,,5,,8,30,,,,'
    return [HEAD, line]


def test_the_catalogue_holds_247_kpis_of_17_kinds() -> None:
    kinds = Counter(kpi.kind for kpi in CATALOGUE.values())
    assert (len(CATALOGUE), len(kinds), kinds["ratio"], kinds["sum"]) == (247, 17, 203, 8)


def test_where_a_target_comes_from_is_told_in_words_and_not_by_a_code() -> None:
    code = re.compile(r"\b[A-Z]{3,}-[A-Z]{2,}")
    assert [kpi.id for kpi in CATALOGUE.values() if code.search(kpi.target_basis)] == []
    assert CATALOGUE["data_lag"].target_basis == "up to 3 min live, 15 min within the day"


def test_every_unit_of_the_catalogue_can_be_written() -> None:
    assert {kpi.unit for kpi in CATALOGUE.values()} <= set(UNITS)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (row(numerator="abandn_n"), "KPI 'x' uses unknown measures abandn_n."),
        (row(numerator="aband_n*offered_n"), "KPI 'x': Formula 'aband_n*offered_n' multiplies"),
        (row(numerator="aband_n/offered_n"), "has '/'; only names of measures"),
        (row(numerator="wait_max_s"), "of kind ratio needs sum measures; wait_max_s is max"),
        (row(roles="A S"), "is shown to agents, but aband_n has grain queue x interval"),
        (row(kind="mean"), "kind 'mean'"),
    ],
    ids=lambda value: value[1][:40] if isinstance(value, list) else value[:30],
)
def test_a_definition_that_cannot_add_up_is_refused(lines: list[str], message: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_catalogue(lines, MEASURES)
    assert message in str(caught.value)


def test_an_expression_is_read_with_signs_and_constants() -> None:
    parsed = parse_linear("-2*a_n + 3 * b_s - c_n")
    assert parsed.terms == (("a_n", -2), ("b_s", 3), ("c_n", -1))
    assert parsed.value({"a_n": 10, "b_s": 5, "c_n": 1}) == -2 * 10 + 3 * 5 - 1


@pytest.mark.parametrize("text", ["", "a_n +", "a_n b_n", "a_n ** 2", "__import__", "a_n; b_n"])
def test_text_that_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="Formula"):
        parse_linear(text)


def test_a_scale_is_an_exact_fraction() -> None:
    assert Fraction(1, 3600) == parse_scale("1/3600")


def test_pages_and_roles_begin_with_known_kpis() -> None:
    assert PAGES["manager"].kpi_ids[0] == "service_level"
    assert PAGES["desk"].kpi_ids[:2] == ("net_staffing", "actual_vs_scheduled")
    shown = {i for ids in DEFAULTS.values() for i in ids}
    assert len(shown) == 38


def test_each_role_sees_its_kpis_and_no_others() -> None:
    counts = {role: len(visible_kpis(role)) for role in Role}
    assert {role.value: n for role, n in counts.items()} == {
        "agent": 46,
        "supervisor": 153,
        "manager": 245,
        "control_desk": 137,
        "admin": 0,
    }
    require_visible(["adherence", "occupancy"], Role.AGENT)
    with pytest.raises(PermissionDenied, match="Cost per contact is not shown to the role Agent"):
        require_visible(["adherence", "cost_per_contact"], Role.AGENT)


def test_a_queue_kpi_by_agent_is_refused_with_the_reason() -> None:
    with pytest.raises(ForbiddenDrill) as caught:
        check_drill(CATALOGUE["service_level"], ("day", "agent"))
    assert str(caught.value) == (
        "Service level (default: short abandons excluded) cannot be broken down by agent: "
        "a contact that waits or hangs up has no agent. Possible: site, queue, channel, "
        "contact_type, group, day, week, month, weekday, slot, q."
    )


def test_idle_time_has_no_queue_and_handle_time_has_both() -> None:
    assert "queue" not in drills_of(CATALOGUE["occupancy"])
    assert {"queue", "agent"} <= set(drills_of(CATALOGUE["average_handle_time"]))


@pytest.mark.parametrize(
    ("kpi_id", "value", "text"),
    [
        ("adherence", 94.65, "94.7 %"),
        ("average_handle_time", 302.4, "302 s"),
        ("contacts_offered", 98899, "98,899"),
        ("contacts_per_hour", 10.44, "10.4 /h"),
        ("net_staffing", -5.0, "−5.0 agents"),
        ("forecast_bias", -0.04, "0.0 %"),
        ("cost_per_contact", 7, "7.00"),
        ("adherence", None, "n/a"),
    ],
)
def test_a_value_is_written_with_the_decimals_of_its_unit(
    kpi_id: str, value: float | None, text: str
) -> None:
    assert text == format_value(CATALOGUE[kpi_id], value)


def test_a_decimal_is_added_where_rounding_would_contradict_the_colour() -> None:
    kpi = CATALOGUE["adherence"]
    assert format_value(kpi, 91.96, kpi.bands) == "91.96 %"
    assert format_value(kpi, 91.94, kpi.bands) == "91.9 %"
    assert format_value(kpi, 91.999, kpi.bands) == "91.999 %"


def test_a_gap_is_signed_and_in_points_for_percentages() -> None:
    assert format_gap(CATALOGUE["adherence"], -0.3) == "−0.3 pp"
    assert format_gap(CATALOGUE["average_handle_time"], 66.2) == "+66 s"
    assert format_gap(CATALOGUE["average_handle_time"], 0.1) == "±0 s"


def test_a_target_is_written_as_limit_or_range() -> None:
    texts = [format_target(k, k.bands) for k in map(CATALOGUE.get, ("adherence", "occupancy")) if k]
    assert texts == ["≥ 92.0 %", "75.0 to 85.0 %"]
    asa = CATALOGUE["average_speed_of_answer"]
    assert (format_target(asa, asa.bands), format_goal(asa, asa.bands)) == ("≤ 28 s", "28 s")


@pytest.mark.parametrize(
    ("kpi_id", "above", "below"),
    [
        ("occupancy", "busy time", "busy time + available time"),
        ("aht_forecast_error", "workload forecast ÷ contacts forecast",
         "actual workload ÷ contacts offered"),
        ("channel_share", "contacts offered", "contacts offered of all channels"),
        ("avg_agents_on_queue", "actual on-queue time", "window seconds"),
    ],
)  # fmt: skip
def test_a_definition_tells_in_words_what_is_divided_by_what(
    kpi_id: str, above: str, below: str
) -> None:
    lines = dict(definition_lines(CATALOGUE[kpi_id]))
    assert (lines["Numerator"], lines["Denominator"]) == (above, below)


def test_a_definition_is_told_in_the_language_of_the_reader() -> None:
    with speaking(language_of("de")):
        told = {kpi.id: definition_lines(kpi) for kpi in CATALOGUE.values()}
    assert told["occupancy"][:2] == [
        ("Zähler", "Zeit mit Kontakten"), ("Nenner", "Zeit mit Kontakten + freie Zeit"),
    ]  # fmt: skip
    assert told["longest_wait"][0] == ("Messgröße", "längste Wartezeit")
