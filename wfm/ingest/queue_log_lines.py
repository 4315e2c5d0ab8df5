"""Lines of an Asterisk queue log: `epoch|uniqueid|queue|agent|EVENT|p1|p2...`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wfm.ingest.contacts import hashed_customer
from wfm.ingest.instants import EPOCH_1990
from wfm.ingest.parse import clean_text

FUTURE_S = 120
YEAR_S = 31_622_400


@dataclass(frozen=True)
class Verb:
    """What an event carries: least and most parameters, those that are whole numbers, and its
    place among events of the same second, so that the order of lines in a file does not matter."""

    least: int
    most: int
    whole: tuple[int, ...]
    rank: int


VERBS: Mapping[str, Verb] = {
    "QUEUESTART": Verb(0, 0, (), 0),
    "CONFIGRELOAD": Verb(0, 0, (), 1),
    "REMOVEMEMBER": Verb(0, 1, (), 2),
    "AGENTLOGOFF": Verb(0, 2, (1,), 2),
    "AGENTCALLBACKLOGOFF": Verb(0, 3, (1,), 2),
    "ADDMEMBER": Verb(0, 1, (), 3),
    "AGENTLOGIN": Verb(0, 1, (), 3),
    "AGENTCALLBACKLOGIN": Verb(0, 1, (), 3),
    "UNPAUSE": Verb(0, 1, (), 4),
    "UNPAUSEALL": Verb(0, 1, (), 4),
    "ENTERQUEUE": Verb(2, 4, (2,), 5),
    "RINGNOANSWER": Verb(1, 1, (0,), 6),
    "RINGCANCELED": Verb(0, 1, (0,), 6),
    "AGENTDUMP": Verb(0, 0, (), 6),
    "CONNECT": Verb(1, 3, (0, 2), 7),
    "COMPLETEAGENT": Verb(2, 3, (0, 1, 2), 8),
    "COMPLETECALLER": Verb(2, 3, (0, 1, 2), 8),
    "TRANSFER": Verb(4, 5, (2, 3, 4), 8),
    "BLINDTRANSFER": Verb(4, 5, (2, 3, 4), 8),
    "ATTENDEDTRANSFER": Verb(4, 5, (2, 3, 4), 8),
    "ABANDON": Verb(3, 3, (0, 1, 2), 8),
    "EXITWITHTIMEOUT": Verb(0, 3, (0, 1, 2), 8),
    "EXITEMPTY": Verb(3, 3, (0, 1, 2), 8),
    "EXITWITHKEY": Verb(2, 4, (1, 2, 3), 8),
    "SYSCOMPAT": Verb(0, 0, (), 8),
    "PAUSE": Verb(0, 1, (), 9),
    "PAUSEALL": Verb(0, 1, (), 9),
}
UNKNOWN_RANK = 10


@dataclass(frozen=True)
class Line:
    """One event of the log; no queue or agent where the log says NONE."""

    at: int
    uniqueid: str
    queue: str | None
    agent: str | None
    event: str
    args: tuple[str, ...]

    @property
    def known(self) -> bool:
        return self.event in VERBS

    def order(self) -> tuple[int, int, str, str, str, str, tuple[str, ...]]:
        """The place of the line among all lines: by time, then by what must come first."""
        rank = VERBS[self.event].rank if self.known else UNKNOWN_RANK
        return (
            self.at, rank, self.uniqueid, self.queue or "", self.agent or "", self.event, self.args
        )  # fmt: skip

    def number(self, place: int) -> int | None:
        """A parameter as a whole number, None when it is not there."""
        return int(self.args[place]) if len(self.args) > place and self.args[place] else None

    def text(self, place: int) -> str:
        """A parameter as text, empty when it is not there."""
        return self.args[place] if len(self.args) > place else ""


@dataclass(frozen=True)
class Flaw:
    """Why bytes are no line."""

    code: str
    detail: str


def parse_line(raw: bytes, now: int, secret: bytes) -> Line | Flaw:
    """The event of a line, or what is wrong with it; columns are never shifted.

    `1700000000|17.1|sales|NONE|ENTERQUEUE||600111222|1` enters queue sales at 22:13:20 UTC. A
    caller is kept as a keyed hash only.
    """
    if b"\x00" in raw:
        return Flaw("nul_byte", "record")
    try:
        parts = raw.decode("utf-8").split("|")
    except UnicodeDecodeError as error:
        return Flaw("invalid_utf8", f"byte {error.start} of the line")
    if len(parts) < 5:
        return Flaw("too_few_fields", f"{len(parts)} of 5")
    stamp, uniqueid, queue, agent, event = (part.strip() for part in parts[:5])
    flaw = _time_flaw(stamp, now)
    if flaw is not None:
        return flaw
    args = [clean_text(part.strip()) for part in parts[5:]]
    event = event.upper()
    if not event:
        return Flaw("missing_value", "event")
    verb = VERBS.get(event)
    if verb is not None:
        while len(args) > verb.most and not args[-1]:
            args.pop()
        flaw = _args_flaw(event, verb, args)
        if flaw is not None:
            return flaw
    if event == "ENTERQUEUE":
        args = [args[0], hashed_customer(args[1], secret) if args[1] else "", *args[2:3]]
    while args and not args[-1]:
        args.pop()
    names = (clean_text(uniqueid), _name(queue), _name(agent))
    return Line(int(stamp), names[0], names[1], names[2], event, tuple(args))


def _time_flaw(stamp: str, now: int) -> Flaw | None:
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 18:
        return Flaw("bad_time", "epoch seconds")
    at = int(stamp)
    if at < EPOCH_1990 or at > now + YEAR_S:
        return Flaw("implausible_time", "epoch seconds")
    if at > now + FUTURE_S:
        return Flaw("future_event", "epoch seconds")
    return None


def _args_flaw(event: str, verb: Verb, args: list[str]) -> Flaw | None:
    if len(args) > verb.most:
        return Flaw("too_many_fields", f"{event} has at most {verb.most} parameters")
    if len(args) < verb.least:
        return Flaw("too_few_fields", f"{event} has at least {verb.least} parameters")
    for place in verb.whole:
        if place >= len(args) or not args[place]:
            continue
        if args[place].isascii() and args[place].isdigit():
            if len(args[place]) > 18:
                return Flaw("int_overflow", f"parameter {place + 1} of {event}")
            continue
        if event == "ENTERQUEUE":  # a pipe inside the caller's name moved the position
            return Flaw("too_many_fields", "a separator inside the caller")
        if args[place].startswith("-") and args[place][1:].isdigit():
            return Flaw("negative_duration", f"parameter {place + 1} of {event}")
        return Flaw("bad_number", f"parameter {place + 1} of {event}")
    return None


def _name(text: str) -> str | None:
    return None if text in ("", "NONE") else clean_text(text)
