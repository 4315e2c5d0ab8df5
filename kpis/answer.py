"""The answer to one question about KPIs: what they need is read once, each key evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from kpis.cells import Cell
from kpis.definition import Kpi
from kpis.drill import TIMES, drill_reason
from kpis.evaluate import PART_NAMES, Evaluation, Window, evaluate
from kpis.needs import (
    below_base_sentence,
    missing_feeds,
    needed_feeds,
    needs_sentence,
    noun_of,
)
from kpis.period import TargetDesk, scope_of
from kpis.reading import (
    Ask,
    CommonReader,
    Key,
    Reading,
    Row,
    merge_rows,
    mixes_plan_and_actual,
    present_feeds,
    read_rows,
)
from kpis.reasons import lost_cells, reason_measure
from kpis.status import gap_of, status_of
from kpis.value import KpiValue
from wfm.domain.language import say, to_say
from wfm.domain.periods import Period
from wfm.domain.targets import TargetBook
from wfm.facts.measures import MEASURES
from wfm.facts.reader import FactReader

BESIDE_OTHERS = ("share", "compare")  # made of more than the cells of their key
LEVELS = ("level", "level_days", "level_std")  # divided by a window that all parts share
PART_OF_WHOLE = to_say("a part of the whole has no target of its own")


class KpiAnswer:
    """The work of one question: reads what its KPIs need once, and evaluates each key."""

    def __init__(
        self, facts: FactReader, ask: Ask, kpis: Sequence[Kpi], targets: TargetBook,
        bare: bool = False,
    ) -> None:  # fmt: skip
        self._facts, self._ask, self._kpis, self._book = facts, ask, kpis, targets
        self._bare = bare
        self._desk = TargetDesk(facts, ask, targets, ())
        self._common = CommonReader(facts, ask, [k for k in kpis if by_interval(k)])
        self._present = frozenset[str]()
        self._probed = frozenset[str]()  # feeds of which it is known whether they arrived
        self._said: dict[tuple[str, ...], str] = {}  # reasons, each the same for many keys

    @cached_property
    def reading(self) -> Reading:
        """The measures of the KPIs by key."""
        return self._read(self._ask)

    def values(self) -> tuple[KpiValue, ...]:
        """One value per KPI and key, KPIs in the order asked, keys in order."""
        if "reason" in self._ask.by:
            return self._by_reason()
        self._desk.kpis = [kpi for kpi in self._kpis if not self.reading.forbidden_for(kpi)]
        found: list[KpiValue] = []
        for kpi in self._kpis:
            rows, seconds = self._rows_of(kpi, self.reading)
            for key in sorted(rows, key=_order):
                window = self._window(kpi, key, rows, seconds)
                found.append(self._value(kpi, key, rows[key], window, self.reading))
        return tuple(found)

    def values_apart(self, now: KpiAnswer) -> Mapping[tuple[str, Key], float | None]:
        """Bare values by KPI and key, without those that are made of the same cells as `now`."""
        if "reason" in self._ask.by:
            return {(value.kpi_id, value.key): value.value for value in self._by_reason()}
        found: dict[tuple[str, Key], float | None] = {}
        for kpi in self._kpis:
            if self.reading.forbidden_for(kpi):
                continue
            alone = not by_interval(kpi) and kpi.kind not in BESIDE_OTHERS
            rows, seconds = self._rows_of(kpi, self.reading)
            for key in rows.keys() | now.reading.rows.keys():
                own, other = rows.get(key), now.reading.rows.get(key)
                if alone and own is not None and other is not None and own.alike(other, kpi):
                    continue
                found[kpi.id, key] = None
                if own is not None:
                    window = self._window(kpi, key, rows, seconds)
                    found[kpi.id, key] = evaluate(kpi, own.cell, window).value
        return found

    def sums(self, kpi: Kpi) -> Mapping[Key, tuple[float, float | None]]:
        """Numerator and denominator of one of the KPIs by key, as `kpi_sums` tells them."""
        reading = read_rows(self._facts, self._ask, kpi.measures)
        if reading.forbidden_for(kpi):
            return {}
        rows, seconds = self._rows_of(kpi, reading)
        found: dict[Key, tuple[float, float | None]] = {}
        for key, row in rows.items():
            window = Window(seconds=seconds.get(_time_of(key)), days=self._days(key))
            told = evaluate(kpi, row.cell, window)
            if told.numerator is None or told.unknown or told.left_out:
                continue
            if kpi.kind in LEVELS:
                if told.value is not None:
                    found[key] = (told.value / float(kpi.scale), None)
            else:
                found[key] = (told.numerator, told.denominator)
        return found

    def _window(
        self, kpi: Kpi, key: Key, rows: Mapping[Key, Row], seconds: Mapping[Key, float]
    ) -> Window:
        return Window(
            seconds=seconds.get(_time_of(key)),
            days=self._days(key),
            previous=self._before.get(key),
            whole=self._whole(kpi, key, rows),
            one_agent=self._one_agent(key),
        )

    def _by_reason(self) -> tuple[KpiValue, ...]:
        """Each reason's part of the numerator over the whole base: values add up to the whole."""
        whole = replace(self._ask, by=tuple(d for d in self._ask.by if d != "reason"))
        reading = self._read(whole)
        split = [m for kpi in self._kpis if (m := reason_measure(kpi))]
        rows = read_rows(self._facts, self._ask, split).rows if split else {}
        found: list[KpiValue] = []
        for kpi in self._kpis:
            parts: dict[Key, tuple[Row, Cell]] = {}
            measure = reason_measure(kpi)
            for key, row in rows.items() if measure else ():
                base = reading.rows.get(_without(key, "reason"))
                if base is not None and row.cell.get(measure):
                    parts[key] = (base, {**base.cell, measure: row.cell[measure]})
            for key, base in reading.rows.items() if not measure else ():
                for reason, cell in lost_cells(kpi, base.cell).items():
                    given = {**dict(key), "reason": reason}
                    parts[tuple((d, given[d]) for d in self._ask.by)] = (base, cell)
            for key in sorted(parts, key=_order):
                base, cell = parts[key]
                answer = evaluate(kpi, cell)
                found.append(_told(kpi, key, base, answer, reason=PART_OF_WHOLE))
        return tuple(found)

    def _read(self, ask: Ask) -> Reading:
        return read_rows(self._facts, ask, [m for kpi in self._kpis for m in kpi.measures])

    def _rows_of(self, kpi: Kpi, reading: Reading) -> tuple[Mapping[Key, Row], dict[Key, float]]:
        """The rows of a KPI, and for a level the seconds of its window by time."""
        if reading.forbidden_for(kpi) or not by_interval(kpi):
            return reading.rows, {}
        rows, seconds = self._common.rows_of(kpi)
        return {key: rows.get(key, Row()) for key in reading.rows}, seconds

    @cached_property
    def _before(self) -> Mapping[Key, Cell]:
        """Cells of the comparison period by key, for KPIs that are a change against it."""
        changing = [m for kpi in self._kpis if kpi.kind == "compare" for m in kpi.measures]
        if not changing or set(self._ask.by) & set(TIMES):
            return {}
        earlier = Period(self._ask.first, self._ask.end).previous()
        ask = replace(self._ask, first=earlier.first, end=earlier.end, q_from=None, q_to=None)
        return {key: row.cell for key, row in read_rows(self._facts, ask, changing).rows.items()}

    def _whole(self, kpi: Kpi, key: Key, rows: Mapping[Key, Row]) -> Cell | None:
        """All channels of a key, when the question is broken down by channel."""
        if kpi.kind != "share" or "channel" not in self._ask.by:
            return None
        rest = _without(key, "channel")
        same = [row for other, row in rows.items() if _without(other, "channel") == rest]
        return merge_rows(same, kpi.measures)

    def _one_agent(self, key: Key) -> bool:
        return self._ask.scope.agent is not None or "agent" in dict(key)

    def _days(self, key: Key) -> float:
        given = dict(key)
        first, end = self._ask.first, self._ask.end
        if "day" in given:
            return 1.0
        if isinstance(week := given.get("week"), date):
            first, end = max(first, week), min(end, week + timedelta(days=7))
        if isinstance(month := given.get("month"), date):
            after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
            first, end = max(first, month), min(end, after)
        return float((end - first).days)

    def _value(self, kpi: Kpi, key: Key, row: Row, window: Window, reading: Reading) -> KpiValue:
        forbidden = reading.forbidden_for(kpi)
        if forbidden and (reason := drill_reason(kpi, self._ask.scope.level)):
            forbidden = say(
                "not for one {level}: {reason}", level=self._ask.scope.level, reason=reason
            )
        answer = Evaluation(needs=forbidden) if forbidden else evaluate(kpi, row.cell, window)
        if self._bare:
            label = _label(kpi, answer.left_out) if answer.left_out else ""
            return _told(kpi, key, row, answer, label=label)
        if answer.value is None:
            return _told(kpi, key, row, answer, reason=self._why_none(kpi, answer))
        if answer.left_out:
            label = _label(kpi, answer.left_out)
            reason = say("{label}: not compared with a target for the whole", label=label)
            return _told(kpi, key, row, answer, label=label, reason=reason)
        target = self._desk.target(kpi, key)
        if target is None:
            return _told(kpi, key, row, answer, reason=say("no target is set here: no colour"))
        gap = gap_of(answer.value, target.bands, kpi.better)
        set_against: dict[str, Any] = {"target": target, "gap": gap.amount}
        if kpi.colour == "not for agents" and self._level(key) == "agent":
            reason = say("an agent cannot influence this: no colour")
            return _told(kpi, key, row, answer, reason=reason, **set_against)
        set_against["gap_is"] = gap.side
        low = answer.base is not None and kpi.min_base is not None and answer.base < kpi.min_base
        if low and kpi.colour != "always" and kpi.min_base is not None:
            return _told(kpi, key, row, answer, reason=self._below_base(kpi), **set_against)
        status = status_of(answer.value, target.bands)
        return _told(kpi, key, row, answer, status=status, **set_against)

    def _level(self, key: Key) -> str:
        return scope_of(self._ask.scope, dict(key), self._book, self._ask.first).level

    def _below_base(self, kpi: Kpi) -> str:
        """That too little stands behind a colour; the same sentence for each key of a KPI."""
        if (kpi.id,) not in self._said and kpi.min_base is not None:
            self._said[kpi.id,] = below_base_sentence(kpi.min_base, _base_measures(kpi))
        return self._said[kpi.id,]

    def _why_none(self, kpi: Kpi, answer: Evaluation) -> str:
        """Why there is no value: the feed that lacks, or nothing happened in this period."""
        if answer.needs:
            return answer.needs
        asked = (kpi.id, *answer.unknown, "")  # many days of a trend have none for one reason
        if asked not in self._said:
            self._said[asked] = self._lacking(kpi, answer.unknown)
        return self._said[asked]

    def _lacking(self, kpi: Kpi, measures: tuple[str, ...]) -> str:
        if measures:
            unknown = frozenset(needed_feeds(measures)) - self._probed
            self._present |= present_feeds(self._facts, self._ask, unknown)
            self._probed |= unknown
            missing = missing_feeds(measures, self._present)
            if missing:
                return needs_sentence(missing)
            unfed = [m for m in measures if MEASURES[m].table is None]
            if unfed:
                return say("not recorded yet: {unfed}", unfed=", ".join(unfed))
        return say("no {noun} in this period", noun=noun_of(_base_measures(kpi)))


