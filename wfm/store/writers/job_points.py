"""The curve of a run written: a point whenever the best cost or the bound moved."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert

from wfm.domain.jobs import RunPoint
from wfm.store.schema import job_point


def add_point(connection: Connection, job_id: int, n: int, point: RunPoint) -> None:
    """One more point of a running job."""
    connection.execute(insert(job_point), _row(job_id, n, point))


def replace_points(connection: Connection, job_id: int, points: Sequence[RunPoint]) -> None:
    """The whole curve of a run, in place of what was seen of it while it ran."""
    connection.execute(delete(job_point).where(job_point.c.job_id == job_id))
    if points:
        connection.execute(
            insert(job_point), [_row(job_id, n, point) for n, point in enumerate(points)]
        )


def _row(job_id: int, n: int, point: RunPoint) -> dict[str, object]:
    return {
        "job_id": job_id, "n": n, "t_s": point.t_s, "event": point.event[:16],
        "objective": point.objective, "bound": point.bound, "gap_pct": point.gap_pct,
        "pass_n": point.pass_n,
    }  # fmt: skip
