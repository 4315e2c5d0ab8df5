"""What a centre may decide about adherence: rules, vendors' presets, and exceptions of people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, get_args

from wfm.domain.activities import STATE_GROUPS
from wfm.domain.errors import BadInput

Equivalence = Literal["none", "breaks_only", "all_non_productive"]
CountMode = Literal["full", "excess"]
Policy = Literal["as_published", "as_known", "current"]
OutsideMode = Literal["ignore", "both_sides", "conformance_only"]
RULE_VERDICTS = ("in", "out", "neutral", "ignored")
ANY = "*"


@dataclass(frozen=True)
class Window:
    """Seconds by which an activity may begin or end off its time: before and after each edge."""

    activity: str  # code or category; * is every activity
    start_before_s: int = 0
    start_after_s: int = 0
    end_before_s: int = 0
    end_after_s: int = 0


@dataclass(frozen=True)
class MatrixCell:
    """One cell of the rule matrix set by hand: this state during this activity is `verdict`."""

    activity: str  # code or category; * is every activity
    state_group: str  # * is every state
    verdict: str


@dataclass(frozen=True)
class AdherenceRules:
    """How a centre judges adherence; every tolerance is 0 unless somebody set it.

    `grace_s` forgives a whole out spell up to that length; `alarm_delay_s` only delays the alarm
    and forgives nothing. `policy` is the version of the schedule that counts. `outside_mode` is
    what work outside the shift does to the headline figure, `headline` which figure that is.
    """

    equivalence: Equivalence = "breaks_only"
    grace_s: int = 0
    count_mode: CountMode = "full"
    windows: tuple[Window, ...] = ()
    matrix: tuple[MatrixCell, ...] = ()
    severe_s: int = 300
    warn_s: int = 60
    alarm_delay_s: int = 0
    call_overrun: bool = True
    transition_s: int = 120
    acw_overrun_cap_s: int = 300
    policy: Policy = "as_known"
    outside_mode: OutsideMode = "ignore"
    headline: str = "adherence"
    preset: str = "standard"

    @property
    def rules_id(self) -> str:
        """Short id of these rules: the same values give the same id."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Preset:
    """Rules under which the figures of another product come out, and how its headline is made."""

    name: str
    rules: AdherenceRules
    note: str


# Other products know no contact that excuses itself.
_OTHERS = AdherenceRules(equivalence="none", call_overrun=False)
_PRESENT = tuple(
    MatrixCell(ANY, group, "in") for group in STATE_GROUPS if group not in ("logged_out", "unknown")
)
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Preset("standard", AdherenceRules(), "break and meal are alike; nothing is forgiven"),
            Preset(
                "strict",
                AdherenceRules(equivalence="none", preset="strict"),
                "standard with exactly the planned activity",
            ),
            Preset(
                "genesys",
                replace(_OTHERS, headline="exception_free", preset="genesys"),
                "1 - exceptions / scheduled; equivalence, grace and outside are switches",
            ),
            Preset(
                "amazon",
                replace(
                    _OTHERS, equivalence="all_non_productive", policy="current", preset="amazon"
                ),
                "any off-queue state fits any off-queue activity; edits re-compute",
            ),
            Preset(
                "calabrio",
                replace(_OTHERS, preset="calabrio"),
                "matrix of in, out and neutral; the threshold only delays the alarm",
            ),
            Preset(
                "verint",
                replace(_OTHERS, headline="authorised", preset="verint"),
                "authorised time counts as adherent; minutes per activity, counted whole",
            ),
            Preset(
                "nice_category",
                replace(_OTHERS, headline="adherence_scheduled", preset="nice_category"),
                "same category; in / scheduled",
            ),
            Preset(
                "mitel",
                replace(_OTHERS, headline="adherence_scheduled", preset="mitel"),
                "a list of allowed states per activity, four-sided windows",
            ),
            Preset(
                "salesforce",
                replace(
                    _OTHERS, matrix=_PRESENT, outside_mode="conformance_only",
                    headline="adherence_scheduled", preset="salesforce",
                ),
                "presence inside the shift / scheduled",
            ),
        )
    }
)  # fmt: skip
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "equivalence": get_args(Equivalence),
        "count_mode": get_args(CountMode),
        "policy": get_args(Policy),
        "outside_mode": get_args(OutsideMode),
        "headline": ("adherence", "adherence_scheduled", "authorised", "exception_free"),
    }
)


