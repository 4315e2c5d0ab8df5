"""From queue-log lines to contact legs: entered, offered, answered, ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from wfm.ingest.queue_log_lines import Line
from wfm.store.raw import FLAG_ACW_UNKNOWN, FLAG_HOLD_UNKNOWN, FLAG_INFERRED_END, FLAG_ORPHAN

ENDS = {
    "COMPLETEAGENT": ("agent", "none"), "COMPLETECALLER": ("customer", "none"),
    "TRANSFER": ("transfer", "blind"), "BLINDTRANSFER": ("transfer", "blind"),
    "ATTENDEDTRANSFER": ("transfer", "attended"), "SYSCOMPAT": ("system", "none"),
}  # fmt: skip
FLOWS = {"EXITWITHTIMEOUT": "timeout", "EXITEMPTY": "empty", "EXITWITHKEY": "key"}
WAIT_TOLERANCE_S = 2


@dataclass
class Leg:
    """One stay of a contact in a queue, with the agent who took it."""

    uniqueid: str
    queue: str | None
    leg_no: int
    enqueued_at: int | None = None
    agent: str | None = None
    connected_at: int | None = None
    ended_at: int | None = None
    wrap_ended_at: int | None = None
    outcome: str = "unknown"
    flow_out_kind: str | None = None
    ended_by: str | None = None
    transfer: str = "none"
    offers_n: int = 0
    missed_n: int = 0
    ring_s: int | None = None
    talk_s: int | None = None
    acw_s: int | None = None
    customer_key: str | None = None
    flags: int = 0

    @property
    def first_at(self) -> int:
        """The first instant known of the leg."""
        known = (self.enqueued_at, self.connected_at, self.ended_at)
        return min(at for at in known if at is not None)


@dataclass
class Legs:
    """Legs of a stretch of log, and what was noted on the way."""

    legs: list[Leg] = field(default_factory=list)
    noted: Counter[str] = field(default_factory=Counter)


def legs_of(lines: Sequence[Line]) -> Legs:
    """Every leg of lines in order; a leg not closed yet stays open, without an end.

    A restart closes open legs as unknown; a reload only those of which nothing follows.
    """
    found = Legs()
    open_legs: dict[str, Leg] = {}
    numbers: Counter[str] = Counter()
    last_seen: dict[str, int] = {}
    for place, line in enumerate(lines):
        last_seen[line.uniqueid] = place

    def begin(line: Line, orphan: bool) -> Leg:
        numbers[line.uniqueid] += 1
        leg = Leg(line.uniqueid, line.queue, numbers[line.uniqueid])
        if orphan:
            leg.flags |= FLAG_ORPHAN
        found.legs.append(leg)
        open_legs[line.uniqueid] = leg
        return leg

    for place, line in enumerate(lines):
        event, leg = line.event, open_legs.get(line.uniqueid)
        if event in ("QUEUESTART", "CONFIGRELOAD"):
            for uniqueid, left in list(open_legs.items()):
                if event == "QUEUESTART" or last_seen[uniqueid] < place:
                    _close_unknown(left, line.at)
                    del open_legs[uniqueid]
        elif event == "ENTERQUEUE":
            if leg is not None:  # entered again without an end in between
                _close_unknown(leg, line.at)
            leg = begin(line, orphan=False)
            leg.enqueued_at, leg.customer_key = line.at, line.text(1) or None
        elif event in ("RINGNOANSWER", "RINGCANCELED", "AGENTDUMP"):
            if leg is not None:
                leg.offers_n += 1
                leg.missed_n += event != "RINGCANCELED"
        elif event == "CONNECT":
            leg = leg or begin(line, orphan=True)
            _connect(leg, line, found.noted)
        elif event in ENDS or event == "ABANDON" or event in FLOWS:
            leg = leg or begin(line, orphan=True)
            _end(leg, line)
            del open_legs[line.uniqueid]
    return found


def _connect(leg: Leg, line: Line, noted: Counter[str]) -> None:
    leg.connected_at, leg.agent, leg.outcome = line.at, line.agent, "answered"
    leg.queue = leg.queue or line.queue
    leg.offers_n += 1
    leg.ring_s = line.number(2)
    leg.flags |= FLAG_HOLD_UNKNOWN | FLAG_ACW_UNKNOWN
    told = line.number(0)
    if leg.enqueued_at is None or told is None:
        return
    if abs(line.at - leg.enqueued_at - told) > WAIT_TOLERANCE_S:
        noted["inconsistent_durations"] += 1


def _end(leg: Leg, line: Line) -> None:
    leg.ended_at = line.at
    if line.event in ENDS:
        leg.ended_by, leg.transfer = ENDS[line.event]
        leg.outcome, leg.agent = "answered", leg.agent or line.agent
        leg.flags |= FLAG_HOLD_UNKNOWN | FLAG_ACW_UNKNOWN
        leg.wrap_ended_at = line.at
        place = 1 if line.event.startswith("COMPLETE") else 3
        leg.talk_s = None if line.event == "SYSCOMPAT" else line.number(place)
        if leg.connected_at is None and leg.talk_s is not None:
            leg.connected_at = line.at - leg.talk_s
    elif line.event == "ABANDON":
        leg.outcome, leg.ended_by = "abandoned", "customer"
    else:
        leg.outcome, leg.flow_out_kind = "flow_out", FLOWS[line.event]


def _close_unknown(leg: Leg, at: int) -> None:
    leg.ended_at = leg.wrap_ended_at = at
    leg.ended_by = "unknown"
    leg.flags |= FLAG_INFERRED_END


def legs_by_agent(legs: Sequence[Leg]) -> dict[str, list[Leg]]:
    """Legs that reached an agent, by agent, in order of connection."""
    found: dict[str, list[Leg]] = defaultdict(list)
    for leg in legs:
        if leg.agent is not None and leg.connected_at is not None:
            found[leg.agent].append(leg)
    for mine in found.values():
        mine.sort(key=lambda leg: (leg.connected_at or 0, leg.uniqueid))
    return found
