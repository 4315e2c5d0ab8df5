"""Published schedules keep the contracts; what changes later is told as changes."""

import itertools
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from wfm.simulator.centre import CONTRACTS
from wfm.simulator.events import History
from wfm.simulator.events_csv import published_at
from wfm.simulator.founding import found_centre
from wfm.simulator.plans import standing_shifts
from wfm.simulator.plans_csv import shift_segments
from wfm.simulator.shifts import PlannedShift

DAYS = 14


@pytest.fixture(scope="module")
def medium() -> History:
    return History(found_centre(3, "medium", date(2026, 11, 2)))


@pytest.fixture(scope="module")
def by_agent(medium: History) -> dict[int, list[PlannedShift]]:
    found: dict[int, list[PlannedShift]] = defaultdict(list)
    for n in range(DAYS):
        for shift in medium.roster.shifts_on(date(2026, 10, 19) + timedelta(days=n)):
            found[shift.agent].append(shift)
    return found


def test_a_medium_centre_has_304_agents_in_38_teams_of_eight_at_each_site(
    medium: History,
) -> None:
    centre = medium.centre
    assert Counter(a.site_id for a in centre.agents) == dict.fromkeys(centre.site, 304)
    assert set(Counter(a.team_id for a in centre.agents).values()) == {8}
    assert Counter(t.site_id for t in centre.teams) == dict.fromkeys(centre.site, 38)


@pytest.mark.parametrize("size", ["small", "medium"])
def test_team_seven_is_in_new_york_and_agent_117_in_kolkata(size: str) -> None:
    centre = found_centre(3, size, date(2026, 11, 2))
    team = next(t for t in centre.teams if t.team_id == centre.roles.hire_team)
    agent = centre.agents[centre.number[centre.roles.late_agent]]
    assert (team.team_id, team.site_id, team.group_id) == ("T-07", "new_york", "new_york-voice")
    assert agent.agent_id.lstrip("A-0") == "117"
    assert (agent.site_id, agent.group_id) == ("kolkata", "kolkata-voice")


def test_permuted_parts_are_played_by_others_who_still_fit() -> None:
    seen = set()
    for seed in range(8):
        centre = found_centre(seed, "small", date(2026, 11, 2), permute=True)
        roles = centre.roles
        team = next(t for t in centre.teams if t.team_id == roles.hire_team)
        agent = centre.agents[centre.number[roles.late_agent]]
        assert (team.site_id, agent.site_id) == (roles.hire_site, roles.late_site)
        assert team.group_id.endswith("voice")
        assert agent.group_id.endswith("voice")
        seen.add((roles.late_site, roles.hire_site))
    assert len(seen) > 3


def test_shifts_have_a_contracts_length_inside_opening_hours(
    medium: History, by_agent: dict[int, list[PlannedShift]]
) -> None:
    nights = 0
    for number, shifts in by_agent.items():
        agent = medium.centre.agents[number]
        opening = medium.centre.site[agent.site_id].opening
        for shift in (s for s in shifts if not s.leave):
            span = opening.minutes(shift.on.weekday())
            assert span is not None
            night = (shift.start, shift.end) == (1320, 1800)
            nights += night
            assert night or span[0] <= shift.start < shift.end <= span[1]
            assert shift.end - shift.start in CONTRACTS[agent.contract_id].shift_minutes
            assert shift.start % 30 == 0
    assert nights > 100


def test_rest_days_and_streaks_are_kept_over_the_end_of_the_week(
    by_agent: dict[int, list[PlannedShift]],
) -> None:
    for shifts in by_agent.values():
        streak = 1
        for one, two in itertools.pairwise(shifts):
            gap = (two.on - one.on).days * 1440 + two.start - one.end
            assert gap >= 660 or one.leave or two.leave
            streak = streak + 1 if (two.on - one.on).days == 1 else 1
            assert streak <= 10 or one.leave or two.leave


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
                ), (shift, rule)
            assert all(a.end <= b.start for a, b in itertools.pairwise(shift.blocks))
        assert max(weeks.values()) <= 5


def test_segments_cover_the_shift_without_gaps(medium: History) -> None:
    for shift in medium.roster.shifts_on(date(2026, 10, 26)):
        parts = list(shift_segments(medium.centre, shift, "baseline", 0))
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
        shift = medium.roster.plan_on("dublin", day).shifts[0]
        first = next(iter(shift_segments(medium.centre, shift, "baseline", 0)))
        begins = datetime.fromtimestamp(first.start_at, UTC)
        assert begins.hour * 60 + begins.minute == shift.start - offset_h * 60


def test_a_night_shift_over_the_clock_change_lasts_an_hour_longer(medium: History) -> None:
    shifts = medium.roster.plan_on("new_york", date(2026, 10, 31)).shifts
    night = next(s for s in shifts if s.start == 1320 and not s.leave)
    parts = list(shift_segments(medium.centre, night, "baseline", 0))
    assert parts[-1].end_at - parts[0].start_at == 9 * 3600
    assert {part.shift_on for part in parts} == {date(2026, 10, 31)}


def test_changes_follow_the_publication_and_say_why(medium: History) -> None:
    reasons: Counter[str] = Counter()
    for n in range(5):
        day = date(2026, 10, 19) + timedelta(days=n)
        published = published_at(date(2026, 10, 19))
        for site in medium.centre.sites:
            plan = medium.roster.plan_on(site.site_id, day)
            reasons.update(change.reason for change in plan.changes)
            assert all(change.recorded_at > published for change in plan.changes)
            worked = {s.agent: s for s in standing_shifts(plan)}
            sick = {c.shift.agent for c in plan.changes if c.reason == "sick"}
            assert {a for a, s in worked.items() if s.absence == "sick"} == sick
    assert set(reasons) == {"sick", "training", "vto", "overtime", "swap"}
    assert reasons["sick"] > 100


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
