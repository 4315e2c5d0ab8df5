"""What pages ask of the forecaster without importing it: how well kept forecasts did.

Judging reads the values of many versions; answers are kept for as long as nothing they rest on
has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
from sqlalchemy import Connection

from forecasting.explain_day import Usual, split_days, usual_of_totals
from forecasting.scores import Kept, added, score_versions, value_added
from wfm.domain.capacity import CapacityPlan
from wfm.domain.errors import ScopeDenied
from wfm.domain.forecast_records import CAPACITY, OVERRIDE, SCENARIO, ForecastRecord
from wfm.domain.forecast_scores import Scores
from wfm.domain.grid import QUARTER_S, day_quarters, days_between, local_day, local_slot
from wfm.domain.scope import Scope
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery
from wfm.queries.access import NOT_FOUND
from wfm.queries.facts import open_facts
from wfm.queries.forecasts import QueueDay, ToldDay, read_versions
from wfm.queries.organisation import read_organisation
from wfm.store.dimensions import known_keys
from wfm.store.readers.facts import newest_build_of
from wfm.store.readers.forecast_records import read_records
from wfm.store.readers.plan_versions import ForecastVersion, forecast_by_number, forecasts_from
from wfm.store.store import Store
from wfm.worker.capacity import capacity_plans
from wfm.worker.kept import KeptAnswers

KEPT = 64
JUDGED_DAYS = 28  # days that are judged
MOST_VERSIONS = 60
USUAL_DAYS = 63


class Forecaster:
    """Answers about a store's forecasts."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = KeptAnswers(KEPT)

    def scores(self, scope: Scope, unit: str, today: date) -> Scores:
        """The last weeks' forecasts of a site against what came before `today`."""
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(NOT_FOUND)
        first = today - timedelta(days=JUDGED_DAYS)
        with self._store.db.read() as connection:
            versions = forecasts_from(connection, unit, first)[:MOST_VERSIONS]
            records = read_records(connection, Scope(unit), unit, (OVERRIDE,))
            state = (_state(connection, first, today), len(records))
            names = known_keys(connection, "queue")
        numbers = tuple(one.fc_version for one in versions)

        def judged() -> Scores:
            return self._judge(scope, unit, today, versions, records, names)

        return self._kept.of(("scores", unit, today, numbers, state), judged)

    def told_days(self, scope: Scope, unit: str, first: date, end: date) -> tuple[ToldDay, ...]:
        """Days of forecasts that came without parts, split by what was usual before them."""
        versions = [
            one
            for one in read_versions(self._store, scope, unit, first, end, MOST_VERSIONS)
            if one.inputs.get("file") is not None or not one.inputs
        ]
        if not versions:
            return ()
        with self._store.db.read() as connection:
            build = _state(connection, first, first)
            found = [forecast_by_number(connection, one.fc_version) for one in versions]
        key = ("told", unit, first, tuple(one.fc_version for one in found), build)
        return self._kept.of(key, lambda: self._split(unit, found, first, end))

    def _split(
        self, unit: str, versions: Sequence[ForecastVersion], first: date, end: date
    ) -> tuple[ToldDay, ...]:
        """Days of versions from files, held against what was usual before the first of them."""
        zone = read_organisation(self._store, Scope(unit)).zone(unit)
        with self._store.db.read() as connection:
            names = {key: ext for ext, key in known_keys(connection, "queue").items()}
        times = _times(first, end, zone)
        rows = []
        values = _values(self._store, versions, times)
        for one in versions:
            if one.fc_version not in values:
                continue
            sums = values[one.fc_version].group_by("queue", "day")
            for queue, day, mean in sums.agg(pl.col("mean").sum()).iter_rows():
                rows.append((one, names.get(queue, ""), day, float(mean)))
        usual = self._usual({name for _, name, _, _ in rows}, first)
        return tuple(
            ToldDay(
                one.created_at,
                one.base_version or one.fc_version,
                QueueDay(
                    name, day, one.fc_version, None, None,
                    split_days(usual.get(name, Usual({})), [day], np.array([mean]))[0],
                ),
            )
            for one, name, day, mean in rows
        )  # fmt: skip

    def _usual(self, queues: set[str], first: date) -> dict[str, Usual]:
        query = FactQuery(
            ("offered_n",), first - timedelta(days=USUAL_DAYS), first, by=("queue", "day"),
            queues=tuple(sorted(queues)),
        )  # fmt: skip
        totals: dict[str, dict[date, float]] = {}
        for row in read_measures(open_facts(self._store), Scope(), query).iter_rows(named=True):
            if row["offered_n"] is not None:
                totals.setdefault(str(row["queue"]), {})[row["day"]] = float(row["offered_n"])
        return {name: usual_of_totals(days) for name, days in totals.items()}

    def _judge(
        self,
        scope: Scope,
        unit: str,
        today: date,
        versions: Sequence[ForecastVersion],
        records: Sequence[ForecastRecord],
        names: dict[str, int],
    ) -> Scores:
        organisation = read_organisation(self._store, Scope(unit))
        zone = organisation.zone(unit)
        first = today - timedelta(days=JUDGED_DAYS)
        times = _times(first, today, zone)
        kept = []
        of_version = _values(self._store, versions, times)
        for one in versions:
            values = of_version.get(one.fc_version)
            if values is not None:
                begun = local_day(one.created_at, zone) + timedelta(days=1)
                origin = local_day(one.origin_at, zone)
                kept.append(
                    Kept(one.fc_version, one.base_version or one.fc_version, origin, begun, values)
                )
        queues = sorted({q for one in kept for q in one.values["queue"].unique()})
        ids = {number: name for name, number in names.items()}
        if not kept:
            return Scores()
        actual = self._actual([ids[q] for q in queues if q in ids], names, first, today)
        by_version, by_lead = score_versions(actual, kept, today)
        total, cells = value_added(actual, kept, today)
        mine = {}
        for record in records:
            own = cells.filter(_covered(record, names))
            if own.height:
                mine[record.record_id] = added(own)
        return Scores(by_version, by_lead, total if cells.height else None, mine)

    def _actual(
        self, queues: Sequence[str], names: dict[str, int], first: date, today: date
    ) -> pl.DataFrame:
        """Offered contacts by queue, local day and slot, back to where naive forecasts begin."""
        query = FactQuery(
            ("offered_n",), first - timedelta(days=35), today, by=("queue", "day", "slot"),
            queues=tuple(queues),
        )  # fmt: skip
        rows = read_measures(open_facts(self._store), Scope(), query)
        spread = rows.filter(pl.col("offered_n").is_not_null()).select(
            pl.col("queue").cast(pl.String).replace_strict(names, return_dtype=pl.UInt16),
            "day",
            pl.col("slot").cast(pl.UInt8),
            pl.col("offered_n").cast(pl.Float64).alias("offered"),
        )
        # On a day with a live feed a quarter without a row had no contact.
        grid = (
            spread.select("queue", "day")
            .unique()
            .join(pl.DataFrame({"slot": pl.Series(range(96), dtype=pl.UInt8)}), how="cross")
        )
        return grid.join(spread, on=["queue", "day", "slot"], how="left").with_columns(
            pl.col("offered").fill_null(0.0)
        )

    def capacity(self, scope: Scope, unit: str, today: date) -> CapacityPlan:
        """The coming year of a site: required people by week, those there, the gap, the hire."""
        return self._years(scope, unit, today)[None]

    def scenarios(self, scope: Scope, unit: str, today: date) -> dict[int, CapacityPlan]:
        """The coming year of a site under each scenario in force, by record."""
        years = self._years(scope, unit, today)
        return {number: plan for number, plan in years.items() if number is not None}

    def _years(self, scope: Scope, unit: str, today: date) -> dict[int | None, CapacityPlan]:
        """The coming year as planned (None) and under each scenario in force, by record."""
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(NOT_FOUND)
        with self._store.db.read() as connection:
            records = read_records(connection, Scope(unit), unit, (CAPACITY, SCENARIO))
            versions = forecasts_from(connection, unit, today)[:1]
            build = newest_build_of(connection, today - timedelta(days=USUAL_DAYS), today)
        state = [(one.record_id, one.undone_at) for one in records]
        in_force = [one for one in records if one.kind == SCENARIO and one.undone_at is None]
        key = ("years", unit, today, repr((state, [one.fc_version for one in versions], build)))

        def planned() -> dict[int | None, CapacityPlan]:
            asked = [None, *(one.terms for one in in_force)]
            plans = capacity_plans(self._store, scope, unit, today, asked)
            numbers = [None, *(one.record_id for one in in_force)]
            return dict(zip(numbers, plans, strict=True))

        return self._kept.of(key, planned)


