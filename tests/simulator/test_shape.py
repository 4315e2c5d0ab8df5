"""The files of a small centre have the shape that is stated for it: plain counts over the rows."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from wfm.simulator.absence import Sickness
from wfm.simulator.contacts import draw_contacts
from wfm.simulator.demand import day_noise, intraday_shape, spots_on
from wfm.simulator.events import History
from wfm.simulator.events_csv import write_day_schedules, write_span
from wfm.simulator.founding import found_centre
from wfm.simulator.past_csv import past_mondays, write_past_week

END = datetime(2026, 11, 2, 6, tzinfo=UTC)
MONDAY = date(2026, 10, 12)
DAYS = [MONDAY + timedelta(days=n) for n in range(21)]
ZONES = {"dublin": "Europe/Dublin", "kolkata": "Asia/Kolkata", "phoenix": "America/Phoenix",
         "new_york": "America/New_York"}  # fmt: skip


@pytest.fixture(scope="module")
def files(history: History, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three weeks, the last with the end of summer time in Dublin, as files of a delivery."""
    folder = tmp_path_factory.mktemp("files")
    end_at = int(END.timestamp())
    write_day_schedules(folder, history.centre, history.roster, DAYS, end_at)
    first_at = int(datetime(2026, 10, 11, 12, tzinfo=UTC).timestamp())
    write_span(folder, history.span(first_at, end_at))
    write_past_week(folder, history.roster, past_mondays(history.centre)[0])
    return folder


@pytest.fixture(scope="module")
def medium() -> History:
    return History(found_centre(11, "medium", date(2026, 11, 24)))


@pytest.fixture(scope="module")
def contacts(files: Path) -> pl.DataFrame:
    """First legs with the local time at which they came."""
    frame = pl.read_csv(files / "calls.csv", try_parse_dates=True).filter(leg_no=1)
    parts = [
        frame.filter(pl.col("queue_id").str.starts_with(site)).with_columns(
            pl.lit(site).alias("site"),
            pl.col("enqueued_at").dt.convert_time_zone(zone).dt.replace_time_zone(None)
            .alias("local"),
        )
        for site, zone in ZONES.items()
    ]  # fmt: skip
    return pl.concat(parts).filter(pl.col("local").dt.date().is_in(DAYS[:20]))


@pytest.fixture(scope="module")
def worked(files: Path) -> pl.DataFrame:
    """Segments of the shifts as they stood in the end, with the seconds of each."""
    frame = pl.read_csv(files / "schedules.csv", try_parse_dates=True).with_columns(
        pl.when(pl.col("schedule_version") == "baseline").then(0)
        .otherwise(pl.col("schedule_version").str.tail(1).cast(pl.Int64, strict=False))
        .alias("version"),
        (pl.col("end_at") - pl.col("start_at")).dt.total_seconds().alias("seconds"),
    )  # fmt: skip
    newest = pl.col("version") == pl.col("version").max().over("agent_id", "shift_date")
    return frame.filter(newest)


def test_mondays_are_busy_and_weekends_quiet(contacts: pl.DataFrame) -> None:
    fresh = contacts.filter(pl.col("channel") != "email", pl.col("local").dt.date() < DAYS[14])
    days = dict(fresh.group_by(pl.col("local").dt.weekday()).len().iter_rows())
    mean = sum(days.values()) / 7
    assert 1.15 <= days[1] / mean <= 1.45
    assert 0.95 <= days[5] / mean <= 1.25
    assert 0.5 <= days[6] / mean <= 0.9
    assert 0.5 <= days[7] / mean <= 0.8


def test_a_day_has_two_peaks_and_a_dip_at_noon(contacts: pl.DataFrame) -> None:
    voice = contacts.filter(pl.col("channel") == "voice", pl.col("site") != "new_york")
    hours = dict(voice.group_by(pl.col("local").dt.hour()).len().iter_rows())
    assert hours[10] > 1.2 * hours[12]
    assert hours[16] > 1.2 * hours[13]
    assert 2.2 <= hours[10] / hours[19] <= 4.0


