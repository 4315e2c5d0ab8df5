"""The bonus on the agent's page: where it stands each day, and what it takes from here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dashboards.frame import LASTING, Ask
from dashboards.pages.agent_data import MyDay, returning
from dashboards.parts import html
from dashboards.parts.bonus_path import BonusPath, bonus_path
from dashboards.parts.drawer import facts, sentences
from dashboards.parts.numbers import plain
from dashboards.parts.panel import panel
from dashboards.parts.status import icon
from dashboards.parts.table import Cell, Col, Line, Sheet
from dashboards.view_state import period_label
from kpis.bonus_reading import BonusView, Loss, PersonSums, read_sums
from kpis.bonus_words import (
    STATUS,
    WORD,
    bonus_sentence,
    chance_text,
    change_sentence,
    help_sentence,
)
from wfm.domain.bonus import Ahead, Difference, Scheme, Standing, Statement
from wfm.domain.grid import local_day
from wfm.domain.language import say, to_say
from wfm.queries.access import within
from wfm.queries.bonus import (
    agent_scopes,
    protected_target,
    read_ahead,
    read_schemes,
    read_standings,
    read_statements,
    schemes_on,
)
from wfm.queries.permissions import permission_table
from wfm.queries.targets import read_notices

NOTICE_DAYS = 14
COUNTED = {"noshow_n": to_say("no-shows"), "late_n": to_say("late starts")}
Bonuses = tuple[tuple[BonusView, tuple[Standing, ...]], ...]

CHANCES = {"low": to_say("low"), "even": to_say("even"), "high": to_say("high")}


def may_see(mine: MyDay) -> bool:
    """Whether the person may know this bonus: the agent, or the agent's own team lead."""
    grant = permission_table().grant("bonus.read", mine.ask.who.role)
    return within(mine.ask.who, grant.reach, mine.ask.scope)


def read_my_bonus(mine: MyDay) -> Bonuses:
    """Each bonus of the agent today, with where it stood on earlier days of its period."""
    ask = mine.ask
    if not may_see(mine):
        return ()
    found = []
    known = ask.held(("bonus", ask.today), lambda: _read(ask), minutes=LASTING)
    for scheme, sums, standings in known:
        protected = protected_target(standings, scheme.scheme_key)
        found.append((sums.answer(ask.targets, _loss(mine, scheme), protected), standings))
    return tuple(found)


def _read(ask: Ask) -> tuple[tuple[Scheme, PersonSums, tuple[Standing, ...]], ...]:
    """The schemes of today with the sums of the agent, what is ahead, and what was shown."""
    store, scope = ask.sources.store, ask.scope
    found = []
    for scheme in schemes_on(read_schemes(store, scope), scope, ask.today):
        period = scheme.period_at(ask.today)
        ahead = read_ahead(store, scope, ask.now, period.end, scheme.left_out)
        shown = read_standings(store, scope, period.first)
        sums = read_sums(ask.facts, scheme, agent_scopes(store, scope), ask.today)
        planned = ahead.get(scope.agent or "", Ahead({}, 0))
        found.append((scheme, sums.of(scope, planned),
                      tuple(s for s in shown if s.scheme_key == scheme.scheme_key)))  # fmt: skip
    return tuple(found)


def bonus_panels(mine: MyDay, bonuses: Bonuses) -> list[Any]:
    """A panel for each bonus: path, sentence, what is needed and may be missed, the tiers."""
    return [_panel(mine, view, standings) for view, standings in bonuses]


