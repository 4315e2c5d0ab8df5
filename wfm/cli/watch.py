"""Long work on the screen: a bar with stage and figures; Ctrl-C asks it to stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from wfm.domain.errors import JobCancelled


class Watch:
    """A progress bar on stderr, and the wish to stop.

    The first Ctrl-C sets `cancel`; a second one ends the command at once.
    """

    def __init__(self, title: str, *, quiet: bool = False) -> None:
        self.cancel = threading.Event()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[figures]}"),
            console=Console(stderr=True),
            transient=True,
            disable=quiet,
        )
        self._task = self._bar.add_task(title, total=100, figures="")
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._stop)
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def show(self, stage: str, percent: float, detail: Any) -> None:
        """The bar moved; figures of the detail shown beside it."""
        figures = "  ".join(
            f"{name.replace('_', ' ')} {value}"
            for name, value in detail.items()
            if value is not None and name != "elapsed_s"
        )
        self._bar.update(self._task, description=stage, completed=percent, figures=figures)

    def progress(self, stage: str, percent: float, **detail: object) -> None:
        """The same as a `Progress`: raises `JobCancelled` after Ctrl-C."""
        self.show(stage, percent, detail)
        if self.cancel.is_set():
            raise JobCancelled("Cancelled; what was complete is kept.")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.cancel.is_set():
            raise KeyboardInterrupt
        self.cancel.set()