def test_handle_times_are_those_of_the_contact_types(contacts: pl.DataFrame) -> None:
    done = contacts.filter(outcome="answered").with_columns(
        aht=pl.col("talk_s") + pl.col("hold_s") + pl.col("acw_s")
    )
    by = {
        row["contact_type"]: row
        for row in done.group_by("contact_type").agg(
            pl.col("aht").mean().alias("mean"), pl.col("aht").std().alias("sd"), pl.len()
        ).iter_rows(named=True)
    }  # fmt: skip
    for kind, mean in (("billing", 300), ("support", 420), ("tv_offer", 480)):
        assert 0.93 <= by[kind]["mean"] / mean <= 1.15
        assert 0.8 <= by[kind]["sd"] / by[kind]["mean"] <= 1.15


def test_work_of_300_seconds_is_log_normal_with_a_cv_of_1_and_a_median_of_212(
    medium: History,
) -> None:
    seconds: list[float] = []
    for group in (g for g in medium.centre.groups if g.kind == "voice"):
        drawn = draw_contacts(medium.centre, medium.roster.volume, (), group, date(2026, 11, 17))
        work = zip(drawn.queue, drawn.talk_s, drawn.hold_s, drawn.acw_s, strict=True)
        seconds += [talk + hold + acw for queue, talk, hold, acw in work if queue == 0]
    logs = np.log(seconds)
    assert len(seconds) > 15_000
    assert np.mean(seconds) == pytest.approx(300, rel=0.02)
    assert np.std(seconds) / np.mean(seconds) == pytest.approx(1.0, abs=0.06)
    assert np.median(seconds) == pytest.approx(212.1, rel=0.03)
    assert ((logs - logs.mean()) ** 3).mean() / logs.std() ** 3 == pytest.approx(0, abs=0.35)


def test_agents_differ_by_eight_to_ten_percent_in_handle_time(medium: History) -> None:
    logs = np.log([260 * a.pace + 40 * a.acw_pace for a in medium.centre.agents])
    assert 0.08 <= logs.std() <= 0.10