def bonus_sheet(mine: MyDay, bonuses: Bonuses) -> Sheet:
    """The bonuses as rows, tier by tier, with what was frozen in closed periods."""
    columns = (
        Col("bonus", say("Bonus"), text=True, phone=True),
        Col("period", say("Period"), text=True),
        Col("line", say("Line"), "%", phone=True),
        Col("factor", say("Pays"), phone=True),
        Col("rate", say("Now"), "%", phone=True),
        Col("needed", say("Needed"), "%"),
        Col("miss", say("May miss"), say("min a shift")),
        Col("best", say("Best"), "%"),
        Col("state", say("State"), text=True, phone=True),
    )
    lines = []
    for view, _ in bonuses:
        period = period_label(view.scheme.period, view.period, mine.ask.today)
        for tier in view.outlook.tiers if view.outlook else ():
            p = tier.projection
            word = WORD[view.state if view.state == "too_early" else p.state]
            miss = None if p.budget_per_shift_s is None else p.budget_per_shift_s / 60
            lines.append(
                Line(
                    (
                        Cell(view.scheme.name, view.scheme.scheme_key), Cell(period, period),
                        _rate(p.target), Cell(f"{tier.factor:g}", tier.factor),
                        _rate(p.rate_now), _rate(p.needed), Cell(plain(miss, 1), miss),
                        _rate(p.best), Cell(word, word),
                    )
                )
            )  # fmt: skip
    if may_see(mine):
        lines += _frozen(mine)
    return Sheet(
        "bonus", say("Bonus"), columns, tuple(lines), "", say("No bonus scheme holds here")
    )


def _frozen(mine: MyDay) -> list[Line]:
    lines = []
    store, scope = mine.ask.sources.store, mine.ask.scope
    frozen = mine.ask.held("statements", lambda: read_statements(store, scope), minutes=LASTING)
    for statement, later in frozen:
        told: list[tuple[str, Statement | Difference]] = [("closed", statement)]
        told += [("difference", one) for one in later]
        for kind, one in told:
            document = one.document
            span = say(
                "{first_on} to {end_on}",
                first_on=statement.first_on,
                end_on=statement.end_on - timedelta(days=1),
            )
            state = f"{kind}: {one.state.replace('_', ' ')}"
            lines.append(
                Line(
                    (
                        Cell(statement.scheme_key, statement.scheme_key), Cell(span, span),
                        _rate(document["target"]), Cell(f"{one.factor:g}", one.factor),
                        _rate(document["rate"]), _rate(None), Cell(plain(None, 1), None),
                        _rate(None), Cell(state, state),
                    )
                )
            )  # fmt: skip
    return lines


def _panel(mine: MyDay, view: BonusView, standings: tuple[Standing, ...]) -> Any:
    worked = len(view.days)
    label = period_label(view.scheme.period, view.period, mine.ask.today)
    title = say("Bonus, {label}", label=label)
    left = view.sums.shifts_left
    note = say("{worked} of {worked_2} shifts worked", worked=worked, worked_2=worked + left)
    body: list[Any] = []
    path = _path(mine, view)
    if path is not None:
        body += bonus_path(path)
    body.append(html.P([icon(STATUS[view.state]), html.Span(bonus_sentence(view))],
                       className="bonus-said"))  # fmt: skip
    body.append(facts(_rows(mine, view)))
    more = _more(mine, view, standings)
    if more:
        body.append(sentences(more))
    return panel(title, body, note=note, css="bonus")


def _rows(mine: MyDay, view: BonusView) -> list[tuple[str, Any]]:
    p = view.projection
    rows: list[tuple[str, Any]] = []
    if p is None:
        return rows
    if p.needed is not None and view.state not in ("secured", "earned", "missed"):
        rows.append(
            (say("{word}: needed from here", word=WORD[view.state].capitalize()), _text(p.needed))
        )
        if p.budget_per_shift_s is not None and p.budget_per_shift_s > 0:
            rows.append(
                (
                    say("You may miss, per shift"),
                    say(
                        "{budget_per_shift_s:.0f} min", budget_per_shift_s=p.budget_per_shift_s / 60
                    ),
                )
            )
    if view.recent is not None and view.sums.shifts_left and p.needed is not None:
        shift = view.sums.left_s / view.sums.shifts_left
        now = shift * (1 - view.recent) / 60
        if view.help is not None:
            without = shift * (1 - min(1.0, view.recent + _share(mine))) / 60
            rows.append(
                (say("You miss now / without the minutes {moment}", moment=view.moment),
                 say("{now:.0f} / {without:.0f} min", now=now, without=without))
            )  # fmt: skip
        else:
            rows.append((say("You miss now, per shift"), say("{now:.0f} min", now=now)))
    if p.best is not None and p.needed is not None:
        rows.append((say("Best still possible"), _text(p.best)))
    chance = chance_text(view)
    if chance:
        rows.append((say("Chance, as your shifts went so far"), say(CHANCES[chance][:])))
    tiers = view.outlook.tiers if view.outlook else ()
    if len(tiers) > 1:
        for tier in tiers:
            told = WORD[tier.projection.state]
            rows.append(
                (
                    say(
                        "{text} pays {factor:g}",
                        text=_text(tier.projection.target),
                        factor=tier.factor,
                    ),
                    told,
                )
            )
    for measure, count, at_least, factor in view.counts:
        name = COUNTED.get(measure, measure.removesuffix("_n").replace("_", " "))
        pays = say("nothing is paid") if factor == 0 else say("times {factor:g}", factor=factor)
        rows.append(
            (
                say("{name} in this period: {count:g}", name=name.capitalize(), count=count),
                say("from {at_least:g}: {pays}", at_least=at_least, pays=pays),
            )
        )
    return rows