def _told(kpi: Kpi, key: Key, row: Row, answer: Evaluation, **more: Any) -> KpiValue:
    """The value of a key with its sides, and what is known beside it."""
    return KpiValue(
        kpi_id=kpi.id,
        name=kpi.name,
        unit=kpi.unit,
        better=kpi.better,
        key=key,
        value=answer.value,
        numerator=answer.numerator,
        denominator=answer.denominator,
        partial=row.partial(kpi),
        cells_n=row.cells_of(kpi),
        **more,
    )


def by_interval(kpi: Kpi) -> bool:
    """Whether a KPI is taken from single intervals: its window, or those known to both sides."""
    return kpi.kind == "level" or mixes_plan_and_actual(kpi)


def _label(kpi: Kpi, left_out: Sequence[str]) -> str:
    """The parts a total has ("talk only"), or those it lacks when it has many."""
    measures = kpi.top.measures if kpi.top is not None else ()
    known = [PART_NAMES[m] for m in measures if m not in left_out]
    if len(known) <= 2:
        return say("{known} only", known=" and ".join(known))
    return say("without {value}", value=", ".join(PART_NAMES[m] for m in left_out))


def _base_measures(kpi: Kpi) -> tuple[str, ...]:
    """Measures that the base of a KPI counts: its denominator, else all it uses."""
    if kpi.kind == "moments":
        return kpi.parts[-1].measures
    if kpi.bottom is not None:
        return kpi.bottom.measures
    return kpi.measures


def _time_of(key: Key) -> Key:
    return tuple(part for part in key if part[0] in TIMES)


def _without(key: Key, dimension: str) -> Key:
    return tuple(part for part in key if part[0] != dimension)


def _order(key: Key) -> tuple[tuple[bool, str, float], ...]:
    """Keys in order: numbers and dates by size, text by text, unknown last."""
    return tuple(
        (
            value is None,
            value if isinstance(value, str) else "",
            float(value.toordinal() if isinstance(value, date) else value)
            if isinstance(value, date | int)
            else 0.0,
        )
        for _, value in key
    )