def test_after_a_television_spot_contacts_fade_by_six_minutes(medium: History) -> None:
    """Of the extra ones 56.5, 91.8 and 99.3 % come inside 5, 15 and 30 minutes."""
    centre, volume = medium.centre, medium.roster.volume
    inside, usual, spots_n = np.zeros(4), np.zeros(4), 0
    for n in range(40):
        day = date(2026, 9, 1) + timedelta(days=n)
        for group in (g for g in centre.groups if g.kind == "voice"):
            site = centre.site[group.site_id]
            spots = spots_on(centre, site, day)
            if not spots:
                continue
            drawn = draw_contacts(centre, volume, (), group, day)
            came = np.array(drawn.enqueued_at[: drawn.fresh_n])
            offers = came[np.array(drawn.queue[: drawn.fresh_n]) == 2]
            noise = day_noise(centre, group.queues[2], day)
            mean = volume.mean(group, day) * group.queues[2].share * noise
            shape = intraday_shape(site, day.weekday()) * mean / 900
            for spot in spots:
                spots_n += 1
                for place, seconds in enumerate((300, 900, 1800, 3600)):
                    since = offers - spot * 900
                    inside[place] += ((since >= 0) & (since < seconds)).sum()
                    usual[place] += sum(
                        shape[spot + q] * min(900, seconds - 900 * q)
                        for q in range(-(-seconds // 900))
                    )
    extra = inside - usual
    assert spots_n > 30
    assert extra[0] / extra[3] == pytest.approx(0.565, abs=0.05)
    assert extra[1] / extra[3] == pytest.approx(0.918, abs=0.05)
    assert extra[2] / extra[3] == pytest.approx(0.993, abs=0.05)


def test_new_agents_take_longer_after_the_contact_than_while_it_lasts(
    history: History, contacts: pl.DataFrame
) -> None:
    hired = pl.DataFrame({
        "agent_id": [a.agent_id for a in history.centre.agents],
        "tenure": [(DAYS[10] - a.hire_on).days for a in history.centre.agents],
    })  # fmt: skip
    done = contacts.filter(outcome="answered", contact_type="billing").join(hired, on="agent_id")
    new, old = done.filter(pl.col("tenure") < 70), done.filter(pl.col("tenure") > 200)
    assert new.height > 200
    assert new["acw_s"].mean() / old["acw_s"].mean() > 1.3  # type: ignore[operator]
    assert new["talk_s"].mean() / old["talk_s"].mean() < 1.2  # type: ignore[operator]


def test_about_a_third_of_the_paid_time_is_shrinkage_and_four_percent_sickness(
    worked: pl.DataFrame,
) -> None:
    paid = worked.filter(pl.col("paid"))
    total = paid["seconds"].sum()
    share = {
        name: seconds / total
        for name, seconds in paid.group_by("activity_code").agg(pl.col("seconds").sum()).iter_rows()
    }
    assert 0.08 <= share["leave"] <= 0.16
    assert 0.02 <= share["sick"] <= 0.075
    assert 0.045 <= share["break"] <= 0.08
    assert 0.03 <= share["training"] + share["coaching"] <= 0.07
    assert 0.015 <= share["meeting"] <= 0.04
    # Unplanned pauses of three to five percent come on top, as states.
    assert 0.23 <= 1 - share["on_queue"] <= 0.36


def test_four_percent_are_sick_for_days_on_end_more_begin_on_mondays_and_teams_together(
    medium: History,
) -> None:
    sickness, first = Sickness(medium.centre), date(2026, 1, 5)
    days = np.array([sickness.on(first + timedelta(days=n)) for n in range(364)])
    begun = days[1:] & ~days[:-1]
    mondays = begun[6::7].mean() / begun[[n for n in range(363) if n % 7 != 6]].mean()
    assert days.mean() == pytest.approx(0.04, abs=0.003)
    assert 1.15 <= mondays <= 1.5
    # A new spell may join the last one, but hardly ever does.
    assert (days[5:] & days[4:-1] & days[3:-2] & days[2:-3] & days[1:-4] & days[:-5]).mean() < 0.002
    teams = days[:, : 8 * (days.shape[1] // 8)].reshape(364, -1, 8).sum(axis=2)
    assert teams.var() > 1.1 * 8 * 0.04 * 0.96


def test_telephone_agents_are_busy_four_fifths_of_their_time_on_the_queue(
    history: History, files: Path
) -> None:
    voice = [a.agent_id for a in history.centre.agents if a.group_id.endswith("voice")]
    spells = (
        pl.read_csv(files / "agent_states.csv", try_parse_dates=True)
        .filter(pl.col("agent_id").is_in(voice))
        .sort("agent_id", "start_at", maintain_order=True)
        .with_columns(end=pl.col("start_at").shift(-1).over("agent_id"))
        .with_columns(s=(pl.col("end") - pl.col("start_at")).dt.total_seconds())
    )
    by = dict(spells.group_by("state").agg(pl.col("s").sum()).iter_rows())
    busy = by["talk"] + by["hold"] + by["acw"]
    # Five at a time wait longer for contacts than the hundred of a medium centre.
    assert 0.50 <= busy / (busy + by["available"] + by["alerting"]) <= 0.88
    aux = dict(spells.filter(state="aux").group_by("reason").agg(pl.col("s").sum()).iter_rows())
    unplanned = sum(aux.get(reason, 0) for reason in ("personal", "system", "task"))
    assert 0.015 <= unplanned / (busy + by["available"] + sum(aux.values())) <= 0.06


def test_a_medium_site_keeps_a_hundred_busy_and_answers_four_in_five_in_time(
    medium: History,
) -> None:
    group = medium.centre.group["dublin-voice"]
    contacts, states = medium.floor_day(group, date(2026, 11, 17))
    spells = states.with_columns(
        s=pl.col("start_at").shift(-1).over("agent_id") - pl.col("start_at")
    )
    by = dict(spells.group_by("state").agg(pl.col("s").sum()).iter_rows())
    busy = by["talk"] + by["hold"] + by["acw"]
    assert 0.74 <= busy / (busy + by["available"] + by["alerting"]) <= 0.88
    waited = contacts["connected_at"] - contacts["enqueued_at"]
    assert 0.72 <= (waited <= 20).sum() / contacts.height <= 0.92
    at_eleven = int(datetime(2026, 11, 17, 11, tzinfo=UTC).timestamp())
    open_then = spells.filter(
        pl.col("start_at") <= at_eleven, pl.col("start_at") + pl.col("s") > at_eleven,
        ~pl.col("state").is_in(["aux", "offline"]),
    )  # fmt: skip
    assert 80 <= open_then.height <= 130


def test_one_start_in_twelve_is_late(files: Path, worked: pl.DataFrame) -> None:
    starts = (
        worked.filter(~pl.col("activity_code").is_in(["sick", "leave"]))
        .group_by("agent_id", "shift_date").agg(pl.col("start_at").min())
        .filter(pl.col("start_at") < END)
    )  # fmt: skip
    states = pl.read_csv(files / "agent_states.csv", try_parse_dates=True)
    before = states.with_columns(last=pl.col("state").shift(1).over("agent_id"))
    signed_in = before.filter((pl.col("last") == "offline") | pl.col("last").is_null())
    lateness = (
        starts.sort("start_at")
        .join_asof(signed_in.sort("start_at").with_columns(at=pl.col("start_at")), on="start_at",
                   by="agent_id", strategy="nearest")
        .with_columns(late=(pl.col("at") - pl.col("start_at")).dt.total_seconds())
        .filter(pl.col("late").abs() < 3600)
    )  # fmt: skip
    assert lateness.height > 800
    assert 0.05 <= (lateness["late"] > 30).mean() <= 0.12
    assert 150 <= lateness.filter(pl.col("late") > 30)["late"].median() <= 360  # type: ignore[operator]


def test_customers_call_again(contacts: pl.DataFrame) -> None:
    counts = contacts.group_by("customer_key").len()["len"]
    assert 0.02 < (counts > 1).mean() < 0.5


def test_a_mail_is_answered_hours_later_and_most_within_a_day(contacts: pl.DataFrame) -> None:
    mail = contacts.filter(channel="email", outcome="answered").with_columns(
        took=(pl.col("ended_at") - pl.col("enqueued_at")).dt.total_hours()
    )
    assert mail.height > 1000
    assert 0.85 < (mail["took"] <= 24).mean() < 0.995


def test_people_are_asked_for_where_contacts_are_forecast(files: Path) -> None:
    forecast = pl.read_csv(files / "forecast.csv", try_parse_dates=True)
    requirement = pl.read_csv(files / "requirement.csv", try_parse_dates=True)
    assert (forecast["p10"] <= forecast["contacts"]).all()
    assert (forecast["contacts"] <= forecast["p90"]).all()
    named = set(requirement["forecast_id"])
    assert named == set(forecast["forecast_id"])
    # Sunday 25 October in Dublin has 25 hours; the site is open 13 of them.
    dublin = requirement.filter(
        forecast_id="plan-dublin-20261025", skill_group="dublin-voice"
    )["interval_start"]  # fmt: skip
    assert len(dublin) == 52
    assert dublin.min() == datetime(2026, 10, 25, 7, tzinfo=UTC)


def test_the_year_before_is_told_in_quarters_of_an_hour(history: History, files: Path) -> None:
    [path] = files.glob("interval_stats-*.csv")
    past = pl.read_csv(path, try_parse_dates=True)
    assert (past["offered_n"] == past["answered_n"] + past["aband_n"]).all()
    assert set(past["queue_id"]) == set(history.centre.queue)
    assert len(past_mondays(history.centre)) == 52
    assert past_mondays(history.centre)[0] + timedelta(days=7) == history.centre.first_on
    mean = past.group_by("queue_id").agg(pl.col("offered_n").sum() / 7)
    volume = history.roster.volume
    for queue, daily in mean.filter(pl.col("queue_id").str.ends_with("billing")).iter_rows():
        expected = volume.weekly(queue.replace("billing", "voice")) * 0.6 / 7
        assert 0.8 < daily / expected < 1.25


def test_the_telephones_of_one_site_fail_for_25_minutes() -> None:
    history = History(found_centre(11, "small", date(2026, 11, 24)))
    centre = history.centre
    group = next(g for g in centre.groups if g.group_id == f"{centre.roles.outage_site}-voice")
    contacts, _ = history.floor_day(group, centre.outage_on)
    zero = int(datetime.combine(centre.outage_on, datetime.min.time(), UTC).timestamp())
    begins, ends = zero + 640 * 60, zero + 665 * 60  # Dublin in winter
    inside = contacts.filter(pl.col("connected_at").is_between(begins + 60, ends - 1))
    assert inside.height == 0
    assert contacts.filter(pl.col("enqueued_at").is_between(begins, ends)).height > 10


def test_one_week_of_a_site_was_never_published_but_worked(tmp_path: Path) -> None:
    history = History(found_centre(11, "small", date(2026, 11, 24)))
    centre, monday = history.centre, history.centre.unpublished_monday
    end_at = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp())
    paths = write_day_schedules(tmp_path, centre, history.roster, [monday], end_at)
    told = pl.read_csv(paths[0])["agent_id"].unique()
    sites = {centre.agents[centre.number[agent]].site_id for agent in told}
    assert sites == {"phoenix", "dublin", "kolkata"}
    assert len(history.roster.worked_on("new_york", monday)) > 5