def _more(mine: MyDay, view: BonusView, standings: tuple[Standing, ...]) -> list[tuple[str, str]]:
    """What would help, what changed and why, and where the target comes from."""
    lines: list[tuple[str, str]] = []
    helped = help_sentence(view)
    if helped:
        lines.append(("none", helped))
    before = next((s for s in reversed(standings) if s.as_of_on < mine.ask.today), None)
    p = view.projection
    if before is not None and before.base_s > 0 and p is not None and p.rate_now is not None:
        excused = view.excused_s - before.excused_s
        told = change_sentence(p.rate_now, before.good_s / before.base_s, before.as_of_on, excused)
        if told:
            lines.append(("none", told))
    if view.protected:
        lines.append(("none", say("The target was raised later; what was shown as secured stays.")))
    if view.target is not None:
        lines.append(
            ("none", say("Line {text}: {source}.", text=_text(view.target), source=view.source))
        )
    if view.estimated_from is not None:
        day = view.estimated_from
        lines.append(
            (
                "none",
                say(
                    "No shift is published from {day.day} {day:%b} on: counted as the four "
                    "weeks before.",
                    day=day,
                ),
            )
        )
    since = mine.ask.now - NOTICE_DAYS * 86_400
    store, scope = mine.ask.sources.store, mine.ask.scope
    notices = mine.ask.held("notices", lambda: read_notices(store, scope, since), minutes=LASTING)
    for notice in notices[:2]:
        on = local_day(notice.created_at, mine.ask.zone)
        lines.append(("none", say("{day.day} {day:%b}: {words}", day=on, words=notice.words)))
    return lines


def _path(mine: MyDay, view: BonusView) -> BonusPath | None:
    p = view.projection
    if p is None:
        return None
    base = good = 0.0
    rates: list[tuple[date, float]] = []
    for day, one in view.days:
        base, good = base + one.base_s, good + one.good_s
        rates.append((day, good / base))
    without = None
    if view.help is not None and view.recent is not None and view.sums.left_s > 0:
        # What is past is lost: without the minutes only from here on.
        later = min(1.0, view.recent + _share(mine)) * view.sums.left_s
        without = (view.sums.good_s + later) / (view.sums.base_s + view.sums.left_s)
    return BonusPath(
        view.period.first, view.period.end - timedelta(days=1), mine.ask.today, rates, p.target,
        p.projected, without, say("without the minutes {moment}", moment=view.moment),
    )  # fmt: skip


def _loss(mine: MyDay, scheme: Scheme) -> Loss | None:
    """The fixed moment at which most is lost in the last shifts; None when nothing recurs."""
    if scheme.kpi_id != "adherence":
        return None
    worst = returning(mine.of_strip)
    base = _base(mine)
    if worst is None or 2 * worst.shifts_hit < worst.shifts_n or base <= 0:
        return None
    return Loss(worst.moment, worst.seconds, base)


def _share(mine: MyDay) -> float:
    worst, base = returning(mine.of_strip), _base(mine)
    return worst.seconds / base if worst is not None and base > 0 else 0.0


def _base(mine: MyDay) -> float:
    return sum(one.adherence.denominator or 0.0 for one in mine.strip)


def _text(rate: float | None) -> str:
    return f"{plain(None if rate is None else 100 * rate, 1)} %"


def _rate(rate: float | None) -> Cell:
    value = None if rate is None else 100 * rate
    return Cell(plain(value, 2), value)
