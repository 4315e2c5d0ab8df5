"""Columns of text brought to their types; every row that cannot be keeps its reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import polars as pl

from wfm.ingest.columns import ColumnSpec
from wfm.ingest.instants import EPOCH_1990, parse_dates, parse_instants
from wfm.ingest.options import ReadOptions

INT64 = 1 << 63
YEAR_S = 31_622_400
TEXT_CAP = 200
LONG_TEXT = ("comment", "skills", "login_aliases", "opening_hours", "breaks", "deny_reason")
# Characters that hide or reorder text; they are stored as their escapes, so they show as such.
UNSEEN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
YES, NO = ("yes", "true", "1", "y", "t"), ("no", "false", "0", "n", "f")


class Findings:
    """The first reason found against each row of a chunk; rows without one are good."""

    def __init__(self, size: int) -> None:
        self._frame = pl.DataFrame({"code": pl.repeat(None, size, dtype=pl.String, eager=True)})
        self._frame = self._frame.with_columns(detail=pl.lit(None, pl.String))
        self.any = False

    def mark(self, mask: pl.Series, code: str | pl.Series, detail: str) -> None:
        """Rows of the mask found wrong, unless something was found against them before."""
        mask = mask.fill_null(False)
        if not mask.any():
            return
        self.any = True
        free = mask & self.code.is_null()
        value = pl.lit(code) if isinstance(code, str) else code
        self._frame = self._frame.with_columns(
            code=pl.when(free).then(value).otherwise(pl.col("code")),
            detail=pl.when(free).then(pl.lit(detail)).otherwise(pl.col("detail")),
        )

    @property
    def code(self) -> pl.Series:
        return self._frame["code"]

    @property
    def detail(self) -> pl.Series:
        return self._frame["detail"]

    @property
    def good(self) -> pl.Series:
        return self.code.is_null()


def parse_frame(
    text: pl.DataFrame,
    specs: Sequence[ColumnSpec],
    options: ReadOptions,
    *,
    plain: bool,
    now: int | None,
) -> tuple[pl.DataFrame, Findings]:
    """The typed columns of text columns, in the same order of rows, and what was found wrong.

    Times become UTC seconds, dates Date, numbers Float64, counts Int64. `plain` says that the
    text is ASCII without control characters; `now` bounds the times of events, None does not.
    """
    findings, typed = Findings(text.height), dict[str, pl.Series]()
    named = [spec.name for spec in specs if spec.name in text.columns]
    bare = text.select(pl.col(named).str.strip_chars())
    bare = bare.select(pl.when(pl.col(name).str.len_bytes() > 0).then(name) for name in named)
    for spec in specs:
        if spec.name not in text.columns:
            typed[spec.name] = pl.repeat(None, text.height, dtype=_DTYPE[spec.type], eager=True)
            continue
        raw = bare[spec.name]
        typed[spec.name] = _typed(raw, spec, options, findings, plain, now)
        if spec.required:
            findings.mark(raw.is_null(), "missing_value", spec.name)
    return pl.DataFrame({name: series.alias(name) for name, series in typed.items()}), findings


def _typed(
    raw: pl.Series, spec: ColumnSpec, options: ReadOptions, findings: Findings, plain: bool,
    now: int | None,
) -> pl.Series:  # fmt: skip
    if raw.null_count() == len(raw):
        return pl.repeat(None, len(raw), dtype=_DTYPE[spec.type], eager=True)
    match spec.type:
        case "timestamp":
            found = parse_instants(raw, options.timezone, options.time_format)
            findings.mark(found.code.is_not_null(), found.code, spec.name)
            _check_range(found.seconds, spec.name, findings, now)
            return found.seconds
        case "date":
            found = parse_dates(raw, options.time_format)
            findings.mark(found.code.is_not_null(), found.code, spec.name)
            return found.seconds
        case "number":
            return _number(raw, spec.name, options, findings)
        case "int":
            return _whole(raw, spec, options, findings)
        case "enum":
            findings.mark(~raw.is_in(list(spec.choices)), "bad_enum", spec.name)
            return raw
        case "bool":
            word = raw.str.to_lowercase()
            findings.mark(~word.is_in([*YES, *NO]), "bad_enum", spec.name)
            return word.is_in(list(YES)).set(raw.is_null(), None)
        case "time":
            findings.mark(~raw.str.contains(r"^([01]\d|2[0-4]):[0-5]\d$"), "bad_time", spec.name)
            return raw
        case _:
            return _text(raw, spec, findings, plain)


def _check_range(seconds: pl.Series, name: str, findings: Findings, now: int | None) -> None:
    highest, lowest = seconds.max(), seconds.min()
    limit = 4_102_444_800 if now is None else now + 120  # year 2100 for plans
    if lowest is not None and int(lowest) < EPOCH_1990:  # type: ignore[arg-type]
        findings.mark(seconds < EPOCH_1990, "implausible_time", name)
    if highest is not None and int(highest) > limit:  # type: ignore[arg-type]
        if now is None:
            findings.mark(seconds > limit, "implausible_time", name)
        else:
            findings.mark(seconds > now + YEAR_S, "implausible_time", name)
            findings.mark(seconds > limit, "future_event", name)


def _number(raw: pl.Series, name: str, options: ReadOptions, findings: Findings) -> pl.Series:
    text = raw
    if options.decimal == ",":
        text = raw.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    value = text.cast(pl.Float64, strict=False)
    findings.mark(raw.is_not_null() & value.is_null(), "bad_number", name)
    findings.mark(value.is_not_null() & ~value.is_finite(), "not_finite", name)
    if (value == 0).any():
        findings.mark((value == 0) & text.str.starts_with("-"), "not_finite", name)
    return value


def _whole(raw: pl.Series, spec: ColumnSpec, options: ReadOptions, findings: Findings) -> pl.Series:
    value = raw.cast(pl.Int64, strict=False)
    if value.null_count() > raw.null_count():
        number = _number(raw, spec.name, options, findings)
        lost = value.is_null() & number.is_not_null()
        findings.mark(lost & (number.abs() >= INT64), "int_overflow", spec.name)
        findings.mark(lost & (number != number.floor()), "bad_number", spec.name)
        value = value.zip_with(value.is_not_null(), number.cast(pl.Int64, strict=False))
    findings.mark((value == 0) & raw.str.starts_with("-"), "not_finite", spec.name)
    between = re.match(r"^(\d+)-(\d+)", spec.values)
    if between:
        low, high = int(between[1]), int(between[2])
        findings.mark(~value.is_between(low, high), "bad_enum", spec.name)
    return value


def _text(raw: pl.Series, spec: ColumnSpec, findings: Findings, plain: bool) -> pl.Series:
    if spec.name not in LONG_TEXT:
        findings.mark(raw.str.len_chars() > TEXT_CAP, "field_too_long", spec.name)
    if plain:
        return raw
    unusual = raw.str.contains(r"[^\x20-\x7e]").fill_null(False)
    if not unusual.any():
        return raw
    values = {value: clean_text(value) for value in raw.filter(unusual).unique()}
    return raw.replace(values)


def clean_text(text: str) -> str:
    """The text in NFC, characters that hide or reorder it written as escapes like \\u202e."""
    if text.isascii() and text.isprintable():
        return text
    normal = unicodedata.normalize("NFC", text)
    return UNSEEN.sub(lambda m: f"\\u{ord(m[0]):04x}", normal)


_DTYPE: dict[str, pl.DataType | type[pl.DataType]] = {
    "timestamp": pl.Int64, "date": pl.Date, "number": pl.Float64, "int": pl.Int64,
    "enum": pl.String, "bool": pl.Boolean, "time": pl.String, "text": pl.String,
}  # fmt: skip