def rules_from(preset: str, changes: Mapping[str, Any] | None = None) -> AdherenceRules:
    """The rules of a preset with a centre's own values in place of the preset's.

    `rules_from("genesys", {"grace_s": 300, "windows": {"break": [300, 300, 300, 300]}})`.
    Windows are start before, start after, end before, end after in seconds; matrix cells are
    `[activity, state group, verdict]`. An unknown name or value is a `BadInput`.
    """
    if preset not in PRESETS:
        raise BadInput(f"Preset {preset!r} is unknown; one of {', '.join(PRESETS)}.")
    known = {field.name for field in fields(AdherenceRules)} - {"preset"}
    values: dict[str, Any] = {}
    for name, value in (changes or {}).items():
        if name not in known:
            raise BadInput(f"Rule {name!r} is unknown; one of {', '.join(sorted(known))}.")
        values[name] = _checked(name, value)
    return replace(PRESETS[preset].rules, **values)


def _checked(name: str, value: Any) -> Any:
    if name == "windows":
        return tuple(_window(activity, sides) for activity, sides in _pairs(name, value))
    if name == "matrix":
        return tuple(_cell(cell) for cell in value)
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise BadInput(f"{name} {value!r} is none of {', '.join(_CHOICES[name])}.")
        return value
    if name == "call_overrun":
        return bool(value)
    return _seconds(name, value)


def _seconds(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 86_400:
        raise BadInput(f"{name} {value!r} is no whole number of seconds from 0 to 86400.")
    return value


def _pairs(name: str, value: object) -> Iterable[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise BadInput(f"{name} must be an object: activity or category to four seconds.")
    return value.items()


def _window(activity: str, sides: Any) -> Window:
    if not isinstance(sides, list | tuple) or len(sides) != 4:
        raise BadInput(
            f"The window of {activity!r} needs four numbers: seconds before and after its start, "
            f"before and after its end."
        )
    return Window(activity, *(_seconds(f"window of {activity}", side) for side in sides))


def _cell(cell: Any) -> MatrixCell:
    if not isinstance(cell, list | tuple) or len(cell) != 3:
        raise BadInput(f"Matrix cell {cell!r} must be [activity, state group, verdict].")
    activity, group, verdict = map(str, cell)
    if group not in (ANY, *STATE_GROUPS) or group == "unknown":
        raise BadInput(
            f"State group {group!r} cannot be judged; * or one of "
            f"{', '.join(g for g in STATE_GROUPS if g != 'unknown')}."
        )
    if verdict not in RULE_VERDICTS:
        raise BadInput(f"Verdict {verdict!r} is none of {', '.join(RULE_VERDICTS)}.")
    return MatrixCell(activity, group, verdict)


@dataclass(frozen=True)
class RulesFrom:
    """Rules of a site (empty: every site) from a date on; the newest record of a date counts."""

    rule_id: int
    site_id: str
    valid_from: date
    rules: AdherenceRules
    recorded_at: int
    author: str
    reason: str


def in_force(rows: Iterable[RulesFrom], day: date) -> dict[str, AdherenceRules]:
    """Rules by site on a day: the latest date that has come, and its newest record."""
    ordered = sorted(rows, key=lambda row: (row.valid_from, row.recorded_at, row.rule_id))
    return {row.site_id: row.rules for row in ordered if row.valid_from <= day}


# --- exceptions of people -----------------------------------------------------------------------

SOURCES = ("agent", "supervisor", "auto_rule", "schedule_correction")
STATUSES = ("pending", "approved", "denied", "withdrawn")


@dataclass(frozen=True)
class NewException:
    """Time of one agent that somebody says was rightly spent off the plan; UTC seconds."""

    agent_id: str
    start_at: int
    end_at: int
    reason_code: str
    note: str = ""


@dataclass(frozen=True)
class Decision:
    """One step in the life of an exception, never changed: who decided what, when and why."""

    status: str
    decided_by: str
    decided_at: int
    note: str


@dataclass(frozen=True)
class RecordedException:
    """An exception with its decisions in order; without any it is pending.

    `bulk_id` is shared by the exceptions of one bulk action.
    """

    exception_id: int
    agent_id: str
    start_at: int
    end_at: int
    reason_code: str
    source: str
    note: str
    recorded_by: str
    recorded_at: int
    bulk_id: str | None
    decisions: tuple[Decision, ...]

    @property
    def status(self) -> str:
        """pending, approved, denied or withdrawn: what the last decision says."""
        return self.decisions[-1].status if self.decisions else "pending"

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.end_at - self.start_at
