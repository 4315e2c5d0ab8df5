"""Where parallel work runs: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

from concurrent.futures import Executor, ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from wfm.domain.errors import BadInput

DASK = "dask://"


def executor_of(setting: str, processes: int) -> Executor:
    """The executor that WFM_EXECUTOR names: empty, or `dask://host:port` of a scheduler.

    A cluster's workers need the same version of the product, and the same database and data
    folder by the same names.
    """
    if not setting:
        return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
    if not setting.startswith(DASK):
        raise BadInput(
            f"WFM_EXECUTOR is {setting!r}; leave it empty for processes of this machine, or give "
            "the scheduler of a Dask cluster, dask://host:port."
        )
    try:
        client = import_module("distributed").Client(f"tcp://{setting.removeprefix(DASK)}")
    except ImportError:
        raise BadInput(
            f"WFM_EXECUTOR is {setting!r} and the package `distributed` is not installed: "
            "`pip install distributed`, or leave the setting empty."
        ) from None
    except OSError as error:
        raise BadInput(
            f"No Dask scheduler answers at {setting}: {error}. Start one, or leave WFM_EXECUTOR "
            "empty."
        ) from None
    executor: Executor = client.get_executor()
    return executor
