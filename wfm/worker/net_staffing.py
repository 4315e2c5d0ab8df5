"""A site's week in force against its requirement: who is to spare where, group by group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from scheduling.flow import serve
from wfm.domain.errors import MissingFacts
from wfm.domain.grid import QUARTER_S, day_quarters
from wfm.domain.language import say
from wfm.domain.organisation import Organisation
from wfm.domain.scope import Scope
from wfm.domain.skills import Skills
from wfm.queries.roster_rules import RosterWeek, read_roster_week
from wfm.store.files import FileStore
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.plans import read_requirement
from wfm.worker.week_measures import groups_of, whole_need

Floats = npt.NDArray[np.float64]
HALF = QUARTER_S // 2


@dataclass(frozen=True, eq=False)
class NetWeek:
    """A week by quarters from `first_q` on: net staffing of each group, short and over in all."""

    roster: RosterWeek
    organisation: Organisation
    first_q: int
    net: Mapping[str, Floats]
    groups: Mapping[str, tuple[str, ...]]  # of each agent
    short: tuple[int, ...]
    over: tuple[int, ...]

    def day(self, on: date) -> slice:
        """The quarters of a local day."""
        inside = day_quarters(on, self.roster.zone)
        return slice(inside[0] - self.first_q, inside[-1] + 1 - self.first_q)


def net_week(
    connection: Connection, files: FileStore, unit: str, week: str,
    other: Mapping[str, Skills] | None = None,
    roster: RosterWeek | None = None,
) -> NetWeek:  # fmt: skip
    """Net staffing of what is in force; `MissingFacts` without a requirement.

    `other` are the skills people would have if they were moved, instead of their own.

    Where a group lacks people its net is below 0; else it is the number of people who are idle,
    of all that the flow of skills leaves without work.
    """
    scope = Scope(unit)
    roster = roster or read_roster_week(connection, scope, week)
    requirement = read_requirement(connection, scope, files, unit, week)
    if requirement is None:
        raise MissingFacts(
            say(
                "No requirement for {unit} in {week}: run `wfm plan require --unit {unit} "
                "--week {week}` first.",
                unit=unit,
                week=week,
            )
        )
    organisation = read_organisation(connection, scope)
    quarters = [
        q
        for day in range(roster.period.days)
        for q in day_quarters(date.fromordinal(roster.period.first.toordinal() + day), roster.zone)
    ]
    first, length = quarters[0], len(quarters)
    need = whole_need(requirement, quarters)
    groups = {
        a: groups_of(organisation, replace(p, skills=(other or {}).get(a, p.skills)), tuple(need))
        for a, p in roster.people.items()
    }
    staff: dict[tuple[str, ...], Floats] = defaultdict(lambda: np.zeros(length))
    for agent, skills in groups.items():
        for segments in roster.in_force(agent).values() if skills else ():
            for segment in segments:
                if roster.category(segment.activity) == "on_queue":
                    begin = (segment.start_at + HALF) // QUARTER_S - first
                    end = (segment.end_at + HALF) // QUARTER_S - first
                    staff[skills][max(0, begin) : max(0, end)] += 1
    net = {group: np.zeros(length) for group in need}
    short, over = [0] * length, [0] * length
    for at in range(length):
        there = Counter({skills: int(n[at]) for skills, n in staff.items() if n[at]})
        wanted = {group: int(rows[at]) for group, rows in need.items()}
        given = serve(there, wanted)
        idle = there.total() - sum(given.values())
        for group, n in wanted.items():
            net[group][at] = given[group] - n if given[group] < n else idle
        short[at], over[at] = sum(wanted.values()) - sum(given.values()), idle
    return NetWeek(roster, organisation, first, net, groups, tuple(short), tuple(over))
