"""`python -m wfm` is the `wfm` command."""

from wfm.cli.main import run

run()
