"""Published schedules keep the contracts."""

import itertools
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from wfm.simulator.centre import CONTRACTS
from wfm.simulator.events import History
from wfm.simulator.events_csv import published_at, shift_segments
from wfm.simulator.founding import found_centre
from wfm.simulator.roster import PlannedShift

DAYS = 63


@pytest.fixture(scope="module")
def medium() -> History:
    return History(found_centre(3, "medium", date(2026, 11, 2)))


@pytest.fixture(scope="module")
def by_agent(medium: History) -> dict[int, list[PlannedShift]]:
    found: dict[int, list[PlannedShift]] = defaultdict(list)
    for n in range(DAYS):
        for shift in medium.roster.shifts_on(medium.centre.first_monday + timedelta(days=n)):
            found[shift.agent].append(shift)
    return found


def test_shifts_have_a_contracts_length_inside_opening_hours(
    medium: History, by_agent: dict[int, list[PlannedShift]]
) -> None:
    for number, shifts in by_agent.items():
        agent = medium.centre.agents[number]
        opening = medium.centre.site[agent.site_id].opening
        for shift in (s for s in shifts if not s.leave):
            span = opening.minutes(shift.on.weekday())
            assert span is not None
            assert span[0] <= shift.start < shift.end <= span[1]
            assert shift.end - shift.start in CONTRACTS[agent.contract_id].shift_minutes
            assert shift.start % 30 == 0


def test_rest_days_and_streaks_are_kept_over_the_end_of_the_week(
    by_agent: dict[int, list[PlannedShift]],
) -> None:
    for shifts in by_agent.values():
        streak = 1
        for one, two in itertools.pairwise(shifts):
            gap = (two.on - one.on).days * 1440 + two.start - one.end
            assert gap >= 660 or one.leave or two.leave
            streak = streak + 1 if (two.on - one.on).days == 1 else 1
            assert streak <= 6 or one.leave or two.leave


def test_five_days_a_week_and_every_break_in_its_window(
    medium: History, by_agent: dict[int, list[PlannedShift]]
) -> None:
    for number, shifts in by_agent.items():
        rules = CONTRACTS[medium.centre.agents[number].contract_id].breaks
        weeks: dict[date, int] = defaultdict(int)
        for shift in shifts:
            weeks[shift.on - timedelta(days=shift.on.weekday())] += 1
            if shift.leave:
                continue
            for rule in rules:
                assert any(
                    b.activity == rule.kind
                    and b.end - b.start == rule.minutes
                    and rule.earliest <= b.start - shift.start <= rule.latest
                    for b in shift.blocks
                )
            pairs = zip(shift.blocks, shift.blocks[1:], strict=False)
            assert all(a.end <= b.start for a, b in pairs)
        assert max(weeks.values()) <= 5


def test_segments_cover_the_shift_without_gaps(medium: History) -> None:
    for shift in medium.roster.shifts_on(date(2026, 10, 26)):
        parts = list(shift_segments(medium.centre, shift, 0))
        assert sum(p.end_at - p.start_at for p in parts) == (shift.end - shift.start) * 60
        assert all(a.end_at == b.start_at for a, b in itertools.pairwise(parts))


def test_a_shift_in_dublin_starts_at_its_local_hour_before_and_after_the_clock_change(
    medium: History,
) -> None:
    for day, offset_h in (
        (date(2026, 10, 23), 1),
        (date(2026, 10, 25), 0),
        (date(2026, 10, 26), 0),
    ):
        shift = next(
            s
            for s in medium.roster.shifts_on(day)
            if medium.centre.agents[s.agent].site_id == "dublin"
        )
        first = next(iter(shift_segments(medium.centre, shift, 0)))
        begins = datetime.fromtimestamp(first.start_at, UTC)
        assert begins.hour * 60 + begins.minute == shift.start - offset_h * 60


def test_schedules_reach_two_weeks_ahead_at_any_moment() -> None:
    monday = date(2026, 11, 2)
    for hours in range(0, 7 * 24, 5):
        now = int(datetime(2026, 11, 2, tzinfo=UTC).timestamp()) + hours * 3600
        last = max(
            monday + timedelta(days=7 * n) for n in range(6)
             if published_at(monday + timedelta(days=7 * n)) <= now
        )  # fmt: skip
        covered = datetime.combine(last + timedelta(days=7), datetime.min.time(), UTC)
        assert covered.timestamp() - now >= 14 * 86_400
