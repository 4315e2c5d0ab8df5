"""What a proposed target would do: who changes colour, whose bonus moves, who would meet it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kpis.bonus import Day, State
from kpis.bonus_reading import BACK_DAYS, PersonSums
from kpis.bonus_words import WORD as BONUS_WORD
from kpis.catalogue.load import kpi_of
from kpis.definition import Bands, Kpi
from kpis.display import format_goal, format_value
from kpis.drill import drill_reason
from kpis.query import kpi_values
from kpis.status import PLACE, PLACES, Status, status_of
from kpis.targets import bands_of, resolve
from kpis.value import KpiValue
from wfm.domain.bonus import Ahead, Scheme
from wfm.domain.language import say, say_many, to_say
from wfm.domain.scope import Scope
from wfm.domain.targets import Target, TargetBook, key_of
from wfm.facts.reader import FactReader

DAYS = 28
COLOUR: dict[Status, str] = {
    "good": to_say("green"),
    "warn": to_say("amber"),
    "bad": to_say("red"),
    "none": to_say("grey"),
}
AheadOf = Callable[[Scheme], Mapping[str, Ahead]]
NO_BONUS = to_say("No bonus state changes.")
PARTS = {"enterprise": ("site", "team", "agent"), "site": ("team", "agent"), "team": ("agent",)}


@dataclass(frozen=True)
class Proposal:
    """A target as it is thought of; `linked`: what is set above shall hold again."""

    kpi_id: str
    value_lo: float | None
    value_hi: float | None
    amber_width: float | None
    effective_from: date
    contact_type: str = ""
    queue_id: str = ""
    linked: bool = False


@dataclass(frozen=True)
class ColourChange:
    """One part of the scope that would change colour: who, with which figure, from and to."""

    level: str
    key: str
    name: str
    value: float
    before: Status
    after: Status


@dataclass(frozen=True)
class BonusChange:
    """One person whose bonus would stand elsewhere."""

    agent_id: str
    name: str
    scheme: str
    before: State
    after: State


@dataclass(frozen=True)
class Spread:
    """The 25, 50 and 75 percentile of comparable parts, and the share that meets the proposal."""

    level: str
    parts: int
    low: float
    middle: float
    high: float
    share_met: float


@dataclass(frozen=True)
class Preview:
    """Everything a person sees before saving, over the last 28 days.

    `looked` counts the parts with a figure by level; `told` are words for people whose bonus moves.
    """

    kpi: Kpi
    scope: Scope
    first: date
    end: date
    changes: tuple[ColourChange, ...]
    looked: Mapping[str, int]
    bonus: tuple[BonusChange, ...] = ()
    spread: Spread | None = None
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The consequences as people read them, the colours first.

        "Of 9 agents 2 change colour: 1 amber to red, 1 green to amber."
        """
        lines = []
        for level, looked in self.looked.items():
            mine = [c for c in self.changes if c.level == level]
            lines.append(f"{_of(looked, level)} {_moves(mine)}.")
        lines.append(
            say_many("{n} bonus state changes.", "{n} bonus states change.", len(self.bonus))
            if self.bonus
            else NO_BONUS
        )
        if self.spread is not None:
            lines.append(self._spread_sentence(self.spread))
        return tuple(lines)

    def _spread_sentence(self, spread: Spread) -> str:
        ends = ", ".join(
            format_value(self.kpi, value) for value in (spread.low, spread.middle, spread.high)
        )
        return say(
            "Quartiles of {parts} {levels}: {ends}; {share_met:.0f} % would have met this target.",
            parts=spread.parts,
            levels=PLACES.get(spread.level, f"{spread.level}s"),
            ends=ends,
            share_met=spread.share_met,
        )


def preview_target(
    facts: FactReader,
    book: TargetBook,
    proposal: Proposal,
    scope: Scope,
    today: date,
    schemes: Sequence[Scheme] = (),
    ahead: AheadOf | None = None,
) -> Preview:
    """Who would change colour over the 28 days before today, and whose bonus state would change.

    Each part is coloured by what is in force now and as if the proposal had been in force: a part
    with an own target keeps it. `schemes` are those of the scope, `ahead` gives for a scheme what
    each agent still has planned. Nothing is written.
    """
    kpi = kpi_of(proposal.kpi_id)
    first, end = today - timedelta(days=DAYS), today
    supposed = _with(book, proposal, scope, first)
    meant = _with(book, proposal, scope, proposal.effective_from)
    changes: list[ColourChange] = []
    looked: dict[str, int] = {}
    values: dict[str, list[KpiValue]] = {}
    for level in (scope.level, *PARTS.get(scope.level, ())):
        own = level == scope.level
        if not own and drill_reason(kpi, level):
            continue
        now, then = (
            _values(facts, kpi, scope, first, end, one, proposal, () if own else (level,))
            for one in (book, supposed)
        )
        known = [v for v in now if v.value is not None]
        values[level] = known
        if not known:
            continue
        looked[level] = len(known)
        after = {v.key: v for v in then}
        for value in known:
            new = after[value.key].status
            if new != value.status and value.value is not None:
                key = key_of(scope) if own else str(value.at(level))
                name = book.name_of(level, key)
                changes.append(ColourChange(level, key, name, value.value, value.status, new))
    order = {"bad": 0, "warn": 1, "good": 2, "none": 3}
    changes.sort(key=lambda c: (order[c.after], c.level, c.name))
    bonus = _bonus(facts, book, meant, kpi, scope, today, schemes, ahead)
    goal = format_goal(kpi, bands_of(kpi, resolve(supposed, kpi.id, today, scope)))
    words = {
        b.agent_id: say(
            "{short}: the target becomes {goal} on {effective_from}. Your bonus "
            "{scheme} would be {bonus_word} instead of {bonus_word_2}.",
            short=kpi.short_name,
            goal=goal,
            effective_from=proposal.effective_from,
            scheme=b.scheme,
            bonus_word=BONUS_WORD[b.after],
            bonus_word_2=BONUS_WORD[b.before],
        )
        for b in bonus
    }
    return Preview(
        kpi, scope, first, end, tuple(changes), looked, bonus,
        _spread(kpi, values, bands_of(kpi, resolve(supposed, kpi.id, today, scope))), words,
    )  # fmt: skip


