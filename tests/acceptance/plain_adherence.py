"""Adherence worked out second by second from the raw files; nothing of the product is used.

Planned seconds are judged by the version known at that second. On queue counts for on queue, a
break for a meal, being signed out for an unpaid meal. A contact that runs into a planned break is
excused, and so is the break owed for it; likewise what a later change of the plan set right.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from plain_facts import BUSY, ON_QUEUE, Asked, RawFiles

ACTIVITIES = ("none", "on_queue", "break", "meal", "meeting", "training", "coaching", "project",
              "leave", "sick", "unavailable")  # fmt: skip
GROUPS = ("logged_out", *ACTIVITIES[1:8], "other_aux")
RESTS = ("break", "meal")
AWAY = ACTIVITIES.index("leave")
WRAP_CAP_S, SOON_S = 300, 120
Codes = NDArray[np.int64]
Span = tuple[int, int]


def adherence(raw: RawFiles, asked: Asked) -> float:
    """Percent of the scheduled and not excused seconds that were spent as planned."""
    good = base = 0
    for agent, shifts in _shifts(raw, asked):
        day = AgentTime(
            raw.spells.filter(agent_id=agent), raw.beside.filter(agent_id=agent), raw.now_at
        )
        for shift in shifts:
            inside, judged = day.judge(shift)
            good, base = good + inside, base + judged
    return 100 * good / base


def _shifts(raw: RawFiles, asked: Asked) -> Iterator[tuple[str, list[list[dict[str, Any]]]]]:
    """The agents of the scope with the plan rows of each shift that starts in the period."""
    rows = raw.plan.join(raw.people, on="agent_id", how="left")
    for column, wanted in (("site", asked.site), ("team", asked.team), ("agent_id", asked.agent)):
        if wanted is not None:
            rows = rows.filter(pl.col(column) == wanted)
    on = pl.col("shift_date")
    rows = rows.filter(on >= str(asked.first), on < str(asked.end)).sort("agent_id", "shift_date")
    for agent, own in groupby(rows.iter_rows(named=True), lambda row: row["agent_id"]):
        yield agent, [list(shift) for _, shift in groupby(own, lambda row: row["shift_date"])]


class AgentTime:
    """What one agent did: groups of seconds, contacts as unbroken runs, and rests taken."""

    def __init__(self, spells: pl.DataFrame, beside: pl.DataFrame, now_at: int) -> None:
        self.now_at = now_at
        self.rows = list(spells.sort("start_at").iter_rows(named=True))
        self.contacts = self._contacts()
        if not beside.is_empty():
            # Of what runs beside other contacts each end is told, but that of one under way.
            ended = set(beside["contact_id"])
            open_ = spells.filter(pl.col("state").is_in(BUSY), ~pl.col("contact_id").is_in(ended))
            self.contacts = [*_beside(beside), *_beside(open_)]
        # Of several under way at once the one that ends last holds its agent.
        self.contacts.sort(key=lambda contact: -contact[1])

    def judge(self, shift: list[dict[str, Any]]) -> tuple[int, int]:
        """Seconds in adherence, and seconds that count, of a shift."""
        low = min(row["start_at"] for row in shift)
        high = min(max(row["end_at"] for row in shift), self.now_at)
        if high <= low:
            return 0, 0
        first = [row for row in shift if row["schedule_version"] == "baseline"]
        known = newest = _painted(first, low, high)
        later = [row for row in shift if row["schedule_version"] != "baseline"]
        for _, change in groupby(
            sorted(later, key=lambda r: r["schedule_version"]), lambda r: r["schedule_version"]
        ):
            rows = list(change)
            known, newest = known.copy(), _painted(rows, low, high)
            cut = max(rows[0]["published_at"] - low, 0)
            known[cut:] = newest[cut:]
        groups = np.full(high - low, GROUPS.index("logged_out"))
        for row in self.rows:
            groups[_clip(row, low, high)] = GROUPS.index(_group(row))
        planned = (known > 0) & (known < AWAY)
        good = planned & FITS[known, groups]
        out = planned & ~good
        corrected = out & (FITS[newest, groups] | (newest >= AWAY)) & (newest != known)
        excused = corrected | (out & self._excused(known, low))
        return int(good.sum()), int(planned.sum() - excused.sum())

    def _excused(self, known: Codes, low: int) -> NDArray[np.bool_]:
        """Seconds of planned breaks that a contact ran into, and of the breaks owed for them."""
        excused = np.zeros(len(known), bool)
        for start, end, activity in _off_queue(known):
            begun = [c for c in self.contacts if c[0] < low + start < c[1]]
            if not begun:
                continue
            _, over, wrap = begun[0]
            until = max(low + start, min(over, wrap + WRAP_CAP_S, low + end))
            excused[start : until - low] = True
            owed = until - low - start
            taken = self._rests(activity)
            at = bisect_left(taken, (over, 0))
            if at < len(taken) and taken[at][0] <= over + SOON_S:
                late = max(low + end, taken[at][0])
                excused[late - low : max(late, min(taken[at][1], late + owed)) - low] = True
        return excused

    def _rests(self, activity: str) -> list[Span]:
        """Unbroken times off the queue of a kind; breaks and meals are alike."""
        alike = RESTS if activity in RESTS else (activity,)
        found: list[Span] = []
        for row in self.rows:
            if _group(row) not in alike:
                continue
            if found and found[-1][1] == row["start_at"]:
                found[-1] = (found[-1][0], row["end_at"])
            else:
                found.append((row["start_at"], row["end_at"]))
        return found

    def _contacts(self) -> list[tuple[int, int, int]]:
        """Start and end of each contact with its work afterwards, and where that work begins."""
        found: list[tuple[int, int, int]] = []
        before: dict[str, Any] | None = None
        for row in self.rows:
            if row["state"] not in BUSY:
                before = None
                continue
            wrap = row["start_at"] if row["state"] == "acw" else row["end_at"]
            joins = (
                before is not None
                and before["contact_id"] == row["contact_id"]
                and before["end_at"] == row["start_at"]
                and not (before["state"] == "acw" and row["state"] != "acw")
            )
            if joins:
                start, _, last = found.pop()
                wrap = last if before is not None and before["state"] == "acw" else wrap
                found.append((start, row["end_at"], wrap))
            else:
                found.append((row["start_at"], row["end_at"], wrap))
            before = row
        return found


def _beside(rows: pl.DataFrame) -> list[tuple[int, int, int]]:
    """The same of contacts that run at the same time, each told with its end."""
    wrap = pl.col("start_at").filter(pl.col("state") == "acw").min()
    return (
        rows.group_by("contact_id")
        .agg(pl.col("start_at").min(), pl.col("end_at").max(),
             pl.coalesce(wrap, pl.col("end_at").max()).alias("wrap"))
        .sort("start_at")
        .select("start_at", "end_at", "wrap")
        .rows()
    )  # fmt: skip


def _group(row: dict[str, Any]) -> str:
    if row["state"] in ON_QUEUE:
        return "on_queue"
    if row["state"] == "offline":
        return "logged_out"
    return row["reason"] if row["reason"] in GROUPS else "other_aux"


def _painted(rows: list[dict[str, Any]], low: int, high: int) -> Codes:
    codes = np.zeros(high - low, np.int64)
    for row in rows:
        codes[_clip(row, low, high)] = ACTIVITIES.index(row["activity_code"])
    return codes


def _clip(row: dict[str, Any], low: int, high: int) -> slice:
    return slice(max(row["start_at"] - low, 0), max(min(row["end_at"], high) - low, 0))


def _off_queue(known: Codes) -> Iterator[tuple[int, int, str]]:
    """Planned time off the queue: start and end counted from the shift's, and the activity."""
    edges = [0, *(np.flatnonzero(np.diff(known)) + 1).tolist(), len(known)]
    for start, end in pairwise(edges):
        code = int(known[start])
        if 1 < code < AWAY:
            yield start, end, ACTIVITIES[code]


def _fits() -> NDArray[np.bool_]:
    fits = np.zeros((len(ACTIVITIES), len(GROUPS)), bool)
    for i, activity in enumerate(ACTIVITIES):
        for j, group in enumerate(GROUPS):
            alike = activity in RESTS and group in RESTS
            signed_out = activity == "meal" and group == "logged_out"
            fits[i, j] = activity == group or alike or signed_out
    return fits


FITS = _fits()
