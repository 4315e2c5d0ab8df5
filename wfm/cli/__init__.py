"""The command line: one file per group of commands, each with `register(app)`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import typer

# The words that each file answers to, in the order in which the help shows them.
GROUPS = {
    "ingest": ("import", "quarantine"),
    "kpi": ("kpi",),
    "explain": ("explain",),
    "plan": ("plan",),
    "schedule": ("schedule",),
    "jobs": ("job",),
    "forecast": ("forecast",),
    "staffing": ("staffing",),
    "simulate": ("simulate",),
    "serve": ("serve", "worker"),
    "admin": ("doctor", "user", "audit"),
    "demo": ("demo", "demo-feed", "demo-history"),
    "keep": ("init", "upgrade", "backup", "restore", "restore-drill"),
    "adherence": ("adherence",),
    "target": ("target",),
    "bonus": ("bonus",),
    "bench": ("bench",),
}


def register_all(app: typer.Typer) -> None:
    """Every group of commands put on `app`."""
    for group in GROUPS:
        import_module(f"wfm.cli.{group}").register(app)


def register_called(app: typer.Typer, words: Sequence[str]) -> None:
    """The group of the first word put on `app`, every group where it is none's: for help.

    A command starts in a fraction of the time when it need not read what the others are made of.
    """
    called = [group for group, known in GROUPS.items() if words and words[0] in known]
    if not called:
        register_all(app)
    for group in called:
        import_module(f"wfm.cli.{group}").register(app)
