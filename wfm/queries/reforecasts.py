"""The rest of a running day as last forecast again: contacts and handle time with their band."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from wfm.domain.errors import ScopeDenied
from wfm.domain.scope import Scope
from wfm.queries.access import NOT_FOUND
from wfm.store.schema import reforecast
from wfm.store.store import Store


@dataclass(frozen=True)
class RestQuarter:
    """A quarter still to come: contacts with P10 and P90, and seconds a contact where known."""

    q: int
    contacts: float
    p10: float
    p90: float
    aht_s: float | None


@dataclass(frozen=True)
class RestOfDay:
    """The rest of a day over some queues; `factor` is rest over what was forecast for it."""

    as_of_q: int
    quarters: tuple[RestQuarter, ...]
    rest: float
    rest_p10: float
    rest_p90: float
    forecast: float
    aht_s: float | None
    aht_p10_s: float | None
    aht_p90_s: float | None
    notes: Mapping[str, str]  # by queue, why it was left as it was

    @property
    def factor(self) -> float | None:
        """How much the rest lies over the forecast: 1.08 is 8 % more."""
        return self.rest / self.forecast if self.forecast > 0 else None


def read_rest(store: Store, scope: Scope, units: Sequence[str], day: date) -> RestOfDay | None:
    """The newest rest of each queue of some sites, together; None where none was written.

    Errors of queues are taken as independent, so the band of the whole is narrower than the sum.
    """
    if any(not scope.holds(Scope(unit)) for unit in units):
        raise ScopeDenied(NOT_FOUND)
    newest = (
        select(reforecast.c.queue_id, func.max(reforecast.c.as_of_q).label("as_of_q"))
        .where(reforecast.c.day == day, reforecast.c.unit.in_(units))
        .group_by(reforecast.c.queue_id)
        .subquery()
    )
    with store.db.read() as connection:
        rows = connection.execute(
            select(reforecast.c.queue_id, reforecast.c.as_of_q, reforecast.c.document)
            .join(
                newest,
                (newest.c.queue_id == reforecast.c.queue_id)
                & (newest.c.as_of_q == reforecast.c.as_of_q),
            )
            .where(reforecast.c.day == day)
        ).all()
    documents = {row.queue_id: (row.as_of_q, json.loads(row.document)) for row in rows}
    return _together(documents) if documents else None


def reforecast_sign(store: Store) -> int | None:
    """When a reforecast was written last."""
    with store.db.read() as connection:
        found = connection.scalar(select(func.max(reforecast.c.made_at)))
    return None if found is None else int(found)


def _together(documents: Mapping[str, tuple[int, dict[str, object]]]) -> RestOfDay:
    cells: dict[int, list[tuple[float, float, float, float | None]]] = {}
    wholes: list[tuple[float, float, float]] = []
    forecast = 0.0
    ahts: list[tuple[float, float, float, float]] = []
    for _, said in documents.values():
        for q, mean, low, high, aht in said["quarters"]:  # type: ignore[attr-defined]
            cells.setdefault(int(q), []).append((mean, low, high, aht))
        whole = said["rest"], said["rest_p10"], said["rest_p90"]
        wholes.append(tuple(float(part) for part in whole))  # type: ignore[arg-type]
        forecast += float(said["forecast"])  # type: ignore[arg-type]
        if said["aht_s"] is not None and wholes[-1][0] > 0:
            three = (said["aht_s"], said["aht_p10_s"], said["aht_p90_s"])
            ahts.append((wholes[-1][0], *(float(part) for part in three)))  # type: ignore[arg-type]
    quarters = []
    for q, parts in sorted(cells.items()):
        mean, low, high = _added([part[:3] for part in parts])
        known = [(n, each) for n, _, _, each in parts if each is not None and n > 0]
        contacts = sum(n for n, _ in known)
        aht_s = sum(n * a for n, a in known) / contacts if contacts > 0 else None
        quarters.append(RestQuarter(q, mean, low, high, aht_s))
    rest, low, high = _added(wholes)
    work = sum(n for n, *_ in ahts)
    told = _added([(n * m, n * a, n * b) for n, m, a, b in ahts])
    aht, aht_low, aht_high = (part / work if work > 0 else None for part in told)
    notes = {queue: str(said["note"]) for queue, (_, said) in documents.items() if said["note"]}
    return RestOfDay(
        min(at for at, _ in documents.values()), tuple(quarters), rest, low, high, forecast,
        aht, aht_low, aht_high, notes,
    )  # fmt: skip


def _added(parts: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Means added, and bands added as independent: 100 (90 to 112) twice is 200 (186 to 217)."""
    mean = sum(m for m, _, _ in parts)
    below = math.sqrt(sum((m - low) ** 2 for m, low, _ in parts))
    above = math.sqrt(sum((high - m) ** 2 for m, _, high in parts))
    return mean, max(mean - below, 0.0), mean + above
