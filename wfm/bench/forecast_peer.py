"""Prophet 1.5.0 on the same queues, in a Python of its own: run as a script, never imported.

Arguments: a folder with queue-N.csv (ts,y of the past) and ahead-N.csv (ts of what is asked), and
the numbers. Writes said-N.csv and prints the processor seconds of fitting and predicting.
"""

import csv
import logging
import sys
import time
from pathlib import Path


def main(folder: str, numbers: list[str]) -> None:
    """Half-hours forecast with Prophet's defaults, which find season, week and day."""
    import pandas as pd
    from prophet import Prophet  # type: ignore[import-not-found]

    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    taken = 0.0
    for number in numbers:
        past = pd.read_csv(Path(folder) / f"queue-{number}.csv", parse_dates=["ds"])
        ahead = pd.read_csv(Path(folder) / f"ahead-{number}.csv", parse_dates=["ds"])
        # The fit runs in a child of its own: its time counts too.
        start = time.process_time() + _children()
        model = Prophet()
        model.fit(past)
        said = model.predict(ahead)["yhat"].clip(lower=0.0)
        taken += time.process_time() + _children() - start
        with (Path(folder) / f"said-{number}.csv").open("w", newline="") as handle:
            csv.writer(handle).writerows([value] for value in said)
    sys.stdout.write(f"{taken}\n")


def _children() -> float:
    """Processor seconds of children that have ended."""
    import os

    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
