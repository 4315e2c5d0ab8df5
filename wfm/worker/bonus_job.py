"""The jobs `bonus` and `bonus_close`: standings noted each night, a period's results frozen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kpis.bonus_reading import BonusView, read_sums
from wfm.actions.bonus import Closed, Result, close_period, note_standings
from wfm.domain.bonus import Ahead, Scheme, Standing
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.grid import day_start
from wfm.domain.language import say
from wfm.domain.organisation import Organisation, Person
from wfm.domain.periods import Period
from wfm.domain.principal import Principal
from wfm.domain.progress import Progress
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.targets import TargetBook
from wfm.facts.reader import FactReader
from wfm.queries.bonus import (
    protected_target,
    read_ahead,
    read_schemes,
    read_standings,
    read_statements,
    rules_of_days,
    team_scopes,
)
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.queries.targets import read_targets
from wfm.store.store import Store

POLICY = "as_known"


@dataclass(frozen=True)
class Member:
    """An agent under a scheme, with the local day that is today there."""

    person: Person
    scope: Scope
    zone: str
    today: date


@dataclass(frozen=True)
class Reading:
    """The facts and targets that all people of one run are judged by."""

    store: Store
    facts: FactReader
    book: TargetBook

    @classmethod
    def of(cls, store: Store) -> Reading:
        """The facts and targets as they are now."""
        return cls(store, open_facts(store), read_targets(store, ENTERPRISE))


def run_bonus(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """Where everybody stood at the end of yesterday, noted; and differences to closed periods."""
    noted = differences = 0
    schemes = read_schemes(store, ENTERPRISE)
    keys = sorted({scheme.scheme_key for scheme in schemes})
    for n, key in enumerate(keys):
        progress(say("Bonus {key}", key=key), 100 * n / len(keys))
        noted += note_standings(store, list(_standings(store, clock, schemes, key)))
        differences += _restated(store, clock, schemes, key)
    told = f"{noted:,} standings noted"
    told += f", {differences:,} differences to closed periods" if differences else ""
    return {"message": f"{told}.", "standings": noted, "differences": differences}


def run_close(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """A period of a scheme closed: `scheme_key` and `day`, a day of the period, with a `reason`."""
    day = date.fromisoformat(str(parameters["day"]))
    progress(say("Closing"), 5.0)
    closed, period = close(
        store, clock, None, str(parameters["scheme_key"]), day, str(parameters.get("reason") or "")
    )
    return {
        "message": say(
            "{first} to {last}: {statements} statements, {differences} differences, {same} as "
            "before.",
            first=period.first,
            last=period.end - timedelta(days=1),
            statements=closed.statements,
            differences=closed.differences,
            same=closed.unchanged,
        ),
        "statements": closed.statements,
        "differences": closed.differences,
        "unchanged": closed.unchanged,
    }


def close(
    store: Store, clock: Clock, who: Principal | None, key: str, day: date, reason: str,
    cause: str = "",
) -> tuple[Closed, Period]:  # fmt: skip
    """What the close of the period around a day wrote; `BadInput` before the period has ended."""
    schemes = read_schemes(store, ENTERPRISE)
    scheme = scheme_of(schemes, key, day)
    period = scheme.period_at(day)
    members = list(members_of(store, clock, scheme, period))
    today = min((m.today for m in members), default=clock.now().date())
    if today < period.end:
        raise BadInput(
            say(
                "The period {first} to {last} has not ended: it is {today}. Close it from {end} "
                "on.",
                first=period.first,
                last=period.end - timedelta(days=1),
                end=period.end,
                today=today,
            )
        )
    rules = rules_of_days(store, period.first, period.end)
    results, reading = [], Reading.of(store)
    for team in teams_of(members):
        sums = read_sums(reading.facts, scheme, scopes_of(store, team), team[0].today, period)
        for member in team:
            view = sums.of(member.scope, Ahead({}, 0)).answer(reading.book)
            if view.sums.base_s > 0:
                results.append(_result(view, member, rules))
    written = close_period(
        store, clock, who, scheme, period.first, period.end, results, reason=reason, cause=cause
    )
    return written, period


def scheme_of(schemes: tuple[Scheme, ...], key: str, day: date) -> Scheme:
    """The version of a scheme in force on a day; `BadInput` names the keys there are."""
    found = [s for s in schemes if s.scheme_key == key and s.holds_on(day)]
    if not found:
        keys = ", ".join(sorted({s.scheme_key for s in schemes})) or "none"
        raise BadInput(
            say(
                "No bonus scheme {key!r} holds on {day}. There are: {keys}.",
                key=key,
                day=day,
                keys=keys,
            )
        )
    return found[-1]


def members_of(store: Store, clock: Clock, scheme: Scheme, period: Period) -> Iterator[Member]:
    """Everybody under a scheme in a period, in the team of its last day."""
    organisation = read_organisation(store, ENTERPRISE)
    now = epoch_s(clock.now())
    seen: set[str] = set()
    for person in organisation.people:
        if person.role != "agent" or person.agent_id in seen:
            continue
        seen.add(person.agent_id)
        own = _at_end(organisation, person, period, now)
        scope = organisation.scope_of(own)
        place = {"enterprise": "*", "site": scope.site, "team": scope.team}[scheme.level]
        if place != scheme.key and scheme.level != "enterprise":
            continue
        zone = organisation.zone(str(scope.site))
        yield Member(own, scope, zone, datetime.fromtimestamp(now, ZoneInfo(zone)).date())


def teams_of(members: Iterable[Member]) -> Iterator[tuple[Member, ...]]:
    """The members team by team: what is read once a team costs little a person."""
    found: dict[Scope, list[Member]] = defaultdict(list)
    for member in members:
        found[Scope(member.scope.site, member.scope.team)].append(member)
    yield from map(tuple, found.values())


def scopes_of(store: Store, team: Sequence[Member]) -> tuple[Scope, ...]:
    """Every team that one of these people was or is in: seconds stay with those who move."""
    return team_scopes(store, [str(member.scope.agent) for member in team])


def _standings(
    store: Store, clock: Clock, schemes: tuple[Scheme, ...], key: str
) -> Iterator[Standing]:
    at = epoch_s(clock.now())
    today = clock.now().date()
    held = [s for s in schemes if s.scheme_key == key and s.holds_on(today)]
    if not held:
        return
    scheme, reading = held[-1], Reading.of(store)
    for team in teams_of(members_of(store, clock, scheme, scheme.period_at(today))):
        begins = team[0].today
        last, scope = begins - timedelta(days=1), Scope(team[0].scope.site, team[0].scope.team)
        period = scheme.period_at(last)
        sums = read_sums(reading.facts, scheme, scopes_of(store, team), last)
        if not sums.people:
            continue
        start = day_start(begins, team[0].zone)
        ahead = read_ahead(store, scope, start, period.end, scheme.left_out)
        before = defaultdict(list)
        for standing in read_standings(store, scope, period.first):
            before[standing.agent_id].append(standing)
        for member in team:
            agent = member.person.agent_id
            kept = protected_target(before[agent], key)
            own = sums.of(member.scope, ahead.get(agent, Ahead({}, 0)))
            view = own.answer(reading.book, protected=kept)
            yield Standing(
                key, agent, period.first, last, at, view.sums.base_s,
                view.sums.good_s, view.sums.left_s, view.excused_s, view.target, view.state,
            )  # fmt: skip


def _restated(store: Store, clock: Clock, schemes: tuple[Scheme, ...], key: str) -> int:
    """Differences written for the newest closed period of a scheme."""
    closed = [s for s, _ in read_statements(store, ENTERPRISE) if s.scheme_key == key]
    if not closed:
        return 0
    first = max(s.first_on for s in closed)
    written, _ = close(
        store, clock, None, key, first, "recomputed at night", "the facts of the period changed"
    )
    return written.differences


def _result(view: BonusView, member: Member, rules: tuple[str, ...]) -> Result:
    reached = view.outlook.reached if view.outlook is not None else None
    projection = view.projection
    document = {
        "scheme": view.scheme.scheme_key,
        "scheme_id": view.scheme.scheme_id,
        "terms": view.scheme.terms(),
        "kpi": view.kpi.id,
        "formula": view.kpi.formula,
        "base_s": view.sums.base_s,
        "good_s": view.sums.good_s,
        "rate": None if projection is None else projection.rate_now,
        "target": view.target,
        "target_rows": [row.target_id if row is not None else None for row in view.rows],
        "source": view.source,
        "tier": None if reached is None else reached.projection.target,
        "counts": [list(count) for count in view.counts],
        "schedule_policy": POLICY,
        "rules": list(rules),
        "state": view.state,
        "factor": view.factor,
    }
    return Result(member.person.agent_id, member.person.team_id, view.state, view.factor, document)


def _at_end(organisation: Organisation, person: Person, period: Period, now: int) -> Person:
    """The row of a person in force at the period's last day, or now when it still runs."""
    end = datetime.combine(period.end, datetime.min.time(), ZoneInfo("UTC"))
    at = min(now, int(end.timestamp()) - 1)
    return organisation.person_at(person.agent_id, at) or person
