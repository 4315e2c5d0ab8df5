"""Required agents by pyworkforce 0.5.4, in a Python of its own: run as a script, never imported.

Arguments: a file of doubles (load, then seconds of handling), the file to write the agents to.
Prints the processor seconds of the loop.
"""

import sys
import time
from array import array


def main(source: str, out: str) -> None:
    """Agents of every cell at 80 % in 20 s, written as 64-bit integers."""
    from pyworkforce.queuing import ErlangC  # type: ignore[import-not-found]

    values = array("d")
    with open(source, "rb") as handle:
        values.frombytes(handle.read())
    cells = len(values) // 2
    found = array("q", [0]) * cells
    start = time.process_time()
    for i in range(cells):
        load, aht_s = values[i], values[cells + i]
        queue = ErlangC(
            transactions=load * 900 / aht_s, aht=aht_s / 60, interval=15, asa=20 / 60, shrinkage=0.0
        )
        found[i] = queue.required_positions(service_level=0.8, max_occupancy=1.0)["raw_positions"]
    taken = time.process_time() - start
    with open(out, "wb") as handle:
        handle.write(found.tobytes())
    sys.stdout.write(f"{taken}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
