"""A small process that outlives the demo by a moment: when its parent is gone, however it went,
the process groups named on standard input are ended. Run by file, with the standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

GRACE_S = 8.0


def watch(lines: object) -> set[int]:
    """Groups that were added and not taken back when the parent's end of the pipe closed."""
    groups: set[int] = set()
    for line in lines:  # type: ignore[attr-defined]
        word, _, number = line.strip().partition(" ")
        if word == "add":
            groups.add(int(number))
        elif word == "end":
            groups.discard(int(number))
    return groups


def end_groups(groups: set[int], grace_s: float = GRACE_S) -> None:
    """Nothing, once no process of the groups is left: asked first, then forced."""
    for group in groups:
        _signal(group, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while any(_alive(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.1)
    for group in groups:
        _signal(group, signal.SIGKILL)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    end_groups(watch(sys.stdin))
