"""The command line: one file per group of commands, each with `register(app)`."""

from __future__ import annotations

from importlib import import_module

import typer

GROUPS = (
    "ingest", "kpi", "explain", "plan", "schedule", "jobs", "forecast", "staffing", "simulate",
    "serve", "admin", "demo", "keep", "adherence", "target", "bonus", "bench",
)  # fmt: skip


def register_all(app: typer.Typer) -> None:
    """Every group of commands put on `app`."""
    for group in GROUPS:
        import_module(f"wfm.cli.{group}").register(app)
