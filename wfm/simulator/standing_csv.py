"""What stands still in a centre, as generic CSV files: units, people, queues, rules, targets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from wfm.domain.activities import DEFAULT_ACTIVITIES
from wfm.simulator.centre import (
    CONTRACTS,
    ENTERPRISE,
    FULL_BREAKS,
    PART_BREAKS,
    PART_TIME,
    SOURCE,
    Centre,
    Group,
    Team,
)

# Before anybody was hired: in force for all that is simulated.
_OPENED = date(2015, 1, 1)
_STATE_GROUPS = (
    ("available", "", "on_queue"), ("alerting", "", "on_queue"), ("talk", "", "on_queue"),
    ("hold", "", "on_queue"), ("acw", "", "on_queue"), ("offline", "", "logged_out"),
    ("aux", "break", "break"), ("aux", "meal", "meal"), ("aux", "meeting", "meeting"),
    ("aux", "coaching", "coaching"), ("aux", "training", "training"),
    ("aux", "personal", "other_aux"), ("aux", "system", "other_aux"), ("aux", "task", "other_aux"),
)  # fmt: skip
_ENTERPRISE_TARGETS = (
    ("service_level", 80.0, None, 5.0), ("abandonment_rate", None, 6.0, 2.0),
    ("average_speed_of_answer", None, 25.0, 10.0), ("adherence", 95.0, None, 2.0),
    ("conformance", 95.0, 105.0, 5.0), ("occupancy", 58.0, 75.0, 6.0),
    ("unscheduled_aux_share", None, 5.0, 2.0), ("shrinkage", None, 26.0, 3.0),
)  # fmt: skip


def write_standing(folder: Path, centre: Centre) -> list[Path]:
    """The files, in order of dependence."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _write(folder / "org.csv", _ORG, _org(centre)),
        _write(folder / "contracts.csv", _CONTRACT, _contracts()),
        _write(folder / "people.csv", _PEOPLE, _people(centre)),
        _write(folder / "queues.csv", _QUEUE, _queues(centre)),
        _write(folder / "activity_codes.csv", _ACTIVITY, _activities()),
        _write(folder / "state_map.csv", _STATE, _states()),
        _write(folder / "targets.csv", _TARGET, _targets(centre)),
    ]


_ORG = ("org_id", "org_level", "parent_id", "name", "timezone", "opening_hours", "valid_from")
_PEOPLE = (
    "agent_id", "valid_from", "display_name", "team_id", "role", "contract_id", "weekly_hours",
    "skills", "hire_date",
)  # fmt: skip
_QUEUE = (
    "queue_id", "valid_from", "name", "channel", "skill_group", "sl_threshold_s",
    "short_abandon_s", "sl_target_pct", "sl_definition", "site_id",
)  # fmt: skip
_CONTRACT = (
    "contract_id", "valid_from", "weekly_hours_min", "weekly_hours_max", "days_min", "days_max",
    "shift_lengths_min", "start_every_min", "rest_min", "max_consecutive_days", "breaks",
)  # fmt: skip
_ACTIVITY = ("activity_code", "category", "paid", "adherence", "interruptible", "planned")
_STATE = ("source_id", "state", "reason", "state_group", "valid_from")
_TARGET = ("kpi_id", "level", "key", "contact_type", "value_lo", "value_hi", "amber_width",
           "effective_from")  # fmt: skip
Row = Sequence[object]


def _org(centre: Centre) -> Iterable[Row]:
    yield ENTERPRISE, "enterprise", "", "All sites", "", "", _OPENED
    for site in centre.sites:
        yield (
            site.site_id, "site", ENTERPRISE, site.name, site.timezone, site.opening_text, _OPENED
        )  # fmt: skip
    for team in centre.teams:
        yield team.team_id, "team", team.site_id, team.name, "", "", _OPENED


