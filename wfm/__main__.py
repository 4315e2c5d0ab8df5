"""`python -m wfm` is the `wfm` command."""

from wfm.cli.main import run

if __name__ == "__main__":
    run()
