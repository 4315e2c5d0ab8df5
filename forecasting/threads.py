"""Linear algebra on one thread, where many forecasts are made side by side (FC-31).

The matrices of one queue are small: further threads wait for each other and cost several times the
work. The variables OMP_NUM_THREADS and OPENBLAS_NUM_THREADS do the same, but only when they are set
before NumPy loads.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy
import scipy

SYMBOLS = (
    "scipy_openblas_set_num_threads64_",
    "scipy_openblas_set_num_threads",
    "openblas_set_num_threads64_",
    "openblas_set_num_threads",
)


def use_one_thread() -> int:
    """How many libraries of linear algebra now keep to one thread; 0 where none is known."""
    told = 0
    for package in (numpy, scipy):
        folder = Path(str(package.__file__)).resolve().parent.parent / f"{package.__name__}.libs"
        for path in sorted(folder.glob("*openblas*")):
            library = ctypes.CDLL(str(path))  # already loaded: the same copy answers
            for symbol in SYMBOLS:
                if hasattr(library, symbol):
                    getattr(library, symbol)(1)
                    told += 1
                    break
    return told
