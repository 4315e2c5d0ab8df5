"""Adherence of cases written down by hand: a schedule, what happened, and the options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from wfm.domain.activities import CATEGORIES, ON_QUEUE_STATES, STATE_GROUPS, Activity, Segment
from wfm.domain.adherence import AdherenceRules, rules_from
from wfm.domain.errors import BadInput
from wfm.domain.schedules import Shift
from wfm.facts.adherence import judge
from wfm.facts.case import Case, Plan, States
from wfm.facts.headline import headline
from wfm.facts.judged import NO_CAUSE, Judged
from wfm.facts.matrix import IGNORED, IN, NEUTRAL, OUT, OUTSIDE, UNKNOWN
from wfm.facts.pieces import Layer, Mask
from wfm.facts.plan import AWAY, layer_segments

DAY_S = 86_400
_ON = date(2000, 1, 1)  # a case has no date of its own
SYNONYMS = {
    "lunch": "meal", "time_off": "leave", "vto": "leave", "offline": "logged_out",
    "training_room": "training", "aux": "other_aux", "outage": "system",
}  # fmt: skip
Span = Sequence[Any]
_ENDS = {True: "all_non_productive", False: "none"}
_NOT_RULES = ("preset", "productive", "neutral", "feed", "as_of", "exceptions", "corrections")


def evaluate_case(case: Mapping[str, Any]) -> dict[str, Any]:
    """The measures of one case: `id`, seconds, counts, and the four percentages.

    Scheduled 09:00-10:00, on queue 09:10-10:10: adh_out_s 600, outside_s 600, adherence 83.33.
    Without options a case runs with any off-queue state matching any off-queue activity, grace 0;
    with `"preset": "genesys"` under that preset, and other options change its values. `versions`
    are later schedules, each with the time `at` which it was recorded. `headline` is the figure
    that the preset shows first.
    """
    options = dict(case.get("options") or {})
    try:
        rules = rules_of(options)
        judged = judge(_case_of(case, options, rules))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            f"Case {case.get('id')!r} is not understood ({error}); it needs schedule and actual "
            f"as lists of [start, end, activity] with times like 09:00."
        ) from error
    return {"id": case.get("id"), **_measures(judged, rules)}


def rules_of(options: Mapping[str, Any]) -> AdherenceRules:
    """The rules a case's options ask for; true and false are the two ends of equivalence."""
    changes = {name: value for name, value in options.items() if name not in _NOT_RULES}
    if "equivalence" in changes:
        changes["equivalence"] = _ENDS.get(changes["equivalence"], changes["equivalence"])
    if "preset" in options:
        return rules_from(str(options["preset"]), changes)
    plain = {"equivalence": "all_non_productive", "call_overrun": False}
    return rules_from("standard", {**plain, **changes})


def seconds_of(text: str) -> int:
    """Seconds after midnight of HH:MM or HH:MM:SS; 26:00 is two in the next morning."""
    parts = [int(part) for part in str(text).split(":")]
    if not 2 <= len(parts) <= 3 or any(part < 0 for part in parts):
        raise ValueError(f"time {text!r} is not HH:MM")
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) == 3 else 0)


def _case_of(case: Mapping[str, Any], options: Mapping[str, Any], rules: AdherenceRules) -> Case:
    productive = set(options.get("productive", ("on_queue",)))
    neutral = {_name(code, productive) for code in options.get("neutral", ())}
    actual = case["actual"]
    versions = _versions(case, productive)
    codes = sorted({s.activity for version in versions for s in version.segments})
    for code in codes:
        if code not in CATEGORIES:
            raise ValueError(f"activity {code!r} is not one of {', '.join(CATEGORIES)}")
    activities = tuple(
        Activity(
            code, code, code not in ("meal", "unavailable"),
            "neutral" if code in neutral else "ignore" if code in AWAY else "count", True, True,
        )
        for code in codes
    )  # fmt: skip
    plan = _plan(versions, "published" if rules.policy == "as_published" else rules.policy, codes)
    corrects = rules.policy == "as_known" and len(versions) > 1 and options.get("corrections", True)
    groups = [_state(span[2], productive) for span in actual]
    # A contact is named: [start, end, "talk", "c-1"]; without a name a run of talk is one.
    words = [str(span[2]) for span in actual]
    contacts = [str(span[3]) if len(span) > 3 else "" for span in actual]
    names = sorted(set(contacts) - {""})
    states = States(
        _layer(actual),
        np.array(groups, np.uint8),
        np.array([word in ("talk", "hold", "acw", "call", "contact") for word in words], bool),
        np.array([word == "acw" for word in words], bool),
        np.array([names.index(c) if c else -1 for c in contacts], np.int64),
    )
    exceptions = case.get("exceptions") or options.get("exceptions")
    return Case(
        plan, _plan(versions, "current", codes) if corrects else plan, states,
        day_edges=np.array([[0, 2 * DAY_S]], np.int64),
        healthy=np.full((1, 3), bool(options.get("feed", True))),
        activities=activities,
        rulesets=(rules,),
        rule_of=np.zeros(1, np.int64),
        base=-DAY_S,
        as_of_at=seconds_of(options["as_of"]) if "as_of" in options else 2 * DAY_S,
        exceptions=_layer(exceptions) if exceptions else None,
    )  # fmt: skip


