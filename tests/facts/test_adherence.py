"""Adherence judged second by second: published examples, and the laws that always hold."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from wfm.cli.adherence import register
from wfm.domain.errors import BadInput
from wfm.facts.evaluate import evaluate_case

CASES = json.loads((Path(__file__).parent / "data/adherence_segments.json").read_text())
DAY = [["08:00", "12:00", "on_queue"], ["12:00", "12:30", "meal"], ["12:30", "16:00", "on_queue"]]


def judged(schedule: list[Any], actual: list[Any], **options: Any) -> dict[str, Any]:
    return evaluate_case({"id": "case", "schedule": schedule, "actual": actual, "options": options})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_published_example_gives_its_published_figures(case: dict[str, Any]) -> None:
    result = evaluate_case(case)
    assert case["expect"] == {name: result[name] for name in case["expect"]}


def test_the_command_gives_one_json_list_with_an_entry_for_each_case(tmp_path: Path) -> None:

    commands = typer.Typer()
    register(commands)
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(CASES))
    ran = CliRunner().invoke(commands, ["adherence", "evaluate", str(file), "--json"])
    assert [c["id"] for c in CASES] == [r["id"] for r in json.loads(ran.stdout)]


def test_ten_late_and_ten_after_cost_both_sides_when_outside_counts() -> None:
    a1 = judged([["09:00", "10:00", "on_queue"]], [["09:10", "10:10", "on_queue"]])
    assert (
        a1["adherence"], a1["adherence_penalised"], a1["conformance"],
    ) == (83.33, 71.43, 100.0)  # fmt: skip


def test_a_neutral_activity_leaves_the_base() -> None:
    a3 = judged(
        [["08:00", "12:00", "on_queue"], ["12:00", "14:00", "project"]],
        [["08:00", "11:00", "on_queue"], ["11:00", "12:00", "break"],
         ["12:00", "14:00", "project"]],
        neutral=["project"],
    )  # fmt: skip
    assert (a3["adherence"], a3["adh_neutral_s"]) == (75.0, 7200)


def test_a_break_taken_half_an_hour_late_is_out_twice() -> None:
    a6 = judged(
        [["10:00", "12:00", "on_queue"], ["12:00", "12:15", "break"],
         ["12:15", "14:00", "on_queue"]],
        [["10:00", "12:30", "on_queue"], ["12:30", "12:45", "break"],
         ["12:45", "14:00", "on_queue"]],
    )  # fmt: skip
    assert (a6["adherence"], a6["adh_out_s"], a6["adh_exc_n"]) == (87.5, 1800, 2)


@pytest.mark.parametrize(
    ("equivalence", "adherence", "spells"),
    [("all_non_productive", 91.67, 1), ("breaks_only", 58.33, 2), ("none", 58.33, 2)],
)
def test_what_counts_as_the_same_activity_is_an_option(
    equivalence: str, adherence: float, spells: int
) -> None:
    a7 = judged(
        [["09:00", "10:30", "on_queue"], ["10:30", "11:00", "break"],
         ["11:00", "12:00", "meeting"]],
        [["09:00", "10:45", "on_queue"], ["10:45", "12:00", "break"]],
        equivalence=equivalence,
    )  # fmt: skip
    assert (adherence, spells) == (a7["adherence"], a7["adh_exc_n"])


SPELLS_OF_FOUR_AND_SEVEN = (
    [["09:00", "11:00", "on_queue"]],
    [["09:04", "10:00", "on_queue"], ["10:00", "10:07", "break"], ["10:07", "11:00", "on_queue"]],
)


def test_grace_forgives_a_whole_short_spell_and_none_of_a_long_one() -> None:
    a8 = judged(*SPELLS_OF_FOUR_AND_SEVEN, grace_s=300)
    assert (a8["adherence"], a8["adh_out_s"], a8["adh_exc_n"]) == (94.17, 420, 1)


def test_grace_in_excess_mode_takes_only_what_lies_above_it() -> None:
    a8 = judged(*SPELLS_OF_FOUR_AND_SEVEN, grace_s=300, count_mode="excess")
    assert (a8["adherence"], a8["adh_out_s"]) == (98.33, 120)


def test_a_spell_exactly_as_long_as_the_grace_is_forgiven() -> None:
    a9 = judged([["09:00", "11:00", "on_queue"]], [["09:05", "11:00", "on_queue"]], grace_s=300)
    assert (a9["adherence"], a9["adh_exc_n"]) == (100.0, 0)


def test_an_approved_exception_leaves_the_base_and_the_gross_figure_stays() -> None:
    schedule, actual = SPELLS_OF_FOUR_AND_SEVEN
    a10 = evaluate_case(
        {"id": "A10", "schedule": schedule, "actual": actual, "options": {"grace_s": 300},
         "exceptions": [["10:00", "10:04", "system slow"]]}
    )  # fmt: skip
    assert tuple(
        a10[n] for n in ("adh_in_s", "adh_neutral_s", "adh_out_s", "adherence", "adherence_gross")
    ) == (6780, 240, 180, 97.41, 94.17)


def overrun(back: str, **options: Any) -> dict[str, Any]:
    return judged(
        [["08:00", "10:00", "on_queue"], ["10:00", "10:15", "break"],
         ["10:15", "16:00", "on_queue"]],
        [["08:00", "09:50", "available"], ["09:50", "10:07", "talk"], ["10:07", back, "break"],
         [back, "16:00", "available"]],
        equivalence="breaks_only", **options,
    )  # fmt: skip


def test_a_call_over_the_break_costs_nothing_when_the_break_is_taken_right_after() -> None:
    off, on = overrun("10:22"), overrun("10:22", call_overrun=True)
    assert (off["adh_out_s"], off["adherence"]) == (840, 97.08)
    assert (on["adh_neutral_s"], on["adherence"], on["adherence_gross"]) == (840, 100.0, 97.08)


def test_more_break_than_was_owed_after_a_call_is_out() -> None:
    off, on = overrun("10:25"), overrun("10:25", call_overrun=True)
    assert (off["adh_out_s"], off["adherence"]) == (1020, 96.46)
    assert (on["adh_out_s"], on["adherence"]) == (180, 99.36)


def test_wrap_up_beyond_the_cap_is_not_excused() -> None:
    long = judged(
        [["08:00", "10:00", "on_queue"], ["10:00", "10:30", "break"]],
        [["08:00", "09:58", "talk"], ["09:58", "10:10", "acw"], ["10:10", "10:30", "break"]],
        equivalence="breaks_only", call_overrun=True,
    )  # fmt: skip
    assert (long["adh_excused_s"], long["adh_out_s"]) == (180, 420)


def test_of_two_chats_over_the_break_the_one_that_ends_last_excuses_it() -> None:
    """The second chat's wrap-up outlasts the first, whose talk covers its beginning for 6 s."""
    chats = judged(
        [["14:00", "14:45", "on_queue"], ["14:45", "15:00", "break"],
         ["15:00", "16:00", "on_queue"]],
        [["14:00", "14:32:59", "available"], ["14:45:59", "14:46:26", "acw", "first"],
         ["14:45:53", "14:46:45", "acw", "second"], ["14:32:59", "14:45:59", "talk", "first"],
         ["14:40:50", "14:45:53", "talk", "second"], ["14:46:45", "15:00:15", "break"],
         ["15:00:15", "16:00", "available"]],
        equivalence="breaks_only", call_overrun=True,
    )  # fmt: skip
    assert (chats["adh_excused_s"], chats["adh_out_s"]) == (105 + 15, 0)


