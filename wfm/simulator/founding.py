"""A centre founded from a seed: who works where, since when, and with which habits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from wfm.domain.errors import BadInput
from wfm.simulator.centre import Agent, Centre, ContactType, Group, QueueSpec, Site, Team
from wfm.simulator.chance import stream
from wfm.simulator.names import invent_names


@dataclass(frozen=True)
class Size:
    """How large a centre is: weeks of history, and (site, teams by kind as sizes)."""

    weeks: int
    sites: tuple[Site, ...]
    teams: dict[str, tuple[tuple[int, ...], ...]]  # kind -> per site the team sizes


_LONG = (
    Site("dublin", "Dublin", "Europe/Dublin", "Mon-Sun 07:00-21:00", 1.30),
    Site("phoenix", "Phoenix", "America/Phoenix", "Mon-Sun 06:00-24:00", 0.70),
)
_SHORT = (
    Site("dublin", "Dublin", "Europe/Dublin", "Mon-Sun 08:00-18:00", 0.95),
    Site("phoenix", "Phoenix", "America/Phoenix", "Mon-Sun 08:00-18:00", 0.75),
)
SIZES = {
    "small": Size(2, _SHORT, {"service": ((8,), (8,)), "sales": ((4,), (4,))}),
    "medium": Size(8, _LONG, {"service": ((10, 9, 9, 9), (9, 9, 9, 8)), "sales": ((8, 8), (8, 8))}),
    "large": Size(8, _LONG, {"service": ((10,) * 40,) * 2, "sales": ((10,) * 10,) * 2}),
}

_KINDS: dict[str, tuple[QueueSpec, ...]] = {
    "service": (
        QueueSpec(
            "billing", "Billing", 0.6, 205, 0.22, 55, 42, 420,
            (ContactType("invoice", 0.5, 0.95), ContactType("payment", 0.35, 0.9),
             ContactType("refund", 0.15, 1.4)),
            transfer_share=0.035,
        ),
        QueueSpec(
            "support", "Support", 0.4, 300, 0.34, 85, 58, 480,
            (ContactType("delivery", 0.4, 0.8), ContactType("technical", 0.45, 1.25),
             ContactType("account", 0.15, 0.78)),
        ),
    ),
    "sales": (
        QueueSpec(
            "sales", "Sales", 1.0, 265, 0.14, 45, 68, 300,
            (ContactType("new_order", 0.55, 1.0), ContactType("upgrade", 0.3, 1.1),
             ContactType("retention", 0.15, 0.8)),
        ),
    ),
}  # fmt: skip
# A new agent is slower by this share at hiring, mostly in after-contact work; it fades in weeks.
_PART_TIME_SHARE = 0.18
_NEW_SHARE = 0.12


def found_centre(seed: int, size: str, base_on: date) -> Centre:
    """The centre of a seed and size whose history ends on `base_on`.

    `found_centre(7, "medium", date(2026, 10, 12))` has 2 sites, 12 teams and 103 agents.
    """
    if size not in SIZES:
        raise BadInput(f"Size {size!r} is not known; choose one of {', '.join(SIZES)}.")
    plan = SIZES[size]
    groups = tuple(_group(site, kind) for site in plan.sites for kind in plan.teams)
    first_on = base_on - timedelta(days=7 * plan.weeks)
    teams, agents = _people(seed, plan, base_on)
    return Centre(seed, size, base_on, first_on, plan.sites, groups, teams, agents)


def _group(site: Site, kind: str) -> Group:
    queues = tuple(
        QueueSpec(**{**vars(q), "queue_id": f"{site.site_id}-{q.queue_id}",
                     "name": f"{site.name} {q.name.lower()}"})
        for q in _KINDS[kind]
    )  # fmt: skip
    return Group(f"{site.site_id}-{kind}", site.site_id, kind, queues)


def _people(seed: int, plan: Size, base_on: date) -> tuple[tuple[Team, ...], tuple[Agent, ...]]:
    head = sum(sum(sizes) + len(sizes) for kind in plan.teams.values() for sizes in kind)
    names = iter(invent_names(seed, head))
    rng = stream(seed, "people")
    teams: list[Team] = []
    agents: list[Agent] = []
    for index, site in enumerate(plan.sites):
        letter, number = site.site_id[0], 0
        for kind, by_site in plan.teams.items():
            for count in by_site[index]:
                number += 1
                team_id = f"{site.site_id}-{number:02d}"
                group_id = f"{site.site_id}-{kind}"
                teams.append(
                    Team(
                        team_id, f"{site.name} {kind} {number}", site.site_id, group_id,
                        f"lead-{letter}{number:02d}", next(names),
                    )
                )  # fmt: skip
                for _ in range(count):
                    agent_id = f"{letter}{len(agents) + 1:04d}"
                    agents.append(_agent(rng, agent_id, next(names), teams[-1], base_on))
    return tuple(teams), tuple(agents)


def _agent(rng: np.random.Generator, agent_id: str, name: str, team: Team, base_on: date) -> Agent:
    new = rng.random() < _NEW_SHARE
    days = int(rng.integers(12, 90) if new else 90 + rng.gamma(1.6, 420))
    weak = rng.random() < 0.06
    late = rng.random() < 0.10
    return Agent(
        agent_id=agent_id,
        name=name,
        team_id=team.team_id,
        group_id=team.group_id,
        site_id=team.site_id,
        contract_id="part-time" if rng.random() < _PART_TIME_SHARE else "full-time",
        hire_on=base_on - timedelta(days=days),
        pace=float(np.exp(rng.normal(0.0, 0.07) + 0.16 * weak)),
        acw_pace=float(np.exp(rng.normal(0.0, 0.16) + 0.55 * weak)),
        late_rate=0.30 if late else float(rng.uniform(0.03, 0.10)),
        back_late_rate=0.7 if late else float(rng.uniform(0.22, 0.52)),
        aux_per_shift=float(rng.gamma(3.0, 1.15) * (1.9 if late or weak else 1.0)),
    )


def tenure_factors(agent: Agent, on: date) -> tuple[float, float]:
    """How much longer an agent talks and wraps up because they are new: (1.0, 1.0) for old hands.

    At 30 days: talk 1.077, after-contact work 1.92.
    """
    fresh = float(np.exp(-max((on - agent.hire_on).days, 0) / 45))
    return 1.0 + 0.15 * fresh, 1.0 + 1.8 * fresh