def _versions(case: Mapping[str, Any], productive: Iterable[str]) -> list[Shift]:
    """The schedule as first published, then its versions in the order of recording."""
    told = [(-DAY_S, case["schedule"])]
    told += [(seconds_of(v["at"]), v["schedule"]) for v in case.get("versions", ())]
    return [
        Shift("agent", _ON, seq, at, at, "", "", tuple(
            Segment(seconds_of(a), seconds_of(b), _name(code, productive))
            for a, b, code in (span[:3] for span in schedule)
        ))
        for seq, (at, schedule) in enumerate(sorted(told, key=lambda one: one[0]), start=1)
    ]  # fmt: skip


def _plan(versions: list[Shift], layer: str, codes: Sequence[str]) -> Plan:
    segments = [s for _, s in layer_segments(versions, layer, frozenset({"leave"}))]
    n = len(segments)
    spans = np.array([(s.start_at, s.end_at) for s in segments], np.int64).reshape(n, 2)
    if (spans[:, 1] < spans[:, 0]).any():
        raise ValueError("a span ends before it starts; write 22:00-26:00 over midnight")
    return Plan(
        Layer(np.zeros(n, np.int64), spans[:, 0], spans[:, 1]),
        np.array([codes.index(s.activity) for s in segments], np.int64),
        np.zeros(n, np.int64),
        np.ones(n, bool),
    )


def _name(code: object, productive: Iterable[str]) -> str:
    text = str(code)
    return "on_queue" if text in productive else SYNONYMS.get(text, text)


def _state(code: object, productive: Iterable[str]) -> int:
    name = _name(code, productive)
    if name in ON_QUEUE_STATES or name in ("call", "contact"):
        name = "on_queue"
    if name not in STATE_GROUPS:
        raise ValueError(f"state {code!r} is not one of {', '.join(STATE_GROUPS)}")
    return STATE_GROUPS.index(name)


def _layer(spans: Sequence[Span]) -> Layer:
    start = np.array([seconds_of(span[0]) for span in spans], np.int64)
    end = np.array([seconds_of(span[1]) for span in spans], np.int64)
    if (end < start).any():
        raise ValueError("a span ends before it starts; write 22:00-26:00 over midnight")
    return Layer(np.zeros(len(spans), np.int64), start, end)


def _measures(judged: Judged, rules: AdherenceRules) -> dict[str, Any]:
    on_queue = judged.group == STATE_GROUPS.index("on_queue")
    outside = on_queue & (judged.verdict == OUTSIDE) & (judged.cause == NO_CAUSE)

    def total(mask: Mask) -> int:
        return int(judged.pieces.seconds[mask].sum())

    inside, out, neutral = (total(judged.verdict == v) for v in (IN, OUT, NEUTRAL))
    unknown = total(judged.verdict == UNKNOWN)
    excused = total((judged.verdict == NEUTRAL) & (judged.cause != NO_CAUSE))
    spells = np.unique(judged.spell[(judged.verdict == OUT) & (judged.spell >= 0)])
    severe = judged.spell_seconds[spells] > rules.severe_s
    present = (judged.shift >= 0) & ~np.isin(judged.group, _ABSENT)
    known = (judged.shift >= 0) & (judged.verdict != UNKNOWN) & (judged.verdict != IGNORED)
    scheduled, outside_s = inside + out + neutral, total(outside)
    open_sched, open_act = total(judged.planned_open), total(on_queue)
    return {
        "adh_sched_s": scheduled,
        "adh_in_s": inside,
        "adh_out_s": out,
        "adh_neutral_s": neutral,
        "adh_excused_s": excused,
        "adh_unknown_s": unknown,
        "adh_ignored_s": total(judged.verdict == IGNORED),
        "outside_s": outside_s,
        "open_sched_s": open_sched,
        "open_act_s": open_act,
        "adh_exc_n": len(spells),
        "adh_exc_severe_n": int(severe.sum()),
        "noshow_n": int(bool(known.any()) and not present.any()),
        "adherence": _percent(inside, scheduled - neutral),
        "adherence_gross": _percent(inside, scheduled - neutral + excused),
        "adherence_penalised": _percent(scheduled - out, scheduled + outside_s),
        "conformance": _percent(open_act, open_sched),
        "coverage": _percent(scheduled, scheduled + unknown),
        "headline": _rounded(headline(rules, scheduled, inside, out, neutral, excused, outside_s)),
        "rules_id": rules.rules_id,
    }


_ABSENT = (STATE_GROUPS.index("logged_out"), STATE_GROUPS.index("unknown"))


def _percent(part: int, whole: int) -> float | None:
    return _rounded(100 * part / whole if whole else None)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
