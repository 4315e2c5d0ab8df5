"""Commands of the group forecast."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """The commands of this group put on the app."""
