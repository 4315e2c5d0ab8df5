"""Work moved between queues: who serves which queue instead of which, and from which day on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from wfm.domain.errors import BadInput
from wfm.domain.language import say

Skills = tuple[tuple[str, int], ...]  # (queue, level)
MOST_PEOPLE = 100


@dataclass(frozen=True)
class SkillMove:
    """People who serve the queue `take` from a day on; they leave `leave`, or keep it beside."""

    agents: tuple[str, ...]
    leave: str
    take: str
    first: date
    keeps: bool = False


@dataclass(frozen=True)
class GroupEffect:
    """What moved people do to a skill group in a week: before the move, and with it.

    `missing_h` are agent-hours below the requirement; `level` the service level (0 to 1) of the
    quarter-hour `q` that needs most, None where it is not known.
    """

    group: str
    missing_h: tuple[float, float]
    q: int | None = None
    level: tuple[float | None, float | None] = (None, None)


def parse_move(about: Mapping[str, str]) -> SkillMove:
    """The move of a remedy's texts; `BadInput` says which of them cannot be used."""
    agents = tuple(dict.fromkeys(a for a in about.get("agents", "").split(";") if a.strip()))
    if not agents:
        raise BadInput(say("Nobody is chosen; choose at least one person."))
    if len(agents) > MOST_PEOPLE:
        raise BadInput(
            say(
                "{n} people are more than one move takes; {most_people} at most.",
                n=len(agents),
                most_people=MOST_PEOPLE,
            )
        )
    leave, take = about.get("leave", ""), about.get("take", "")
    if not leave or not take or leave == take:
        raise BadInput(
            say("Choose two different queues: the one they leave, and the one they serve.")
        )
    try:
        first = date.fromisoformat(about.get("first", ""))
    except ValueError:
        raise BadInput(say("The first day is a date like 2026-12-01.")) from None
    return SkillMove(agents, leave, take, first, about.get("keeps") == "yes")


def moved(skills: Skills, move: SkillMove, name: str) -> Skills:
    """Somebody's skills after a move, in their order; the new queue at the level of the old one.

    billing 80 and support 60, moved from billing to offers: support 60 and offers 80. Who has no
    skills recorded, does not serve the queue to leave, or would not change: a `BadInput` with their
    `name`.
    """
    levels = dict(skills)
    if not skills:
        raise BadInput(
            say(
                "{name} has no skills recorded and may serve every queue already; leave them out.",
                name=name,
            )
        )
    if levels.get(move.leave, 0) <= 0:
        raise BadInput(say("{name} does not serve the queue to leave; leave them out.", name=name))
    if move.keeps and levels.get(move.take, 0) > 0:
        raise BadInput(say("{name} serves both queues already; leave them out.", name=name))
    kept = [(name, level) for name, level in skills if move.keeps or name != move.leave]
    if levels.get(move.take, 0) <= 0:
        kept = [pair for pair in kept if pair[0] != move.take]
        kept.append((move.take, levels[move.leave]))
    return tuple(kept)


def skills_text(skills: Iterable[tuple[str, int]]) -> str:
    """Skills as people files write them: `billing:80;support:60`."""
    return ";".join(f"{name}:{level}" for name, level in skills)