def test_nothing_scheduled_and_no_feed_give_no_figure_rather_than_zero() -> None:
    nothing = judged([], [["09:00", "10:00", "on_queue"]])
    silent = judged([["09:00", "10:00", "on_queue"]], [], feed=False)
    assert (nothing["adherence"], silent["adherence"]) == (None, None)
    assert (silent["adh_unknown_s"], silent["adh_sched_s"]) == (3600, 0)


def test_a_live_feed_without_the_agent_is_a_no_show_at_zero() -> None:
    a19 = judged([["09:00", "10:00", "on_queue"]], [])
    assert (a19["adherence"], a19["noshow_n"]) == (0.0, 1)


def test_signing_out_is_right_in_an_unpaid_meal_and_wrong_in_a_paid_break() -> None:
    meal = judged(DAY, [["08:00", "12:00", "on_queue"], ["12:30", "16:00", "on_queue"]])
    tea = judged([["08:00", "08:15", "break"]], [], equivalence="all_non_productive")
    assert (meal["adherence"], tea["adherence"]) == (100.0, 0.0)


def test_a_broken_case_says_what_is_wrong_and_what_to_write() -> None:
    with pytest.raises(BadInput) as caught:
        judged([["9 o'clock", "10:00", "on_queue"]], [])
    assert "Case 'case' is not understood" in str(caught.value)
    assert "times like 09:00" in str(caught.value)


