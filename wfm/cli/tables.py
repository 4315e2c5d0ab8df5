"""Tables of commands: as wide as the terminal, and never cut in a file or pipe."""

from __future__ import annotations

from rich.console import Console

PIPE_COLUMNS = 140


def wide() -> Console:
    """A console; into a file or pipe 140 columns wide, so that nothing is cut."""
    console = Console()
    return console if console.is_terminal else Console(width=PIPE_COLUMNS)
