"""Before and after a change: the same weekdays on both sides, beside what nobody changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kpis.explain.effect import effect_of_means
from kpis.query import kpi_values
from wfm.domain.periods import Period
from wfm.domain.scope import Scope
from wfm.domain.targets import TargetBook
from wfm.facts.query import FactReader

MOST_DAYS = 28


@dataclass(frozen=True)
class Windows:
    """The finished days since a change, and as many days of the same weekdays before it."""

    before: Period
    since: Period


@dataclass(frozen=True)
class Changed:
    """A figure before and since, with that of what was not changed; None where it is not known."""

    before: float | None
    since: float | None
    others_before: float | None = None
    others_since: float | None = None

    @property
    def net(self) -> float | None:
        """The change beyond that of the others: 420 to 372 against 415 to 403 is -36."""
        sides = (self.before, self.since), (self.others_before, self.others_since)
        if any(value is None or value == 0 for side in sides for value in side):
            return None
        return effect_of_means(*sides).effect  # type: ignore[arg-type]


def windows_of(first: date, today: date) -> Windows | None:
    """The days to compare for a change from `first` on; None before its first day is over.

    A change of Tuesday 1 December, seen on Friday: Tuesday to Thursday against those a week before.
    """
    days = min(MOST_DAYS, (today - first).days)
    if days < 1:
        return None
    earlier = first - timedelta(weeks=-(-days // 7))
    since = Period(first, first + timedelta(days=days))
    return Windows(Period(earlier, earlier + timedelta(days=days)), since)


def queue_change(
    facts: FactReader, scope: Scope, kpi_id: str, windows: Windows, queues: Sequence[str],
    others: Sequence[str],
) -> Changed:  # fmt: skip
    """A figure of some queues before and since, beside that of the queues nobody was moved from."""

    def value(period: Period, which: Sequence[str]) -> float | None:
        if not which:
            return None
        (found,) = kpi_values(
            facts, scope, (kpi_id,), period.first, period.end, targets=TargetBook(), queues=which
        )
        return found.value

    return Changed(
        value(windows.before, queues), value(windows.since, queues),
        value(windows.before, others), value(windows.since, others),
    )  # fmt: skip
