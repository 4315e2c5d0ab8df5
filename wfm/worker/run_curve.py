"""The curve of a solver run, kept with its job so that a page loaded anew shows all of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy.exc import OperationalError

from scheduling.solution import Event
from wfm.domain.jobs import RunPoint
from wfm.domain.progress import Progress
from wfm.store.store import Store
from wfm.store.writers.job_points import add_point, replace_points
from wfm.store.writers.jobs import check_fence

# Improvements come in hundreds in the first second; so many points a second are kept.
EVERY_S = 0.5

log = logging.getLogger(__name__)


class RunCurve:
    """A `Progress` that also keeps best cost and bound whenever one of them has moved."""

    def __init__(
        self, store: Store, job_id: int | None, fence: int | None, progress: Progress
    ) -> None:
        self._store, self._job_id, self._fence, self._progress = store, job_id, fence, progress
        self._began = time.monotonic()
        self._written: float | None = None
        self._last: tuple[object, object] | None = None
        self._n = 0

    def __call__(self, stage: str, percent: float, **detail: object) -> None:
        if self._job_id is not None:
            self._keep(detail)
        self._progress(stage, percent, **detail)

    def _keep(self, detail: dict[str, object]) -> None:
        now = time.monotonic()
        seen = (detail.get("objective"), detail.get("bound"))
        if seen == self._last or seen == (None, None):
            return
        if self._written is not None and now - self._written < EVERY_S:
            return
        point = RunPoint(
            round(now - self._began, 3),
            "incumbent" if detail.get("objective") is not None else "bound",
            _number(detail.get("objective")),
            _number(detail.get("bound")),
            _number(detail.get("gap_of_requirement_pct")),
            int(_number(detail.get("pass")) or 0),
        )
        try:
            self._store.db.retry(lambda c: self._write(c, point), tries=1)
        except OperationalError:
            return  # the database is busy: the next point comes soon
        self._written, self._last, self._n = now, seen, self._n + 1

    def _write(self, connection: Any, point: RunPoint) -> None:
        check_fence(connection, self._job_id, self._fence)
        if self._job_id is None:
            return
        if self._n == 0:  # a run taken up again begins its curve anew
            replace_points(connection, self._job_id, ())
        add_point(connection, self._job_id, self._n, point)


def points_of(events: Iterable[Event]) -> tuple[RunPoint, ...]:
    """The points of a finished run, as the solver itself recorded them, without repetitions."""
    points: list[RunPoint] = []
    for event in events:
        point = RunPoint(
            event.t, event.event, event.objective, event.bound, event.gap_of_requirement_pct,
            event.pass_n,
        )  # fmt: skip
        last = points[-1] if points else None
        same = last is not None and (last.objective, last.bound) == (point.objective, point.bound)
        if not same or event.event in ("done", "cancelled"):
            points.append(point)
    return tuple(points)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
