"""Serves a small centre on a port until stopped: `serve_small.py FOLDER PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "trust"))

from small_centre import open_centre

from wfm.cli.serve import serve_until_stopped
from wfm.settings import Settings

folder, port = Path(sys.argv[1]), int(sys.argv[2])
serve_until_stopped(
    Settings(_env_file=None, data_dir=folder, port=port),
    processes=2,
    make=lambda settings: open_centre(folder, port=port).server,
)
