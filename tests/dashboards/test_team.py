"""The team's page: who is missed comes first, parts sum to the gap, tables equal tiles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from live_centre import Answered

from dashboards.day_rows import actual_kind, lasted, planned_kind, row_of, state_word
from dashboards.pages.team_board import is_habit
from dashboards.pages.team_data import Member, read_team
from dashboards.pages.team_words import spare_figure, spare_words, stopwatch
from dashboards.parts.table import Line, Sheet
from dashboards.parts.timeline import Bar
from kpis.patterns import MomentLoss
from wfm.domain.activities import Segment
from wfm.domain.organisation import Organisation, Person, Queue
from wfm.domain.scope import Scope
from wfm.queries.spare import Covers, Spare, spare_of
from wfm.queries.timeline import (
    ActualSpell,
    AdherenceException,
    AgentNow,
    AgentTimeline,
)

NINE = 1_793_264_400  # 2026-10-29 09:00 in Dublin
NOON = NINE + 3 * 3600
SHIFT = (Segment(NINE, NOON, "on_queue"), Segment(NOON, NOON + 1800, "meal"),
         Segment(NOON + 1800, NOON + 14_400, "on_queue"))  # fmt: skip


def now_is(
    adherence: str, impact: str = "neutral", *, group: str = "on_queue", state: str = "talk",
    since: int = NOON - 430, activity: str | None = "on_queue",
) -> AgentNow:  # fmt: skip
    return AgentNow(state, "", group, since, activity, adherence, since, impact)


def member(name: str, now: AgentNow | None, planned: tuple[Segment, ...] = SHIFT) -> Member:
    day = AgentTimeline(name, name, "d1", "dublin", "Europe/Dublin", planned, planned, (), (), now)
    return Member(name, name, Scope("dublin", "d1", name), 640, {}, day, NOON)


RUIZ = member("Ruiz", now_is("out", "negative", group="break", state="aux"))
OSEI = member("Osei", now_is("out", "negative", group="break", state="aux", since=NOON - 60))
MEETS = member("Iyer", now_is("out", group="meeting", state="aux", since=NOON - 900,
                              activity="break"))  # fmt: skip
LOST = member("Novak", now_is("unknown", "unknown", group="unknown", state="unknown"))
WORKS = member("Tan", now_is("in"))
LATER = member("Brandt", now_is("unscheduled", group="logged_out", state="offline", activity=None),
               (Segment(NOON + 3600, NOON + 7200, "on_queue"),))  # fmt: skip
SICK = member("Moreau", now_is("ignored", group="logged_out", state="offline", activity="sick"))
OFF = member("Haddad", None, ())


def test_who_is_missed_longest_comes_first_and_who_is_off_comes_last() -> None:
    mixed = [OFF, SICK, WORKS, LATER, MEETS, OSEI, LOST, RUIZ]
    names = [m.name for m in sorted(mixed, key=lambda m: m.urgency)]
    assert names == ["Ruiz", "Osei", "Iyer", "Novak", "Tan", "Brandt", "Moreau", "Haddad"]


def test_impact_is_one_agent_only_when_the_queue_misses_or_gains_one() -> None:
    helps = member("Farouk", now_is("unscheduled", "positive", activity=None))
    impacts = [m.impact for m in (RUIZ, MEETS, WORKS, helps, SICK, LATER, OFF)]
    assert impacts == [-1.0, 0.0, 0.0, 1.0, None, None, None]
    assert [m.out_s for m in (RUIZ, OSEI, MEETS, WORKS)] == [430, 60, 900, None]


def test_impact_is_told_in_agents_that_the_tightest_queue_can_spare() -> None:
    """Out for 430 s of a quarter-hour with 3.0 on hand: back, 1.5 more than the 2 required."""
    queues = tuple(
        Queue(f"{name}-1", name, "voice", name, 20, 5, None, "", "UTC", "dublin")
        for name in ("billing", "support")
    )
    known = Organisation((), (), queues)
    covers = {"billing": Covers("billing", 3.0, 2.0, NOON), "support": Covers("support", 5.0, 2.0,
              NOON)}  # fmt: skip

    def told(since: int, *skills: str, at: int = NOON) -> Spare | None:
        person = Person("Ruiz", "Ruiz", "d1", "agent", 0, skills=tuple((s, 80) for s in skills))
        return spare_of(covers, known, person, SHIFT, since, at)

    one = told(NOON - 430, "billing-1", at=NOON - 1)
    assert one == Spare("billing", 1.0, pytest.approx(1.4778, abs=1e-4), NOON)  # type: ignore[arg-type]
    assert one.short == 0.0
    both = told(NOON - 1800, "billing-1", "support-1", at=NOON + 1900)
    assert both == Spare("billing", 0.5, 1.5, NOON + 14_400)
    covers["billing"] = Covers("billing", 0.5, 2.0, NOON)
    tight = told(NOON - 1800, "billing-1", at=NOON + 1900)
    assert tight is not None
    assert (tight.spare, tight.short) == (-0.5, 1.5)
    assert told(NOON, "chat-1") is None
    assert told(NOON, "billing-1", at=NOON + 90_000) is None
    spared, missed = (replace(RUIZ, spare=found) for found in (both, tight))
    assert sorted([spared, OSEI, missed], key=lambda m: m.urgency)[:2] == [missed, OSEI]


@pytest.mark.parametrize(
    ("seconds", "board", "words"),
    [(430, "07:10", "7 min 10 s"), (48, "00:48", "48 s"), (3905, "1:05:05", "1 h 05 min")],
)
def test_lengths_of_time_are_read_at_a_glance(seconds: int, board: str, words: str) -> None:
    assert (stopwatch(seconds), lasted(seconds)) == (board, words)


def test_a_day_is_drawn_in_letters_and_only_what_counts_is_outlined() -> None:
    spells = (
        ActualSpell(NINE, NINE + 300, "talk", "", "on_queue"),
        ActualSpell(NINE + 300, NINE + 360, "hold", "", "on_queue"),
        ActualSpell(NINE + 360, NINE + 400, "acw", "", "on_queue"),
        ActualSpell(NINE + 400, NINE + 800, "aux", "break", "break"),
    )
    counts = AdherenceException(NINE + 400, NINE + 700, "on_queue", "break", "break", 300, "")
    excused = replace(counts, start_at=NINE + 700, cause="call_overrun")
    day = AgentTimeline("a", "Ada", "d1", "dublin", "Europe/Dublin", SHIFT, SHIFT, spells,
                        (counts, excused), None)  # fmt: skip
    row = row_of(day, {"on_queue": "on_queue", "meal": "meal"})
    assert row.actual == (
        Bar(NINE, NINE + 360, "C"), Bar(NINE + 360, NINE + 400, "W"),
        Bar(NINE + 400, NINE + 800, "b"),
    )  # fmt: skip
    assert [bar.kind for bar in row.plan] == ["C", "M", "C"]
    assert [mark.sentence for mark in row.marks] == ["5 min 00 s break, planned contacts"]


def test_states_and_plans_have_a_word_and_a_letter() -> None:
    assert state_word("aux", "other_aux", "task") == "Not ready (task)"
    assert state_word("aux", "break", "break") == "Break"
    assert (planned_kind("training"), planned_kind("sick")) == ("T", "-")
    assert (actual_kind("available", "on_queue"), actual_kind("alerting", "on_queue")) == ("A", "C")


@pytest.mark.parametrize(
    ("moment", "hit", "of", "habit"),
    [("after lunch", 20, 22, True), ("after lunch", 1, 1, False), ("at the end", 2, 5, False),
     ("in between", 5, 5, False)],
)  # fmt: skip
def test_a_habit_is_a_boundary_missed_on_half_of_the_shifts(
    moment: str, hit: int, of: int, habit: bool
) -> None:
    assert is_habit(MomentLoss(moment, 5400, hit, of)) is habit


def column(sheet: Sheet, key: str, line: Line) -> object:
    return line.cells[[c.key for c in sheet.columns].index(key)].raw


@pytest.mark.parametrize("query", ["", "kpi=average_handle_time", "kpi=adherence"])
def test_what_each_agent_adds_sums_to_the_gap_of_the_team(answered: Answered, query: str) -> None:
    _, view = answered(f"/team?{query}")
    gap = next(sheet for sheet in view.sheets if sheet.key == "gap")
    *lines, total = gap.lines
    parts = [column(gap, "adds", line) for line in lines]
    assert total.kind == "total"
    assert sum(p for p in parts if isinstance(p, float)) == pytest.approx(
        column(gap, "adds", total), abs=0.05
    )
    at = [c.key for c in gap.columns].index("adds")
    shown = [float(line.cells[at].text.strip("±+").replace("−", "-")) for line in gap.lines]
    assert sum(shown[:-1]) == pytest.approx(shown[-1], abs=1e-6)


@pytest.mark.parametrize("query", ["", "grain=week"])
def test_the_table_view_has_the_numbers_of_the_tiles(answered: Answered, query: str) -> None:
    _, view = answered(f"/team?{query}")
    figures = next(sheet for sheet in view.sheets if sheet.key == "figures")
    assert [line.cells[1].text for line in figures.lines] == [tile.value for tile in view.tiles]
    assert len(view.tiles) == 6
    assert [sheet.key for sheet in view.sheets][:2] == ["board", "figures"]


def test_what_a_queue_can_spare_is_said_beside_the_time_out(answered: Answered) -> None:
    team = read_team(answered("/team")[0])
    told = [replace(RUIZ, spare=Spare("billing", share, spare, NOON))
            for share, spare in ((1.0, 2.4), (1.0, -0.6), (0.5, 2.4))]  # fmt: skip
    assert [spare_words(team, member) for member in told] == [
        "−1 of 2.4 spare on billing until 12:00", "billing is 1.6 short until 12:00",
        "−0.5 of 2.4 spare on billing until 12:00",
    ]  # fmt: skip
    assert [spare_figure(member) for member in told] == ["of 2.4", "1.6 short", ""]
    assert (spare_words(team, RUIZ), spare_figure(RUIZ)) == ("", "")


def test_agents_at_work_stand_above_those_who_are_not(answered: Answered) -> None:
    ask, _ = answered("/team")
    team = read_team(ask)
    assert [m.at_work for m in team.members] == [True] * 3 + [False] * 5
    assert team.members[-1].name == "Yusuf Saruto"


def test_exceptions_are_joined_where_they_touch_and_come_longest_first(answered: Answered) -> None:
    ask, view = answered("/team")
    spells = read_team(ask).spells
    assert [s.seconds for s in spells] == sorted((s.seconds for s in spells), reverse=True)
    ends = {(s.agent_id, s.end_at) for s in spells}
    assert not ends & {(s.agent_id, s.start_at) for s in spells}
    assert {s.cause for s in spells} == {""}
    sheet = next(sheet for sheet in view.sheets if sheet.key == "exceptions")
    assert [column(sheet, "seconds", line) for line in sheet.lines] == [s.seconds for s in spells]


def test_a_past_week_has_history_and_moments_and_no_clock(answered: Answered) -> None:
    ask, view = answered("/team?grain=week&day=2026-10-28")
    board, lost = view.sheets[0], next(s for s in view.sheets if s.key == "moments")
    assert ask.period.first == date(2026, 10, 26)
    assert "state" not in [c.key for c in board.columns]
    assert [c.key for c in board.columns][:2] == ["name", "out_of_adherence_time"]
    names = [line.cells[0].text for line in board.lines]
    assert [line.cells[0].text for line in lost.lines if line.kind != "total"] == names
    *lines, total = lost.lines
    minutes = [column(lost, "sum", line) for line in lines]
    assert sum(m for m in minutes if isinstance(m, float)) == pytest.approx(
        column(lost, "sum", total)
    )


def test_a_row_leads_to_the_day_of_that_agent(answered: Answered) -> None:
    _, view = answered("/team?grain=week")
    links = [line.cells[0].href for line in view.sheets[0].lines]
    assert "/me?scope=dublin/T-06/A-0189&grain=week" in links
    assert all(link.startswith("/me?scope=dublin/T-06/") for link in links)


def test_the_sorted_board_and_the_day_beside_it_keep_one_order(answered: Answered) -> None:
    _, view = answered("/team?sort=adherence")
    board = view.sheets[0]
    names = [line.cells[0].text for line in board.lines]
    beside = view.body[1].children[1].children[0].children
    assert [item.children[0].children for item in beside] == names
    known = [v for line in board.lines if isinstance(v := column(board, "adherence", line), float)]
    assert known == sorted(known)


def test_the_sentence_names_a_cause_in_the_period_asked(answered: Answered) -> None:
    _, view = answered("/team?kpi=average_handle_time&grain=week")
    assert view.answer.lead.startswith("Handle time ")
    assert view.answer.acts == () or view.answer.acts[0].href.startswith("/me?scope=dublin/")
