"""Flying many runs on all cores, with the same answer for any number of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

Result = TypeVar("Result")

MOST_RUNS = 100_000
"""Runs a command accepts."""


def map_runs(
    one: Callable[[int], Result],
    indices: Sequence[int],
    *,
    workers: int | None = None,
    progress: Callable[[], None] | None = None,
) -> list[Result]:
    """``[one(i) for i in indices]``, shared among threads; ``progress`` is called after each.

    Threads and not processes: nearly all the time is spent in compiled code that releases the interpreter lock, nothing
    needs to be copied, and it works the same on every platform. On Ctrl-C what has not started is dropped.
    """
    results: dict[int, Result] = {}
    pool = ThreadPoolExecutor(max_workers=workers or os.cpu_count() or 1)
    try:
        futures = {pool.submit(one, index): index for index in indices}
        for future in as_completed(futures):
            results[futures[future]] = future.result()
            if progress is not None:
                progress()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return [results[index] for index in indices]