def _with(book: TargetBook, proposal: Proposal, scope: Scope, first: date) -> TargetBook:
    """The book as if the proposal had been in force from a day on."""
    newest = max((t.target_id for t in book.targets), default=0)
    latest = max((t.recorded_at for t in book.targets), default=0)
    row = Target(
        newest + 1, proposal.kpi_id, scope.level, key_of(scope) or "*", proposal.contact_type,
        proposal.value_lo, proposal.value_hi, proposal.amber_width, first, None,
        latest + 1, "", queue_id=proposal.queue_id, kind="linked" if proposal.linked else "own",
    )  # fmt: skip
    return replace(book, targets=(*book.targets, row))


def _values(
    facts: FactReader, kpi: Kpi, scope: Scope, first: date, end: date, book: TargetBook,
    proposal: Proposal, by: tuple[str, ...],
) -> tuple[KpiValue, ...]:  # fmt: skip
    return kpi_values(
        facts, scope, (kpi.id,), first, end, targets=book, by=by,
        queues=(proposal.queue_id,) if proposal.queue_id else (),
        contact_types=(proposal.contact_type,) if proposal.contact_type else (),
    )  # fmt: skip


def _bonus(
    facts: FactReader,
    book: TargetBook,
    supposed: TargetBook,
    kpi: Kpi,
    scope: Scope,
    today: date,
    schemes: Sequence[Scheme],
    ahead: AheadOf | None,
) -> tuple[BonusChange, ...]:
    """People whose state differs, from one reading of everybody's days."""
    mine = [s for s in schemes if s.kpi_id == kpi.id and s.target_source == "target"]
    if not mine or ahead is None:
        return ()
    found = []
    first = min(min(s.period_at(today).first for s in mine), today - timedelta(days=BACK_DAYS))
    end = today + timedelta(days=1)
    days: dict[str, dict[date, Day]] = {}
    for value in kpi_values(
        facts, scope, (kpi.id,), first, end, targets=TargetBook(), by=("agent", "day")
    ):
        day, agent = value.at("day"), value.at("agent")
        if isinstance(day, date) and isinstance(agent, str) and value.denominator:
            days.setdefault(agent, {})[day] = Day(value.denominator, value.numerator or 0.0)
    for scheme in mine:
        period, planned_of = scheme.period_at(today), ahead(scheme)
        for agent, by_day in sorted(days.items()):
            planned = planned_of.get(agent)
            team = book.team_of(agent, today)
            site = book.site_of_team.get(team or "")
            if planned is None or team is None or site is None:
                continue
            own = PersonSums(
                kpi, scheme, Scope(site, team, agent), period, by_day, planned, {}
            )  # fmt: skip
            before, after = own.answer(book).state, own.answer(supposed).state
            if before != after:
                name = book.name_of("agent", agent)
                found.append(BonusChange(agent, name, scheme.name, before, after))
    return tuple(found)


def _spread(kpi: Kpi, values: Mapping[str, Sequence[KpiValue]], bands: Bands) -> Spread | None:
    """Where comparable parts lie: the level just below the scope, of four parts at least."""
    for level, known in list(values.items())[1:]:
        numbers = sorted(v.value for v in known if v.value is not None)
        if len(numbers) < 4 or kpi.kind == "sum":
            continue
        met = sum(status_of(n, bands) == "good" for n in numbers)
        low, middle, high = (_rank(numbers, q) for q in (0.25, 0.5, 0.75))
        return Spread(level, len(numbers), low, middle, high, 100 * met / len(numbers))
    return None


def _rank(numbers: Sequence[float], q: float) -> float:
    """The percentile by linear interpolation between the two nearest ranks."""
    at = q * (len(numbers) - 1)
    low = int(at)
    high = min(low + 1, len(numbers) - 1)
    return numbers[low] + (at - low) * (numbers[high] - numbers[low])


def _of(n: int, level: str) -> str:
    if level == "enterprise":
        return say("All sites together:")
    return say(
        "Of {n} {places}",
        n=n,
        places=(PLACE if n == 1 else PLACES).get(level, level if n == 1 else f"{level}s"),
    )


def _moves(changes: Sequence[ColourChange]) -> str:
    if not changes:
        return say("none changes colour")
    moves = Counter((c.before, c.after) for c in changes)
    told = ", ".join(
        say("{n} {colour} to {colour_2}", n=n, colour=COLOUR[a], colour_2=COLOUR[b])
        for (a, b), n in sorted(moves.items(), reverse=True)
    )
    return say_many(
        "{n} changes colour: {told}", "{n} change colour: {told}", len(changes), told=told
    )
