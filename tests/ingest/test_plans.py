"""Forecasts and requirements of another planner come in as versions of their own."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from wfm.domain.clock import FixedClock
from wfm.ingest.load import LoadReport, load_files
from wfm.store.schema import forecast_version, raw_batch, requirement_version
from wfm.store.store import Store, open_store

NOW = datetime(2026, 11, 24, 16, tzinfo=UTC)
ORG = """org_id,org_level,parent_id,name,timezone,valid_from
e,enterprise,,All,,2020-01-01
dublin,site,e,Dublin,Europe/Dublin,2020-01-01
"""
QUEUES = """queue_id,valid_from,name,channel,skill_group,sl_threshold_s,site_id
billing,2020-01-01T00:00:00Z,Billing,voice,voice,20,dublin
"""
FORECAST = """forecast_id,site_id,queue_id,interval_start,contacts,aht_s,p10,p90,created_at
w48,dublin,billing,2026-11-23T09:00:00Z,24.5,300,20,30,2026-11-02T08:00:00Z
w48,dublin,billing,2026-11-23T09:15:00Z,30,310,,,2026-11-02T08:00:00Z
"""
REQUIREMENT = """requirement_id,site_id,skill_group,interval_start,required,forecast_id,created_at
r48,dublin,voice,2026-11-23T09:00:00Z,100,w48,2026-11-02T09:00:00Z
r48,dublin,voice,2026-11-23T09:15:00Z,99.5,w48,2026-11-02T09:00:00Z
r48,dublin,voice,2026-11-30T09:00:00Z,80,w48,2026-11-02T09:00:00Z
"""


@pytest.fixture
def store(tmp_path: Path, store_url: Callable[..., str]) -> Store:
    return open_store(store_url(tmp_path), tmp_path)


def load(store: Store, folder: Path, **texts: str) -> dict[str, LoadReport]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind, text in texts.items():
        paths.append(folder / f"{kind}.csv")
        paths[-1].write_text(text)
    reports = load_files(store, FixedClock(NOW), "csv", paths)
    return {report.file.removesuffix(".csv"): report for report in reports}


def values(store: Store, table: str) -> pl.DataFrame:
    with store.db.read() as connection:
        names = connection.scalars(select(raw_batch.c.file).where(raw_batch.c.table_name == table))
        return pl.concat([pl.read_parquet(store.files.path(name)) for name in sorted(names)])


def test_a_delivered_forecast_and_requirement_become_versions(store: Store, tmp_path: Path) -> None:
    done = load(store, tmp_path / "1", org=ORG, queues=QUEUES, forecast=FORECAST,
                requirement=REQUIREMENT)  # fmt: skip
    assert (done["forecast"].loaded, done["requirement"].loaded) == (2, 3)
    with store.db.read() as connection:
        [made] = connection.execute(select(forecast_version)).all()
        needed = connection.execute(
            select(requirement_version).order_by(requirement_version.c.week)
        ).all()
    assert (made.unit, str(made.first_on), made.method) == ("dublin", "2026-11-23", "import: w48")
    assert made.created_at == int(datetime(2026, 11, 2, 8, tzinfo=UTC).timestamp())
    assert [(n.week, n.fc_version) for n in needed] == [
        ("2026-W48", made.fc_version), ("2026-W49", made.fc_version)
    ]  # fmt: skip
    assert values(store, "forecast").select("fc_contacts_m", "fc_work_ms", "p90_m").rows() == [
        (24_500, 7_350_000, 30_000), (30_000, 9_300_000, None)
    ]  # fmt: skip
    assert sorted(values(store, "requirement")["required_m"]) == [80_000, 99_500, 100_000]


def test_the_same_version_again_is_a_duplicate_and_other_figures_are_a_newer_one(
    store: Store, tmp_path: Path
) -> None:
    load(store, tmp_path / "1", org=ORG, queues=QUEUES, requirement=REQUIREMENT)
    lines = REQUIREMENT.splitlines()
    again = "\n".join([lines[0], lines[2], lines[1], lines[3]]) + "\n"
    assert load(store, tmp_path / "2", requirement=again)["requirement"].duplicates == 3
    newer = REQUIREMENT.replace(",100,", ",101,")
    report = load(store, tmp_path / "3", requirement=newer)["requirement"]
    assert (report.loaded, report.duplicates) == (2, 1)


def test_rows_that_cannot_be_are_kept_apart_with_their_reason(store: Store, tmp_path: Path) -> None:
    bad = REQUIREMENT.replace("09:15:00Z,99.5", "09:07:00Z,99.5").replace(
        "r48,dublin,voice,2026-11-30", "r48,cork,voice,2026-11-30"
    )
    report = load(store, tmp_path / "1", org=ORG, queues=QUEUES, requirement=bad)["requirement"]
    assert (report.loaded, report.quarantined) == (1, 2)
    assert dict(report.by_reason) == {"off_grid": 1, "unknown_unit": 1}
