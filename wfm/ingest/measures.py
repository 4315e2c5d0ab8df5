"""Figures delivered as sums: interval statistics, day measures, surveys and quality marks."""

from __future__ import annotations

from datetime import date

import polars as pl

from wfm.ingest.columns import columns_of
from wfm.ingest.keys import row_hash
from wfm.ingest.parse import Findings
from wfm.ingest.references import References
from wfm.ingest.sink import EventSink, Rows, local_dates, local_days, sequence
from wfm.store.lookups import read_agent_zones, read_queue_rules, read_units
from wfm.store.raw import FLAG_BOOKING_MISMATCH

DAY_S = 86_400
SEPARATOR = "\x1f"  # between agent and queue in the key of level "agent_queue"


class IntervalSink(EventSink):
    """`interval_stats.csv`: one raw row for each figure given; figures not given stay unknown."""

    table = "interval_stats"
    at = "start_at"
    whens = ("start_at",)

    def build(self, rows: Rows) -> pl.DataFrame:
        frame, findings, references = rows.frame, rows.findings, self.references
        references.queues(frame["queue_id"], findings)
        zone = references.zones(None, frame["queue_id"])
        check_intervals(frame, zone, findings)
        frame = frame.with_columns(zone.alias("_zone")).with_row_index("_row")
        frame = frame.filter(findings.good)
        if frame.height == 0:
            return frame
        mismatch = frame["booking"] != "enqueue"
        if mismatch.any():
            self.tally.reasons["booking_mismatch"] += int(mismatch.sum())
        seq, versioned = sequence(frame["source_version"], references.order)
        figures = [
            spec.name
            for spec in columns_of("interval_stats")
            if spec.type in ("int", "number") and not spec.key
        ]
        wide = frame.select(
            "_row", "_zone", "interval_s", pl.col("interval_start").alias("start_at"),
            *((pl.col(name) + 0.5).floor().cast(pl.Int64).alias(name) for name in figures),
        ).with_columns(
            references.numbers({"queue": frame["queue_id"]})["queue"].alias("queue"),
            (mismatch.cast(pl.UInt16) * FLAG_BOOKING_MISMATCH).alias("flags"),
            seq.alias("seq"),
            versioned.alias("_versioned"),
            pl.lit(references.source, pl.UInt16).alias("source"),
        )  # fmt: skip
        keep = [name for name in wide.columns if name not in figures]
        tall = wide.unpivot(figures, index=keep, variable_name="measure", value_name="value")
        tall = tall.drop_nulls("value")
        return tall.with_columns(
            row_hash([tall[n] for n in ("source", "queue", "start_at", "interval_s", "measure")])
            .alias("event_key"),
            row_hash([tall["value"], tall["flags"]]).alias("payload_hash"),
        )  # fmt: skip

    def days_of(self, frame: pl.DataFrame) -> set[date]:
        return local_days(frame["start_at"], frame["_zone"])


def check_intervals(frame: pl.DataFrame, zone: pl.Series, findings: Findings) -> None:
    """Figures that cannot be: off the grid, a part above its whole, negative."""
    findings.mark(~frame["interval_s"].is_in([900, 1800, 3600]), "bad_enum", "interval_s")
    for spec in columns_of("interval_stats"):
        if spec.type in ("int", "number"):
            code = "negative_duration" if spec.name.endswith("_s") else "bad_number"
            findings.mark(frame[spec.name] < 0, code, spec.name)
    if frame.height:
        off = pl.repeat(False, frame.height, eager=True)
        for name in zone.unique():
            moments = (frame["interval_start"] * 1000).cast(pl.Datetime("ms"))
            local = moments.dt.replace_time_zone("UTC").dt.convert_time_zone(name)
            wall = local.dt.replace_time_zone(None).cast(pl.Int64) // 1000
            off = off | ((zone == name) & (wall % frame["interval_s"] != 0)).fill_null(False)
        findings.mark(off, "off_grid", "interval_start")
    total = frame["answered_n"] + frame["aband_n"] + frame["flowout_n"].fill_null(0)
    findings.mark(total > frame["offered_n"], "inconsistent_counts", "answered + abandoned")
    for part, whole in (
        ("answered_in_sl_n", "answered_n"), ("aband_in_sl_n", "aband_n"),
        ("aband_short_n", "aband_n"), ("aband_short_n", "aband_in_sl_n"),
    ):  # fmt: skip
        findings.mark(frame[part] > frame[whole], "inconsistent_counts", part)


