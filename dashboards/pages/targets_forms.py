"""The forms of the targets page: set a target with its preview, undo one, set a corridor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom, scope_of
from dashboards.parts import html
from dashboards.parts.drawer import Drawer, facts, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import kpi_with_unit, unit_text
from kpis.bonus_words import WORD as BONUS_WORD
from kpis.catalogue.load import kpi_of
from kpis.definition import Bands, Kpi
from kpis.display import format_target
from kpis.drill import drill_reason
from kpis.target_preview import COLOUR, Preview, Proposal, preview_target
from kpis.targets import bands_of, provenance, resolve, shape_of
from wfm.actions.targets import TargetEdit, check_target, local_today, may_write, set_target
from wfm.domain.bonus import Scheme
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.domain.target_rules import limits_of
from wfm.domain.targets import Target, TargetBook
from wfm.queries.bonus import read_ahead, read_schemes, schemes_on
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.queries.targets import read_targets

MOST_NAMED = 12


def may_set(who: Principal, scope: Scope, kpi_id: str, schemes: Sequence[Scheme]) -> bool:
    """Whether a person may open the form for a place; the action decides again."""
    bonus = any(s.kpi_id == kpi_id for s in schemes)
    if who.role is Role.CONTROL_DESK and scope.agent is not None and bonus:
        return False
    return may_write(who, scope)


def show_target(ask: FormAsk) -> Drawer:
    """The form of a target as it stands, with the corridor, or with what was typed."""
    kpi, book = kpi_asked(ask), book_of(ask)
    today = today_at(ask)
    day = _day(ask, "from", today)
    row = resolve(book, kpi.id, day, ask.scope)
    bands = bands_of(kpi, row)
    name = name_at(ask)
    limits = limits_of(book, shape_of(kpi), ask.scope, day)
    lead = ask.who.role is Role.SUPERVISOR
    rows: list[tuple[str, Any]] = [
        (say("Where"), name),
        (say("In force"), format_target(kpi, bands) or "none"),
        (say("Set by"), provenance(book, kpi, row, ask.scope)),
    ]
    if limits is not None and (lead or ask.scope.team is not None):
        rows.append((say("Corridor of leads"), limits.sentence))
    return Drawer(
        say("Target of {short}", short=kpi.short_name.lower()),
        say("For {name}. A change adds a row; nothing that was set before is lost.", name=name),
        (facts(rows),),
        Form(
            "target",
            _fields(ask, kpi, book, today),
            say("Show who changes colour"),
            args={
                "scope": ask.values.get("scope", ""),
                "kpi": kpi.id,
                "seen": _seen(ask) or str(book.newest(kpi.id, ask.scope)),
            },
            key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
    )


def _seen(ask: FormAsk) -> str:
    """The row the person decided on: after an error the same, after a conflict the newest."""
    return ask.value("seen") if ask.errors or ask.trouble else ""


def send_target(ask: FormAsk) -> Drawer:
    """The preview of a change, or, confirmed, its outcome."""
    kpi = kpi_asked(ask)
    edit = _edit(ask, kpi)
    schemes = read_schemes(ask.sources.store, ask.scope)
    bonus = any(s.kpi_id == kpi.id for s in schemes)
    shape = shape_of(kpi)
    check_target(ask.sources.store, ask.sources.clock, ask.who, edit, shape, bonus=bonus)
    preview = _preview(ask, edit)
    name = name_at(ask)
    if not ask.confirmed:
        if edit.linked:
            goal = say("inherit again")
        else:
            proposed = bands_after(kpi, edit)
            goal = format_target(kpi, proposed)
        hidden = {k: v for k, v in ask.values.items() if k != "key"}
        return Drawer(
            say(
                "{short} for {name}: {goal} from {long_day}",
                short=kpi.short_name,
                name=name,
                goal=goal,
                long_day=long_day(edit.effective_from),
            ),
            say(
                "Over the last {days} days, as if it had been in force.",
                days=(preview.end - preview.first).days,
            ),
            preview_body(preview),
            Form("target", (), say("Set the target"), args=hidden, confirm=True, key=ask.key).told(
                ask.errors, ask.trouble
            ),
        )
    written = set_target(
        ask.sources.store, ask.sources.clock, ask.who, replace(edit, told=dict(preview.told)),
        shape, bonus=bonus,
    )  # fmt: skip
    late = say(" Figures of past days are marked as restated.") if written.restated else ""
    told = say(" {n} people see it on their page.", n=len(preview.told)) if preview.told else ""
    told_of = {
        "name": name,
        "long_day": long_day(edit.effective_from),
        "target_id": written.target_id,
        "late": late,
        "told": told,
    }
    return Drawer(
        say("Target of {short}", short=kpi.short_name.lower()),
        done=say("{name} inherits again from {long_day}, row {target_id}.{late}{told}", **told_of)
        if edit.linked
        else say(
            "{name} has its own target from {long_day}, row {target_id}.{late}{told}", **told_of
        ),
    )


def preview_body(preview: Preview) -> tuple[Any, ...]:
    """The consequences as sentences, and by name who turns red, amber or green."""
    lines = [("none", sentence) for sentence in preview.sentences]
    body: list[Any] = [sentences(lines)]
    if preview.changes:
        body.append(html.H3(say("Who changes colour")))
        shown = [
            (
                change.after,
                say(
                    "{name}: {with_unit}, {colour} to {colour_2}",
                    name=change.name,
                    with_unit=kpi_with_unit(preview.kpi.id, change.value),
                    colour=COLOUR[change.before],
                    colour_2=COLOUR[change.after],
                ),
            )
            for change in preview.changes[:MOST_NAMED]
        ]
        if len(preview.changes) > MOST_NAMED:
            shown.append(("none", say("and {n} more", n=len(preview.changes) - MOST_NAMED)))
        body.append(sentences(shown))
    if preview.bonus:
        body.append(html.H3(say("Whose bonus moves")))
        body.append(
            sentences(
                [
                    (
                        "none",
                        say(
                            "{name}: {bonus_word} to {bonus_word_2}",
                            name=b.name,
                            bonus_word=BONUS_WORD[b.before],
                            bonus_word_2=BONUS_WORD[b.after],
                        ),
                    )
                    for b in preview.bonus[:MOST_NAMED]
                ]
            )
        )
    return tuple(body)


def _fields(ask: FormAsk, kpi: Kpi, book: TargetBook, today: date) -> tuple[Field, ...]:
    row = resolve(book, kpi.id, today, ask.scope)
    bands = bands_of(kpi, row)
    unit = unit_text(kpi.unit)
    typed = bool(ask.errors or ask.trouble or ask.values.get("from"))
    width = row.amber_width if row is not None else None
    if width is None:
        width = shape_of(kpi).default_width
    own = {
        "low": bands.centre if bands.centre is not None else bands.green_lo,
        "high": None if bands.centre is not None else bands.green_hi,
        "amber": width,
    }

    def at(name: str) -> str:
        if typed:
            return ask.value(name)
        found = own[name]
        return "" if found is None else f"{found:g}"

    if kpi.better == "target":
        values = [
            Field("low", say("From"), "number", at("low"), unit=unit, half=True,
                  hint=say("Alone: one value, 5 % around it is green")),
            Field("high", say("To"), "number", at("high"), unit=unit, half=True),
        ]  # fmt: skip
    else:
        name = "low" if kpi.better == "higher" else "high"
        label = say("At least") if name == "low" else say("At most")
        values = [Field(name, label, "number", at(name), unit=unit, half=True, required=True)]
    fields = [
        *values,
        Field(
            "amber",
            say("Amber up to"),
            "number",
            at("amber"),
            unit=unit,
            least=0,
            half=True,
            hint=say("beyond it; 0: red at once"),
        ),
        Field(
            "from", say("In force from"), "date", ask.value("from", today.isoformat()), half=True
        ),
        Field(
            "to", say("Until"), "date", ask.value("to"), half=True, hint=say("Empty: until changed")
        ),
    ]
    queues = _queues(ask, kpi)
    types = _contact_types(ask, kpi)
    if queues:
        fields.append(
            Field(
                "queue",
                say("Queue"),
                "select",
                ask.value("queue"),
                (("", say("all")), *queues),
                half=True,
            )
        )
    if types:
        fields.append(
            Field(
                "type",
                say("Contact type"),
                "select",
                ask.value("type"),
                (("", say("all")), *types),
                half=True,
            )
        )
    if ask.scope.site is not None:
        fields.append(
            Field("linked", say("Inherit what is set above again"), "check", ask.value("linked"))
        )
    fields.append(
        Field("reason", say("Reason"), "note", ask.value("reason"), required=True,
              hint=say("Shown with the target, kept in the audit log"))
    )  # fmt: skip
    return tuple(fields)


def _edit(ask: FormAsk, kpi: Kpi) -> TargetEdit:
    linked = ask.value("linked") == "yes"

    def number(name: str, label: str) -> float | None:
        return None if linked or not ask.value(name) else ask.number(name, label)

    low, high = number("low", say("The target")), number("high", say("The target"))
    if not linked and low is None and high is None:
        field = "high" if kpi.better == "lower" else "low"
        raise FieldError({field: say("Give the target a value.")})
    seen = ask.value("seen")
    return TargetEdit(
        kpi.id, ask.scope, low, high, number("amber", say("Amber")), typed_day(ask, "from"),
        ask.reason(), int(seen) if seen.isdigit() else 0, ask.key,
        typed_day(ask, "to") if ask.value("to") else None, ask.value("type"),
        ask.value("queue"), linked,
    )  # fmt: skip


def _preview(ask: FormAsk, edit: TargetEdit) -> Preview:
    store, today = ask.sources.store, today_at(ask)
    schemes = schemes_on(read_schemes(store, ask.scope), ask.scope, today)
    proposal = Proposal(
        edit.kpi_id, edit.value_lo, edit.value_hi, edit.amber_width, edit.effective_from,
        edit.contact_type, edit.queue_id, edit.linked,
    )  # fmt: skip
    return preview_target(
        open_facts(store), book_of(ask), proposal, ask.scope, today, schemes,
        lambda s: read_ahead(store, ask.scope, ask.now, s.period_at(today).end, s.left_out),
    )  # fmt: skip


def bands_after(kpi: Kpi, edit: TargetEdit) -> Bands:
    return bands_of(
        kpi,
        Target(
            0, kpi.id, edit.scope.level, "", "", edit.value_lo, edit.value_hi, edit.amber_width,
            edit.effective_from, None, 0, "",
        ),
    )  # fmt: skip


def kpi_asked(ask: FormAsk) -> Kpi:
    kpi = kpi_of(ask.value("kpi"))
    letter = {"supervisor": "S", "manager": "M", "control_desk": "C"}.get(ask.who.role.value, "")
    if letter not in kpi.roles:
        raise BadInput(say("{name} is not shown to your role.", name=kpi.name))
    return kpi


def book_of(ask: FormAsk) -> TargetBook:
    return read_targets(ask.sources.store, ask.scope)


def today_at(ask: FormAsk) -> date:
    return local_today(ask.sources.store, ask.sources.clock, ask.scope)


def name_at(ask: FormAsk) -> str:
    return read_organisation(ask.sources.store, ask.scope).name_of(ask.scope)


def _queues(ask: FormAsk, kpi: Kpi) -> tuple[tuple[str, str], ...]:
    if drill_reason(kpi, "queue"):
        return ()
    found = {q.queue_id: q.name for q in read_organisation(ask.sources.store, ask.scope).queues}
    return tuple(sorted(found.items(), key=lambda item: item[1]))


def _contact_types(ask: FormAsk, kpi: Kpi) -> tuple[tuple[str, str], ...]:
    if drill_reason(kpi, "contact_type"):
        return ()
    known = sorted(open_facts(ask.sources.store).keys.get("contact_type", {}))
    return tuple((name, name.replace("_", " ")) for name in known)


def _day(ask: FormAsk, name: str, default: date) -> date:
    try:
        return date.fromisoformat(ask.value(name))
    except ValueError:
        return default


def typed_day(ask: FormAsk, name: str) -> date:
    try:
        return date.fromisoformat(ask.value(name))
    except ValueError:
        raise FieldError({name: say("Give a day like 2026-12-01.")}) from None


def long_day(day: date) -> str:
    return say("{day.day} {day:%b %Y}", day=day)


TARGET = FormRoom("target", "target.write", scope_of("scope"), show_target, send_target)
