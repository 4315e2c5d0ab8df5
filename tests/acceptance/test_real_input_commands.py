"""The five commands as somebody types them, on files of a centre that has no agent states."""

from __future__ import annotations

import runpy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from independent_verifier import verify
from plain_facts import Asked, RawFiles
from planned_site import Commands

from wfm.domain.clock import epoch_s
from wfm.domain.scope import Scope
from wfm.queries.plans import read_plan_documents
from wfm.queries.schedules import read_shifts
from wfm.settings import Settings
from wfm.simulator.events import History
from wfm.simulator.events_csv import write_span
from wfm.simulator.founding import found_centre
from wfm.simulator.standing_csv import write_standing
from wfm.store.store import Store, open_store

generate = runpy.run_path(str(Path(__file__).parents[1] / "ingest" / "queue_log_generator.py"))[
    "generate"
]
TODAY, ZONE = date(2026, 5, 11), "Europe/Dublin"
NOW = datetime(2026, 5, 11, 16, tzinfo=UTC)
WEEK, MONDAY = "2026-W21", date(2026, 5, 18)
SITE_WEEK = ("--unit", "dublin", "--week", WEEK)
FORECAST = ("plan", "forecast", *SITE_WEEK)


class Site:
    """A centre's files, imported by the command, and the answers of the commands run so far."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.seed, self.files = seed, folder / "files"
        self.wfm = Commands(folder / "data")
        history = History(found_centre(seed, "small", TODAY))
        for path in write_standing(self.files, history.centre):
            if path.name in ("state_map.csv", "activity_codes.csv"):
                path.unlink()
        end = epoch_s(NOW)
        for path in write_span(self.files, history.span(end - 14 * 86_400, end)):
            if path.name.startswith("agent_states"):
                path.unlink()
        self.first = self.wfm.json("import", "csv", str(self.files))
        self.again = self.wfm.json("import", "csv", str(self.files))
        self.forecast = self.wfm.json(*FORECAST)
        self.require = self.wfm.json("plan", "require", *SITE_WEEK)
        self.solve = self.wfm.json("plan", "solve", *SITE_WEEK, "--passes", "2")
        self.publish = self.wfm.json("plan", "publish", *SITE_WEEK, "--reason", "Agreed",
                                     "--overrule", "two passes only")  # fmt: skip

    @property
    def store(self) -> Store:
        settings = Settings(_env_file=None, data_dir=self.wfm.folder)  # type: ignore[call-arg]
        return open_store(settings.url, settings.data_dir)

    def kpis(self, *ids: str, first: date, end: date, scope: str) -> dict[str, Any]:
        """Values of KPIs by id, as `wfm kpi query` prints them."""
        words = [word for kpi in ids for word in ("--kpi", kpi)]
        found = self.wfm.json("kpi", "query", *words, "--from", str(first), "--to", str(end),
                              "--scope", scope)  # fmt: skip
        return {value["kpi_id"]: value for value in found}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, seed: int) -> Site:
    return Site(tmp_path_factory.mktemp("site"), seed)


def test_every_row_of_the_files_is_loaded_once(site: Site) -> None:
    files = list(site.files.glob("*.csv"))
    rows = sum(pl.read_csv(path).height for path in files)
    assert (site.first["loaded"], site.first["quarantined"]) == (rows, 0)
    assert site.first["lines_in"] == rows + len(files)  # a header line is ignored
    assert (site.again["loaded"], site.again["duplicates"]) == (0, rows)


def test_figures_of_a_past_week_are_those_of_the_files(site: Site) -> None:
    first, end = TODAY - timedelta(days=7), TODAY
    ids = ("contacts_offered", "service_level", "abandonment_rate", "average_handle_time")
    got = site.kpis(*ids, first=first, end=end, scope="dublin")
    raw = RawFiles(site.files, epoch_s(NOW))
    asked = Asked(first, end, site="dublin")
    figures = raw.queue_figures(asked) | raw.handled_figures(asked)
    wanted = {kpi: figures[kpi] for kpi in ids}
    told = {kpi: got[kpi]["value"] for kpi in ids}
    assert told == pytest.approx(wanted, rel=1e-9), f"seed {site.seed}"


def test_adherence_says_which_feed_it_needs(site: Site) -> None:
    past = site.kpis("adherence", "occupancy", first=date(2026, 5, 4), end=TODAY, scope="dublin")
    assert past["adherence"]["value"] is None
    assert past["adherence"]["reason"] == "needs feed: agent states and schedule"
    assert past["occupancy"]["reason"] == "needs feed: agent states"


def test_the_forecast_the_requirement_and_the_plan_cover_the_week(site: Site) -> None:
    assert site.forecast["contacts"] > 0, site.forecast
    dates = {"hire_date": pl.Date, "leave_date": pl.Date}
    people = pl.read_csv(site.files / "people.csv", schema_overrides=dates)
    employed = people.filter(
        (pl.col("role") == "agent")
        & pl.col("skills").str.contains("dublin-")
        & (pl.col("hire_date") <= MONDAY + timedelta(days=6))
        & (pl.col("leave_date").is_null() | (pl.col("leave_date") > MONDAY))
    )
    assert site.solve["agents"] == employed.height > 20
    assert site.solve["violations_n"] == 0
    assert 0 <= site.solve["bound"] <= site.solve["objective"]
    assert f"is published: {site.solve['shifts']} new shifts" in site.publish["message"]


def test_the_published_week_is_valid_for_another_program(site: Site) -> None:
    problem, solution = read_plan_documents(site.store, Scope("dublin"), site.solve["plan_id"])
    published = read_shifts(site.store, Scope("dublin"), MONDAY, MONDAY + timedelta(days=7))
    midnight = {
        MONDAY + timedelta(days=i): epoch_s(
            datetime.combine(MONDAY + timedelta(days=i), datetime.min.time(), ZoneInfo(ZONE))
        )
        for i in range(7)
    }

    def slot(at: int, day: date) -> int:
        assert (at - midnight[day]) % 900 == 0
        return (at - midnight[day]) // 900

    shifts = [
        {
            "agent": shift.agent_id,
            "day": (shift.shift_on - MONDAY).days,
            "start": slot(shift.start_at, shift.shift_on),
            "length": (shift.end_at - shift.start_at) // 900,
            "breaks": [
                {
                    "kind": part.activity, "start": slot(part.start_at, shift.shift_on),
                    "slots": part.seconds // 900,
                }
                for part in shift.segments
                if part.activity != "on_queue"
            ],
        }
        for shift in published
    ]  # fmt: skip
    report = verify(problem, {"shifts": shifts, "bound": solution["bound"]})
    assert report["violations"] == [], f"seed {site.seed}"
    assert report["cost"] == pytest.approx(site.solve["objective"], abs=1e-3)
    assert report["bound"] <= report["cost"] + 1e-6


def test_the_published_week_is_simulated_against_its_forecast(site: Site) -> None:
    found = site.wfm.json("simulate", *SITE_WEEK, "--replications", "20")
    week = {str(MONDAY + timedelta(days=i)) for i in range(7)}
    forecast = sum(row["contacts"] for row in site.forecast["days"] if row["on"] in week)
    told = [row for row in found["days"] if row["queue"]]
    # On average the volumes drawn are those of the forecast; twenty weeks hold some luck.
    assert sum(row["contacts"] for row in told) == pytest.approx(forecast, rel=0.15)
    assert {row["on"] for row in told} <= week
    assert found["schedule"] == "published schedule"
    assert 0 <= found["absence"] < 0.3
    level = next(row for row in told if row["target"] is not None and row["sl"] is not None)
    assert level["sl"]["low"] <= level["sl"]["value"] <= level["sl"]["high"]
    assert 0 <= level["p_target"] <= 1


def test_the_same_commands_again_change_nothing(site: Site) -> None:
    version = site.forecast["fc_version"]
    assert site.wfm.json(*FORECAST)["fc_version"] == version
    again = site.wfm.json("plan", "publish", *SITE_WEEK)
    assert again["message"].endswith("was published already; nothing changed.")


def test_a_command_without_its_input_says_what_to_do(site: Site) -> None:
    done = site.wfm.run("plan", "solve", "--unit", "phoenix", "--week", WEEK)
    assert done.returncode == 1
    assert f"run `wfm plan require --unit phoenix --week {WEEK}` first." in done.stderr


def test_a_queue_log_goes_all_the_way_to_the_figures(tmp_path: Path, seed: int) -> None:
    lines, truth = generate(seed)
    agents = sorted(truth.talk_by_agent)
    files = tmp_path / "files"
    files.mkdir()
    (files / "org.csv").write_text(
        "org_id,org_level,parent_id,name,timezone,valid_from\n"
        "all,enterprise,,All,,2020-01-01\nhome,site,all,Home,Etc/UTC,2020-01-01\n"
        "team,team,home,Team,,2020-01-01\n"
    )
    (files / "people.csv").write_text(
        "agent_id,valid_from,display_name,team_id,role\n"
        + "".join(f"{name},2020-01-01T00:00:00Z,{name},team,agent\n" for name in agents)
    )
    (files / "queues.csv").write_text(
        "queue_id,valid_from,name,channel,skill_group,sl_threshold_s,short_abandon_s,"
        "sl_definition,site_id\n"
        + "".join(
            f"{queue},2020-01-01T00:00:00Z,{queue},voice,phone,20,5,offered,home\n"
            for queue in ("sales", "care")
        )
    )
    log = tmp_path / "queue_log"
    log.write_text("".join(f"{line}\n" for line in lines))
    wfm = Commands(tmp_path / "data")
    wfm.json("import", "csv", str(files))
    report = wfm.json("import", "asterisk-queue-log", str(log), "--site", "home")
    assert (report["lines_in"], report["loaded"]) == (len(lines), len(lines))
    found = wfm.json(
        "kpi", "query", "--kpi", "contacts_offered,abandonment_rate,average_speed_of_answer",
        "--kpi", "average_talk_time,contacts_handled,occupancy", "--from", "2026-01-05",
        "--to", "2026-01-06", "--scope", "home",
    )  # fmt: skip
    got = {value["kpi_id"]: value["value"] for value in found}
    ready = sum(truth.signed_by_agent.values()) - sum(truth.aux_by_agent.values())
    assert got == pytest.approx(
        {
            "contacts_offered": truth.offered,
            "abandonment_rate": 100 * truth.abandoned / truth.offered,
            "average_speed_of_answer": truth.wait_answered_s / truth.answered,
            "average_talk_time": truth.talk_s / truth.answered,
            "contacts_handled": truth.answered,
            "occupancy": 100 * truth.talk_s / ready,
        },
        rel=1e-9,
    ), f"seed {seed}"