class MeasureSink(EventSink):
    """`measures.csv`, `surveys.csv` and `quality.csv` as figures of a day, in thousandths.

    An answer or mark counts once, at its agent and queue where known, else in the whole centre.
    """

    table = "measure_day"
    at = None
    whens = ("_at",)

    def __init__(self, kind: str, references: References) -> None:
        super().__init__(references)
        self._kind = kind

    def build(self, rows: Rows) -> pl.DataFrame:
        build = {"measures": _measures, "surveys": _surveys, "quality": _quality}[self._kind]
        tall = build(rows, self.references)
        if tall.height == 0:
            return tall
        source = pl.repeat(self.references.source, tall.height, dtype=pl.UInt16, eager=True)
        seq, versioned = sequence(
            pl.repeat(None, tall.height, dtype=pl.String, eager=True), self.references.order
        )
        return tall.with_columns(
            source.alias("source"),
            seq.alias("seq"),
            versioned.alias("_versioned"),
            (pl.col("day").cast(pl.Int64) * DAY_S).alias("_at"),
            row_hash([source, tall["_id"], tall["measure"]]).alias("event_key"),
            row_hash([tall[n] for n in ("value_m", "key", "level", "day")]).alias("payload_hash"),
        )

    def days_of(self, frame: pl.DataFrame) -> set[date]:
        return set(frame["day"].unique())


def _measures(rows: Rows, references: References) -> pl.DataFrame:
    frame, findings = rows.frame, rows.findings
    keys = frame["key"].drop_nulls().unique().to_list()
    with references.store.db.read() as connection:
        units = read_units(connection)
        agents = list(read_agent_zones(connection, keys))
        queues = [rule.queue_id for rule in read_queue_rules(connection, keys)]
    for level in ("site", "team"):
        known = [unit for unit, is_level in units.items() if is_level == level]
        findings.mark((frame["level"] == level) & ~frame["key"].is_in(known), "unknown_unit", "key")
    for level, known in (("agent", agents), ("queue", queues)):
        wrong = (frame["level"] == level) & ~frame["key"].is_in(known)
        findings.mark(wrong, f"unknown_{level}", "key")
    good = frame.with_row_index("_row").filter(findings.good)
    parts = [good["day"].cast(pl.String), good["level"], good["key"], good["measure"]]
    identity = pl.select(pl.concat_str(parts, separator="|")).to_series()
    value = (pl.col("value") * 1000 + 0.5).floor().cast(pl.Int64).alias("value_m")
    return good.select("_row", "day", "level", "key", "measure", value).with_columns(
        identity.alias("_id")
    )


def _surveys(rows: Rows, references: References) -> pl.DataFrame:
    frame = _placed(rows, references, "answered_at")
    csat, nps, ces = pl.col("csat"), pl.col("nps"), pl.col("ces")
    first, hot = pl.col("resolved_first"), pl.col("hotline").fill_null("none")
    return _tall(
        frame, "response_id",
        {
            "survey_sent_n": _one(pl.col("sent_at").is_not_null()),
            "survey_n": _one(csat.is_not_null()),
            "csat_top2_n": _hit(csat, csat >= 4), "csat_top1_n": _hit(csat, csat == 5),
            "csat_bot2_n": _hit(csat, csat <= 2), "csat_score": csat,
            "nps_n": _one(nps.is_not_null()), "nps_prom_n": _hit(nps, nps >= 9),
            "nps_det_n": _hit(nps, nps <= 6),
            "ces_n": _one(ces.is_not_null()), "ces_easy_n": _hit(ces, ces >= 5),
            "fcr_survey_n": _one(first.is_not_null()),
            "fcr_survey_yes_n": _hit(first, first == "yes"),
            "hotline_n": _one(hot != "none"), "hotline_opp_n": _one(hot == "opportunity"),
        },
    )  # fmt: skip


