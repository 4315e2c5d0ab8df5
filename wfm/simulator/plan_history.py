"""What was forecast and required for each day when its week was published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.centre import VOICE, Centre, Group, Site
from wfm.simulator.chance import stream
from wfm.simulator.csv_files import Row
from wfm.simulator.demand import day_noise, planned_means, quarter_means, work_s
from wfm.simulator.influence import Influence
from wfm.simulator.local_day import LocalDay, local_day
from wfm.simulator.plans import Roster

Floats = NDArray[np.float64]

FORECAST = (
    "forecast_id", "site_id", "queue_id", "interval_start", "contacts", "aht_s", "p10", "p90",
    "created_at",
)  # fmt: skip
REQUIREMENT = (
    "requirement_id", "site_id", "skill_group", "interval_start", "required", "forecast_id",
    "created_at",
)  # fmt: skip
# The forecast is made two days before the week is published.
MADE_BEFORE_S = 2 * 86_400
_ERROR_CV, _DAY_CV, _Z10 = 0.05, 0.08, 1.2816


@dataclass(frozen=True)
class DayPlanned:
    """Rows of forecast.csv and requirement.csv for one local day of a site; times in UTC s."""

    forecast: list[Row]
    requirement: list[Row]


def planned_day(roster: Roster, site: Site, day: date, made_at: int) -> DayPlanned:
    """The forecast of each queue and the agents required of each group, quarter by quarter."""
    centre, volume = roster.centre, roster.volume
    clock = local_day(site.timezone, day)
    name = f"plan-{site.site_id}-{day:%Y%m%d}"
    needs: list[tuple[str, Floats]] = []
    forecast: list[Row] = []
    for group in (g for g in centre.groups if g.site_id == site.site_id):
        weekly = _weekly(roster, group, day)
        for queue in group.queues:
            means = planned_means(centre, volume, roster.influences, group, queue, day)
            rng = stream(centre.seed, "forecast", queue.queue_id, day.toordinal())
            expected = means * float(rng.gamma(1 / _ERROR_CV**2, _ERROR_CV**2))
            spread = _Z10 * np.sqrt(expected + (_DAY_CV * expected) ** 2)
            aht = round(queue.handle_s * 1.02, 1)
            for at, quarter in clock.quarters:
                mean, off = float(expected[quarter]), float(spread[quarter])
                if mean > 0:
                    forecast.append(
                        (name, site.site_id, queue.queue_id, clock.zero_at + at, round(mean, 3),
                         aht, round(max(mean - off, 0.0), 3), round(mean + off, 3), made_at)
                    )  # fmt: skip
        needs.append((group.group_id, volume.need(group, day.weekday(), weekly)))
    fixed = _stated(roster.influences, centre, site, day)
    requirement = list(_required_rows(name, site, clock, needs, fixed, made_at))
    return DayPlanned(forecast, requirement)


def _weekly(roster: Roster, group: Group, day: date) -> float:
    """Contacts of a mean week whose work is as much as that which planners expect of this one."""
    centre, volume = roster.centre, roster.volume
    planned = usual = 0.0
    for queue in group.queues:
        seconds = work_s(queue) * (1 + queue.transfer_share)
        means = planned_means(centre, volume, roster.influences, group, queue, day)
        planned += seconds * float(means.sum())
        usual += seconds * float(quarter_means(centre, volume, group, queue, day).sum())
    return volume.weekly(group.group_id) * (planned / usual if usual else 1.0)


def _stated(influences: Sequence[Influence], centre: Centre, site: Site, day: date) -> Floats:
    """What stories require of the site in all, by quarter of the clock; NaN where nothing."""
    found = np.full(96, np.nan)
    for influence in influences:
        one = influence.required(centre, site, day)
        if one is not None:
            found = np.where(np.isnan(one), found, one)
    return found


def _required_rows(
    name: str,
    site: Site,
    clock: LocalDay,
    needs: list[tuple[str, Floats]],
    fixed: Floats,
    made_at: int,
) -> Iterator[Row]:
    total = np.sum([need for _, need in needs], axis=0)
    for at, quarter in clock.quarters:
        left = fixed[quarter]
        for place, (group_id, need) in enumerate(needs):
            required = float(need[quarter])
            if not np.isnan(fixed[quarter]):
                share = required / total[quarter] if total[quarter] else float(VOICE in group_id)
                last = place == len(needs) - 1
                required = float(left if last else round(fixed[quarter] * share, 3))
                left -= required
            if required > 0:
                yield (
                    name, site.site_id, group_id, clock.zero_at + at, round(required, 3), name,
                    made_at,
                )  # fmt: skip


INTERVALS = (
    "queue_id", "interval_start", "interval_s", "offered_n", "answered_n", "answered_in_sl_n",
    "aband_n", "wait_ans_s", "handled_n", "talk_s", "hold_s", "acw_s", "sl_threshold_s",
    "booking",
)  # fmt: skip


def interval_week(roster: Roster, monday: date) -> Iterator[Row]:
    """Rows of interval_stats.csv of a week long past: counts and sums, no single contacts.

    Volumes are drawn as those of the event weeks; how many were answered in time is drawn around
    what a centre staffed like this one reaches.
    """
    centre, volume = roster.centre, roster.volume
    for group in centre.groups:
        site = centre.site[group.site_id]
        for queue in group.queues:
            for day in (monday + timedelta(days=n) for n in range(7)):
                rng = stream(centre.seed, "past", queue.queue_id, day.toordinal())
                clock = local_day(site.timezone, day)
                wall = np.array([shown for _, shown in clock.quarters])
                means = planned_means(centre, volume, roster.influences, group, queue, day)[wall]
                offered = rng.poisson(means * day_noise(centre, queue, day))
                lost = rng.beta(2.2, 48, len(wall))
                gone = rng.binomial(offered, lost)
                answered = offered - gone
                in_time = rng.binomial(answered, np.clip(1 - 3.6 * lost, 0.05, 0.99))
                waited = answered * (4 + 420 * lost * rng.uniform(0.7, 1.3, len(wall)))
                scatter = rng.gamma(np.maximum(answered, 1), 1 / np.maximum(answered, 1))
                talk = answered * queue.talk_s * 1.02 * scatter
                hold = answered * queue.hold_share * queue.hold_s * scatter
                acw = answered * queue.acw_s * 1.05 * rng.uniform(0.8, 1.2, len(wall))
                for n in np.flatnonzero(offered).tolist():
                    yield (
                        queue.queue_id, clock.zero_at + clock.quarters[n][0], 900,
                        int(offered[n]), int(answered[n]), int(in_time[n]), int(gone[n]),
                        int(waited[n]), int(answered[n]), int(talk[n]), int(hold[n]), int(acw[n]),
                        queue.threshold_s, "enqueue",
                    )  # fmt: skip
