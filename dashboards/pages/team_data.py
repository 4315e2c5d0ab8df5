"""The team: each agent now and in the period, in the order in which they need the lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from dashboards.frame import LASTING, Ask
from dashboards.names import name_of, scope_below
from dashboards.pages.manager_data import Centre, most_off
from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import PAGES, visible_kpis
from kpis.drill import drill_reason
from kpis.patterns import MomentLoss, lost_by_moment
from kpis.value import KpiValue
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.organisation import Person
from wfm.domain.scope import Scope
from wfm.queries.access import within
from wfm.queries.activities import activities_known
from wfm.queries.lapses import OutSpell, read_lapses
from wfm.queries.past_day import read_days
from wfm.queries.permissions import permission_table
from wfm.queries.schedules import read_shifts
from wfm.queries.spare import Spare, read_covers, spare_of
from wfm.queries.timeline import AgentTimeline

TILES = PAGES["team"].kpi_ids
MAIN = "contacts_per_hour"
SPLIT = ("average_talk_time", "average_hold_time", "average_after_contact_work")
OF_AGENTS = ("adherence", "out_of_adherence_time", MAIN, "average_handle_time", *SPLIT,
             "contacts_handled")  # fmt: skip
COURSE_DAYS = 28


@dataclass(frozen=True)
class Member:
    """One agent: who it is, the figures of the period, and the running or asked day."""

    agent_id: str
    name: str
    scope: Scope | None
    tenure: int | None
    values: Mapping[str, KpiValue]
    day: AgentTimeline | None
    now_at: int | None
    spare: Spare | None = None  # at the queue that misses the agent, where it is known

    @property
    def out_s(self) -> int | None:
        """Seconds out of adherence up to now, None when the agent is not out."""
        now = self.day.now if self.day is not None else None
        if now is None or self.now_at is None or now.adherence != "out":
            return None
        return self.now_at - now.adherence_since_at

    @property
    def impact(self) -> float | None:
        """Agents that the queue has more (+1) or fewer (−1) than planned; None: not at work."""
        now = self.day.now if self.day is not None else None
        if now is None or not self.at_work:
            return None
        if now.adherence == "out" and now.impact == "negative":
            return -1.0
        return 1.0 if now.impact == "positive" else 0.0

    @property
    def at_work(self) -> bool:
        """Whether the agent is planned now and counts, or is signed in."""
        now = self.day.now if self.day is not None else None
        if now is None:
            return False
        planned = now.activity is not None and now.adherence != "ignored"
        return planned or now.state_group != "logged_out"

    @property
    def hurts(self) -> bool:
        """Whether the queue misses this agent now."""
        return (self.impact or 0.0) < 0

    @property
    def urgency(self) -> tuple[float, int]:
        """Harm now: missed on a queue that is short, on another one, out otherwise, unknown, at
        work, later, absent, done.
        """
        if self.out_s is not None:
            spared = self.spare is not None and not self.spare.short
            return (1 if not self.hurts else 0.5 if spared else 0), -self.out_s
        now = self.day.now if self.day is not None else None
        if now is not None and self.at_work:
            return (2 if now.adherence == "unknown" else 3), 0
        if now is not None and now.activity is not None:
            return (5, 0)
        planned = self.day.planned if self.day is not None else ()
        ahead = [s.start_at for s in planned if s.start_at > (self.now_at or 0)]
        return (4, min(ahead)) if ahead else (6 if planned else 7, 0)


@dataclass(frozen=True)
class Team:
    """Everything the team's page says, read once."""

    centre: Centre
    members: tuple[Member, ...]
    whole: tuple[KpiValue, ...]
    categories: Mapping[str, str]

    @property
    def ask(self) -> Ask:
        """The question that is answered."""
        return self.centre.ask

    @property
    def live(self) -> bool:
        """Whether the board tells the running day, so who is out now."""
        return is_live(self.ask)

    @cached_property
    def out(self) -> tuple[Member, ...]:
        """Who is out of adherence now, most harm first."""
        return tuple(m for m in self.members if m.out_s is not None)

    @cached_property
    def makers(self) -> tuple[int, int]:
        """How many agents make the whole gap, of how many: (2, 8)."""
        shares = [
            s.adds for s in self.centre.parts[0] if s.adds is not None and s.value.denominator
        ]
        sign = 1 if self.centre.pushes_up else -1
        gap, total = sign * sum(shares), 0.0
        for count, adds in enumerate(shares, 1):
            total += sign * adds
            if total >= gap - 1e-9:
                return count, len(shares)
        return len(shares), len(shares)

    @cached_property
    def spells(self) -> tuple[OutSpell, ...]:
        """Time out of adherence in the period that counts, longest first."""
        if self.ask.period.days == 1:
            found = [spell for m in self.members for spell in _spells(m, self.ask.period.first)]
        else:
            period = self.ask.period
            found = list(read_lapses(self.ask.facts, self.ask.scope, period.first, period.end))
        return tuple(sorted(found, key=lambda s: (-s.seconds, s.start_at, s.agent_id)))

    @cached_property
    def excused(self) -> int:
        """How many spells of the day are explained by their cause."""
        return sum(bool(e.cause) for m in self.members if m.day for e in m.day.exceptions)

    @cached_property
    def moments(self) -> Mapping[str, tuple[MomentLoss, ...]]:
        """By agent the moments of the shift at which time is lost, most first."""
        period, ask = self.ask.period, self.ask
        shifts = read_shifts(ask.sources.store, ask.scope, period.first, period.end)
        shifts = tuple(s for s in shifts if s.segments and s.segments[0].start_at < ask.now)
        found = {}
        for member in self.members:
            mine = [s for s in self.spells if s.agent_id == member.agent_id]
            own = [s for s in shifts if s.agent_id == member.agent_id]
            found[member.agent_id] = lost_by_moment(mine, own, self.categories)
        return found

    @cached_property
    def courses(self) -> tuple[Sequence[date], Mapping[str, Mapping[date, KpiValue]]]:
        """The days and the figure in focus on them by agent, four weeks at least."""
        ask = self.ask
        last = min(ask.period.end, ask.today + timedelta(days=1))
        first = min(ask.period.first, last - timedelta(days=COURSE_DAYS))
        ids = (self.centre.kpi.id,)
        values = ask.values(ids, by=("agent", "day"), first=first, end=last, bare=True)
        found: dict[str, dict[date, KpiValue]] = {}
        for value in values:
            day, agent = value.at("day"), value.at("agent")
            if isinstance(day, date) and value.value is not None:
                found.setdefault(str(agent), {})[day] = value
        days = sorted({day for course in found.values() for day in course})
        return days, found


