"""Who serves what in one slot: the most agents that can be put to work, by maximum flow."""

from __future__ import annotations

from collections.abc import Mapping


def serve(staff: Mapping[tuple[str, ...], int], need: Mapping[str, int]) -> dict[str, int]:
    """Agents put to work on each queue, so that as few needs as possible stay open.

    staff {(a,): 1, (a, b): 1}, need {a: 1, b: 1}: {a: 1, b: 1}.
    """
    free = dict(staff)
    given: dict[tuple[tuple[str, ...], str], int] = {}
    left = {q: n for q, n in need.items() if n > 0}
    while (path := _path(free, given, left)) is not None:
        first, last = path[0], path[-1]
        flow = min(free[first[0]], left[last[1]], *(given[s, q] for s, q in _taken_back(path)))
        for skills, queue in path:
            given[skills, queue] = given.get((skills, queue), 0) + flow
        for skills, queue in _taken_back(path):
            given[skills, queue] -= flow
        free[first[0]] -= flow
        left[last[1]] -= flow
    served: dict[str, int] = dict.fromkeys(need, 0)
    for (_, queue), n in given.items():
        served[queue] += n
    return served


Step = tuple[tuple[str, ...], str]


def _taken_back(path: list[Step]) -> list[Step]:
    """Between two steps the second skill set leaves the first one's queue."""
    return [(path[i + 1][0], path[i][1]) for i in range(len(path) - 1)]


def _path(
    free: Mapping[tuple[str, ...], int], given: Mapping[Step, int], left: Mapping[str, int]
) -> list[Step] | None:
    """The shortest chain of moves that puts one more agent to work, None when there is none."""
    reached: dict[str, list[Step]] = {}
    seen = {skills for skills, n in free.items() if n > 0}
    paths: list[tuple[tuple[str, ...], list[Step]]] = [(s, []) for s in sorted(seen)]
    while paths:
        following: list[tuple[tuple[str, ...], list[Step]]] = []
        for skills, steps in paths:
            for queue in skills:
                if queue in reached or queue not in left:
                    continue
                reached[queue] = [*steps, (skills, queue)]
                if left[queue] > 0:
                    return reached[queue]
                for (other, on), n in given.items():
                    if on == queue and n > 0 and other not in seen:
                        seen.add(other)
                        following.append((other, reached[queue]))
        paths = following
    return None
