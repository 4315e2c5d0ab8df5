"""`forecast.csv` and `requirement.csv`: what was planned elsewhere, as versions of their own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from sqlalchemy import Connection, func, select

from wfm.domain.grid import QUARTER_S
from wfm.ingest.references import References
from wfm.ingest.sink import Rows, Tally, local_dates
from wfm.store.lookups import read_site_zone, read_units
from wfm.store.schema import forecast_version, requirement_version
from wfm.store.writers.plan_versions import add_forecast, add_requirement

AUTHOR = "import"


@dataclass(frozen=True)
class _Version:
    """Rows of one delivered version at one site: a name of the source's, not a number of ours."""

    name: str
    site: str
    created_at: int
    rows: pl.DataFrame

    @property
    def content(self) -> str:
        """A hash of what the version says, whatever the order of its rows."""
        ordered = self.rows.drop("_row").sort(self.rows.drop("_row").columns)
        return hashlib.sha256(ordered.write_csv().encode()).hexdigest()


class PlanSink:
    """Forecast or requirement rows of one file; each version comes in whole and stays as it is.

    The same version again is a duplicate. The same name with other figures is a newer version,
    and the newest one of a day counts.
    """

    def __init__(self, kind: str, references: References) -> None:
        self.tally = Tally()
        self._kind, self._references = kind, references
        self._parts: list[pl.DataFrame] = []
        self._zones: dict[str, str] = {}

    def take(self, rows: Rows) -> None:
        frame, findings = rows.frame, rows.findings
        with self._references.store.db.read() as connection:
            sites = [unit for unit, level in read_units(connection).items() if level == "site"]
            self._zones |= {s: read_site_zone(connection, s) or "UTC" for s in sites}
        findings.mark(~frame["site_id"].is_in(sites), "unknown_unit", "site_id")
        findings.mark(frame["interval_start"] % QUARTER_S != 0, "off_grid", "interval_start")
        if self._kind == "forecast":
            self._references.queues(frame["queue_id"], findings)
        for name in ("contacts", "aht_s", "required", "p10", "p90"):
            if name in frame.columns:
                findings.mark(frame[name] < 0, "bad_number", name)
        good = frame.with_row_index("_row").filter(findings.good)
        if good.height:
            self._parts.append(self._numbered(good))

    def _numbered(self, good: pl.DataFrame) -> pl.DataFrame:
        """Rows with the numbers of their ids; they are given before the transaction begins."""
        kinds = {"queue": "queue_id"}
        if self._kind == "requirement":
            kinds = {"site": "site_id", "group": "skill_group"}
        numbers = self._references.numbers({kind: good[name] for kind, name in kinds.items()})
        return good.with_columns(column.alias(kind) for kind, column in numbers.items())

    def flush(self) -> None:
        """Nothing: versions are written in the transaction itself."""

    def commit(self, connection: Connection, delivery_id: int, received_at: int) -> None:
        if not self._parts:
            return
        frame = pl.concat(self._parts)
        if self._kind == "forecast":
            for version in _versions(frame, "forecast_id", received_at):
                self._count(version, self._add_forecast(connection, version, received_at))
            return
        for version in _versions(frame, "requirement_id", received_at):
            for week, part in _weeks(version, self._zones[version.site]):
                self._count(part, self._add_requirement(connection, part, week, received_at))

    def _count(self, version: _Version, is_new: bool) -> None:
        if is_new:
            self.tally.loaded += version.rows.height
            return
        self.tally.duplicates += version.rows.height
        self.tally.reasons["duplicate"] += version.rows.height

    def _add_forecast(self, connection: Connection, version: _Version, received_at: int) -> bool:
        method, content = f"import: {version.name}", version.content
        table = forecast_version
        known = connection.scalar(
            select(func.count())
            .select_from(table)
            .where(table.c.unit == version.site, table.c.method == method,
                   table.c.config_hash == content)
        )  # fmt: skip
        if known:
            return False
        rows = version.rows
        days = _days(rows, self._zones[version.site])
        contacts_m = (pl.col("contacts") * 1000).round().cast(pl.Int64)
        numbered = rows.select(
            "queue",
            (pl.col("interval_start") // QUARTER_S).alias("q"),
            contacts_m.alias("fc_contacts_m"),
            (pl.col("contacts") * pl.col("aht_s") * 1000).round().cast(pl.Int64)
            .alias("fc_work_ms"),
            *((pl.col(n) * 1000).round().cast(pl.Int64).alias(f"{n}_m") for n in ("p10", "p90")),
        )  # fmt: skip
        add_forecast(
            connection, self._references.store.files, numbered, unit=version.site, first=days[0],
            end=days[-1] + timedelta(days=1), days=days, origin_at=version.created_at,
            method=method, config_hash=content, created_at=version.created_at, author=AUTHOR,
            summary=json.dumps({"content": content, "received_at": received_at}),
            inputs=json.dumps({"file": version.name, "hash": content}),
        )  # fmt: skip
        return True

    def _add_requirement(
        self, connection: Connection, version: _Version, week: str, received_at: int
    ) -> bool:
        table, content = requirement_version, version.content
        texts = connection.scalars(
            select(table.c.summary).where(
                table.c.unit == version.site, table.c.week == week, table.c.author == AUTHOR
            )
        )
        if any(json.loads(text or "{}").get("content") == content for text in texts):
            return False
        rows = version.rows
        numbered = rows.select(
            "site",
            "group",
            (pl.col("interval_start") // QUARTER_S).alias("q"),
            (pl.col("required") * 1000).round().cast(pl.Int64).alias("required_m"),
        )
        add_requirement(
            connection, self._references.store.files, numbered, unit=version.site, week=week,
            days=_days(rows, self._zones[version.site]),
            fc_version=_forecast_of(connection, version), created_at=version.created_at,
            author=AUTHOR,
            summary=json.dumps(
                {"hours": round(float(rows["required"].sum()) / 4, 2), "source": version.name,
                 "content": content, "received_at": received_at}
            ),
        )  # fmt: skip
        return True


def _versions(frame: pl.DataFrame, name: str, received_at: int) -> Iterator[_Version]:
    for (version, site), rows in frame.group_by(name, "site_id", maintain_order=True):
        created = rows["created_at"].drop_nulls()
        at = int(created.max()) if len(created) else received_at  # type: ignore[arg-type]
        yield _Version(str(version), str(site), at, rows)


def _weeks(version: _Version, zone: str) -> Iterator[tuple[str, _Version]]:
    """A version in its weeks of the site's calendar."""
    days = local_dates(version.rows["interval_start"], zone)
    weeks = days.dt.iso_year().cast(pl.String) + "-W" + days.dt.week().cast(pl.String).str.zfill(2)
    for (week,), rows in version.rows.with_columns(weeks.alias("_week")).group_by(
        "_week", maintain_order=True
    ):
        yield str(week), _Version(
            version.name, version.site, version.created_at, rows.drop("_week")
        )  # fmt: skip


def _days(rows: pl.DataFrame, zone: str) -> list[date]:
    return sorted(local_dates(rows["interval_start"], zone).unique().to_list())


def _forecast_of(connection: Connection, version: _Version) -> int:
    """Number of the forecast that a requirement names, 0 when it names none that is known."""
    names = version.rows["forecast_id"].drop_nulls().unique().to_list()
    if not names:
        return 0
    number = connection.scalar(
        select(func.max(forecast_version.c.fc_version)).where(
            forecast_version.c.unit == version.site,
            forecast_version.c.method == f"import: {names[0]}",
        )
    )
    return int(number or 0)