def _spells(member: Member, day: date) -> list[OutSpell]:
    """Time out of one day; what touches is one spell, named by what it began with."""
    found: list[OutSpell] = []
    for e in member.day.exceptions if member.day is not None else ():
        if e.cause:
            continue
        if found and found[-1].end_at == e.start_at:
            found[-1] = replace(found[-1], end_at=e.end_at)
        else:
            found.append(OutSpell(member.agent_id, day, e.start_at, e.end_at, e.activity,
                                  e.state_group, e.reason, e.cause))  # fmt: skip
    return found


def is_live(ask: Ask) -> bool:
    """Whether the period is today alone."""
    return ask.live and ask.period.days == 1


def read_team(ask: Ask) -> Team:
    """The team of the asked scope, agents in the order of harm."""
    centre = _centre(ask)
    known = ask.held("activities", lambda: activities_known(ask.sources.store), minutes=LASTING)
    categories = {a.code: a.category for a in known}
    days: dict[str, AgentTimeline] = {}
    if ask.period.days == 1:
        sources, day = ask.sources, ask.period.first
        found = read_days(sources.store, ask.facts, ask.scope, day, sources.clock)
        days = {day.agent_id: day for day in found}
    values: dict[str, dict[str, KpiValue]] = {}
    for value in ask.values(OF_AGENTS, by=("agent",)):
        if value.at("agent") is not None:
            values.setdefault(str(value.at("agent")), {})[value.kpi_id] = value
    members = [
        _member(ask, agent, values.get(agent, {}), days.get(agent))
        for agent in dict.fromkeys([*days, *values])
    ]
    members = _with_spare(ask, members)
    shares, _ = centre.parts
    place = {str(s.value.at("agent")): at for at, s in enumerate(shares)}

    def order(member: Member) -> tuple[tuple[float, int], int, str]:
        known = member.values.get(MAIN)
        urgency = member.urgency if is_live(ask) else (0 if _told(member) else 1, 0)
        unknown = known is None or known.value is None
        return urgency, place.get(member.agent_id, 9999) + 9999 * unknown, member.name

    whole = ask.values(("average_handle_time", *SPLIT))
    return Team(centre, tuple(sorted(members, key=order)), whole, categories)


