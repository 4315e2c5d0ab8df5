"""From queue-log lines to agent states: signed in, ringing, talking, paused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from wfm.domain.activities import PRECEDENCE
from wfm.ingest.queue_log_legs import Leg, legs_by_agent
from wfm.ingest.queue_log_lines import Line
from wfm.store.raw import FLAG_ACW_UNKNOWN, FLAG_INFERRED_END, FLAG_LOGIN_UNKNOWN

ACW_WITHIN_S = 5
FOREVER = 1 << 60
IN = ("ADDMEMBER", "AGENTLOGIN", "AGENTCALLBACKLOGIN")
OUT_ALL = ("AGENTLOGOFF", "AGENTCALLBACKLOGOFF")
SESSION = "*"  # signed in as an agent, not to one queue


@dataclass(frozen=True)
class Spell:
    """One state of one agent; without an end it lasts until the agent's next."""

    agent: str
    start_at: int
    end_at: int | None
    state: str
    reason: str | None = None
    contact_id: str | None = None
    queue: str | None = None
    flags: int = 0


@dataclass
class _Agent:
    queues: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    paused: dict[str, str] = field(default_factory=dict)
    paused_all: str | None = None
    signed: bool | None = None  # None: the log never said

    def status(self) -> tuple[str, str | None]:
        """The status outside contacts; a pause in some of the queues only is no pause."""
        if self.signed is False:
            return "offline", None
        if self.paused_all is not None:
            return "aux", self.paused_all or None
        mine = (self.queues - {SESSION}) or self.seen
        if mine and all(queue in self.paused for queue in mine):
            return "aux", next((r for r in self.paused.values() if r), None)
        return "available", None


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int
    state: str
    reason: str | None
    contact_id: str | None
    queue: str | None
    flags: int


def spells_of(
    lines: Sequence[Line], legs: Sequence[Leg], acw_reasons: Sequence[str]
) -> list[Spell]:
    """Every agent's states from lines and their legs, without overlap, in order of agent and time.

    A pause for an after-contact reason right after a contact becomes its after-contact work, and
    is written into the leg.
    """
    by_agent: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.agent is not None:
            by_agent[line.agent].append(line)
    taken = legs_by_agent(legs)
    spells: list[Spell] = []
    for agent in sorted(by_agent):
        mine = taken.get(agent, [])
        status = _statuses(by_agent[agent])
        status = _after_contact(status, mine, acw_reasons)
        pieces = [*status, *_contacts(mine), *_rings(by_agent[agent])]
        spells += _flat(agent, pieces)
    return spells


def _statuses(lines: Sequence[Line]) -> list[_Piece]:
    who, changes = _Agent(), list[tuple[int, str, str | None, int]]()
    for line in lines:
        event, queue, known = line.event, line.queue or SESSION, who.signed
        if event in IN:
            who.queues.add(queue)
            who.signed = True
        elif event == "REMOVEMEMBER" or event in OUT_ALL:
            who.queues.discard(queue)
            who.paused.pop(queue, None)
            if event in OUT_ALL or not who.queues:
                who.queues, who.paused, who.paused_all, who.signed = set(), {}, None, False
        elif event == "PAUSEALL" or (event == "PAUSE" and line.queue is None):
            who.paused_all = line.text(0)
        elif event == "UNPAUSEALL" or (event == "UNPAUSE" and line.queue is None):
            who.paused, who.paused_all = {}, None
        elif event == "PAUSE":
            who.seen.add(queue)
            who.paused.pop(queue, None)  # so that the newest reason comes last
            who.paused[queue] = line.text(0)
            if who.paused_all is not None:
                who.paused_all = line.text(0)
        elif event == "UNPAUSE":
            who.paused.pop(queue, None)
            who.paused_all = None
        elif event == "CONNECT":
            who.seen.add(queue)
            if known is False:  # a contact proves that the agent is there
                who.signed = None
        flag = 0 if who.signed is not None else FLAG_LOGIN_UNKNOWN
        changes.append((line.at, *who.status(), flag))
    ends = [at for at, *_ in changes[1:]] + [FOREVER]
    return [
        _Piece(at, end, state, reason, None, None, flag)
        for (at, state, reason, flag), end in zip(changes, ends, strict=True)
        if end > at
    ]


