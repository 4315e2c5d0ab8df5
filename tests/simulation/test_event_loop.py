"""Who is served when, in examples small enough to follow with a pencil."""

from __future__ import annotations

import numpy as np
import pytest

from scheduling.simulation.centre import Callback, Centre, Routing, SimAgent, SimQueue, steady
from scheduling.simulation.counted import (
    ABANDONED,
    ANSWERED,
    BUSY,
    CALLBACKS,
    IN_T,
    LEFT,
    OFFERED,
    STAFFED,
    WAIT_ABANDONED,
    WAIT_ANSWERED,
)
from scheduling.simulation.draws import Contacts
from scheduling.simulation.engine import meet

DAY = (0.0, 3600.0)


def queues(*names: str, **more: object) -> tuple[SimQueue, ...]:
    return tuple(
        SimQueue(name, steady(1, 1), steady(60, 1), None, "offered", 20.0,
                 **{"priority": i, **more})  # type: ignore[arg-type]  # names of fields
        for i, name in enumerate(names)
    )  # fmt: skip


def agent(name: str, *skills: str, duties: tuple[tuple[float, float], ...] = (DAY,)) -> SimAgent:
    levels = tuple((s.split(":")[0], int((s + ":100").split(":")[1])) for s in skills)
    return SimAgent(name, levels, duties)


def calls(*rows: tuple[float, int, float], patience: float = np.inf, offer: float = np.inf,
          ) -> Contacts:  # fmt: skip
    """Contacts as (at, queue, handle seconds)."""
    at, queue, handle = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    n = len(rows)
    return Contacts(at, queue.astype(np.int64), handle, np.full(n, patience), np.full(n, offer),
                    np.zeros(n, dtype=np.int64))  # fmt: skip


def centre(of: tuple[SimQueue, ...], *agents: SimAgent, routing: Routing | None = None) -> Centre:
    return Centre(of, agents, 1, 3600.0, routing=routing or Routing())


def test_the_second_contact_waits_until_the_only_agent_has_done_with_the_first() -> None:
    counts, times = meet(centre(queues("x"), agent("a", "x")), calls((0, 0, 60), (10, 0, 60)))
    row = counts[0, 0]
    assert (row[OFFERED], row[ANSWERED], row[IN_T], row[WAIT_ANSWERED]) == (2, 2, 1, 50)
    assert (times[0, 0, BUSY], times[0, 0, STAFFED]) == (120, 3600)


def test_who_loses_patience_is_gone_at_that_second_and_the_next_is_served_sooner() -> None:
    counts, _ = meet(
        centre(queues("x"), agent("a", "x")),
        calls((0, 0, 60), (10, 0, 60), (45, 0, 60), patience=30),
    )
    row = counts[0, 0]
    assert (row[ANSWERED], row[ABANDONED], row[WAIT_ABANDONED], row[WAIT_ANSWERED]) == (
        2,
        1,
        30,
        15,
    )


def test_a_contact_in_hand_is_finished_and_the_break_starts_late() -> None:
    pause = agent("a", "x", duties=((0, 100), (200, 3600)))
    counts, times = meet(centre(queues("x"), pause), calls((90, 0, 50), (120, 0, 60)))
    assert counts[0, 0, WAIT_ANSWERED] == 80  # the second waits for the end of the break
    assert times[0, 0, STAFFED] == 140 + 3400
    assert times[0, 0, BUSY] == 110


def test_after_the_last_shift_those_who_never_hang_up_are_left_waiting() -> None:
    early = agent("a", "x", duties=((0, 100),))
    counts, _ = meet(centre(queues("x"), early), calls((90, 0, 50), (120, 0, 60)))
    assert (counts[0, 0, ANSWERED], counts[0, 0, LEFT], counts[0, 0, ABANDONED]) == (1, 1, 0)


def busy_by_set(routing: Routing, *agents: SimAgent) -> tuple[float, ...]:
    _, times = meet(centre(queues("x", "y"), *agents, routing=routing), calls((100, 0, 60)))
    return tuple(times[:, 0, BUSY].tolist())


@pytest.mark.parametrize(
    ("to_agent", "expected"),
    [("specialist-first", (60, 0)), ("longest-idle", (0, 60)), ("best-skill", (0, 60))],
)
def test_the_rule_decides_which_free_agent_gets_the_contact(
    to_agent: str, expected: tuple[float, float]
) -> None:
    # Sets are sorted: the specialist of level 50 first, then the generalist of level 90, who has
    # been free for longer.
    found = busy_by_set(
        Routing(to_agent),  # type: ignore[arg-type]  # one of the three
        agent("generalist", "x:90", "y:90"),
        agent("specialist", "x:50", duties=((50, 3600),)),
    )
    assert found == expected


@pytest.mark.parametrize(
    ("routing", "skills", "waits"),
    [
        (Routing(to_contact="longest-wait"), ("x", "y"), (150, 80)),
        (Routing(to_contact="priority"), ("x", "y"), (70, 170)),
        (Routing(to_contact="own-skill-first"), ("x:90", "y:60"), (70, 170)),
    ],
)
def test_the_rule_decides_which_contact_a_free_agent_takes(
    routing: Routing, skills: tuple[str, ...], waits: tuple[float, float]
) -> None:
    # The agent is busy until 100. y came at 20, x at 30; each takes 80 or 90 seconds.
    counts, _ = meet(
        centre(queues("x", "y"), agent("a", *skills), routing=routing),
        calls((0, 0, 100), (20, 1, 80), (30, 0, 90)),
    )
    assert (counts[0, 0, WAIT_ANSWERED], counts[1, 0, WAIT_ANSWERED]) == waits


def test_an_agent_never_takes_a_contact_of_a_skill_he_lacks() -> None:
    counts, _ = meet(centre(queues("x", "y"), agent("a", "x")), calls((0, 1, 60), (5, 0, 60)))
    assert (counts[1, 0, ANSWERED], counts[1, 0, LEFT], counts[0, 0, ANSWERED]) == (0, 1, 1)


def test_who_accepts_a_callback_is_called_when_nobody_waits_on_the_line() -> None:
    # Busy until 300; the caller of 10 accepts after 60 s, the one of 290 is live and goes first.
    counts, _ = meet(
        centre(queues("x", callback=Callback(60, 1.0)), agent("a", "x")),
        calls((0, 0, 300), (10, 0, 100), (290, 0, 50), patience=200, offer=60),
    )
    row = counts[0, 0]
    assert (row[CALLBACKS], row[ABANDONED], row[ANSWERED]) == (1, 0, 3)
    assert row[WAIT_ANSWERED] == 10 + (350 - 10)
    assert row[IN_T] == 2  # the callback was late


def test_settings_that_make_no_sense_are_named() -> None:
    with pytest.raises(ValueError, match=r"patience_s of x is 0: it must be above 0."):
        Centre((SimQueue("x", steady(1, 1), steady(60, 1), 0, "offered", 20),), (), 1)
    with pytest.raises(ValueError, match="aht_s of x must be above 0 wherever contacts arrive"):
        Centre((SimQueue("x", steady(1, 1), steady(0, 1), 9, "offered", 20),), (), 1)
    with pytest.raises(ValueError, match="sl_definition of x is 'sl'"):
        Centre((SimQueue("x", steady(1, 1), steady(9, 1), 9, "sl", 20),), (), 1)  # type: ignore[arg-type]  # wrong on purpose