MINUTES = st.integers(0, 240)
STATES = st.sampled_from(["on_queue", "break", "meal", "training", "meeting", "other_aux"])


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    def spans(kinds: st.SearchStrategy[str]) -> list[Any]:
        edges = sorted(draw(st.lists(MINUTES, min_size=2, max_size=8, unique=True)))
        return [[clock(a), clock(b), draw(kinds)] for a, b in itertools.pairwise(edges)]

    planned = st.sampled_from(["on_queue", "break", "meal", "training"])
    actual = [span for span in spans(STATES) if draw(st.booleans())]
    return spans(planned), actual


def clock(minute: int) -> str:
    return f"{8 + minute // 60:02d}:{minute % 60:02d}"


@settings(max_examples=60, deadline=None)
@given(days(), st.sampled_from(["none", "breaks_only", "all_non_productive"]))
def test_in_out_and_neutral_make_up_what_was_scheduled(
    day: tuple[list[Any], list[Any]], equivalence: str
) -> None:
    result = judged(*day, equivalence=equivalence, call_overrun=True)
    total = sum(minutes(span) for span in day[0]) * 60
    parts = result["adh_in_s"] + result["adh_out_s"] + result["adh_neutral_s"]
    assert (total, total) == (result["adh_sched_s"], parts)


def minutes(span: list[str]) -> int:
    (a, b), (c, d) = (map(int, text.split(":")) for text in span[:2])
    return (c * 60 + d) - (a * 60 + b)


@settings(max_examples=60, deadline=None)
@given(days(), MINUTES)
def test_cutting_a_spell_in_two_equal_parts_changes_nothing(
    day: tuple[list[Any], list[Any]], cut: int
) -> None:
    schedule, actual = day
    assert judged(schedule, actual) == judged(halved(schedule, cut), halved(actual, cut))


def halved(spans: list[Any], cut: int) -> list[Any]:
    at, found = clock(cut), []
    for start, end, name in spans:
        found += [[start, at, name], [at, end, name]] if start < at < end else [[start, end, name]]
    return found


@settings(max_examples=40, deadline=None)
@given(days(), st.integers(0, 1200), st.integers(0, 1200))
def test_more_grace_never_lowers_adherence(
    day: tuple[list[Any], list[Any]], one: int, other: int
) -> None:
    less, more = (judged(*day, grace_s=g)["adh_in_s"] for g in sorted((one, other)))
    assert less <= more


@settings(max_examples=40, deadline=None)
@given(days(), MINUTES, MINUTES)
def test_an_exception_never_lowers_adherence_nor_moves_the_gross_figure(
    day: tuple[list[Any], list[Any]], one: int, other: int
) -> None:
    start, end = sorted((one, other))
    plain = judged(*day)
    excused = evaluate_case(
        {"id": "x", "schedule": day[0], "actual": day[1],
         "exceptions": [[clock(start), clock(end), "approved"]]}
    )  # fmt: skip
    assert (plain["adherence"] or 0) <= (excused["adherence"] or 100)
    assert plain["adherence_gross"] == excused["adherence_gross"]
