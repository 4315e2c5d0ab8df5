"""How long work tells where it is, and learns that somebody wants it to stop."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called with a stage, a percentage and details; raises `JobCancelled` when asked to stop."""

    def __call__(self, stage: str, percent: float, **detail: object) -> None: ...


def no_progress(stage: str, percent: float, **detail: object) -> None:
    """Progress that nobody watches."""
