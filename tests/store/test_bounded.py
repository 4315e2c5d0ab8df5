"""A memory of bounded size gives up what was used longest ago, and what nobody uses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from wfm.domain.bounded import Bounded


def test_what_was_used_longest_ago_goes_first_and_what_is_too_large_is_not_kept() -> None:
    kept = Bounded[str](10)
    kept.put("a", "A", 4)
    kept.put("b", "B", 4)
    assert kept.get("a") == "A"
    kept.put("c", "C", 4)
    assert [kept.get(key) for key in "abc"] == ["A", None, "C"]
    kept.put("c", "large", 11)
    assert [kept.get(key) for key in "abc"] == ["A", None, None]
    kept.put("d", "D", 6)  # the room of what was replaced is free again
    assert [kept.get(key) for key in "ad"] == ["A", "D"]


def test_what_nobody_asked_for_in_time_is_given_up() -> None:
    now = [0.0]
    kept = Bounded[str](100, 360.0, lambda: now[0])
    for key in "ab":
        kept.put(key, key.upper(), 1)
    now[0] = 300.0
    assert kept.get("a") == "A"
    now[0] = 370.0
    kept.put("c", "C", 1)
    assert [kept.get(key) for key in "abc"] == ["A", None, "C"]
    now[0] = 800.0
    kept.put("d", "D", 100)
    assert [kept.get(key) for key in "acd"] == [None, None, "D"]


def test_threads_that_want_the_same_at_once_have_it_made_once() -> None:
    kept, began, may_end, made = Bounded[str](100), Event(), Event(), list[str]()

    def make() -> str:
        made.append("A")
        began.set()
        assert may_end.wait(10)
        return "A"

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(kept.made, "a", make, len)
        assert began.wait(10)
        others = [threads.submit(kept.made, "a", make, len) for _ in range(2)]
        another = threads.submit(kept.made, "b", lambda: "B", len)
        assert another.result(10) == "B"  # another key waits for nobody
        may_end.set()
        assert [one.result(10) for one in (first, *others)] == ["A", "A", "A"]
    assert made == ["A"]


def test_who_waited_for_one_that_failed_makes_it() -> None:
    kept, began, may_end = Bounded[str](100), Event(), Event()

    def fail() -> str:
        began.set()
        assert may_end.wait(10)
        raise ValueError("no file")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(kept.made, "a", fail, len)
        assert began.wait(10)
        second = threads.submit(kept.made, "a", lambda: "A", len)
        may_end.set()
        with pytest.raises(ValueError, match="no file"):
            first.result(10)
        assert second.result(10) == "A"
