"""Stories can be left out one by one or given a dose, and decoys stay what they look like."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from story_files import NOW, EventFiles

from wfm.domain.errors import BadInput
from wfm.simulator.events import History
from wfm.simulator.stories.chosen import ALL, Dose, planted
from wfm.simulator.stories.decoys import few_agent, nine_days_agent
from wfm.simulator.stories.told import told_history

TODAY = date(2026, 11, 24)


def rows(history: History, site: str, first: int, last: int) -> pl.DataFrame:
    """Voice contacts of a site from `first` to `last` days ago."""
    group = history.centre.group[f"{site}-voice"]
    days = [TODAY - timedelta(days=back) for back in range(first, last - 1, -1)]
    return pl.concat([history.floor_day(group, day)[0] for day in days])


def means(found: pl.DataFrame) -> dict[str, tuple[int, float]]:
    """Answered contacts and mean handle seconds by type."""
    answered = found.filter(pl.col("outcome") == "answered").with_columns(
        handle=pl.col("talk_s") + pl.col("hold_s") + pl.col("acw_s")
    )
    return {
        kind: (n, mean)
        for kind, n, mean in answered.group_by("contact_type")
        .agg(pl.len(), pl.col("handle").mean())
        .iter_rows()
    }


def test_a_story_left_out_leaves_the_others() -> None:
    names = [type(i).__name__ for i in planted("small", NOW, without=("S1", "X2"))]
    assert "LateFromLunch" not in names
    assert "EightContacts" not in names
    assert {"SlowWrapUp", "OffersToNovices", "MissingTen", "LateOnNineDays"} <= set(names)
    assert planted("small", NOW, without=ALL) == ()


def test_an_unknown_story_is_told() -> None:
    with pytest.raises(BadInput, match=r"No story is called S9; choose of S1, S2, S3, S4, X1"):
        planted("small", NOW, without=("S9",))


def test_without_any_story_the_centre_is_bent_by_nobody() -> None:
    history = told_history(7, "small", NOW, without=ALL)
    centre = history.centre
    agent = centre.agents[centre.number[centre.roles.late_agent]]
    assert history.influences == ()
    assert agent.contract_id != "eight-hours"
    assert {team.plan_per_hour for team in centre.teams} == {None}


@pytest.mark.parametrize("late_days", [0, 15])
def test_a_dose_of_late_lunches_is_taken_as_stated(late_days: int) -> None:
    history = told_history(7, "small", NOW, without=("S2",), dose=Dose(late_days=late_days))
    centre = history.centre
    group = centre.group["kolkata-voice"]
    late, day, found = 0, TODAY + timedelta(days=1), 0
    while found < 22:
        day -= timedelta(days=1)
        states = history.floor_day(group, day)[1].filter(
            (pl.col("agent_id") == centre.roles.late_agent) & (pl.col("state") != "alerting")
        )
        if states.height:
            found += 1
            zero = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - 19_800
            after = states.filter(pl.col("start_at") >= zero + 870 * 60).sort("start_at")
            late += after["start_at"][0] - zero - 870 * 60 >= 240
    assert late == late_days


def test_a_dose_of_wrap_up_is_not_solved_for() -> None:
    story = next(
        i
        for i in told_history(7, "small", NOW, dose=Dose(hire_acw_s=40)).influences
        if hasattr(i, "acw_s")
    )
    assert dict(story.acw_s)["A-0131"] == dict(story.acw_s)["A-0132"] == 40


@pytest.mark.parametrize("seed", [4, 20])
def test_s4_is_planted_also_where_nobody_is_free_for_a_whole_hour(seed: int) -> None:
    """On these seeds no one of 24 people is on queue from 13:00 to 14:00: two take turns."""
    history = told_history(seed, "small", NOW, without=("S2",))
    plan = history.roster.plan_on(history.centre.roles.short_site, TODAY)
    training = [
        (block.start, block.end)
        for change in plan.changes
        if change.reason == "training"
        for block in change.shift.blocks
        if block.activity == "training"
    ]
    assert sorted(training)[:3] == [(540, 600), (600, 660), (660, 720)]
    assert sum(end - start for start, end in training) == 4 * 60


def test_x1_each_type_gets_faster_and_the_whole_slower(files: EventFiles) -> None:
    before, after = (means(rows(files.history, "dublin", first, first - 6)) for first in (35, 28))
    assert set(before) == set(after) == {"billing", "support"}
    assert all(after[kind][1] < before[kind][1] for kind in before)

    def whole(week: dict[str, tuple[int, float]]) -> float:
        return sum(n * mean for n, mean in week.values()) / sum(n for n, _ in week.values())

    assert whole(after) - whole(before) == pytest.approx(96, abs=12)


def test_x2_an_agent_has_far_fewer_contacts_than_thirty(files: EventFiles) -> None:
    agent = few_agent(files.history.centre).agent_id
    own = rows(files.history, "kolkata", 28, 1).filter(pl.col("agent_id") == agent)
    assert 5 <= own.height <= 10
    assert own["acw_s"].mean() > 50


def test_x11_nine_days_late_after_a_break_and_no_tenth(files: EventFiles) -> None:
    agent = nine_days_agent(files.history.centre).agent_id
    ids = files.table("agent_states").filter(pl.col("agent_id") == agent)
    pauses = ids.sort("start_at").with_columns(end=pl.col("start_at").shift(-1)).filter(
        (pl.col("reason") == "break") & (pl.col("end") - pl.col("start_at") >= 900 + 120)
    )  # fmt: skip
    assert pauses.height == 9
    assert files.history.centre.agents[files.history.centre.number[agent]].hire_on >= date(
        2026, 11, 1
    )


def test_x12_more_and_shorter_contacts_are_the_same_work(files: EventFiles) -> None:
    before, after = (means(rows(files.history, "dublin", first, first - 6)) for first in (56, 49))
    work = [sum(n * mean for n, mean in week.values()) / 3600 for week in (before, after)]
    assert sum(n for n, _ in after.values()) > 1.15 * sum(n for n, _ in before.values())
    assert work[1] / work[0] == pytest.approx(1, abs=0.06)
