"""What is planted, read from `stories.toml` for one size of centre."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from wfm.domain.errors import BadInput

FILE = Path(__file__).with_name("stories.toml")
SIZES = ("small", "medium", "large")
STORIES = ("S1", "S2", "S3", "S4")
DECOYS = ("X1", "X2", "X7", "X8", "X9", "X11", "X12")

Numbers = Mapping[str, float]
Expected = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Lunch:
    """S1: minutes and seconds of one agent's lost time in each block of shifts."""

    role: str
    shifts: int
    blocks: int
    base_min: int
    late_days: int
    late_from_s: int
    late_to_s: int
    late_mean_s: int
    other_late_min: float
    scattered_min: float
    overrun_days: int
    overrun_from_s: int
    overrun_to_s: int
    target_pct: float
    expected: Expected


@dataclass(frozen=True)
class Hires:
    """S2: seconds a contact of a team's plan, and how far its people are from it."""

    role: str
    days: int
    plan_talk_s: float
    plan_hold_s: float
    plan_acw_s: float
    occupancy: float
    team_n: int
    veteran_gain: float
    tenure_days: tuple[int, ...]
    team_gap: float
    start_acw_s: float
    expected: Expected

    @property
    def plan_s(self) -> float:
        """Seconds a contact by plan: 300."""
        return self.plan_talk_s + self.plan_hold_s + self.plan_acw_s


@dataclass(frozen=True)
class Campaign:
    """S3: contacts and seconds by type, before a campaign and in it; novices' share of one type."""

    role: str
    base_n: Numbers
    campaign_n: Numbers
    base_aht_s: Numbers
    novice_aht_s: float
    novice_share: tuple[float, float]
    days: int
    lives_on_days: int
    scale: float
    offer_part: float
    expected: Expected


@dataclass(frozen=True)
class Missing:
    """S4: agents on queue at a site in two blocks of hours, as required, planned and lost."""

    role: str
    first_block: tuple[int, int]
    second_block: tuple[int, int]
    day_hours: int
    published_notice_h: int
    required: float
    baseline: int
    training: float
    sick: float
    elsewhere_missing: float
    expected: Expected


@dataclass(frozen=True)
class Simpson:
    """X1: two weeks in which each type gets faster and the whole slower."""

    role: str
    before_n: Numbers
    after_n: Numbers
    before_aht_s: Numbers
    after_aht_s: Numbers
    weeks_ago: tuple[int, int]
    scale: float
    expected: Expected


@dataclass(frozen=True)
class FewContacts:
    """X2: an agent of whom too little is known."""

    role: str
    contacts: int
    acw_s: float
    days_ago: int


@dataclass(frozen=True)
class Spot:
    """X7: minutes in which far more contacts come, once."""

    role: str
    extra_times: float
    minutes: int
    days_ago: int
    at_hour: int


@dataclass(frozen=True)
class BadMonth:
    """X8: agents who are slow for a month and then are not."""

    role: str
    agents: int
    handle_times: float
    days_ago: tuple[int, int]


@dataclass(frozen=True)
class QueueChange:
    """X9: work that becomes quicker for all on the day on which some are coached."""

    role: str
    days_ago: int
    handle_times: float


@dataclass(frozen=True)
class NineDays:
    """X11: a habit on too few days to tell."""

    role: str
    days: int
    late_from_s: int
    late_to_s: int


@dataclass(frozen=True)
class Cancelling:
    """X12: a week of more and shorter contacts."""

    role: str
    base_n: Numbers
    base_aht_s: Numbers
    volume_times: float
    handle_times: float
    weeks_ago: int
    scale: float
    expected: Expected


@dataclass(frozen=True)
class Script:
    """All that is planted in a centre of one size."""

    size: str
    lunch: Lunch
    hires: Hires
    campaign: Campaign
    missing: Missing
    simpson: Simpson
    few: FewContacts
    spot: Spot
    bad_month: BadMonth
    queue_change: QueueChange
    nine_days: NineDays
    cancelling: Cancelling


@cache
def read_script(size: str) -> Script:
    """The stories of a size: `read_script("medium").missing.baseline` is 105."""
    if size not in SIZES:
        raise BadInput(f"Size {size!r} is not known; choose one of {', '.join(SIZES)}.")
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Script(
        size,
        _part(Lunch, told["S1"], size),
        _part(Hires, told["S2"], size),
        _part(Campaign, told["S3"], size),
        _part(Missing, told["S4"], size),
        _part(Simpson, told["X1"], size),
        _part(FewContacts, told["X2"], size),
        _part(Spot, told["X7"], size),
        _part(BadMonth, told["X8"], size),
        _part(QueueChange, told["X9"], size),
        _part(NineDays, told["X11"], size),
        _part(Cancelling, told["X12"], size),
    )


def _part(kind: type[T], told: Mapping[str, Any], size: str) -> T:
    """One story; what depends on the size is taken from its own table, or by its own key."""
    flat = {key: value for key, value in told.items() if key not in SIZES}
    flat |= told.get(size, {})
    chosen = {
        key: value[size] if isinstance(value, dict) and set(value) == set(SIZES) else value
        for key, value in flat.items()
    }
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if set(chosen) != known:
        odd = ", ".join(sorted(set(chosen) ^ known))
        raise BadInput(f"{FILE.name} and {kind.__name__} differ in: {odd}.")
    return kind(**{key: _frozen(value) for key, value in chosen.items()})


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(part) for key, part in value.items()})
    return value
