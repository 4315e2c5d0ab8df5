"""A memory of bounded size gives up what was used longest ago, and what nobody uses."""

from __future__ import annotations

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
