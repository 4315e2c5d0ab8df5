"""The `wfm` command: every sub-command, and errors as one sentence."""

from __future__ import annotations

import os
import sys

import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError

from wfm.domain.errors import WfmError

ALLOCATOR = "narenas:1,muzzy_decay_ms:0"

app = typer.Typer(
    name="wfm",
    help="Muster: forecast, staff, schedule, follow the day, explain the numbers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _root() -> None:
    """Muster: forecast, staff, schedule, follow the day, explain the numbers."""


def run() -> None:
    """The console script: 0 done, 1 failed, 2 bad usage; never a traceback for a known error."""
    from wfm.cli import register_called

    words = sys.argv[1:]
    if words[:1] == ["serve"]:
        # Readers ask many small questions at once: threads of each would only wait for each other.
        # Read when Polars is first imported, hence here.
        os.environ.setdefault("POLARS_MAX_THREADS", "1")
        # Its allocator gives back what is free from a thread of its own, which a process that was
        # forked has not. So all threads share one part of it, where each use looks after that. Set
        # whatever is there: Polars leaves its own setting to the programs that a demo starts.
        os.environ["_RJEM_MALLOC_CONF"] = ALLOCATOR
    register_called(app, words)
    try:
        app()
    except WfmError as error:
        _fail(str(error))
    except OperationalError as error:
        said = str(error.orig or error).strip().splitlines()
        _fail(
            f"The database does not answer: {said[0] if said else 'no reason given'}. Check that "
            f"it runs, has room and is not locked by another program, and WFM_DATABASE_URL."
        )


def _fail(sentence: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"wfm: {sentence}", markup=False)
    sys.exit(1)


if __name__ == "__main__":
    run()