def _state(connection: Connection, first: date, end: date) -> int:
    """The newest build of the days that figures of these days rest on; today's own change none."""
    return newest_build_of(connection, first - timedelta(days=USUAL_DAYS), end)


def _times(first: date, end: date, zone: str) -> pl.DataFrame:
    """The quarters of some local days with their day and slot."""
    rows = [
        (q, day, local_slot(q * QUARTER_S, zone))
        for day in days_between(first, end)
        for q in day_quarters(day, zone)
    ]
    return pl.DataFrame(
        rows, schema={"q": pl.Int32, "day": pl.Date, "slot": pl.UInt8}, orient="row"
    )


def _values(
    store: Store, versions: Sequence[ForecastVersion], times: pl.DataFrame
) -> dict[int, pl.DataFrame]:
    """By version, its contacts by queue, local day and slot; an hour that comes twice is summed.

    All files are read at once: one by one takes several times as long.
    """
    if not versions:
        return {}
    low, high = int(times["q"].min()), int(times["q"].max())  # type: ignore[arg-type]
    files = list(dict.fromkeys(store.files.path(one.file) for one in versions))
    rows = (
        pl.scan_parquet(files)
        .filter(
            pl.col("fc_version").is_in([one.fc_version for one in versions]),
            pl.col("q").is_between(low, high),
        )
        .collect()
    )
    contacts = rows.join(times, on="q", how="inner")
    known = [
        pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum() / 1000).alias(short)
        for name, short in (("fc_contacts_m", "mean"), ("p10_m", "p10"), ("p90_m", "p90"))
    ]
    summed = contacts.group_by("fc_version", "queue", "day", "slot").agg(known)
    parts = summed.partition_by("fc_version", as_dict=True, include_key=False)
    return {int(key[0]): part for key, part in parts.items()}


def _covered(record: ForecastRecord, names: dict[str, int]) -> pl.Expr:
    first, last = record.terms.get("from_min"), record.terms.get("to_min")
    inside = (pl.col("day") >= record.first_on) & (pl.col("day") < record.end_on)
    if record.queue_id:
        inside &= pl.col("queue") == names.get(record.queue_id, 0)
    if first is not None and last is not None:
        inside &= pl.col("slot").cast(pl.Int32).is_between(first // 15, last // 15 - 1)
    return inside