def _with_spare(ask: Ask, members: list[Member]) -> list[Member]:
    """Who is missed with what the queue can spare; unread while nobody is missed.

    The figures are the site's, so they are told to whom its requests are shown beside them too.
    """
    site = Scope(ask.scope.site)
    grant = permission_table().grant("request.decide", ask.who.role)
    if site.site is None or not any(m.hurts for m in members):
        return members
    if not within(ask.who, grant.reach, ask.scope):
        return members
    covers = ask.held(
        "covers", lambda: read_covers(ask.facts, site, ask.today, ask.now, ask.data_at), site
    )
    found = []
    for member in members:
        person = ask.organisation.person_at(member.agent_id, ask.now)
        now = member.day.now if member.day is not None else None
        if member.hurts and person is not None and member.day is not None and now is not None:
            told = spare_of(covers, ask.organisation, person, member.day.planned,
                            now.adherence_since_at, ask.now)  # fmt: skip
            member = replace(member, spare=told)
        found.append(member)
    return found


def _told(member: Member) -> bool:
    return any(value.value is not None for value in member.values.values())


def _member(
    ask: Ask, agent_id: str, values: Mapping[str, KpiValue], day: AgentTimeline | None
) -> Member:
    person = ask.organisation.person_at(agent_id, ask.now)
    name = day.display_name if day is not None else name_of(ask, "agent", agent_id)
    until = min(ask.today, ask.period.end - timedelta(days=1))
    return Member(
        agent_id, name, scope_below(ask, "agent", agent_id), _tenure(person, until), values, day,
        ask.now if is_live(ask) else None,
    )  # fmt: skip


def _tenure(person: Person | None, until: date) -> int | None:
    if person is None or person.hire_on is None:
        return None
    return max(0, (until - person.hire_on).days)


def _centre(ask: Ask) -> Centre:
    """Tiles, comparison and the figure in focus: the one asked for, else what is most off target.

    When contacts per hour are off target they come before all others: they are what the rest does.
    """
    wanted = ask.state.kpi
    ids = TILES
    if wanted and wanted not in TILES:
        if wanted not in {kpi.id for kpi in visible_kpis(ask.who.role)}:
            raise BadInput(
                say(
                    "There is no KPI {wanted!r} for your role; see `wfm kpi list`.",
                    wanted=wanted[:40],
                )
            )
        ids = (*TILES, wanted)
    values = {value.kpi_id: value for value in ask.values(ids)}
    previous = ask.values_before(ids)
    tiles = tuple(values[kpi_id] for kpi_id in TILES)
    focus = values[wanted] if wanted else _focus(tiles)
    return Centre(ask, tiles, previous, focus)


def _focus(tiles: tuple[KpiValue, ...]) -> KpiValue:
    main = next(v for v in tiles if v.kpi_id == MAIN)
    if main.status == "bad":
        return main
    by_agent = tuple(v for v in tiles if not drill_reason(CATALOGUE[v.kpi_id], "agent"))
    worst = most_off(by_agent)
    return worst if worst.status in ("bad", "warn") else main
