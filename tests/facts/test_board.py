"""The live board: newest states beside the plan, and the same verdict as the timeline gives."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from wfm.actions.exceptions import submit
from wfm.domain.adherence import NewException
from wfm.domain.clock import FixedClock, instant_at
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.inputs import register_dimensions
from wfm.queries.board import BoardRow, read_board, storms_of
from wfm.queries.judged_day import Rest
from wfm.queries.timeline import read_timelines
from wfm.store.schema import agent_now

DAY = "2026-03-02"


def state_now(centre: Any, agent: str, state: str, reason: str, since: str) -> None:
    with centre.store.db.write() as connection:
        connection.execute(
            insert(agent_now).values(
                agent_id=agent, state=state, reason=reason, since_at=centre.at(f"{DAY} {since}"),
                received_at=centre.at(f"{DAY} {since}"),
            )
        )  # fmt: skip


@pytest.fixture
def noon(centre: Any) -> Any:
    """Ann at lunch since 12:00 planned to 12:30, Ben available through it, Cat not yet there."""
    with centre.store.db.write() as connection:
        register_dimensions(connection)
    meal = [
        (f"{DAY} 08:00", f"{DAY} 12:00", "on_queue"), (f"{DAY} 12:00", f"{DAY} 12:30", "meal"),
        (f"{DAY} 12:30", f"{DAY} 16:00", "on_queue"),
    ]  # fmt: skip
    for agent in ("ann", "ben"):
        centre.shift(agent, DAY, meal)
    centre.shift("cat", DAY, [(f"{DAY} 13:00", f"{DAY} 17:00", "on_queue")])
    centre.states(
        ("ann", f"{DAY} 08:00", f"{DAY} 12:00", "available"),
        ("ann", f"{DAY} 12:00", "", "aux", "meal"),
        ("ben", f"{DAY} 08:00", "", "available"),
    )
    state_now(centre, "ann", "aux", "meal", "12:00")
    state_now(centre, "ben", "available", "", "08:00")
    return centre


def board(centre: Any, at: str, scope: Scope = ENTERPRISE) -> dict[str, BoardRow]:
    clock = FixedClock(instant_at(centre.at(f"{DAY} {at}")))
    rows = read_board(centre.store, centre.facts(), scope, clock)
    return {row.agent_id: row for row in rows}


def test_the_board_says_what_the_timeline_says(noon: Any) -> None:
    for at in ("11:00", "12:10", "12:40", "13:05"):
        clock = FixedClock(instant_at(noon.at(f"{DAY} {at}")))
        told = {
            line.agent_id: line.now
            for line in read_timelines(noon.store, Scope("dublin"), date.fromisoformat(DAY), clock)
        }
        for agent, row in board(noon, at).items():
            now = told[agent]
            if at == "11:00" and agent == "ann":
                continue  # the newest state is of 12:00: nothing older is kept for a board
            if now is None:
                assert row.activity is None
                continue
            assert (now.adherence, now.impact, now.activity, now.state_group) == (
                row.live, row.impact, row.activity, row.state_group,
            )  # fmt: skip


def test_somebody_late_from_lunch_is_on_top_with_the_seconds_since_it_ended(noon: Any) -> None:
    rows = board(noon, "12:36")
    ann = rows["ann"]
    assert next(iter(rows)) == "ann"
    assert (ann.live, ann.impact, ann.seconds, ann.alarm) == ("out", "negative", 360, "severe")
    assert (ann.activity, ann.next_at) == ("on_queue", noon.at(f"{DAY} 16:00"))


def test_somebody_still_to_come_shows_when_and_what(noon: Any) -> None:
    cat = board(noon, "12:36")["cat"]
    assert (cat.live, cat.activity, cat.next_at, cat.next_activity, cat.alarm) == (
        "unscheduled", None, noon.at(f"{DAY} 13:00"), "on_queue", "",
    )  # fmt: skip


def test_a_no_show_is_out_from_the_start_of_the_shift(noon: Any) -> None:
    cat = board(noon, "13:04")["cat"]
    assert (cat.live, cat.state_group, cat.seconds, cat.alarm) == (
        "out", "logged_out", 240, "warning",
    )  # fmt: skip


def test_what_somebody_explained_rests_the_alarm(noon: Any) -> None:
    new = NewException(
        "ann", noon.at(f"{DAY} 12:30"), noon.at(f"{DAY} 13:00"), "system", "locked out"
    )
    clock = FixedClock(instant_at(noon.at(f"{DAY} 12:35")))
    submit(noon.store, clock, None, new, request_key="k")
    ann = board(noon, "12:36")["ann"]
    assert (ann.live, ann.alarm) == ("explained", "")


def test_a_site_that_drops_out_together_is_one_alert() -> None:
    rows = [row_of(f"a{n}", 600 + n) for n in range(6)] + [row_of("b", 4000)]
    (site,) = storms_of(rows, 10_000)
    assert (site.place, len(site.agents), site.start_at) == ("site:dublin", 6, 9395)
    assert site.percent == pytest.approx(600 / 7)


def row_of(agent: str, seconds: int) -> BoardRow:
    return BoardRow(
        agent, agent, "d1", "dublin", "offline", "", "logged_out", "on_queue", "out", seconds,
        "negative", "severe", None, None, None,
    )  # fmt: skip


def test_the_days_adherence_stands_beside_and_a_team_sees_only_itself(noon: Any) -> None:
    noon.build(f"{DAY} 12:36")
    rows = board(noon, "12:36", Scope("dublin", "d1"))
    assert set(rows) == {"ann", "ben"}
    scheduled = 4 * 3600 + 1800 + 360
    assert rows["ann"].adherence_pct == pytest.approx(100 * (scheduled - 360) / scheduled)
    assert rows["ben"].adherence_pct == pytest.approx(100 * (scheduled - 1800) / scheduled)


def test_a_day_that_takes_long_to_judge_stands_though_something_came_but_no_deed_waits() -> None:
    def judged_from(rest: Rest, at: int, delivery: int, deed: int) -> int:
        return rest.mark(at, (delivery, deed))[2]

    # A delivery each five seconds: what takes 4 s to judge is judged each 12 s.
    asked = [(1000, 7, 3), (1005, 8, 3), (1010, 9, 3), (1012, 9, 3)]
    quick, slow = Rest(took_s=0.2), Rest(took_s=4.0)
    assert [judged_from(quick, *one) for one in asked] == [1000, 1005, 1010, 1010]
    assert [judged_from(slow, *one) for one in asked] == [1000, 1000, 1000, 1012]
    assert judged_from(slow, 1013, 9, 4) == 1013  # somebody did something
    # Without a delivery states only grow: once in 15 s, however quick that is.
    assert [judged_from(quick, at, 9, 3) for at in (1024, 1025)] == [1010, 1025]
