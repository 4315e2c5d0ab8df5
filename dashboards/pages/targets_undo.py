"""The smaller forms of the targets page: one change undone, a corridor for team leads set."""

from __future__ import annotations

from dashboards.forms import FormAsk, FormRoom, scope_of
from dashboards.pages.targets_forms import (
    bands_after,
    book_of,
    kpi_asked,
    long_day,
    name_at,
    today_at,
    typed_day,
)
from dashboards.parts.drawer import Drawer, facts
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import unit_text
from kpis.display import format_target
from kpis.targets import bands_of, shape_of
from wfm.actions.corridors import CorridorEdit, set_corridor
from wfm.actions.targets import TargetEdit, undo_target, undoing
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.target_rules import limits_of
from wfm.queries.bonus import read_schemes


def show_undo(ask: FormAsk) -> Drawer:
    """What an undo would give back, and its reason."""
    kpi, book = kpi_asked(ask), book_of(ask)
    edit = _undoing(ask)
    row = next(t for t in book.targets if t.target_id == int(ask.value("target")))
    before = say("what is set above") if edit.linked else format_target(kpi, bands_after(kpi, edit))
    return Drawer(
        say("Undo the target of {short}", short=kpi.short_name.lower()),
        say(
            "For {name_at}. Row {target_id} stays in the record; a new row gives "
            "back what held before it.",
            name_at=name_at(ask),
            target_id=row.target_id,
        ),
        (
            facts(
                [
                    (say("Now"), format_target(kpi, bands_of(kpi, row))),
                    (say("Then"), before),
                    (say("From"), long_day(edit.effective_from)),
                ]
            ),
        ),
        Form(
            "undo-target",
            (Field("reason", say("Reason"), "note", ask.value("reason"), required=True),),
            say("Undo"),
            args={n: ask.values.get(n, "") for n in ("scope", "target", "kpi")},
            confirm=True,
            key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
    )


def send_undo(ask: FormAsk) -> Drawer:
    """The outcome of an undo."""
    kpi = kpi_asked(ask)
    bonus = any(s.kpi_id == kpi.id for s in read_schemes(ask.sources.store, ask.scope))
    written = undo_target(
        ask.sources.store, ask.sources.clock, ask.who, ask.scope, _number(ask), shape_of(kpi),
        reason=ask.reason(), request_key=ask.key, bonus=bonus,
    )  # fmt: skip
    return Drawer(
        say("Target of {short}", short=kpi.short_name.lower()),
        done=say(
            "Row {target_id} gives back what held before row {number}.",
            target_id=written.target_id,
            number=_number(ask),
        ),
    )


def show_corridor(ask: FormAsk) -> Drawer:
    """How far team leads may move the target, as it stands."""
    kpi, book, today = kpi_asked(ask), book_of(ask), today_at(ask)
    limits = limits_of(book, shape_of(kpi), ask.scope, today)
    points = (
        say("in {value}", value=unit_text(kpi.unit) or "units")
        if kpi.unit != "%"
        else say("in points")
    )
    return Drawer(
        say("Corridor of {short}", short=kpi.short_name.lower()),
        say(
            "How far team leads of {name_at} may move it from the target set above them.",
            name_at=name_at(ask),
        ),
        (facts([(say("Now"), limits.sentence if limits else say("no target is set above"))]),),
        Form(
            "corridor",
            (
                Field(
                    "width",
                    say("Up to"),
                    "number",
                    ask.value("width"),
                    half=True,
                    least=0,
                    required=True,
                ),
                Field(
                    "basis",
                    say("Counted"),
                    "select",
                    ask.value("basis", "points"),
                    (("points", points), ("share", say("in percent of the value"))),
                    half=True,
                ),
                Field(
                    "every",
                    say("For every figure, not this one alone"),
                    "check",
                    ask.value("every"),
                ),
                Field("from", say("In force from"), "date", ask.value("from", today.isoformat())),
                Field("reason", say("Reason"), "note", ask.value("reason"), required=True),
            ),
            say("Set the corridor"),
            args={"scope": ask.values.get("scope", ""), "kpi": kpi.id},
            confirm=True,
            key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
    )


def send_corridor(ask: FormAsk) -> Drawer:
    """The outcome of a corridor."""
    kpi = kpi_asked(ask)
    edit = CorridorEdit(
        "" if ask.value("every") == "yes" else kpi.id, ask.scope, ask.number("width", say("Up to")),
        ask.value("basis"), typed_day(ask, "from"), ask.reason(), ask.key,
    )  # fmt: skip
    set_corridor(ask.sources.store, ask.sources.clock, ask.who, edit)
    what = say("every figure") if not edit.kpi_id else kpi.short_name.lower()
    return Drawer(
        say("Corridor of {short}", short=kpi.short_name.lower()),
        done=say(
            "From {long_day} team leads of {name_at} may move {what} by up to {width:g} {value}.",
            long_day=long_day(edit.effective_from),
            name_at=name_at(ask),
            what=what,
            width=edit.width,
            value=say("points") if edit.basis == "points" else "%",
        ),
    )


def _undoing(ask: FormAsk) -> TargetEdit:
    return undoing(
        ask.sources.store, ask.sources.clock, ask.scope, _number(ask), reason="", request_key=""
    )


def _number(ask: FormAsk) -> int:
    text = ask.value("target")
    if not text.isdigit():
        raise BadInput(say("The row is not named; open the form again."))
    return int(text)


UNDO = FormRoom("undo-target", "target.write", scope_of("scope"), show_undo, send_undo)
CORRIDOR = FormRoom("corridor", "target.corridor", scope_of("scope"), show_corridor, send_corridor)
