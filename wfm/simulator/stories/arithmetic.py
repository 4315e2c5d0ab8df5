"""The stories' numbers reckoned from their parameters, before anything is simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wfm.simulator.stories.script import Campaign, Hires, Lunch, Missing, Numbers


@dataclass(frozen=True)
class LunchNumbers:
    """S1: minutes of a block, and per cent."""

    base_min: float
    other_loss_min: float
    late_min: float
    adherence: float
    without: float
    share_of_late: float


def lunch_numbers(lunch: Lunch) -> LunchNumbers:
    """22 shifts of 480 min with 464.64 and 90 min lost: 94.748 %, and 95.60 % without the 90."""
    base = lunch.shifts * lunch.base_min
    other = lunch.other_late_min + lunch.scattered_min
    late = lunch.late_days * lunch.late_mean_s / 60
    return LunchNumbers(
        base, other, late, 100 * (1 - (other + late) / base), 100 * (1 - other / base),
        late / (late + lunch.other_late_min),
    )  # fmt: skip


@dataclass(frozen=True)
class TeamNumbers:
    """S2: contacts an hour on queue, of each and of the team, and the gap to plan."""

    veteran: float
    hire: float
    team: float
    gap: float


def per_hour(handle_s: float, idle_s: float) -> float:
    """Contacts an hour of an agent: 300 s of work and 52.94 s between contacts give 10.2."""
    return 3600 / (handle_s + idle_s)


def planned_idle_s(hires: Hires) -> float:
    """Seconds between contacts at the plan's occupancy: 300 s at .85 leave 52.94."""
    return hires.plan_s * (1 / hires.occupancy - 1)


def veteran_s(hires: Hires) -> float:
    """Seconds a contact of a veteran: 1.5 % more contacts than 300 s give are 295.57 s."""
    return hires.plan_s / (1 + hires.veteran_gain)


def team_numbers(hires: Hires, hire_acw_s: float, *, equal_occupancy: bool) -> TeamNumbers:
    """The team with so many seconds of after-contact work of its hires.

    184.44 s at equal occupancy: veterans 10.353, hires 6.885, team 75.888 = -7.00 %. The same
    with all sharing the idle seconds of a contact: -6.31 %.
    """
    idle, plan = planned_idle_s(hires), hires.plan_s
    hire_s = hires.plan_talk_s + hires.plan_hold_s + hire_acw_s

    def rate(handle: float) -> float:
        return per_hour(handle, idle if not equal_occupancy else idle * handle / plan)

    new = len(hires.tenure_days)
    veteran, hire = rate(veteran_s(hires)), rate(hire_s)
    team = (hires.team_n - new) * veteran + new * hire
    return TeamNumbers(veteran, hire, team, team / (hires.team_n * per_hour(plan, idle)) - 1)


def solved_acw_s(hires: Hires, *, equal_occupancy: bool) -> float:
    """The hires' after-contact work that brings the team to its gap: 184.44 s, or 204.69 s."""
    low, high = 0.0, 2000.0
    for _ in range(80):
        middle = (low + high) / 2
        gap = team_numbers(hires, middle, equal_occupancy=equal_occupancy).gap
        low, high = (middle, high) if gap > hires.team_gap else (low, middle)
    return low


@dataclass(frozen=True)
class MixNumbers:
    """Seconds of mean handle time before, after, and what each type added, by rate and by mix."""

    before: float
    after: float
    rate: Mapping[str, float]
    mix: Mapping[str, float]

    @property
    def by_type(self) -> Mapping[str, float]:
        return {kind: self.rate[kind] + self.mix[kind] for kind in self.rate}


def mix_numbers(n0: Numbers, v0: Numbers, n1: Numbers, v1: Numbers) -> MixNumbers:
    """Kitagawa's decomposition, centred: 600/300/100 at 300/420/480 to 600/300/400 at
    300/420/600 is +66 s, of which the types bring 12.05, -2.28 and 56.24."""
    total0, total1 = sum(n0.values()), sum(n1.values())
    before = sum(n0[k] * v0[k] for k in n0) / total0
    after = sum(n1[k] * v1[k] for k in n1) / total1
    centre = (before + after) / 2
    share0 = {k: n0[k] / total0 for k in n0}
    share1 = {k: n1[k] / total1 for k in n1}
    return MixNumbers(
        before,
        after,
        {k: (share0[k] + share1[k]) / 2 * (v1[k] - v0[k]) for k in n0},
        {k: (share1[k] - share0[k]) * ((v0[k] + v1[k]) / 2 - centre) for k in n0},
    )


def campaign_aht_s(campaign: Campaign) -> Numbers:
    """Mean handle time by type in the campaign: 300, 420 and 600 s."""
    share = campaign.novice_share[1]
    (kind,) = offers(campaign)
    expert = campaign.base_aht_s[kind]
    return {**campaign.base_aht_s, kind: expert + share * (campaign.novice_aht_s - expert)}


def campaign_numbers(campaign: Campaign) -> MixNumbers:
    """The campaign's decomposition by type."""
    return mix_numbers(
        campaign.base_n, campaign.base_aht_s, campaign.campaign_n, campaign_aht_s(campaign)
    )


def what_if_s(campaign: Campaign) -> float:
    """Mean handle time if experienced agents took all offers: 383.08 s of 420."""
    n, v = campaign.campaign_n, campaign.base_aht_s
    return sum(n[k] * v[k] for k in n) / sum(n.values())


def offers(campaign: Campaign) -> Sequence[str]:
    """The types whose volume the campaign changes: tv_offer."""
    return [k for k in campaign.base_n if campaign.base_n[k] != campaign.campaign_n[k]]


@dataclass(frozen=True)
class MissingNumbers:
    """S4: per cent of planned agents missing, and the training's share of the site's gap."""

    site: float
    enterprise: float
    training_share: float
    whole_day_site: float
    whole_day_enterprise: float
    with_full_other_sites: float


def missing_numbers(missing: Missing, sites: int = 4) -> MissingNumbers:
    """95 of 105 at one of four sites, 104 at the others: -9.52 % and -3.10 %; over a day of 13
    hours -4.25 % and -1.78 %."""
    quarters = 4 * sum(end - start for start, end in (missing.first_block, missing.second_block))
    day, base, other = 4 * missing.day_hours, missing.baseline, missing.elsewhere_missing
    gap = missing.training + missing.sick
    site_day = gap * quarters + other * (day - quarters)
    rest = (sites - 1) * other
    return MissingNumbers(
        -100 * gap / base,
        -100 * (gap + rest) / (sites * base),
        missing.training / gap,
        -100 * site_day / (base * day),
        -100 * (site_day + rest * day) / (sites * base * day),
        -100 * gap / (sites * base),
    )
