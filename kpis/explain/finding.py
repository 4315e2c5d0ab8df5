"""A finding: one sentence that somebody can act on, its numbers, its next action, its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kpis.explain.levels import Bar, Level
from wfm.domain.language import retold, say, told
from wfm.domain.roles import Role
from wfm.domain.scope import Scope


@dataclass(frozen=True)
class Step:
    """The next action: its id in the list of actions, its button, and what its form is filled with.

    ("coach", "Coach Ina", {"scope": "york/t-7/a-31", "topic": "acw_s"}).
    """

    action: str
    label: str
    prefill: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One thing that was asked before a cause is claimed, and whether it held."""

    name: str
    held: bool
    words: str


@dataclass(frozen=True)
class Finding:
    """What was found about a figure at a place, for whom, with levels of bars that sum exactly.

    `kind` is one of habit, people, change, staffing. `proof` are lines of label and text: what was
    asked, of which period, how many rows. `score` ranks it among others of the same role.
    """

    kind: str
    kpi_id: str
    scope: Scope
    roles: tuple[Role, ...]
    sentence: str
    more: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    step: Step | None = None
    checks: tuple[Check, ...] = ()
    proof: tuple[tuple[str, str], ...] = ()
    score: float = 0.0
    status: str = "warn"
    at: int = 0

    @property
    def is_cause(self) -> bool:
        """Whether every check held, so that it may say "because"."""
        return bool(self.checks) and all(check.held for check in self.checks)

    @property
    def link_word(self) -> str:
        """How the sentence may join figure and reason."""
        return "because" if self.is_cause else say("is associated with")


def to_document(found: Finding) -> dict[str, Any]:
    """A finding as a document of plain values in no language, to be stored."""
    document: dict[str, Any] = told(
        {
            **asdict(found), "scope": found.scope.path, "roles": [r.value for r in found.roles],
            "step": None if found.step is None else {**asdict(found.step)},
        }
    )  # fmt: skip
    return document


def from_document(document: Mapping[str, Any]) -> Finding:
    """The finding of a stored document, its sentences in the reader's language."""
    kept = retold(document)
    step = kept["step"]
    return Finding(
        **{
            **kept,
            "scope": Scope.parse(kept["scope"]),
            "roles": tuple(Role(role) for role in kept["roles"]),
            "more": tuple(kept["more"]),
            "levels": tuple(_level(one) for one in kept["levels"]),
            "step": None if step is None else Step(**step),
            "checks": tuple(Check(**one) for one in kept["checks"]),
            "proof": tuple((label, text) for label, text in kept["proof"]),
        }
    )


def _level(told: Mapping[str, Any]) -> Level:
    bars = tuple(Bar(**bar) for bar in told["bars"])
    return Level(**{**told, "bars": bars, "ends": tuple(told["ends"])})
