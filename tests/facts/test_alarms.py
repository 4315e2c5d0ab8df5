"""Alarms about agents off their plan, and the one alarm for all when something fails."""

from __future__ import annotations

import pytest

from wfm.domain.alarms import (
    AlarmRules,
    Episode,
    LiveRun,
    OutNow,
    board_order,
    episodes,
    level_of,
    storms,
)
from wfm.domain.live import impact_of, live_state

RULES = AlarmRules()
HOURS = 4 * 3600


def runs(*parts: tuple[str, int]) -> list[LiveRun]:
    """Runs one after the other from 0: (what the board shows, seconds)."""
    found, at = [], 0
    for live, seconds in parts:
        found.append(LiveRun(at, at + seconds, live, HOURS))
        at += seconds
    return found


@pytest.mark.parametrize(
    ("seconds", "level"),
    [(59, "pending"), (60, "warning"), (299, "warning"), (300, "severe"), (4 * 60, "warning")],
)
def test_an_episode_rises_from_pending_to_warning_to_severe(seconds: int, level: str) -> None:
    (episode,) = episodes(runs(("out", seconds)), RULES, seconds)
    assert (episode.level, episode.cleared_at) == (level, None)


def test_an_episode_is_cleared_ten_seconds_after_the_return() -> None:
    (episode,) = episodes(runs(("in", 100), ("out", 400), ("in", 60)), RULES, 560)
    assert episode == Episode(100, 500, "severe", 160, 510)


def test_a_return_of_a_few_seconds_does_not_begin_another_episode() -> None:
    (episode,) = episodes(runs(("out", 200), ("in", 9), ("out", 200)), RULES, 409)
    assert (episode.start_at, episode.end_at, episode.level) == (0, 409, "severe")


def test_explained_time_ends_an_episode_and_raises_none() -> None:
    found = episodes(runs(("out", 90), ("explained", 600), ("out", 30)), RULES, 720)
    assert [(e.start_at, e.level) for e in found] == [(0, "warning"), (690, "pending")]
    assert episodes(runs(("explained", 900)), RULES, 900) == ()


def test_an_activity_shorter_than_the_threshold_raises_no_alarm() -> None:
    assert level_of(300, 45, RULES, short_staffed=False) == ""
    assert level_of(900, 240, RULES, short_staffed=False) == "warning"


def test_a_delay_puts_the_alarm_off() -> None:
    delayed = AlarmRules(delay_s=120)
    assert [level_of(s, HOURS, delayed, False) for s in (179, 180, 419, 420)] == [
        "pending", "warning", "warning", "severe",
    ]  # fmt: skip


def test_short_staffing_lifts_a_warning_and_not_what_is_pending() -> None:
    assert [level_of(s, HOURS, RULES, True) for s in (59, 60)] == ["pending", "severe"]


def test_the_board_shows_the_most_harmful_first_then_the_longest() -> None:
    rows = [("positive", 900), ("neutral", 30), ("negative", 60), ("negative", 600)]
    assert sorted(rows, key=lambda row: board_order(*row)) == [
        ("negative", 600), ("negative", 60), ("neutral", 30), ("positive", 900),
    ]  # fmt: skip


def out(count: int, every_s: int, place: str = "queue:help") -> list[OutNow]:
    return [OutNow(f"a{n:02d}", 1000 + n * every_s, (place, "site:dublin")) for n in range(count)]


def test_twelve_of_forty_in_two_minutes_are_one_storm() -> None:
    (storm, *_) = storms(out(12, 10), {"queue:help": 40, "site:dublin": 400}, 1200)
    assert (storm.place, len(storm.agents), storm.start_at, storm.percent) == (
        "queue:help", 12, 1000, 30.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "every_s", "size"), [(4, 1, 4), (12, 60, 40), (5, 10, 26)],
    ids=["four people", "spread over time", "under a fifth"],
)  # fmt: skip
def test_few_or_slow_or_a_small_share_is_no_storm(count: int, every_s: int, size: int) -> None:
    assert storms(out(count, every_s), {"queue:help": size}, 10_000) == ()


def test_exactly_five_and_exactly_a_fifth_is_a_storm() -> None:
    (storm,) = storms(out(5, 30), {"queue:help": 25}, 2000)
    assert (len(storm.agents), storm.percent) == (5, 20.0)


@pytest.mark.parametrize(
    ("verdict", "category", "group", "impact"),
    [
        ("out", "on_queue", "break", "negative"),
        ("out", "break", "on_queue", "positive"),
        ("out", "meeting", "training", "neutral"),
        ("in", "on_queue", "on_queue", "neutral"),
        ("outside", None, "on_queue", "positive"),
        ("outside", None, "logged_out", "neutral"),
        ("unknown", "on_queue", "unknown", "unknown"),
    ],
)
def test_the_impact_on_the_queue(
    verdict: str, category: str | None, group: str, impact: str
) -> None:
    assert impact_of(verdict, category, group) == impact


def test_what_waits_for_a_decision_shows_as_explained() -> None:
    assert (live_state("out", "pending"), live_state("out", ""), live_state("neutral", "")) == (
        "explained", "out", "explained",
    )  # fmt: skip
