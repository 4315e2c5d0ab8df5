"""Bonus schemes in force, the shifts still ahead, and what was frozen: for one scope."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from wfm.domain.activities import Activity
from wfm.domain.bonus import Ahead, Difference, Scheme, Standing, Statement, terms_of
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.rules import activity_codes
from wfm.store.readers.schedules import read_shifts
from wfm.store.schema import (
    bonus_difference,
    bonus_scheme,
    bonus_standing,
    bonus_statement,
    build,
    org_unit,
    partition,
    person,
)
from wfm.store.store import Store

# What is not published yet is taken to be as the last four weeks were.
LIKE_DAYS = 28
SETTLED = ("secured", "earned")


def read_schemes(store: Store, scope: Scope) -> tuple[Scheme, ...]:
    """Every version of the schemes of a scope and of the units above and inside it, by id."""
    with store.db.read() as connection:
        organisation = read_organisation(connection, scope)
        rows = connection.execute(select(bonus_scheme).order_by(bonus_scheme.c.scheme_id)).all()
    units = {u.org_id for u in organisation.units}
    found = [
        Scheme(
            r.scheme_id, r.scheme_key, r.name, r.level, r.key, r.kpi_id, r.period,
            effective_from=r.effective_from, effective_to=r.effective_to,
            recorded_at=r.recorded_at, author=r.author, reason=r.reason,
            **terms_of(json.loads(r.terms)),
        )
        for r in rows
    ]  # fmt: skip
    return tuple(s for s in found if s.level == "enterprise" or s.key in units)


def schemes_on(schemes: Sequence[Scheme], scope: Scope, day: date) -> tuple[Scheme, ...]:
    """The version in force of each scheme that an agent, team or site of a scope has on a day.

    Of versions of one key the newest recorded wins; the nearest unit's schemes stand first.
    """
    places = {"team": scope.team, "site": scope.site}
    newest: dict[str, Scheme] = {}
    for scheme in schemes:
        mine = scheme.level == "enterprise" or places.get(scheme.level) == scheme.key
        if mine and scheme.holds_on(day):
            newest[scheme.scheme_key] = scheme
    depth = {"team": 0, "site": 1, "enterprise": 2}
    return tuple(sorted(newest.values(), key=lambda s: (depth[s.level], s.scheme_key)))


def agent_scopes(store: Store, scope: Scope) -> tuple[Scope, ...]:
    """Every team an agent was or is in, as scopes: seconds stay with the agent who moves."""
    teams = team_scopes(store, [str(scope.agent)])
    return tuple(Scope(team.site, team.team, scope.agent) for team in teams)


def team_scopes(store: Store, agents: Sequence[str]) -> tuple[Scope, ...]:
    """Every team that one of some agents was or is in, in the order they were in them."""
    with store.db.read() as connection:
        found = connection.execute(
            select(org_unit.c.parent_id, org_unit.c.org_id)
            .join(person, person.c.team_id == org_unit.c.org_id)
            .where(person.c.agent_id.in_(agents), org_unit.c.org_level == "team")
            .order_by(person.c.valid_from_at)
        )
        return tuple(dict.fromkeys(Scope(site, team) for site, team in found if site))


def read_ahead(
    store: Store, scope: Scope, now: int, end: date, left_out: Sequence[str] = ()
) -> dict[str, Ahead]:
    """For each agent of a scope what of the base is still planned from now to a day, not included.

    Only time that counts for adherence; activities of `left_out` categories do not.
    """
    with store.db.read() as connection:
        organisation = read_organisation(connection, scope)
        codes = activity_codes(connection)
        zone = organisation.zone(scope.site) if scope.site else _first_zone(connection)
        today = datetime.fromtimestamp(now, ZoneInfo(zone)).date()
        horizon = _horizon(connection, scope, today, end)
        first = min(today, horizon) - timedelta(days=LIKE_DAYS)
        shifts = read_shifts(connection, scope, first, max(end, horizon))
    counted = {a.code for a in codes if _counts(a, left_out)}
    by_agent: dict[str, list[Shift]] = defaultdict(list)
    for shift in shifts:
        by_agent[shift.agent_id].append(shift)
    return {
        agent: _ahead(own, counted, now, today, horizon, end) for agent, own in by_agent.items()
    }


def read_standings(store: Store, scope: Scope, first: date) -> tuple[Standing, ...]:
    """What agents of a scope were shown in a period that begins on a day, oldest first."""
    with store.db.read() as connection:
        inside = _agents(connection, scope)
        rows = connection.execute(
            select(bonus_standing)
            .where(bonus_standing.c.first_on == first)
            .order_by(bonus_standing.c.agent_id, bonus_standing.c.as_of_on)
        ).all()
    return tuple(
        Standing(
            r.scheme_key, r.agent_id, r.first_on, r.as_of_on, r.recorded_at, r.base_s, r.good_s,
            r.left_s, r.excused_s, r.target, r.state,
        )
        for r in rows
        if r.agent_id in inside
    )  # fmt: skip


def protected_target(standings: Sequence[Standing], key: str) -> float | None:
    """The lowest target at which a person was shown the bonus as secured; None when never."""
    shown = [
        s.target
        for s in standings
        if s.scheme_key == key and s.state in SETTLED and s.target is not None
    ]
    return min(shown, default=None)


def read_statements(
    store: Store, scope: Scope, first: date | None = None
) -> tuple[tuple[Statement, tuple[Difference, ...]], ...]:
    """Frozen results of a scope with their later differences, the newest period first."""
    with store.db.read() as connection:
        inside = _agents(connection, scope)
        query = select(bonus_statement).order_by(
            bonus_statement.c.first_on.desc(), bonus_statement.c.statement_id
        )
        if first is not None:
            query = query.where(bonus_statement.c.first_on == first)
        rows = [r for r in connection.execute(query) if r.agent_id in inside]
        later: dict[int, list[Difference]] = defaultdict(list)
        for r in connection.execute(
            select(bonus_difference).order_by(bonus_difference.c.difference_id)
        ):
            later[r.statement_id].append(
                Difference(
                    r.difference_id, r.statement_id, r.recorded_at, r.author, r.cause, r.state,
                    r.factor, json.loads(r.document), r.signature,
                )
            )  # fmt: skip
    return tuple(
        (
            Statement(
                r.statement_id, r.scheme_key, r.scheme_id, r.agent_id, r.team_id, r.first_on,
                r.end_on, r.closed_at, r.author, r.state, r.factor, json.loads(r.document),
                r.signature,
            ),
            tuple(later[r.statement_id]),
        )
        for r in rows
    )  # fmt: skip


def rules_of_days(store: Store, first: date, end: date) -> tuple[str, ...]:
    """The adherence rules by which the live facts of some days were built, each once."""
    query = (
        select(build.c.rules_id)
        .select_from(build.join(partition, partition.c.live_build == build.c.build_id))
        .where(build.c.day >= first, build.c.day < end)
        .distinct()
        .order_by(build.c.rules_id)
    )
    with store.db.read() as connection:
        return tuple(str(found) for found in connection.scalars(query))


def _agents(connection: Connection, scope: Scope) -> set[str]:
    return {p.agent_id for p in read_organisation(connection, scope).people}


def _counts(activity: Activity, left_out: Sequence[str]) -> bool:
    return activity.adherence == "count" and activity.category not in left_out


def _horizon(connection: Connection, scope: Scope, today: date, end: date) -> date:
    """The day after the last one with published shifts in the agent's team, up to the end."""
    team = Scope(scope.site, scope.team)
    ahead = read_shifts(connection, team, today, end)
    last = max((shift.shift_on for shift in ahead), default=today - timedelta(days=1))
    # A week is published whole: its days off are known to be off.
    return min(end, last + timedelta(days=7 - last.weekday()))


