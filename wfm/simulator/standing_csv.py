"""What stands still in a centre, as generic CSV files: units, people, queues, rules, targets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from wfm.domain.activities import DEFAULT_ACTIVITIES
from wfm.simulator.centre import (
    BREAKS,
    CONTRACTS,
    ENTERPRISE,
    SOURCE,
    Centre,
    Group,
    Team,
)
from wfm.simulator.csv_files import Row, timed_frame, write_frame, write_rows

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
    ("service_level", 80.0, None, 5.0), ("abandonment_rate", None, 7.0, 2.0),
    ("average_speed_of_answer", None, 25.0, 10.0), ("adherence", 95.0, None, 2.0),
    ("conformance", 95.0, 105.0, 5.0), ("occupancy", 76.0, 88.0, 4.0),
    ("unscheduled_aux_share", None, 5.0, 2.0), ("shrinkage", None, 38.0, 3.0),
)  # fmt: skip


def write_standing(folder: Path, centre: Centre) -> list[Path]:
    """The files, in order of dependence."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        write_rows(folder / "org.csv", _ORG, _org(centre)),
        write_rows(folder / "contracts.csv", _CONTRACT, _contracts()),
        write_rows(folder / "people.csv", _PEOPLE, _people(centre)),
        write_rows(folder / "queues.csv", _QUEUE, _queues(centre)),
        write_rows(folder / "activity_codes.csv", _ACTIVITY, _activities()),
        write_rows(folder / "state_map.csv", _STATE, _states()),
        write_rows(folder / "targets.csv", _TARGET, _targets(centre)),
        write_frame(folder / "events.csv", timed_frame(_EVENT, _events(centre))),
    ]


_ORG = ("org_id", "org_level", "parent_id", "name", "timezone", "opening_hours", "valid_from")
_PEOPLE = (
    "agent_id", "valid_from", "display_name", "team_id", "role", "contract_id", "weekly_hours",
    "skills", "hire_date", "leave_date", "leave_kind",
)  # fmt: skip
_QUEUE = (
    "queue_id", "valid_from", "name", "channel", "skill_group", "sl_threshold_s",
    "short_abandon_s", "sl_target_pct", "sl_definition", "site_id", "deferred_sla_s",
)  # fmt: skip
_CONTRACT = (
    "contract_id", "valid_from", "weekly_hours_min", "weekly_hours_max", "days_min", "days_max",
    "shift_lengths_min", "start_every_min", "rest_min", "max_consecutive_days", "breaks",
)  # fmt: skip
_ACTIVITY = ("activity_code", "category", "paid", "adherence", "interruptible", "planned")
_STATE = ("source_id", "state", "reason", "state_group", "valid_from")
_EVENT = (
    "event_id", "queue_id", "start_date", "end_date", "kind", "size", "one_off", "known_at",
)  # fmt: skip
_TARGET = ("kpi_id", "level", "key", "contact_type", "value_lo", "value_hi", "amber_width",
           "effective_from")  # fmt: skip


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
            40, "", _OPENED, "", "",
        )  # fmt: skip
    for agent in centre.agents:
        hours = CONTRACTS[agent.contract_id].weekly_minutes[1] // 60
        yield (
            agent.agent_id, f"{agent.hire_on}T00:00:00Z", agent.name, agent.team_id, "agent",
            agent.contract_id, hours, ";".join(f"{q}:80" for q in agent.skills), agent.hire_on,
            agent.leave_on or "", "" if agent.leave_on is None else "voluntary",
        )  # fmt: skip


def _queues(centre: Centre) -> Iterable[Row]:
    for group in centre.groups:
        for queue in group.queues:
            yield (
                queue.queue_id, f"{_OPENED}T00:00:00Z", queue.name, queue.channel, group.group_id,
                queue.threshold_s, 5, 80, "short_excluded", group.site_id,
                queue.deferred_s or "",
            )  # fmt: skip


def _contracts() -> Iterable[Row]:
    for contract in CONTRACTS.values():
        low, high = contract.weekly_minutes
        yield (
            contract.contract_id, _OPENED, low / 60, high / 60, *contract.days,
            ";".join(map(str, contract.shift_minutes)), contract.start_every,
            contract.rest_minutes, contract.max_consecutive_days, BREAKS[contract.contract_id],
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


def _events(centre: Centre) -> list[Row]:
    return [
        (e.event_id, e.queue_id, e.start_on, e.end_on, e.kind, e.size, e.one_off, e.known_at)
        for e in centre.events
    ]


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
    yield from _work_targets("team", team.team_id, [group], [1.0], team)
    if team.bonus_line is not None:
        # A line on which money hangs has no amber beside it.
        for agent in centre.members[team.group_id]:
            if agent.team_id == team.team_id:
                yield _target("adherence", "agent", agent.agent_id, team.bonus_line, None, 0.0)


def _work_targets(
    level: str, key: str, groups: list[Group], weights: list[float], team: Team | None = None
) -> Iterable[Row]:
    """Targets of handle time and pace as an agent of average pace reaches them, or as planned."""

    def mean(values: list[float]) -> float:
        return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)

    talk = mean([sum(q.share * q.talk_s for q in g.queues) for g in groups])
    acw = mean([sum(q.share * q.acw_s for q in g.queues) for g in groups])
    hold = mean([sum(q.share * q.hold_share * q.hold_s for q in g.queues) for g in groups])
    if team is not None and team.plan_s is not None:
        talk, hold, acw = team.plan_s
    handle = round(talk + acw + hold, 0)
    yield _target("average_handle_time", level, key, handle * 0.9, handle * 1.06, 15.0)
    yield _target("average_talk_time", level, key, talk * 0.88, talk * 1.08, 12.0)
    yield _target("average_hold_time", level, key, None, hold * 1.15, 5.0)
    yield _target("average_after_contact_work", level, key, None, acw * 1.12, 6.0)
    pace = 3600 * 0.80 / handle
    if team is not None and team.plan_per_hour is not None:
        pace = team.plan_per_hour
    yield _target("contacts_per_hour", level, key, pace, None, 0.6)


def _target(
    kpi: str, level: str, key: str, low: float | None, high: float | None, width: float
) -> Row:
    return (
        kpi, level, key, "", "" if low is None else round(low, 3),
        "" if high is None else round(high, 3), width, _OPENED,
    )  # fmt: skip


def _bool(value: bool) -> str:
    return "true" if value else "false"
