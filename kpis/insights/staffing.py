"""Sites short of people now: how many, since what was published, and by which reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kpis.catalogue.load import CATALOGUE
from kpis.explain.finding import Check, Finding, Step
from kpis.explain.levels import Bar, Level
from kpis.explain.sentences import joined
from kpis.explain.staffing_waterfall import Staffing
from kpis.insights.centre import Centre
from kpis.insights.presence import (
    EDITED,
    LATE,
    NO_SHOW,
    OVERRUN,
    UNKNOWN,
    Presence,
    presence,
)
from kpis.query import kpi_values
from kpis.status import red_sentence
from kpis.value import KpiValue
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.grid import QUARTER_S, zone_of
from wfm.domain.language import say
from wfm.domain.roles import Role
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery

QUARTERS = 2  # the last whole half-hour is "now"
LEAST_AGENTS = 0.05
LEAST_SHORT = 0.1  # agents, which a sentence can tell
LEAST_REASON = 0.2  # of what is missing, for a reason to be named
MAIN = 0.5  # of it, for one reason to be the cause
MENDABLE_S = 3600  # that it must go on: an alert has to be read, answered and acted on
URGENT = 2.0  # what is short now can still be mended
UNEDITED = 1 / 3  # of that, where no change of the plan did it: nobody can take a sickness back
FIGURES = ("staffing_vs_required", "actual_vs_scheduled")
SICK = EDITED["sick"]
# The cause that an alert names, by reason.
CAUSES = {
    "training": "training", "meeting": "training", "coaching": "training", "project": "training",
    SICK: "sick", LATE: "late", NO_SHOW: "late", OVERRUN: "overrun",
}  # fmt: skip


@dataclass(frozen=True)
class Short:
    """One site in the window: its steps in agents, its figures, and what happened to whom."""

    scope: Scope
    steps: Staffing
    counted: Presence
    values: dict[str, KpiValue]
    start: int
    end: int

    @property
    def reasons(self) -> list[tuple[str, float]]:
        """What is missing since publication by reason, the most first, in agents."""
        return [(n, s) for n, s in self.steps.reasons.items() if s <= -LEAST_AGENTS]


def find_short(centre: Centre) -> tuple[Finding, ...]:
    """Sites that have fewer on queue than needed, or far fewer than published, in this half-hour.

    A site is told when its staffing is off target and one reason makes most of what is missing.
    """
    end = min(centre.now_at, centre.data_at) // QUARTER_S
    if centre.now_at // QUARTER_S - end > 4:
        return ()  # nothing is known of now
    window = (end - QUARTERS, end)
    shorts = [s for site in centre.sites if (s := _short(centre, site, window)) is not None]
    statuses = _statuses(centre, window)
    found = []
    for short in shorts:
        told = _finding(centre, short, statuses)
        if told is not None:
            found.append(told)
    return tuple(found)


def _short(centre: Centre, site: Scope, window: tuple[int, int]) -> Short | None:
    values = _values(centre, site, window)
    off = [v for v in values.values() if v.status in ("bad", "warn") and (v.value or 0.0) < 0]
    plans = centre.plans.get(str(site.site))
    if not off or plans is None:
        return None
    start, end = (q * QUARTER_S for q in window)
    counted = presence(centre.facts, str(site.site), plans, centre.categories, start, end)
    required = _required(centre, site, window)
    if required is None:
        return None
    seconds = float(end - start)
    steps = Staffing(
        required, counted.published / seconds,
        {name: size / seconds for name, size in counted.edits.items()},
        {name: size / seconds for name, size in counted.losses.items()},
    )  # fmt: skip
    if not steps.agrees_with(counted.actual / seconds) or -steps.vs_required < LEAST_SHORT:
        return None
    return Short(site, steps, counted, values, start, end)


def _values(centre: Centre, scope: Scope, window: tuple[int, int]) -> dict[str, KpiValue]:
    day = centre.today(scope)
    found = kpi_values(
        centre.facts, scope, FIGURES, day - timedelta(days=1), day + timedelta(days=2),
        targets=centre.book, q_from=window[0], q_to=window[1],
    )  # fmt: skip
    return {value.kpi_id: value for value in found}


def _required(centre: Centre, site: Scope, window: tuple[int, int]) -> float | None:
    day = centre.today(site)
    query = FactQuery(("req_s",), day - timedelta(days=1), day + timedelta(days=2), (), *window)
    try:
        row = read_measures(centre.facts, site, query).row(0, named=True)
    except ForbiddenDrill:
        return None
    seconds = row["req_s"]
    return None if seconds is None else float(seconds) / ((window[1] - window[0]) * QUARTER_S)


def _statuses(centre: Centre, window: tuple[int, int]) -> str:
    """What the figure of all sites hides: "1 of 4 sites red"; empty when it is red itself."""
    if len(centre.sites) < 2:
        return ""
    whole = _values(centre, Scope(), window)[FIGURES[1]]
    day = centre.today(Scope())
    parts = kpi_values(
        centre.facts, Scope(), FIGURES[1:], day - timedelta(days=1), day + timedelta(days=2),
        targets=centre.book, by=("site",), q_from=window[0], q_to=window[1],
    )  # fmt: skip
    if whole.value is None or whole.status == "bad":
        return ""
    red = red_sentence([v.status for v in parts if v.value is not None], "site")
    return (
        say(
            "All sites together: {percent} against schedule; {red}.",
            percent=_percent(whole.value),
            red=red,
        )
        if red
        else ""
    )


def _percent(value: float) -> str:
    return say("{value}{value_2:.1f} %", value="−" if value < 0 else "+", value_2=abs(value))


def _finding(centre: Centre, short: Short, hidden: str) -> Finding | None:
    reasons, missing = short.reasons, -short.steps.vs_scheduled
    if not reasons or missing <= 0:
        return None
    main, size = reasons[0]
    share = -size / missing
    if share < MAIN or main == UNKNOWN:
        return None  # many small reasons, or nobody knows: nothing to act on
    if -size < MAIN * -short.steps.vs_required:
        return None  # too few were planned in the first place: no matter of today
    place = centre.name("site", str(short.scope.site))
    edited = main in short.counted.edits and main != SICK
    sentence = say(
        "{place} has {actual:.1f} on queue for {required:.1f} needed. "
        "{baseline:.1f} were scheduled; {told}.",
        place=place,
        actual=short.steps.actual,
        required=short.steps.required,
        baseline=short.steps.baseline,
        told=_told(short),
    )
    until = _until(centre, short, main) if edited else ""
    more = [
        say(
            "{main} is {share:.0f} % of the {missing:.1f} missing",
            main=main.capitalize(),
            share=100 * min(share, 1.0),
            missing=missing,
        )
        + (say("; it goes on until {until}.", until=until) if until else "."),
        *([hidden] if hidden else []),
    ]
    staff = short.values[FIGURES[0]]
    worst = min(short.values.values(), key=lambda v: v.value or 0.0)
    bad = any(v.status == "bad" for v in short.values.values())
    gap = -short.steps.vs_required / max(short.steps.required, 1e-9)
    score = (3.0 if bad else 2.0) * min(share, 1.0) * min(0.5 + gap / 0.05, 2.0) * URGENT
    checks = _checks(centre, short, main, edited, staff)
    people = short.counted.people.get(main, ())
    step = Step(
        "alert_site",
        say("Alert {place}", place=place),
        {
            "site": str(short.scope.site),
            "cause": CAUSES.get(main, "other"),
            "until": until,
            "gap": say(
                "{value:.1f} of {required:.1f} agents missing",
                value=-short.steps.vs_required,
                required=short.steps.required,
            ),
            "kpi": worst.kpi_id,
            "agents": ",".join(people[:30]),
            "reason": say("Move the {main} to quieter hours.", main=main) if edited else "",
        },
    )
    return Finding(
        "staffing", worst.kpi_id, short.scope, (Role.CONTROL_DESK, Role.MANAGER), sentence,
        tuple(more), (_level(short),), step, checks, _proof(centre, short),
        score if edited else UNEDITED * score, "bad" if bad else "warn", centre.now_at,
    )  # fmt: skip


def _told(short: Short) -> str:
    """What took how many: "training added after publishing took 8.0, sickness 2.0"."""
    named = [(n, s) for n, s in short.reasons if -s >= LEAST_REASON * -short.steps.vs_scheduled]
    words = []
    for place, (name, size) in enumerate(named[:3]):
        edit = name in short.counted.edits and name != SICK
        lead = say("{name} added after publishing", name=name) if edit else name
        words.append(
            say("{lead} {n:.1f}", lead=lead, n=-size)
            if place
            else say("{lead} took {n:.1f}", lead=lead, n=-size)
        )
    return joined(words)


def _level(short: Short) -> Level:
    """From needed to on queue: what was planned above it, then each reason."""
    steps = short.steps
    bars = [Bar("planned", say("planned above"), steps.planned_gap)]
    small = 0.0
    for name, size in steps.reasons.items():
        if abs(size) >= LEAST_AGENTS:
            bars.append(Bar(name, name, size))
        else:
            small += size
    if small:
        bars.append(Bar("other", say("other"), small))
    return Level(
        "reason", steps.required, steps.actual, tuple(bars), ends=("needed", say("on queue"))
    )


def _until(centre: Centre, short: Short, activity: str) -> str:
    """The local time at which the last piece of an activity put in after publication ends."""
    plans = centre.plans[str(short.scope.site)]
    before = {(s.agent_id, s.shift_on): _pieces(s, activity, centre) for s in plans.published}
    ends = [
        end
        for shift in plans.current
        for begin, end in _pieces(shift, activity, centre)
        if end > short.end and (begin, end) not in before.get((shift.agent_id, shift.shift_on), ())
        and begin < short.end + 12 * 3600
    ]  # fmt: skip
    if not ends:
        return ""
    zone = zone_of(centre.organisation.zone(str(short.scope.site)))
    return f"{datetime.fromtimestamp(max(ends), zone):%H:%M}"


def _pieces(shift: Shift, activity: str, centre: Centre) -> list[tuple[int, int]]:
    return [
        (s.start_at, s.end_at)
        for s in shift.segments
        if (c := centre.categories.get(s.activity, s.activity)) == activity
        or EDITED.get(c) == activity
    ]


def _lasts(centre: Centre, short: Short, activity: str) -> int:
    """Seconds from the window on for which pieces put in after publication follow each other."""
    plans = centre.plans[str(short.scope.site)]
    before = {(s.agent_id, s.shift_on): _pieces(s, activity, centre) for s in plans.published}
    added = sorted(
        piece
        for shift in plans.current
        for piece in _pieces(shift, activity, centre)
        if piece not in before.get((shift.agent_id, shift.shift_on), ())
    )
    reach = short.end
    for begin, end in added:
        if begin <= reach + QUARTER_S:
            reach = max(reach, end)
    return reach - short.end


def _checks(
    centre: Centre, short: Short, main: str, edited: bool, value: KpiValue
) -> tuple[Check, ...]:
    people = len(short.counted.people.get(main, ()))
    lasts = _lasts(centre, short, main) if edited else 0
    return (
        Check(
            "base",
            short.steps.required >= 1,
            say("{required:.1f} agents needed", required=short.steps.required),
        ),
        Check(
            "dated",
            edited,
            say("recorded after publication, for {agents}", agents=_agents(people))
            if edited
            else say("{agents}, not by a change of the plan", agents=_agents(people)),
        ),
        Check(
            "lasts",
            lasts >= MENDABLE_S,
            say(
                "it goes on for {minutes} min; what is over within the hour cannot be mended",
                minutes=lasts // 60,
            ),
        ),
        Check("exact", True, say("every second has one reason; the steps end at who is on queue")),
        Check(
            "complete",
            not value.partial,
            say("some quarter-hours are missing")
            if value.partial
            else say("no quarter-hour is missing"),
        ),
    )


def _agents(number: int) -> str:
    return say("1 agent") if number == 1 else say("{number} agents", number=number)


def _proof(centre: Centre, short: Short) -> tuple[tuple[str, str], ...]:
    zone = zone_of(centre.organisation.zone(str(short.scope.site)))
    first, last = (datetime.fromtimestamp(at, zone) for at in (short.start, short.end))
    told = [
        (CATALOGUE[kpi_id].short_name, _percent(value.value))
        for kpi_id, value in short.values.items()
        if value.value is not None
    ]
    return (
        (say("Window"), say("{at:%a %d %b %H:%M} to {at_2:%H:%M} local", at=first, at_2=last)),
        *told,
        (say("Published"), say("{published:,.0f} s on queue", published=short.counted.published)),
        (say("On queue"), say("{actual:,.0f} s", actual=short.counted.actual)),
    )
