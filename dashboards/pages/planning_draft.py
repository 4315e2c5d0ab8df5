"""A draft changed by hand on the page: a shift's drawer, changes checked first, the last undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dashboards.forms import FormAsk, FormRoom
from dashboards.pages.planning_forms import local, unit_scope
from dashboards.parts import html
from dashboards.parts.drawer import Drawer, facts, opener, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import plain
from wfm.actions.draft_edits import DraftCheck, check_draft, edit_draft
from wfm.domain.draft_edits import WORDS, DraftEdit, DraftVerdict, clock, span, standing
from wfm.domain.errors import BadInput
from wfm.domain.language import say, say_many
from wfm.domain.scope import Scope
from wfm.queries.organisation import read_organisation
from wfm.queries.plans import Plan, read_draft_lines, read_plan, read_plan_documents

MOST_LINES = 8
OF_A_SHIFT = ("move", "swap", "remove")


def draft_acts(given: Any, day: date) -> tuple[list[Any], str]:
    """Buttons to add a shift to the draft shown and to undo, and how much was changed by hand."""
    plan = given.shown.plan
    if plan is None or plan.state != "draft":
        return [], ""
    args = {"plan": str(plan.plan_id), "unit": given.unit, "day": day.isoformat()}
    left = standing(read_draft_lines(given.ask.sources.store, Scope(given.unit), plan.plan_id))
    acts = [opener(say("Add a shift"), "draft_edit", {**args, "kind": "add"}, small=True)]
    if left:
        acts.append(
            opener(WORDS["undo"], "draft_edit", {**args, "kind": "undo"}, small=True,
                   title=say("The draft as it was before the last change by hand"))
        )  # fmt: skip
    n = len(left)
    words = say("click a name to change the draft")
    if not n:
        return acts, words
    return acts, say_many(
        "{words}; {n} change by hand", "{words}; {n} changes by hand", n, words=words
    )


def draft_opener(given: Any, agent: str, name: str, day: date) -> Any:
    """A person's name in the draft shown, which opens their shift."""
    plan = given.shown.plan
    args = {"plan": str(plan.plan_id), "unit": given.unit, "agent": agent, "day": day.isoformat()}
    return opener(
        name,
        "draft_shift",
        args,
        css="row-open",
        title=say("Change {name}'s planned shift", name=name),
    )


def show_shift(ask: FormAsk) -> Drawer:
    """One person's day in the draft with the changes that are possible."""
    draft = _Draft(ask)
    shift = draft.shift(ask.value("agent"))
    kinds = OF_A_SHIFT if shift else ("add",)
    args = _args(ask, "agent")
    buttons = [opener(WORDS[k], "draft_edit", {**args, "kind": k}, small=True) for k in kinds]
    body: list[Any] = [html.Div(buttons, className="acts wrap"), html.H3(say("In the draft"))]
    if shift is None:
        body.append(html.P(say("No shift on this day."), className="third"))
    else:
        pieces = sorted([*shift["breaks"], *shift.get("activities", ())], key=lambda b: b["start"])
        rows = [(say("Shift"), span(shift))]
        rows += [
            (
                say(
                    "{clock} to {clock_2}",
                    clock=clock(b["start"]),
                    clock_2=clock(b["start"] + b["slots"]),
                ),
                say(b["kind"].replace("_", " ")).capitalize(),
            )
            for b in pieces
        ]
        body.append(facts(rows))
    body += [html.H3(say("Changes of the draft by hand")), draft.history()]
    return Drawer(
        say(
            "{name}, {day:%a} {day.day} {day:%b}",
            name=draft.name(ask.value("agent")),
            day=draft.day,
        ),
        say("{title}: nothing here is in force before it is published.", title=draft.title),
        tuple(body),
    )


def show_edit(ask: FormAsk) -> Drawer:
    """The form of one change of the draft."""
    draft = _Draft(ask)
    kind = draft.kind(ask)
    if kind == "undo":
        return _consequences(ask, draft, _check(ask, draft))
    fields = _fields(ask, draft, kind)
    now = ""
    if kind != "add":
        now = say("Planned: {span}. ", span=span(draft.shift(ask.value("agent"))))
    return Drawer(
        _title(ask, draft),
        say("{now}The rules are checked before anything is kept.", now=now),
        (),
        Form("draft_edit", fields, say("Check the change"),
             _sent(ask, draft, ("agent", "kind")), ask.errors, ask.trouble, key=ask.key),
    )  # fmt: skip


def send_edit(ask: FormAsk) -> Drawer:
    """The change checked and shown with what it breaks; confirmed, it is part of the draft."""
    draft = _Draft(ask)
    if not ask.confirmed:
        return _consequences(ask, draft, _check(ask, draft))
    done = edit_draft(
        ask.sources.store, ask.sources.clock, ask.scope, draft.plan.plan_id, _edit(ask, draft),
        seen=_number(ask, "seen"), verdict=ask.sources.planner.verdict, actor=ask.who.user_key,
        actor_role=ask.who.role.value, accept=ask.value("accept") == "yes", request_key=ask.key,
    )  # fmt: skip
    said = say("The draft is changed; it can be undone.")
    if done.violations_n:
        said += say(
            " It breaks {violations_n} rules and cannot be published before.",
            violations_n=done.violations_n,
        )
    return Drawer(_title(ask, draft), done=said)