def _first_zone(connection: Connection) -> str:
    zones = connection.scalars(
        select(org_unit.c.timezone)
        .where(org_unit.c.timezone.is_not(None))
        .order_by(org_unit.c.org_id)
    ).all()
    return str(zones[0]) if zones else "UTC"


def _ahead(
    shifts: Sequence[Shift], counted: set[str], now: int, today: date, horizon: date, end: date
) -> Ahead:
    by_day: dict[date, float] = {}
    known = 0
    like_s = like_n = 0.0
    for shift in shifts:
        segments = [s for s in shift.segments if s.activity in counted]
        left = sum(max(0, s.end_at - max(s.start_at, now)) for s in segments)
        if left and shift.shift_on < end:
            by_day[shift.shift_on] = by_day.get(shift.shift_on, 0.0) + left
            known += 1
        if horizon - timedelta(days=LIKE_DAYS) <= shift.shift_on < horizon and segments:
            like_s += sum(s.seconds for s in segments)
            like_n += 1
    days = (end - horizon).days
    if days <= 0 or not like_n:
        return Ahead(by_day, known)
    daily = like_s / LIKE_DAYS
    for n in range(days):
        by_day[horizon + timedelta(days=n)] = daily
    return Ahead(by_day, known + round(like_n * days / LIKE_DAYS), horizon)
