"""A small call centre that writes an Asterisk queue log, and knows what truly happened."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

DAY_AT = 1_767_600_000  # 2026-01-05 08:00:00 UTC


@dataclass
class Truth:
    """What the log must be read as."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    timed_out: int = 0
    missed: int = 0
    blind: int = 0
    wait_answered_s: int = 0
    talk_s: int = 0
    talk_by_agent: dict[str, int] = field(default_factory=dict)
    aux_by_agent: dict[str, int] = field(default_factory=dict)
    signed_by_agent: dict[str, int] = field(default_factory=dict)


@dataclass
class _Agent:
    name: str
    free_at: int
    paused_since: int | None = None


def generate(seed: int, hours: int = 4, agents: int = 5) -> tuple[list[str], Truth]:
    """Lines of a log, in order of time, and the truth behind them.

    Agents sign in to two queues, take breaks between contacts, let calls ring out now and then;
    callers lose patience, are sent away after 90 s, or are passed on.
    """
    rng, truth, events = random.Random(seed), Truth(), list[tuple[int, int, str]]()

    def write(at: int, *parts: object) -> None:
        events.append((at, len(events), "|".join(str(part) for part in (at, *parts))))

    end = DAY_AT + hours * 3600
    team = []
    for number in range(agents):
        name, start = f"PJSIP/{100 + number}", DAY_AT + rng.randint(0, 600)
        for queue in ("sales", "care"):
            write(start, "REALTIME", queue, name, "ADDMEMBER", "")
        team.append(_Agent(name, start + 1))
        truth.talk_by_agent[name] = truth.aux_by_agent[name] = 0
        truth.signed_by_agent[name] = -start
    at, number = DAY_AT + 700, 0
    while at < end - 1800:
        at += rng.randint(5, 70)
        number += 1
        _contact(rng, write, truth, team, at, number)
        if rng.random() < 0.1:
            _pause(rng, write, truth, rng.choice(team))
    for agent in team:
        leaves = max(end, agent.free_at + 1)
        for queue in ("sales", "care"):
            write(leaves, "REALTIME", queue, agent.name, "REMOVEMEMBER", "")
        truth.signed_by_agent[agent.name] += leaves
    return [text for *_, text in sorted(events)], truth


def _contact(rng, write, truth, team, at, number) -> None:  # type: ignore[no-untyped-def]
    queue, uniqueid = rng.choice(("sales", "care")), f"{at}.{number}"
    write(at, uniqueid, queue, "NONE", "ENTERQUEUE", "", f"600{number:06d}", 1)
    truth.offered += 1
    patience, agent = rng.randint(10, 200), min(team, key=lambda a: a.free_at)
    ring = rng.randint(1, 9)
    connected = max(at, agent.free_at) + ring
    if patience >= 90 and connected > at + 90:
        write(at + 90, uniqueid, queue, "NONE", "EXITWITHTIMEOUT", 1, 1, 90)
        truth.timed_out += 1
        return
    if connected > at + patience:
        write(at + patience, uniqueid, queue, "NONE", "ABANDON", 1, 1, patience)
        truth.abandoned += 1
        return
    if rng.random() < 0.08 and connected + 12 + ring <= at + min(patience, 90):
        write(connected + 12, uniqueid, queue, agent.name, "RINGNOANSWER", 12_000)
        truth.missed += 1
        connected += 12 + ring
    talk = rng.randint(20, 400)
    wait = connected - at
    write(connected, uniqueid, queue, agent.name, "CONNECT", wait, f"{at}.m{number}", ring)
    ended = connected + talk
    if rng.random() < 0.1:
        write(ended, uniqueid, queue, agent.name, "BLINDTRANSFER", "900", "in", wait, talk, 1)
        truth.blind += 1
    else:
        verb = rng.choice(("COMPLETEAGENT", "COMPLETECALLER"))
        write(ended, uniqueid, queue, agent.name, verb, wait, talk, 1)
    truth.answered += 1
    truth.wait_answered_s += wait
    truth.talk_s += talk
    truth.talk_by_agent[agent.name] += talk
    agent.free_at = ended + rng.randint(1, 20)


def _pause(rng, write, truth, agent) -> None:  # type: ignore[no-untyped-def]
    start, length = agent.free_at + 1, rng.randint(30, 600)
    for queue in ("sales", "care"):
        write(start, "NONE", queue, agent.name, "PAUSE", "lunch")
    for queue in ("sales", "care"):
        write(start + length, "NONE", queue, agent.name, "UNPAUSE", "")
    truth.aux_by_agent[agent.name] += length
    agent.free_at = start + length + 1