def _quality(rows: Rows, references: References) -> pl.DataFrame:
    frame, findings = rows.frame, rows.findings
    findings.mark(frame["max_points"] <= 0, "bad_number", "max_points")
    findings.mark(frame["points"] > frame["max_points"], "inconsistent_counts", "points")
    findings.mark(frame["points"] < 0, "bad_number", "points")
    placed = _placed(rows, references, "evaluated_at")
    points, best, mark = pl.col("points"), pl.col("max_points"), pl.col("reference_points")
    return _tall(
        placed, "evaluation_id",
        {
            "eval_n": pl.lit(1), "eval_pts": points, "eval_max_pts": best,
            "eval_crit_n": pl.col("critical_error").cast(pl.Int64),
            "calib_n": _one(mark.is_not_null()),
            "calib_abs_pts": ((points - mark) / best * 100).abs(),
        },
    )  # fmt: skip


def _placed(rows: Rows, references: References, at: str) -> pl.DataFrame:
    """Good rows with day, level and key of where they count."""
    frame, findings = rows.frame, rows.findings
    queue = frame["queue_id"] if "queue_id" in frame.columns else None
    agents = references.agents(frame["agent_id"], frame[at], findings)
    nowhere = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    queues = references.queues(queue, findings) if queue is not None else nowhere
    zone = references.agent_zones(agents).zip_with(
        agents.is_not_null(), references.zones(None, queues)
    )
    level = (
        pl.when(agents.is_not_null() & queues.is_not_null())
        .then(pl.lit("agent_queue"))
        .when(agents.is_not_null())
        .then(pl.lit("agent"))
        .when(queues.is_not_null())
        .then(pl.lit("queue"))
        .otherwise(pl.lit("enterprise"))
    )
    both = pl.when(agents.is_not_null() & queues.is_not_null()).then(pl.lit(SEPARATOR))
    key_parts = [part.fill_null("") for part in (pl.lit(agents), both, pl.lit(queues))]
    placed = frame.with_columns(
        level.alias("level"), pl.concat_str(key_parts).alias("key"),
        zone.alias("_zone"),
    ).with_row_index("_row").filter(findings.good)  # fmt: skip
    days = pl.Series([None] * placed.height, dtype=pl.Date)
    for name in placed["_zone"].unique():
        days = days.zip_with(placed["_zone"] != name, local_dates(placed[at], name))
    return placed.with_columns(days.alias("day"))


def _tall(frame: pl.DataFrame, identity: str, figures: dict[str, pl.Expr]) -> pl.DataFrame:
    wide = frame.select(
        "_row", "day", "level", "key", pl.col(identity).alias("_id"),
        *((expr.cast(pl.Float64) * 1000 + 0.5).floor().cast(pl.Int64).alias(name)
          for name, expr in figures.items()),
    )  # fmt: skip
    index = ["_row", "day", "level", "key", "_id"]
    tall = wide.unpivot(list(figures), index=index, variable_name="measure", value_name="value_m")
    return tall.drop_nulls("value_m")


def _one(condition: pl.Expr) -> pl.Expr:
    return condition.cast(pl.Int64)


def _hit(value: pl.Expr, condition: pl.Expr) -> pl.Expr:
    """1 or 0 where the question was answered, unknown where it was not."""
    return pl.when(value.is_not_null()).then(condition.cast(pl.Int64))
