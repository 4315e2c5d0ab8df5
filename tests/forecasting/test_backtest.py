"""Rolling origins, their scores, and the commands that show them."""

import csv
import json
from datetime import date, datetime, timedelta

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from forecasting import metrics
from forecasting.backtest import backtest, rolling_origins
from forecasting.calendar import SpecialDay
from forecasting.events import Event
from forecasting.forecast import ForecastConfig
from wfm.cli import forecast, forecast_files
from wfm.domain.errors import BadInput


@pytest.fixture
def series_file(tmp_path, history):
    path = tmp_path / "series.csv"
    start = datetime.combine(history.first_on, datetime.min.time())
    with path.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["ts", "y"])
        for i, value in enumerate(history.offered.ravel()):
            if not np.isnan(value):
                writer.writerow([start + timedelta(minutes=30 * i), int(value)])
    return path


def run(*arguments):
    app = typer.Typer()
    forecast.register(app)
    return CliRunner().invoke(app, ["forecast", *map(str, arguments)])


def test_errors_have_their_formula():
    actual, mean = np.array([8.0, 12.0, np.nan]), np.array([10.0, 10.0, 5.0])
    assert metrics.wape(actual, mean) == 20.0
    assert metrics.bias(actual, mean) == 0.0
    assert metrics.coverage(actual, mean - 2, mean + 1) == 50.0
    assert metrics.mase(actual, mean, 4.0) == 0.5
    assert metrics.pinball(actual, mean - 3, mean + 3) == pytest.approx(100 * 1.2 / 20)
    assert metrics.wape(np.array([0.0]), np.array([1.0])) is None


@pytest.mark.parametrize(("mean", "floor"), [(1, 73.6), (5, 35.1), (10, 25.0), (50, 11.3)])
def test_counting_noise_alone_leaves_this_error(mean, floor):
    assert metrics.poisson_floor(np.array([float(mean)])) == pytest.approx(floor, abs=0.06)


def test_origins_are_the_last_that_leave_a_full_horizon(history):
    assert rolling_origins(history, 14, 8, 2) == [date(2026, 4, 5), date(2026, 4, 13)]
    with pytest.raises(BadInput, match="it begins 2026-01-05"):
        rolling_origins(history, 28, 8, 20)


def test_scores_of_an_origin_do_not_change_when_later_rows_do(history):
    origins = [date(2026, 3, 30), date(2026, 4, 6)]
    found = backtest(history, origins, 7, ForecastConfig())
    cut = backtest(history.before(date(2026, 4, 13)), origins, 7, ForecastConfig())
    assert found == cut
    assert found.forecast.wape["all"] < found.baselines["seasonal_naive"].wape["all"]


