"""One value of a KPI with everything that is shown beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kpis.definition import Bands, Better
from kpis.status import Side, Status, red_sentence

KeyPart = str | int | date | None


@dataclass(frozen=True, slots=True)
class KpiTarget:
    """A target as shown: `≥ 95.0 %`, its limits, and the sentence that says who set it."""

    text: str
    source: str
    bands: Bands
    by_day: bool = False  # differs between the days of the period, so it is a weighted mean
    restated: bool = False  # some of it was set after the days it holds for


@dataclass(frozen=True, slots=True)
class Restated:
    """That a figure changed after its day was closed: when, and what it was before."""

    at: int
    was: float | None


@dataclass(frozen=True, slots=True)
class KpiValue:
    """The value of a KPI for one key, with its sides, target, colour and reasons.

    `value` None means not known or not defined, and `reason` says which: "needs feed: agent
    states", "no contacts in this period". With a value, `reason` says why there is no colour.
    `label` names a total that lacks parts: "talk only". `cells_n` leaf cells stand behind it.
    """

    kpi_id: str
    name: str
    unit: str
    better: Better
    key: tuple[tuple[str, KeyPart], ...] = ()
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    status: Status = "none"
    reason: str = ""
    label: str = ""
    target: KpiTarget | None = None
    gap: float | None = None
    gap_is: Side = ""
    partial: bool = False
    cells_n: int = 0
    restated: Restated | None = None

    def at(self, dimension: str) -> KeyPart:
        """The value of one dimension of the key, None when it is not part of it."""
        return dict(self.key).get(dimension)


@dataclass(frozen=True)
class Change:
    """A value beside the one of the comparison period; `change` is signed, in the KPI's unit."""

    kpi_id: str
    key: tuple[tuple[str, KeyPart], ...]
    now: float | None
    before: float | None
    change: float | None
    change_pct: float | None
    change_is: Side


def compare(values: Sequence[KpiValue], previous: Sequence[KpiValue]) -> tuple[Change, ...]:
    """Each value with the one of the same KPI and key in the comparison period.

    Adherence 94.7 % after 94.2 %: +0.5, better. Occupancy, which wants a range, is neither.
    """
    before = {(v.kpi_id, v.key): v for v in previous}
    return tuple(_change(value, before.get((value.kpi_id, value.key))) for value in values)


def hidden_red(children: Iterable[KpiValue]) -> str:
    """What a tile hides that is green or amber itself: "1 of 4 sites red"; empty for none.

    `children` are the values of one KPI broken down by one dimension; parts below their minimum
    base have no colour and count as not red.
    """
    parts = list(children)
    kind = parts[0].key[0][0].replace("_", " ") if parts and parts[0].key else "part"
    return red_sentence([part.status for part in parts], kind)


def _change(now: KpiValue, before: KpiValue | None) -> Change:
    old = before.value if before is not None else None
    if now.value is None or old is None:
        return Change(now.kpi_id, now.key, now.value, old, None, None, "")
    change = now.value - old
    percent = None if old == 0 else 100 * change / abs(old)
    if now.better == "target" or change == 0:
        side: Side = ""
    else:
        side = "better" if (change > 0) == (now.better == "higher") else "worse"
    return Change(now.kpi_id, now.key, now.value, old, change, percent, side)