def _people(centre: Centre) -> Iterable[Row]:
    for team in centre.teams:
        yield (
            team.lead_id, f"{_OPENED}T00:00:00Z", team.lead_name, team.team_id, "supervisor", "",
            40, "", _OPENED,
        )  # fmt: skip
    for agent in centre.agents:
        queues = centre.group[agent.group_id].queues
        hours = CONTRACTS[agent.contract_id].weekly_minutes[1] // 60
        yield (
            agent.agent_id, f"{agent.hire_on}T00:00:00Z", agent.name, agent.team_id, "agent",
            agent.contract_id, hours, ";".join(f"{q.queue_id}:80" for q in queues), agent.hire_on,
        )  # fmt: skip


def _queues(centre: Centre) -> Iterable[Row]:
    for group in centre.groups:
        for queue in group.queues:
            yield (
                queue.queue_id, f"{_OPENED}T00:00:00Z", queue.name, "voice", group.group_id, 20, 5,
                80, "short_excluded", group.site_id,
            )  # fmt: skip


def _contracts() -> Iterable[Row]:
    for contract in CONTRACTS.values():
        low, high = contract.weekly_minutes
        part = contract.contract_id == PART_TIME.contract_id
        yield (
            contract.contract_id, _OPENED, low // 60, high // 60, *contract.days,
            ";".join(map(str, contract.shift_minutes)), contract.start_every,
            contract.rest_minutes, contract.max_consecutive_days,
            PART_BREAKS if part else FULL_BREAKS,
        )  # fmt: skip


def _activities() -> Iterable[Row]:
    for a in DEFAULT_ACTIVITIES:
        yield (
            a.code, a.category, _bool(a.paid), a.adherence, _bool(a.interruptible),
            _bool(a.planned),
        )  # fmt: skip


def _states() -> Iterable[Row]:
    for state, reason, group in _STATE_GROUPS:
        yield SOURCE, state, reason, group, _OPENED


def _targets(centre: Centre) -> Iterable[Row]:
    for kpi, low, high, width in _ENTERPRISE_TARGETS:
        yield _target(kpi, "enterprise", ENTERPRISE, low, high, width)
    for site in centre.sites:
        groups = [g for g in centre.groups if g.site_id == site.site_id]
        weights = [float(len(centre.members[g.group_id])) for g in groups]
        yield from _work_targets("site", site.site_id, groups, weights)
    for team in centre.teams:
        yield from _team_targets(centre, team)


def _team_targets(centre: Centre, team: Team) -> Iterable[Row]:
    group = centre.group[team.group_id]
    yield from _work_targets("team", team.team_id, [group], [1.0])


def _work_targets(level: str, key: str, groups: list[Group], weights: list[float]) -> Iterable[Row]:
    """Targets of handle time and pace as an agent of average pace reaches them."""

    def mean(values: list[float]) -> float:
        return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)

    talk = mean([sum(q.share * q.talk_s for q in g.queues) for g in groups])
    acw = mean([sum(q.share * q.acw_s for q in g.queues) for g in groups])
    hold = mean([sum(q.share * q.hold_share * q.hold_s for q in g.queues) for g in groups])
    handle = round(talk + acw + hold, 0)
    yield _target("average_handle_time", level, key, handle * 0.9, handle * 1.06, 15.0)
    yield _target("average_talk_time", level, key, talk * 0.88, talk * 1.08, 12.0)
    yield _target("average_hold_time", level, key, None, hold * 1.15, 5.0)
    yield _target("average_after_contact_work", level, key, None, acw * 1.12, 6.0)
    yield _target("contacts_per_hour", level, key, 3600 * 0.61 / handle, None, 0.6)


def _target(
    kpi: str, level: str, key: str, low: float | None, high: float | None, width: float
) -> Row:
    return (
        kpi, level, key, "", "" if low is None else round(low, 1),
        "" if high is None else round(high, 1), width, _OPENED,
    )  # fmt: skip


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path