def test_the_backtest_command_prints_the_fixed_document(series_file):
    arguments = ["--horizon", "14d", "--step", "8d", "--origins", "3", "--hours", "08:00-20:00"]
    result = run("backtest", series_file, *arguments, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    fixed = {"forecast", "baselines", "poisson_floor", "origins"}
    assert set(document) == fixed | {"models", "special_days", "config"}
    assert document["origins"] == ["2026-03-27", "2026-04-04", "2026-04-12"]
    keys = {"wape", "wape_day", "mase", "bias", "coverage80", "pinball", "seconds"}
    for score in (document["forecast"], *document["baselines"].values()):
        assert set(score) == keys
        assert set(score["wape"]) == {"d1", "d1_7", "d8_14", "d15_28", "all"}
    assert document["poisson_floor"] < document["forecast"]["wape"]["all"]


def test_exact_origins_come_from_a_file(series_file, tmp_path):
    dates = tmp_path / "origins.txt"
    dates.write_text("2026-04-01\n2026-04-09\n")
    result = run("backtest", series_file, "--horizon", "7d", "--origin-dates", dates, "--json")
    assert json.loads(result.stdout)["origins"] == ["2026-04-01", "2026-04-09"]


def test_predict_writes_every_interval_with_its_band(series_file, tmp_path):
    out = tmp_path / "out.csv"
    result = run("predict", series_file, "--horizon", "7d", "--out", out, "--json")
    assert result.exit_code == 0
    with out.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert (len(rows), list(rows[0])) == (7 * 48, ["ts", "mean", "p10", "p50", "p90"])
    assert rows[0]["ts"] == "2026-04-26 00:00"  # a Sunday: the file says nothing of it
    busy = next(row for row in rows if row["ts"] == "2026-04-27 11:00")
    assert float(busy["p10"]) < float(busy["p50"]) < float(busy["p90"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ts,calls\n2026-01-05 08:00,1\n", "bad.csv has no column y; it has ts, calls."),
        ("ts,y\nyesterday,1\n", "bad.csv line 2: ts is 'yesterday'"),
        ("ts,y\n2026-01-05 08:00,many\n", "bad.csv: column y holds values that are no numbers."),
        ("ts,y\n", "The series has no rows"),
    ],
)
def test_a_bad_file_says_what_is_wrong(tmp_path, text, message):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    result = run("predict", path, "--out", tmp_path / "out.csv")
    assert isinstance(result.exception, BadInput)
    assert str(result.exception).startswith(message)


@pytest.mark.parametrize(
    "arguments",
    [["--interval", "7m"], ["--hours", "8-20"], ["--weekdays", "Mo-Fr"], ["--absent", "maybe"]],
)
def test_bad_usage_exits_with_2(series_file, tmp_path, arguments):
    assert run("predict", series_file, "--out", tmp_path / "o.csv", *arguments).exit_code == 2


def test_intraday_scores_have_a_row_for_each_share(series_file):
    arguments = ["--intraday", "25,55", "--origins", "2", "--step", "3d", "--json"]
    document = json.loads(run("backtest", series_file, *arguments).stdout)
    assert [row["share"] for row in document["intraday"]] == [0.25, 0.55]
    assert set(document["intraday"][0]["wape"]) == {
        "forecast", "not_updated", "six_week_mean", "six_week_mean_ratio"
    }  # fmt: skip
    assert len(document["config"]) == 64


def test_listed_days_are_closed_or_special_and_events_count_once(tmp_path):
    holidays = tmp_path / "holidays.csv"
    holidays.write_text(
        "date,name,kind,like\n2026-05-01,May Day,special,Sat\n2026-05-04,,closed,\n"
    )
    closed, special = forecast_files.read_holidays(holidays)
    assert closed == {date(2026, 5, 4)}
    assert special == {date(2026, 5, 1): SpecialDay("May Day", None, 5)}
    events = tmp_path / "events.csv"
    events.write_text(
        "start_date,end_date,event,feature,known_at,effect\n2026-04-01,,Bills,mail,2026-03-01,\n"
        "2026-04-01,,Bills sent,mail,,\n2026-06-01,2026-06-03,Sale,sale,,1.2\n"
    )
    assert forecast_files.read_events(events) == (
        Event("mail", date(2026, 4, 1), date(2026, 4, 1), known_on=date(2026, 3, 1)),
        Event("sale", date(2026, 6, 1), date(2026, 6, 3), effect=1.2),
    )


def test_a_holiday_never_seen_is_open_when_the_queue_served_the_others(series_file, tmp_path):
    out = tmp_path / "out.csv"
    run("predict", series_file, "--horizon", "40d", "--country", "US", "--out", out)
    rows = list(csv.DictReader(out.open(newline="")))
    memorial = [float(row["mean"]) for row in rows if row["ts"].startswith("2026-05-25")]
    assert (len(memorial), sum(memorial)) == (48, pytest.approx(1400, rel=0.25))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "date,kind\n2026-05-01,shut\n",
            "bad.csv line 2: kind is 'shut'; write closed, open or special.",
        ),
        ("date\n2026-05-01\nlater\n", "bad.csv line 3: 'later' is no date."),
    ],
)
def test_a_bad_list_of_days_is_named(tmp_path, text, message):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        forecast_files.read_holidays(path)
    assert str(caught.value).startswith(message)