class _Draft:
    """The draft, its day and its people, read once for a form."""

    def __init__(self, ask: FormAsk) -> None:
        store = ask.sources.store
        self.plan: Plan = read_plan(store, ask.scope, _number(ask, "plan"))
        self.problem, self.solution = read_plan_documents(store, ask.scope, self.plan.plan_id)
        self.first = date.fromisoformat(self.problem["first_day"])
        try:
            self.day = date.fromisoformat(ask.value("day"))
        except ValueError:
            raise BadInput(say("The day of the form is none; open it again.")) from None
        self.number = (self.day - self.first).days
        self.organisation = read_organisation(store, ask.scope)
        self.zone = self.organisation.zone(self.plan.unit)
        self.people = {p.agent_id: p.display_name for p in self.organisation.people}
        self.agents: Mapping[str, Mapping[str, Any]] = {a["id"]: a for a in self.problem["agents"]}
        self.lines = read_draft_lines(store, ask.scope, self.plan.plan_id)
        self._authors = ask.sources.planner.authors

    @property
    def title(self) -> str:
        """What the draft is called."""
        return self.plan.label or say("Plan {plan_id}", plan_id=self.plan.plan_id)

    def name(self, agent: str) -> str:
        """A person's name."""
        return self.people.get(agent, agent)

    def shift(self, agent: str) -> Mapping[str, Any] | None:
        """What the draft plans for a person on the day."""
        own = ((s["agent"], s["day"]) == (agent, self.number) for s in self.solution["shifts"])
        return next((s for s, mine in zip(self.solution["shifts"], own, strict=True) if mine), None)

    def working(self, on: bool) -> list[tuple[str, str]]:
        """People of the draft who work on the day, or do not, by name, with their shift."""
        at_work = {s["agent"]: s for s in self.solution["shifts"] if s["day"] == self.number}
        found = [
            (agent, f"{self.name(agent)}, {span(at_work[agent])}" if on else self.name(agent))
            for agent in self.agents
            if (agent in at_work) == on
        ]
        return sorted(found, key=lambda item: item[1])

    def starts(self) -> list[tuple[str, str]]:
        """Starts to choose from: the grid of the site inside the opening of the day."""
        by_day = self.problem.get("opening_by_day")
        opening = by_day[self.number] if by_day else self.problem["opening"]
        if opening is None:
            raise BadInput(say("The site is closed on this day."))
        every = self.problem["start_every_slots"]
        return [(str(s), clock(s)) for s in range(opening[0], min(opening[1], 96), every)]

    def lengths(self, agent: str) -> list[tuple[str, str]]:
        """Lengths of shifts that a person's contract knows."""
        name = self.agents[agent]["contract"]
        contract = next(c for c in self.problem["contracts"] if c["name"] == name)
        return [(str(n), f"{n // 4} h {n % 4 * 15:02d}") for n in contract["shift_lengths"]]

    def kind(self, ask: FormAsk) -> str:
        """The kind of change that the form is about."""
        kind = ask.value("kind")
        if kind not in WORDS:
            raise BadInput(say("The change of the form is none; open it again."))
        if kind not in ("add", "undo") and ask.value("agent") not in self.agents:
            raise BadInput(say("They are not in this draft; open it again."))
        return kind

    def history(self) -> Any:
        """What was changed by hand, newest first."""
        left = {line.seq for line in standing(self.lines)}
        if not self.lines:
            return html.P(say("Nothing; it is as the solver left it."), className="third")
        who = self._authors(tuple({line.author for line in self.lines}))
        items = []
        for line in reversed(self.lines[-MOST_LINES:]):
            word = WORDS[line.kind] + (
                "" if line.seq in left or line.kind == "undo" else say(", undone")
            )
            told = "; ".join(
                say(
                    "{name}, {day:%a}: {span} → {span_2}",
                    name=self.name(c.agent),
                    day=self.first + timedelta(days=c.day),
                    span=span(c.before),
                    span_2=span(c.after),
                )
                for c in line.changes
            )
            by = f"{local(line.recorded_at, self.zone)}, {who.get(line.author, line.author)}: "
            items.append(html.Li([html.Div(html.B(word)), html.Div(by + told, className="third")]))
        return html.Ul(items, className="d-history")