def _after_contact(
    status: list[_Piece], legs: Sequence[Leg], acw_reasons: Sequence[str]
) -> list[_Piece]:
    if not acw_reasons:
        return status
    changed = []
    ended = sorted((leg for leg in legs if leg.ended_at), key=lambda leg: leg.ended_at or 0)
    for piece in _joined(status):
        leg = next(
            (
                leg
                for leg in reversed(ended)
                if leg.ended_at is not None and 0 <= piece.start - leg.ended_at <= ACW_WITHIN_S
            ),
            None,
        )
        if piece.state == "aux" and piece.reason in acw_reasons and leg is not None:
            if piece.end < FOREVER:
                leg.acw_s, leg.wrap_ended_at = piece.end - piece.start, piece.end
                leg.flags &= ~FLAG_ACW_UNKNOWN
            piece = _Piece(
                piece.start, piece.end, "acw", piece.reason, leg.uniqueid, leg.queue, piece.flags
            )
        changed.append(piece)
    return changed


def _joined(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    """Neighbours that say the same as one piece."""
    held: _Piece | None = None
    for piece in pieces:
        if held is not None and held.end == piece.start and _says(held) == _says(piece):
            held = _Piece(held.start, piece.end, *_says(held), held.flags)
            continue
        if held is not None:
            yield held
        held = piece
    if held is not None:
        yield held


def _says(piece: _Piece) -> tuple[str, str | None, str | None, str | None]:
    return piece.state, piece.reason, piece.contact_id, piece.queue


def _contacts(legs: Sequence[Leg]) -> Iterator[_Piece]:
    for place, leg in enumerate(legs):
        start = leg.connected_at or 0
        end, flags = leg.ended_at, leg.flags & FLAG_INFERRED_END
        if leg.ring_s:
            yield _Piece(start - leg.ring_s, start, "alerting", None, leg.uniqueid, leg.queue, 0)
        if end is None:
            # A contact whose end was lost cannot last beyond the agent's next one.
            after = [n.connected_at for n in legs[place + 1 :] if n.connected_at is not None]
            end = min(after, default=FOREVER)
            flags = FLAG_INFERRED_END if after else 0
        if end > start:
            yield _Piece(start, end, "talk", None, leg.uniqueid, leg.queue, flags)


def _rings(lines: Sequence[Line]) -> Iterator[_Piece]:
    for line in lines:
        if line.event == "RINGNOANSWER":
            rang = (int(line.args[0]) + 500) // 1000 if line.args else 0
            if rang:
                yield _Piece(
                    line.at - rang, line.at, "alerting", None, line.uniqueid, line.queue, 0
                )


def _flat(agent: str, pieces: Sequence[_Piece]) -> Iterator[Spell]:
    """Pieces without overlap: in each moment the strongest state holds."""
    marks = sorted({p.start for p in pieces} | {p.end for p in pieces})
    ordered = sorted(pieces, key=lambda p: p.start)
    live: list[_Piece] = []
    flat: list[_Piece] = []
    waiting = 0
    for start, end in pairwise(marks):
        while waiting < len(ordered) and ordered[waiting].start <= start:
            live.append(ordered[waiting])
            waiting += 1
        live = [p for p in live if p.end > start]
        if live:
            top = min(live, key=lambda p: (PRECEDENCE.index(p.state), -p.start, p.contact_id or ""))
            flat.append(_Piece(start, end, *_says(top), top.flags))
    for piece in _joined(flat):
        yield Spell(
            agent, piece.start, piece.end if piece.end < FOREVER else None, piece.state,
            piece.reason, piece.contact_id, piece.queue, piece.flags,
        )  # fmt: skip
