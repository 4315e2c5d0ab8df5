"""Files that become rows of the store: organisation, queues, contracts, codes, events, targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

import polars as pl
from sqlalchemy import Connection, Table

from wfm.domain.contracts import parse_breaks
from wfm.domain.errors import BadInput
from wfm.domain.opening import parse_opening
from wfm.ingest.parse import Findings
from wfm.ingest.references import References
from wfm.ingest.sink import Rows, Tally
from wfm.store.lookups import read_agent_zones, read_units
from wfm.store.schema import (
    activity_code,
    agent_alias,
    calendar_event,
    contract,
    org_unit,
    person,
    queue,
    state_map,
    time_off,
)
from wfm.store.writers.ingest import (
    Upserted,
    append_corridors,
    append_targets,
    mark_dirty_from,
    upsert_rows,
)

Row = dict[str, Any]


@dataclass(frozen=True)
class TableKind:
    """How a file becomes a table: its rows, its checks, and the first day a change bears on.

    `append` writes records that are only ever added to, in place of rows put by key.
    """

    table: Table | None
    check: Callable[[pl.DataFrame, Findings, References], None]
    row: Callable[[Row], Row]
    dirty_from: Callable[[Row], date] | None = None
    append: Callable[[Connection, Sequence[Row], int], Upserted] | None = None


class TableSink:
    """Rows of one file of reference data, put in place by key."""

    def __init__(self, kind: str, references: References) -> None:
        self.kind = KINDS[kind]
        self.references = references
        self.tally = Tally()
        self._rows: list[Row] = []
        self._aliases: list[Row] = []

    def take(self, rows: Rows) -> None:
        self.kind.check(rows.frame, rows.findings, self.references)
        good = rows.frame.filter(rows.findings.good)
        for row in good.iter_rows(named=True):
            self._rows.append(self.kind.row(row))
            self._aliases += _aliases(row)

    def flush(self) -> None:
        """Nothing: these rows are few and are written in the transaction itself."""

    def commit(self, connection: Connection, delivery_id: int, received_at: int) -> None:
        if self.kind.append is not None:
            done = self.kind.append(connection, self._rows, received_at)
        elif self.kind.table is not None:
            done = upsert_rows(connection, self.kind.table, self._rows)
            upsert_rows(connection, agent_alias, self._aliases)
        self.tally.loaded = done.inserted + len(done.changed)
        self.tally.duplicates = done.same
        if done.same:
            self.tally.reasons["duplicate"] += done.same
        if done.changed:
            self.tally.reasons["superseded"] += len(done.changed)
        if self.kind.dirty_from is not None and self.tally.loaded:
            first = min(self.kind.dirty_from(row) for row in self._rows)
            mark_dirty_from(connection, first - timedelta(days=1))


def _day(at: int) -> date:
    # A day early covers every zone.
    return date(1970, 1, 1) + timedelta(days=at // 86_400 - 1)


def _none(frame: pl.DataFrame, findings: Findings, references: References) -> None:
    """Nothing to check beyond the columns."""


def _unknown(values: pl.Series, known: set[str], code: str, findings: Findings) -> None:
    findings.mark(values.is_not_null() & ~values.is_in(list(known)), code, values.name)


def _refuse(values: pl.Series, parse: Callable[[str], object], code: str, f: Findings) -> None:
    bad = []
    for value in values.drop_nulls().unique():
        try:
            parse(value)
        except (BadInput, ValueError):
            bad.append(value)
    f.mark(values.is_in(bad), code, values.name)


def _zone(name: str) -> None:
    if name not in available_timezones():
        raise ValueError(name)


def _check_org(frame: pl.DataFrame, findings: Findings, references: References) -> None:
    site = frame["org_level"] == "site"
    findings.mark(site & frame["timezone"].is_null(), "missing_value", "timezone")
    orphan = (frame["org_level"] != "enterprise") & frame["parent_id"].is_null()
    findings.mark(orphan, "missing_value", "parent_id")
    _refuse(frame["timezone"], _zone, "bad_enum", findings)
    _refuse(frame["opening_hours"], parse_opening, "bad_enum", findings)
    findings.mark(frame["valid_to"] <= frame["valid_from"], "end_before_start", "valid_to")
    with references.store.db.read() as connection:
        known = set(read_units(connection))
    _unknown(
        frame["parent_id"], known | set(frame["org_id"].drop_nulls()), "unknown_unit", findings
    )


def _check_people(frame: pl.DataFrame, findings: Findings, references: References) -> None:
    findings.mark(frame["valid_to"] <= frame["valid_from"], "end_before_start", "valid_to")
    with references.store.db.read() as connection:
        teams = {unit for unit, level in read_units(connection).items() if level == "team"}
    _unknown(frame["team_id"], teams, "unknown_unit", findings)
    skills = frame["skills"].str.contains(r"^\s*([^:;]+(:\d{1,3})?\s*(;\s*|$))+$")
    findings.mark(frame["skills"].is_not_null() & ~skills, "bad_enum", "skills")
    _check_aliases(frame["login_aliases"], findings)


def _check_aliases(values: pl.Series, findings: Findings) -> None:
    fine = values.str.contains(r"^\s*[^:;]+:[^;]+(;\s*[^:;]+:[^;]+)*;?\s*$")
    findings.mark(values.is_not_null() & ~fine, "bad_enum", "login_aliases")


def _person(row: Row) -> Row:
    return {
        "agent_id": row["agent_id"], "valid_from_at": row["valid_from"],
        "valid_to_at": row["valid_to"], "display_name": row["display_name"],
        "team_id": row["team_id"], "role": row["role"], "contract_id": row["contract_id"],
        "weekly_hours": row["weekly_hours"], "skills": row["skills"], "hire_on": row["hire_date"],
        "leave_on": row["leave_date"], "leave_kind": row["leave_kind"],
    }  # fmt: skip


def _aliases(row: Row) -> list[Row]:
    pairs = [part.strip().partition(":") for part in (row.get("login_aliases") or "").split(";")]
    return [
        {
            "source_id": source, "login": login, "valid_from_at": row["valid_from"],
            "agent_id": row["agent_id"],
        }
        for source, _, login in pairs
        if login
    ]  # fmt: skip


def _check_queues(frame: pl.DataFrame, findings: Findings, references: References) -> None:
    _refuse(frame["timezone"], _zone, "bad_enum", findings)
    findings.mark(frame["sl_threshold_s"] < 0, "negative_duration", "sl_threshold_s")
    findings.mark(frame["short_abandon_s"] < 0, "negative_duration", "short_abandon_s")
    longer = frame["short_abandon_s"] > frame["sl_threshold_s"]
    findings.mark(longer, "inconsistent_durations", "short_abandon_s")
    with references.store.db.read() as connection:
        sites = {unit for unit, level in read_units(connection).items() if level == "site"}
    _unknown(frame["site_id"], sites, "unknown_unit", findings)


def _queue(row: Row) -> Row:
    short = row["short_abandon_s"]
    return {
        "queue_id": row["queue_id"], "valid_from_at": row["valid_from"], "name": row["name"],
        "channel": row["channel"], "skill_group": row["skill_group"],
        "sl_threshold_s": row["sl_threshold_s"],
        "short_abandon_s": min(5, row["sl_threshold_s"]) if short is None else short,
        "sl_target_pct": row["sl_target_pct"], "deferred_sla_s": row["deferred_sla_s"],
        "timezone": row["timezone"], "sl_definition": row["sl_definition"] or "short_excluded",
        "site_id": row["site_id"],
    }  # fmt: skip


def _check_contracts(frame: pl.DataFrame, findings: Findings, references: References) -> None:
    _refuse(frame["breaks"], parse_breaks, "bad_enum", findings)
    fine = frame["shift_lengths_min"].str.contains(r"^\s*\d+\s*(;\s*\d+\s*)*;?\s*$")
    findings.mark(~fine, "bad_number", "shift_lengths_min")
    for low, high in (("weekly_hours_min", "weekly_hours_max"), ("days_min", "days_max")):
        findings.mark(frame[low] < 0, "bad_number", low)
        findings.mark(frame[high] < frame[low], "inconsistent_counts", high)


def _contract(row: Row) -> Row:
    defaults = {"start_every_min": 30, "rest_min": 660, "max_consecutive_days": 6}
    return {**row, **{k: v for k, v in defaults.items() if row[k] is None}}


def _check_events(frame: pl.DataFrame, findings: Findings, references: References) -> None:
    findings.mark(frame["end_date"] < frame["start_date"], "end_before_start", "end_date")
    findings.mark(frame["effect_pct"] < -100, "bad_number", "effect_pct")
    references.queues(frame["queue_id"], findings)


def _event(row: Row) -> Row:
    return {
        "event_id": row["event_id"], "queue_id": row["queue_id"], "start_on": row["start_date"],
        "end_on": row["end_date"], "kind": row["kind"], "size": row["size"],
        "one_off": row["one_off"], "known_at": row["known_at"], "name": row["name"],
        "effect_pct": row["effect_pct"],
    }  # fmt: skip


def _check_targets(frame: pl.DataFrame, findings: Findings, references: References) -> None:
    empty = frame["value_lo"].is_null() & frame["value_hi"].is_null()
    findings.mark(empty, "missing_value", "value_lo or value_hi")
    findings.mark(frame["value_hi"] < frame["value_lo"], "inconsistent_counts", "value_hi")
    findings.mark(frame["amber_width"] < 0, "bad_number", "amber_width")
    with references.store.db.read() as connection:
        units = read_units(connection)
        agents = read_agent_zones(connection, frame["key"].drop_nulls().unique())
    for level in ("site", "team"):
        known = [unit for unit, is_level in units.items() if is_level == level]
        wrong = (frame["level"] == level) & ~frame["key"].is_in(known)
        findings.mark(wrong, "unknown_unit", "key")
    wrong = (frame["level"] == "agent") & ~frame["key"].is_in(list(agents))
    findings.mark(wrong, "unknown_agent", "key")

    references.queues(frame["queue_id"], findings)


def _target(row: Row) -> Row:
    return {**row, "contact_type": row["contact_type"] or "", "queue_id": row["queue_id"] or ""}


def _check_corridors(frame: pl.DataFrame, findings: Findings, references: References) -> None:
    findings.mark(frame["width"] < 0, "bad_number", "width")
    with references.store.db.read() as connection:
        units = read_units(connection)
    for level in ("site", "team"):
        known = [unit for unit, is_level in units.items() if is_level == level]
        wrong = (frame["level"] == level) & ~frame["key"].is_in(known)
        findings.mark(wrong, "unknown_unit", "key")


def _corridor(row: Row) -> Row:
    return {**row, "kpi_id": row["kpi_id"] or ""}


def _check_time_off(frame: pl.DataFrame, findings: Findings, references: References) -> None:
    findings.mark(frame["end_at"] <= frame["start_at"], "end_before_start", "end_at")
    references.agents(frame["agent_id"], frame["start_at"], findings)


def _code(row: Row) -> Row:
    return {**row, "interruptible": bool(row["interruptible"])}


def _state(row: Row) -> Row:
    return {**row, "reason": row["reason"] or ""}


ALWAYS = date(1970, 1, 2)
KINDS: dict[str, TableKind] = {
    "org": TableKind(org_unit, _check_org, dict, lambda r: r["valid_from"]),
    "people": TableKind(person, _check_people, _person, lambda r: _day(r["valid_from_at"])),
    "queues": TableKind(queue, _check_queues, _queue, lambda r: _day(r["valid_from_at"])),
    "contracts": TableKind(contract, _check_contracts, _contract),
    "activity_codes": TableKind(activity_code, _none, _code, lambda r: ALWAYS),
    "state_map": TableKind(state_map, _none, _state, lambda r: r["valid_from"]),
    "events": TableKind(calendar_event, _check_events, _event),
    "targets": TableKind(None, _check_targets, _target, append=append_targets),
    "corridors": TableKind(None, _check_corridors, _corridor, append=append_corridors),
    "time_off": TableKind(time_off, _check_time_off, dict),
}  # fmt: skip