def _fields(ask: FormAsk, draft: _Draft, kind: str) -> tuple[Field, ...]:
    agent = ask.value("agent")
    if kind == "remove":
        return ()
    if kind == "move":
        shift = draft.shift(agent)
        now = str(shift["start"]) if shift else ""
        return (
            Field("start", say("New start"), "select", ask.value("start", now), draft.starts()),
        )
    if kind == "swap":
        others = [item for item in draft.working(True) if item[0] != agent]
        others += [(who, say("{name}, no shift", name=name)) for who, name in draft.working(False)]
        first = others[0][0] if others else ""
        return (Field("other", say("With"), "select", ask.value("other", first), others),)
    starts = draft.starts()
    if agent:
        chosen: tuple[Field, ...] = ()
        lengths = draft.lengths(agent)
    else:
        off = draft.working(False)
        if not off:
            raise BadInput(say("Everybody of the draft works on this day."))
        chosen = (Field("who", say("For"), "select", ask.value("who", off[0][0]), off),)
        lengths = sorted(
            {item for one in draft.agents for item in draft.lengths(one)}, key=lambda n: int(n[0])
        )
    return (
        *chosen,
        Field("start", say("Start"), "select", ask.value("start", starts[0][0]), starts, half=True),
        Field("length", say("Length"), "select", ask.value("length", lengths[-1][0]), lengths,
              half=True),
    )  # fmt: skip


def _check(ask: FormAsk, draft: _Draft) -> DraftCheck:
    return check_draft(
        ask.sources.store, ask.scope, draft.plan.plan_id, _edit(ask, draft),
        ask.sources.planner.verdict,
    )  # fmt: skip


def _consequences(ask: FormAsk, draft: _Draft, found: DraftCheck) -> Drawer:
    rows: list[tuple[str, Any]] = []
    for change in found.changes:
        on = draft.first + timedelta(days=change.day)
        who = say("{name}, {day:%a} {day.day} {day:%b}", name=draft.name(change.agent), day=on)
        after = html.Span(span(change.after), className="draft")
        rows.append((who, html.Span([f"{span(change.before)} → ", after])))
    rows.append((say("Short quarter-hours of the week"), _from_to(found, lambda v: v.short, 0)))
    rows.append((say("Cost of cover"), _from_to(found, lambda v: v.cost, 1)))
    lines = [("bad", _named(draft, words)) for words in found.broken[:MOST_LINES]]
    if not found.broken:
        lines.append(
            ("good", say("No rule is broken by it (checked by the independent verifier)."))
        )
    if found.left:
        lines.append(
            ("warn", say("{left} rules were broken before and still are.", left=found.left))
        )
    fields: tuple[Field, ...] = ()
    if found.broken and ask.value("kind") != "undo":
        words = say("Keep it for now; the draft cannot be published before it is mended")
        fields = (Field("accept", words, "check"),)
    args = _sent(ask, draft, ("agent", "kind", "who", "start", "length", "other"))
    return Drawer(
        _title(ask, draft),
        say("Nothing is kept yet."),
        (facts(rows), sentences(lines)),
        Form("draft_edit", fields, say("Change the draft"), args, ask.errors, ask.trouble, True,
             bool(found.broken), ask.key),
    )  # fmt: skip


def _from_to(found: DraftCheck, of: Any, digits: int) -> str:
    def told(verdict: DraftVerdict) -> str:
        return plain(of(verdict), digits)

    return f"{told(found.before)} → {told(found.after)}"


def _named(draft: _Draft, words: str) -> str:
    agent, _, rest = words.partition(": ")
    return f"{draft.name(agent)}, {rest}" if rest else words


def _edit(ask: FormAsk, draft: _Draft) -> DraftEdit:
    return DraftEdit(
        draft.kind(ask), ask.value("agent") or ask.value("who"), draft.number,
        _slot(ask, "start"), _slot(ask, "length"), ask.value("other"),
    )  # fmt: skip


def _slot(ask: FormAsk, name: str) -> int | None:
    return _number(ask, name) if ask.value(name) else None


def _number(ask: FormAsk, name: str) -> int:
    text = ask.value(name)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput(say("The form is not complete; open it again."))
    return int(text)


def _title(ask: FormAsk, draft: _Draft) -> str:
    who = ask.value("agent")
    on = say("{day:%a} {day.day} {day:%b}", day=draft.day)
    about = draft.title if ask.value("kind") == "undo" else on
    return f"{WORDS[draft.kind(ask)]}: {f'{draft.name(who)}, ' if who else ''}{about}"


def _args(ask: FormAsk, *more: str) -> dict[str, str]:
    return {name: ask.value(name) for name in ("plan", "unit", "day", *more) if ask.value(name)}


def _sent(ask: FormAsk, draft: _Draft, names: Sequence[str]) -> dict[str, str]:
    """What goes along with a form, the number of changes that were looked at among it."""
    seen = ask.value("seen") or str(draft.lines[-1].seq if draft.lines else 0)
    return {**_args(ask, *names), "seen": seen}


FORMS = (
    FormRoom("draft_shift", "schedule.edit", unit_scope, show_shift, show_shift),
    FormRoom("draft_edit", "schedule.edit", unit_scope, show_edit, send_edit),
)
