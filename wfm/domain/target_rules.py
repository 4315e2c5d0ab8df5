"""Which target row is in force, and within which limits a team lead may move it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wfm.domain.language import listed, say
from wfm.domain.scope import Scope
from wfm.domain.targets import Corridor, Target, TargetBook

# Convention where no corridor is set: two points for percentages, five percent for all else.
POINTS, SHARE = 2.0, 5.0
TOLERANCE = 1e-9


@dataclass(frozen=True)
class TargetShape:
    """What the record must know of a KPI to judge a change: direction, unit, default limits.

    `counts` are sums such as contacts handled: they are not inherited, the parts add up.
    """

    kpi_id: str
    name: str
    better: str
    unit: str
    counts: bool = False
    default_lo: float | None = None
    default_hi: float | None = None
    default_width: float | None = None


@dataclass(frozen=True)
class Limits:
    """What a team lead may set: low and high edge each from..to, and the widest amber.

    `room` is the corridor as text, `sentence` says it with who may widen it; `row` is the target
    above, None: the default.
    """

    low: tuple[float, float] | None
    high: tuple[float, float] | None
    widest: float | None
    corridor: Corridor
    row: Target | None
    room: str
    sentence: str


def resolve(
    book: TargetBook,
    kpi_id: str,
    day: date,
    scope: Scope,
    contact_type: str = "",
    known_at: int | None = None,
    *,
    queue_id: str = "",
) -> Target | None:
    """The one row in force: the most specific level, then contact type or queue, then the latest.

    A team row of March falls back to the site's in April; asked with `known_at` before a
    correction was recorded, the row known then comes back. A level that was linked again from a
    day on is passed over from that day on.
    """
    rows = [
        row
        for row in book.of_kpi(kpi_id)
        if row.holds_on(day)
        and (known_at is None or row.recorded_at <= known_at)
        and row.contact_type in ("", contact_type)
        and row.queue_id in ("", queue_id)
    ]
    for level, key in book.chain(scope, day):
        here = [r for r in rows if r.level == level and (level == "enterprise" or r.key == key)]
        # A link ends the row of its own contact type or queue, not the others of its level.
        found: dict[tuple[str, str], Target] = {}
        for row in sorted(here, key=lambda r: (r.recorded_at, r.target_id)):
            found[row.contact_type, row.queue_id] = row
        own = [row for row in found.values() if row.kind == "own"]
        if own:
            return max(
                own,
                key=lambda r: (
                    (r.contact_type != "") + (r.queue_id != ""), r.recorded_at, r.target_id,
                ),
            )  # fmt: skip
    return None


def limits_of(book: TargetBook, shape: TargetShape, scope: Scope, day: date) -> Limits | None:
    """The corridor of a scope around the target set above it; None when none is set above.

    Adherence 95 % set for the site and no corridor row: a team may have 93 to 97 %. The target
    above is the site's, also for an agent: a lead cannot go two points twice.
    """
    above = scope if shape.counts else Scope(scope.site)
    row = resolve(book, shape.kpi_id, day, above)
    low, high = (row.value_lo, row.value_hi) if row else (shape.default_lo, shape.default_hi)
    if low is None and high is None:
        return None
    corridor = book.corridor(shape.kpi_id, scope, day) or convention(shape)
    width = row.amber_width if row is not None else None
    room = _room(corridor, low, high, shape.unit)
    return Limits(
        None if low is None else corridor.around(low),
        None if high is None else corridor.around(high),
        width if width is not None else shape.default_width,
        corridor,
        row,
        room,
        _sentence(book, corridor, room),
    )


def convention(shape: TargetShape) -> Corridor:
    """The corridor where none is set: 2 points for a percentage, 5 % of the value for all else."""
    points = shape.unit == "%"
    width, basis = (POINTS, "points") if points else (SHARE, "share")
    return Corridor(0, "", "enterprise", "", width, basis, date.min, 0, "convention", "", "default")


def outside(limits: Limits, lo: float | None, hi: float | None, width: float | None) -> bool:
    """Whether values leave a corridor; where one number is given it is held against each edge."""
    for value, own, other in ((lo, limits.low, limits.high), (hi, limits.high, limits.low)):
        room = own or other
        if value is not None and room is not None:
            slack = TOLERANCE * max(1.0, abs(value))
            if not room[0] - slack <= value <= room[1] + slack:
                return True
    if width is None or limits.widest is None:
        return False
    return width > limits.widest + TOLERANCE


def undone(book: TargetBook, row: Target, day: date) -> Target | None:
    """The own row of the same place that would hold on a day without this one; None: inherited."""
    rest = [
        other
        for other in book.of_kpi(row.kpi_id)
        if other.target_id != row.target_id
        and (other.level, other.key) == (row.level, row.key)
        and (other.contact_type, other.queue_id) == (row.contact_type, row.queue_id)
        and other.holds_on(day)
    ]
    newest = max(rest, key=lambda r: (r.recorded_at, r.target_id), default=None)
    return None if newest is None or newest.kind != "own" else newest


def _room(corridor: Corridor, low: float | None, high: float | None, unit: str) -> str:
    rooms = [corridor.around(edge) for edge in (low, high) if edge is not None]
    return listed(
        [
            say(
                "{low} to {high}{unit}",
                low=_plain(a),
                high=_plain(b),
                unit=f" {unit}" if unit else "",
            )
            for a, b in rooms
        ]
    )


def _sentence(book: TargetBook, corridor: Corridor, room: str) -> str:
    if corridor.source == "default":
        return say(
            "Allowed here: {room}, the usual corridor; the site's manager may widen it.", room=room
        )
    where = book.name_of(corridor.level, corridor.key)
    return (
        f"Allowed here: {room}, set for {where} by {corridor.author}; "
        f"the site's manager may widen it."
    )


def _plain(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
