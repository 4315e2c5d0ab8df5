"""DEMO-4, DEMO-10, DEMO-11: the stories are in the event files, their rivals are refuted there.

The small centre has too few people and contacts for the stated tolerances of S2 and S3; it is
held to wider ones. `--story-size medium --story-seed 8` holds the full centre to the stated ones.
"""

from datetime import date

import polars as pl
import pytest
from story_files import EventFiles
from story_presence import Presence, presences
from story_proofs import by_type, late_blocks, peers_hit_rate, planned_per_hour, team_work

from wfm.simulator.stories.arithmetic import campaign_aht_s, mix_numbers
from wfm.simulator.stories.script import Script, read_script
from wfm.simulator.stories.split import scaled


@pytest.fixture(scope="module")
def script(size: str) -> Script:
    return read_script(size)


@pytest.fixture(scope="module")
def weeks(files: EventFiles) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Handled contacts by type and tenure before the campaign and in it."""
    site = files.history.centre.roles.campaign_site
    return by_type(files, site, 14, 8), by_type(files, site, 7, 1)


@pytest.fixture(scope="module")
def team(files: EventFiles, script: Script) -> pl.DataFrame:
    return team_work(files, files.history.centre.roles.hire_team, script.hires.days)


@pytest.fixture(scope="module")
def short_site(files: EventFiles) -> list[Presence]:
    return presences(files, files.history.centre.roles.short_site)


def test_s1_twenty_of_22_lunches_end_late_and_all_other_loss_is_as_stated(
    files: EventFiles, script: Script
) -> None:
    lunch, agent = script.lunch, files.history.centre.roles.late_agent
    blocks = late_blocks(files, agent, lunch.shifts)[: lunch.blocks]
    assert len(blocks) == lunch.blocks
    for block in blocks:
        assert len(block.hits) == 20
        assert all(240 <= seconds <= 300 for seconds in block.hits)
        assert sum(block.hits) / 20 == 270
        assert block.other_loss_s / 60 == pytest.approx(464.64, abs=0.1)
        assert block.other_late_s == 22 * 60
        assert sum(seconds > 60 for seconds in block.overrun_s) == 2
        assert round(100 * (1 - block.out_s / block.base_s), 1) == 94.7


def test_s1_the_agents_line_has_no_amber_beside_it(files: EventFiles, script: Script) -> None:
    targets = pl.read_csv(files.folder / "targets.csv", infer_schema=False)
    agent = files.history.centre.roles.late_agent
    own = targets.filter((pl.col("kpi_id") == "adherence") & (pl.col("level") == "agent"))
    assert own.height == 8
    row = own.filter(pl.col("key") == agent).row(0, named=True)
    assert (float(row["value_lo"]), float(row["amber_width"])) == (script.lunch.target_pct, 0)


def test_s1_rival_the_agent_is_no_late_starter_and_colleagues_come_back_in_time(
    files: EventFiles, script: Script
) -> None:
    agent = files.history.centre.roles.late_agent
    for block in late_blocks(files, agent, script.lunch.shifts):
        assert (block.late_starts_n, block.early_ends_n) <= (1, 1)
    low, high = script.lunch.expected["peer_hit_rate"]
    assert low <= peers_hit_rate(files, agent) <= high


def test_s2_the_team_is_seven_per_cent_short_and_each_veteran_above_plan(
    files: EventFiles, team: pl.DataFrame, script: Script, size: str
) -> None:
    plan = planned_per_hour(files, files.history.centre.roles.hire_team)
    gap = 3600 * team["n"].sum() / team["queue_s"].sum() / plan - 1
    assert plan == 10.2
    if size == "small":
        assert gap == pytest.approx(-0.07, abs=0.006)
        assert team["rate"][:6].min() > 1.2 * team["rate"][6:].max()
    else:
        assert gap == pytest.approx(-0.07, abs=0.001)
        assert (team["rate"][:6] / plan - 1).min() >= 0.01


def test_s2_rival_slow_talk_is_none_for_all_of_it_is_after_contact_work(
    team: pl.DataFrame, script: Script
) -> None:
    old, new = team[:6], team[6:]
    today = date(2026, 11, 24)
    assert {(today - hired).days for hired in new["hire_on"]} == {25, 35}
    for column in ("talk", "hold"):
        whole = (team[column] * team["n"]).sum() / team["n"].sum()
        for seconds in new[column]:
            assert seconds == pytest.approx(whole, rel=script.hires.expected["same_within"])
    low, high = script.hires.expected["acw_times"]
    slack = 0.5 if script.size == "small" else 0.0
    veterans = (old["acw"] * old["n"]).sum() / old["n"].sum()
    assert all(low <= seconds / veterans <= high + slack for seconds in new["acw"])


def test_s3_contacts_and_handle_times_by_type_are_as_stated(
    weeks: tuple[pl.DataFrame, pl.DataFrame], script: Script, size: str
) -> None:
    campaign, near = script.campaign, 0.06 if size == "small" else 0.005
    stated = (
        (campaign.base_n, campaign.base_aht_s),
        (campaign.campaign_n, campaign_aht_s(campaign)),
    )
    for found, (n, aht) in zip(weeks, stated, strict=True):
        for kind, count in scaled(n, campaign.scale).items():
            rows = found.filter(pl.col("contact_type") == kind)
            assert rows["n"].sum() == pytest.approx(count, rel=0.1 if size == "small" else near)
            assert rows["handle"].sum() / rows["n"].sum() == pytest.approx(aht[kind], rel=near)


def test_s3_novices_take_three_offers_in_four_of_the_campaign_and_none_before(
    weeks: tuple[pl.DataFrame, pl.DataFrame], size: str
) -> None:
    before, during = (_novice_share(week) for week in weeks)
    assert before <= 0.005
    assert during == pytest.approx(0.75, abs=0.02 if size == "small" else 0.01)


def test_s3_planners_expected_the_weeks_before_and_not_the_campaign(
    files: EventFiles, weeks: tuple[pl.DataFrame, pl.DataFrame], size: str
) -> None:
    site, near = files.history.centre.roles.campaign_site, 0.15 if size == "small" else 0.06
    told = pl.concat(
        pl.read_csv(path, try_parse_dates=True) for path in files.folder.glob("forecast*.csv")
    ).with_columns(
        at=pl.col("interval_start").dt.epoch("s"),
        kind=pl.col("queue_id").str.replace(f"{site}-", ""),
    )
    for found, span, times in zip(weeks, ((14, 8), (7, 1)), (1, 4), strict=True):
        begins, ends = files.days(site, *span)
        rows = told.filter(pl.col("at").is_between(begins, ends - 1))
        for kind, more in (("billing", 1), ("support", 1), ("tv_offer", times)):
            expected = rows.filter(kind=kind)["contacts"].sum()
            assert _n(found, kind) == pytest.approx(more * expected, rel=near)


def test_s3_rivals_more_volume_explains_29_seconds_and_novices_are_not_slow_elsewhere(
    weeks: tuple[pl.DataFrame, pl.DataFrame], script: Script, size: str
) -> None:
    base, during = weeks
    near = 0.08 if size == "small" else script.campaign.expected["elsewhere_within"]
    for kind in ("billing", "support"):
        old, new = (_aht(base, kind, novice) for novice in (False, True))
        assert new == pytest.approx(old, rel=near)
    kinds = ("billing", "support", "tv_offer")
    n0, n1 = ({k: _n(week, k) for k in kinds} for week in weeks)
    v0, v1 = ({k: _aht(week, k) for k in kinds} for week in weeks)
    parts = mix_numbers(n0, v0, n1, v1)
    experts = {**v1, "tv_offer": _aht(during, "tv_offer", False)}
    volume = sum(n1[k] * experts[k] for k in kinds) / sum(n1.values()) - parts.before
    wide = 8.0 if size == "small" else 1.5
    assert volume == pytest.approx(29.08, abs=wide)
    assert parts.after - parts.before == pytest.approx(66.0, abs=wide)
    assert parts.by_type["tv_offer"] == pytest.approx(56.24, abs=wide)


def test_s4_in_each_quarter_hour_so_many_are_required_planned_and_there(
    short_site: list[Presence], script: Script
) -> None:
    missing = script.missing
    assert len(short_site) == 20
    gap = missing.training + missing.sick if missing.sick >= 1 else 1
    for quarter in short_site:
        assert quarter.required == pytest.approx(missing.required, abs=0.01)
        assert quarter.baseline == missing.baseline
        assert quarter.actual == pytest.approx(missing.baseline - gap, abs=0.5)


def test_s4_rivals_sickness_is_a_fifth_of_it_and_the_plan_was_above_what_is_required(
    short_site: list[Presence], script: Script
) -> None:
    training = sum(quarter.training for quarter in short_site)
    sick = sum(quarter.sick for quarter in short_site)
    assert training / (training + sick) == pytest.approx(0.8, abs=1e-9)
    assert sum(q.baseline for q in short_site) > sum(q.required for q in short_site)
    if script.missing.sick >= 1:
        assert {(q.training, q.sick) for q in short_site} == {
            (script.missing.training, script.missing.sick)
        }


def test_s4_people_lapse_on_that_day_too(files: EventFiles) -> None:
    """Where nobody left the queue unplanned or came late, a first look would find adherence 100."""
    site, own = files.history.centre.roles.short_site, files.history.centre.roles.late_agent
    ids = files.teams().filter(pl.col("site_id") == site)["agent_id"].to_list()
    since = files.midnight(site, files.today(site))
    away = files.table("agent_states").filter(
        pl.col("agent_id").is_in(ids) & (pl.col("agent_id") != own) & (pl.col("start_at") >= since),
        pl.col("reason").is_in(["personal", "system", "task"]),
    )
    assert away["agent_id"].n_unique() >= 3


def test_s4_the_other_sites_lack_one_in_a_hundred(files: EventFiles, script: Script) -> None:
    """One agent of 105 throughout; of ten, one in two quarter-hours of twenty."""
    missing, told = script.missing, files.history.centre.roles.short_site
    away_n = round(20 * min(missing.elsewhere_missing, 1))
    for site in (s.site_id for s in files.history.centre.sites if s.site_id != told):
        end = files.midnight(site, files.today(site)) + 15 * 3600
        for quarter in presences(files, site):
            lacks = away_n == 20 or quarter.at >= end - away_n * 900
            assert quarter.required == pytest.approx(missing.required, abs=0.01)
            assert quarter.baseline == missing.baseline
            assert quarter.actual == pytest.approx(missing.baseline - lacks, abs=0.8)


def test_identities_hold_on_every_contact(files: EventFiles) -> None:
    calls = files.table("calls").filter(pl.col("channel") == "voice")
    answered = calls.filter(pl.col("outcome") == "answered")
    handle = pl.col("talk_s") + pl.col("hold_s") + pl.col("acw_s")
    assert set(calls["outcome"].unique()) == {"answered", "abandoned"}
    assert answered.filter(pl.col("wrap_ended_at") - pl.col("connected_at") != handle).height == 0
    assert answered.filter(pl.col("connected_at") < pl.col("enqueued_at")).height == 0
    assert calls.filter(pl.col("outcome") == "abandoned")["agent_id"].drop_nulls().len() == 0
    overlaps = answered.sort("agent_id", "connected_at").filter(
        pl.col("connected_at") < pl.col("wrap_ended_at").shift(1).over("agent_id")
    )
    assert overlaps.height == 0
    assert answered.join(files.teams(), on="agent_id", how="anti").height == 0


def test_states_tell_the_same_talk_as_contacts_do(files: EventFiles) -> None:
    told = files.table("agent_states").filter(
        ~pl.col("contact_id").fill_null("").str.contains("-chat-|-email-")
    )
    ended = told.sort("agent_id", "start_at").with_columns(
        seconds=pl.col("start_at").shift(-1).over("agent_id") - pl.col("start_at")
    )
    by_state = (
        ended.filter(pl.col("state").is_in(["talk", "hold", "acw"]))
        .group_by("contact_id", "agent_id", "state")
        .agg(pl.col("seconds").sum())
    )
    calls = files.table("calls").filter(
        (pl.col("channel") == "voice") & (pl.col("outcome") == "answered")
    )
    for state in ("talk", "hold", "acw"):
        wanted = calls.group_by("contact_id", "agent_id").agg(pl.col(f"{state}_s").sum())
        both = wanted.join(
            by_state.filter(pl.col("state") == state), on=["contact_id", "agent_id"], how="left"
        ).with_columns(pl.col("seconds").fill_null(0))
        assert both.filter(pl.col("seconds") != pl.col(f"{state}_s")).height <= 2


def _n(week: pl.DataFrame, kind: str) -> float:
    return float(week.filter(pl.col("contact_type") == kind)["n"].sum())


def _aht(week: pl.DataFrame, kind: str, novice: bool | None = None) -> float:
    rows = week.filter(pl.col("contact_type") == kind)
    if novice is not None:
        rows = rows.filter(pl.col("novice") == novice)
    return float(rows["handle"].sum() / rows["n"].sum())


def _novice_share(week: pl.DataFrame) -> float:
    offers = week.filter(pl.col("contact_type") == "tv_offer")
    return float(offers.filter(pl.col("novice"))["n"].sum() / offers["n"].sum())
