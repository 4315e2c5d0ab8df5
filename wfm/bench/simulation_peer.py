"""The same centres by simpy 4.1.2 and ciw 3.2.7, in a Python of their own: run, never imported.

Arguments: `simpy` or `ciw`, `single` or `skills`, and how many hours to simulate. Prints the
contacts, the processor seconds and the share of contacts that hung up.
"""

import random
import sys
import time
from collections import deque
from collections.abc import Generator
from typing import Any

Process = Generator[Any, Any, None]

# One skill: 2,880 an hour of 60 s, patience 120 s, 50 agents. Two skills: 360 an hour each of
# 300 s, patience 180 s, 27 agents for either and 10 for both.
ONE = (2880, 60.0, 120.0, 50)
TWO = (360, 300.0, 180.0, 27, 10)


def simpy_single(hours: float) -> list[int]:
    """A resource with a request for each customer, who waits for it or for his patience."""
    import simpy  # type: ignore[import-not-found]

    rate, aht, patience, agents = ONE
    env, draw = simpy.Environment(), random.Random(1)
    desk = simpy.Resource(env, capacity=agents)
    seen = [0, 0]

    def customer() -> Process:
        with desk.request() as request:
            yield request | env.timeout(draw.expovariate(1 / patience))
            if not request.triggered:
                seen[1] += 1
                return
            yield env.timeout(draw.expovariate(1 / aht))

    def source() -> Process:
        while True:
            yield env.timeout(draw.expovariate(rate / 3600))
            seen[0] += 1
            env.process(customer())

    env.process(source())
    env.run(until=hours * 3600)
    return seen


def simpy_skills(hours: float) -> list[int]:
    """Idle agents and waiting customers kept by hand: a resource cannot tell skills apart."""
    import simpy

    rate, aht, patience, alone, both = TWO
    env, draw = simpy.Environment(), random.Random(1)
    idle = [alone, alone, both]  # specialists of either skill, and who can do both
    waiting: tuple[deque[Any], deque[Any]] = (deque(), deque())
    seen = [0, 0]

    def freed(group: int) -> None:
        mine = (group,) if group < 2 else (0, 1)
        for skill in mine:
            while waiting[skill] and waiting[skill][0][2]:
                waiting[skill].popleft()
        heads = [waiting[skill][0] for skill in mine if waiting[skill]]
        if not heads:
            idle[group] += 1
            return
        first = min(heads, key=lambda one: one[0])
        waiting[first[3]].popleft()
        first[1].succeed(group)

    def customer(skill: int) -> Process:
        group = skill if idle[skill] else 2 if idle[2] else None
        if group is not None:
            idle[group] -= 1
        else:
            place = [env.now, env.event(), False, skill]
            waiting[skill].append(place)
            yield place[1] | env.timeout(draw.expovariate(1 / patience))
            if not place[1].triggered:
                place[2] = True
                seen[1] += 1
                return
            group = place[1].value
        yield env.timeout(draw.expovariate(1 / aht))
        freed(group)

    def source(skill: int) -> Process:
        while True:
            yield env.timeout(draw.expovariate(rate / 3600))
            seen[0] += 1
            env.process(customer(skill))

    for skill in (0, 1):
        env.process(source(skill))
    env.run(until=hours * 3600)
    return seen


def ciw_run(
    hours: float, classes: int, rate: float, aht: float, patience: float, agents: int
) -> list[int]:
    """One node; with two classes all agents can do both, since it has no skills."""
    import ciw  # type: ignore[import-not-found]

    names = ["x", "y"][:classes]
    ciw.seed(1)
    network = ciw.create_network(
        arrival_distributions={n: [ciw.dists.Exponential(rate / 3600)] for n in names},
        service_distributions={n: [ciw.dists.Exponential(1 / aht)] for n in names},
        reneging_time_distributions={n: [ciw.dists.Exponential(1 / patience)] for n in names},
        number_of_servers=[agents],
    )
    run = ciw.Simulation(network)
    run.simulate_until_max_time(hours * 3600)
    kinds = [record.record_type for record in run.get_all_records()]
    return [len(kinds), kinds.count("renege")]


def main(peer: str, what: str, hours: float) -> None:
    """One run of one peer."""
    runs = {
        ("simpy", "single"): lambda: simpy_single(hours),
        ("simpy", "skills"): lambda: simpy_skills(hours),
        ("ciw", "single"): lambda: ciw_run(hours, 1, *ONE),
        ("ciw", "skills"): lambda: ciw_run(hours, 2, *TWO[:3], 2 * TWO[3] + TWO[4]),
    }
    start = time.process_time()
    contacts, gone = runs[peer, what]()
    taken = time.process_time() - start
    sys.stdout.write(f"{contacts} {taken} {gone / contacts}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
