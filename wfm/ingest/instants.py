"""Texts of time brought to UTC seconds, by column; what cannot be is named, never guessed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from wfm.ingest.options import RejectedFile

EPOCH_1990 = 631_152_000
OFFSET = r"(?:Z|z|[+-]\d{2}:?\d{2})$"
SLASHED = r"^\s*(\d{1,2})[/.](\d{1,2})[/.]\d{2,4}\b"


@dataclass(frozen=True)
class Instants:
    """Seconds since 1970 UTC, and the code of each text that gave none."""

    seconds: pl.Series  # Int64, null where empty or bad
    code: pl.Series  # String, null where fine


def parse_instants(text: pl.Series, zone: str | None, time_format: str | None) -> Instants:
    """UTC seconds of times as ISO 8601 with offset, or local in a declared zone.

    "2026-01-05T08:00:00+02:00" is 06:00 UTC. In the hour a clock repeats, rows that run on in
    order are told apart by it; other rows there are `ambiguous_local_time`.
    """
    filled = text.is_not_null()
    if time_format in ("epoch_s", "epoch_ms"):
        number = text.cast(pl.Float64, strict=False)
        seconds = _rounded(number * (1000 if time_format == "epoch_s" else 1))
        return Instants(seconds, _code(filled & number.is_null(), "bad_time", len(text)))
    if time_format is None:
        plain = text.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="ms", strict=False)
        if plain.null_count() == text.null_count():  # all as most sources write them
            fine = pl.repeat(None, len(text), dtype=pl.String, eager=True)
            return Instants(plain.cast(pl.Int64) // 1000, fine)
    _refuse_undeclared(text, time_format)
    has_offset = text.str.contains(OFFSET) & text.str.contains(r"\d{2}:\d{2}")
    has_offset = has_offset.fill_null(False)
    body = text.str.replace(OFFSET, "") if has_offset.any() else text
    body = pl.select(pl.when(has_offset).then(body).otherwise(text)).to_series()
    wall = _wall_ms(body.str.strip_chars(), time_format)
    bad = filled & wall.is_null()
    local = filled & ~has_offset & ~bad
    shift = _offset_ms(text) if has_offset.any() else pl.repeat(0, len(text), eager=True)
    milli = pl.select(pl.when(has_offset).then(wall - shift)).to_series()
    code = _code(bad, "bad_time", len(text))
    if local.any():
        if zone is None:
            if not has_offset.any():
                raise RejectedFile(
                    "undeclared_time_format",
                    f"Times like {text.filter(local)[0]!r} carry no offset; say in which zone they "
                    f"are with --timezone, or --site of a site that has one.",
                )
            return Instants(_rounded(milli), _first(code, _code(local, "bad_time", len(text))))
        resolved, local_code = _from_local(wall.zip_with(local, _nulls(wall)), zone)
        milli = milli.zip_with(~local, resolved)
        code = _first(code, local_code)
    return Instants(_rounded(milli), code)


def parse_dates(text: pl.Series, time_format: str | None) -> Instants:
    """Dates, as a Date series in `seconds`; a day that does not exist is `bad_time`."""
    _refuse_undeclared(text, time_format)
    pattern = time_format if time_format and "%H" not in time_format else "%Y-%m-%d"
    if time_format in ("epoch_s", "epoch_ms"):
        pattern = "%Y-%m-%d"
    days = text.str.to_date(pattern, strict=False)
    odd = days.dt.year().is_between(1900, 2200, closed="both").not_().fill_null(False)
    code = _first(
        _code(text.is_not_null() & days.is_null(), "bad_time", len(text)),
        _code(odd, "implausible_time", len(text)),
    )
    return Instants(days, code)


def _refuse_undeclared(text: pl.Series, time_format: str | None) -> None:
    if time_format is not None:
        return
    slashed = text.str.extract_groups(SLASHED).struct.unnest()
    first, second = (slashed[name].cast(pl.Int32, strict=False) for name in slashed.columns[:2])
    ambiguous = ((first <= 12) & (second <= 12)).fill_null(False)
    if ambiguous.any():
        raise RejectedFile(
            "undeclared_time_format",
            f"A time like {text.filter(ambiguous)[0]!r} can be day/month or month/day; declare it, "
            f"for example --time-format '%d/%m/%Y %H:%M:%S'.",
        )


def _wall_ms(body: pl.Series, time_format: str | None) -> pl.Series:
    if time_format is not None:
        return _strptime(body, time_format)
    spaced = body.str.contains(" ", literal=True).any()
    iso = body.str.replace(r"^(\S{10}) ", "${1}T") if spaced else body
    wall = _strptime(iso, "%Y-%m-%dT%H:%M:%S")
    for pattern in ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y%m%dT%H%M%S"):
        if wall.null_count() > body.null_count():
            wall = wall.zip_with(wall.is_not_null(), _strptime(iso, pattern))
    if wall.null_count() > body.null_count():
        days = iso.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("ms")).cast(pl.Int64)
        wall = wall.zip_with(wall.is_not_null(), days)
    return wall


def _strptime(text: pl.Series, pattern: str) -> pl.Series:
    return text.str.to_datetime(pattern, time_unit="ms", strict=False).cast(pl.Int64)


def _offset_ms(text: pl.Series) -> pl.Series:
    parts = text.str.extract_groups(r"([+-])(\d{2}):?(\d{2})$").struct.unnest()
    sign, hours, minutes = (parts[name] for name in parts.columns)
    size = hours.cast(pl.Int64, strict=False) * 60 + minutes.cast(pl.Int64, strict=False)
    signed = size.zip_with((sign == "+").fill_null(True), -size)
    return (signed * 60_000).fill_null(0)


def _from_local(wall: pl.Series, zone: str) -> tuple[pl.Series, pl.Series]:
    local = wall.cast(pl.Datetime("ms"))
    early, late = (
        local.dt.replace_time_zone(zone, ambiguous=which, non_existent="null").cast(pl.Int64)
        for which in ("earliest", "latest")
    )
    size = len(wall)
    gap = wall.is_not_null() & early.is_null()
    code = _code(gap, "nonexistent_local_time", size)
    twice = (early != late).fill_null(False)
    if not twice.any():
        return early, code
    chosen = early.to_list()
    hard = pl.Series([False] * size)
    window = pl.DataFrame({"row": pl.int_range(size, eager=True), "early": early, "late": late})
    window = window.filter(early.is_not_null()).with_columns(day=pl.col("early") // 86_400_000)
    for day in window.filter(pl.col("early") != pl.col("late"))["day"].unique():
        picked = _in_order(window.filter(pl.col("day").is_between(day - 1, day + 1)))
        rows = window.filter((pl.col("early") != pl.col("late")) & (pl.col("day") == day))["row"]
        for row in rows:
            if picked is None:
                chosen[row] = None
            else:
                chosen[row] = picked[row]
        if picked is None:
            hard = hard.scatter(rows, True)
    return pl.Series(chosen, dtype=pl.Int64), _first(
        code, _code(hard, "ambiguous_local_time", size)
    )


def _in_order(rows: pl.DataFrame) -> dict[int, int] | None:
    """Instants that make the rows run forward in time, None when no choice does."""
    picked, last = {}, None
    for row, early, late in rows.select("row", "early", "late").iter_rows():
        value = early if last is None or early >= last else late
        if last is not None and value < last:
            return None
        picked[row], last = value, value
    return picked


def _rounded(milli: pl.Series) -> pl.Series:
    if milli.dtype == pl.Float64:
        return ((milli + 500) / 1000).floor().cast(pl.Int64, strict=False)
    return (milli + 500) // 1000


def _nulls(like: pl.Series) -> pl.Series:
    return pl.Series([None] * len(like), dtype=like.dtype)


def _code(mask: pl.Series, code: str, size: int) -> pl.Series:
    if size == 0 or not mask.any():
        return pl.repeat(None, size, dtype=pl.String, eager=True)
    return pl.select(pl.when(mask.fill_null(False)).then(pl.lit(code))).to_series()


def _first(one: pl.Series, other: pl.Series) -> pl.Series:
    return one.zip_with(one.is_not_null(), other)
