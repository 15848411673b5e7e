"""Flying many runs on all cores, with the same answer for any number of them."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from stationkeep.errors import StationkeepError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Result = TypeVar("Result")

MOST_RUNS = 100_000
"""Runs a command accepts."""

_OBJECTS_BETWEEN_COLLECTIONS = 50_000


def map_runs(
    one: Callable[[int], Result],
    indices: Sequence[int],
    *,
    workers: int | None = None,
    progress: Callable[[], None] | None = None,
    interpreted: bool = False,
) -> list[Result]:
    """``[one(i) for i in indices]``, shared among workers; ``progress`` is called after each.

    Workers are threads where nearly all the time is spent in compiled code that releases the interpreter lock: nothing
    is copied, and it works the same on every platform. ``interpreted`` says that much of ``one`` is Python, of which
    only one thread runs at a time: then they are processes where this process can be doubled (:func:`may_double`),
    and results must be what pickle can carry. On Ctrl-C what has not started is dropped.
    """
    count = min(workers or os.cpu_count() or 1, max(len(indices), 1))
    if interpreted and count > 1 and may_double():
        flown = _by_processes(one, indices, count)
    else:
        flown = _by_threads(one, indices, count)
    results: dict[int, Result] = {}
    with closing(flown):  # what goes wrong here, Ctrl-C above all, ends the workers at once
        for index, result in flown:
            results[index] = result
            if progress is not None:
                progress()
    return [results[index] for index in indices]


def may_double() -> bool:
    """Whether this process can be doubled (forked) without harm: on Linux, while it has a single thread.

    A second thread may hold a lock which nobody would ever release in the copy: under a server, or a test runner that
    talks to its master, runs are shared among threads. Elsewhere a new process would have to import everything again,
    which takes as long as some hundred runs.
    """
    if sys.platform != "linux":
        return False
    threads = Path("/proc/self/task")
    return threads.is_dir() and len(list(threads.iterdir())) == 1


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage cycles a hundred times less often; for commands, whose whole process is ours.

    A campaign makes millions of objects and keeps most: the search took a tenth of the time and found little.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


Flown = Generator[tuple[int, Result], None, None]


def _by_threads(one: Callable[[int], Result], indices: Sequence[int], count: int) -> Flown[Result]:
    pool = ThreadPoolExecutor(max_workers=count)
    try:
        futures = {pool.submit(one, index): index for index in indices}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _by_processes(one: Callable[[int], Result], indices: Sequence[int], count: int) -> Flown[Result]:
    """Each process is a copy of this one, compiled kernels and prepared campaign included, and flies every n-th run."""
    from multiprocessing import get_context
    from multiprocessing.connection import wait

    context = get_context("fork")
    started, open_ends = [], {}
    try:
        for number in range(count):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_fly_share, args=(one, indices[number::count], theirs), daemon=True)
            process.start()
            theirs.close()
            started.append(process)
            open_ends[ours] = len(indices[number::count])
        while open_ends:
            for end in wait(list(open_ends)):
                yield _received(end)  # type: ignore[arg-type,misc]  # pipes carry anything
                open_ends[end] -= 1  # type: ignore[index]
                if not open_ends[end]:  # type: ignore[index]
                    del open_ends[end]  # type: ignore[arg-type]
    finally:
        for process in started:
            process.terminate()  # idle by now, unless this is the way out of an error; they write nothing
        for process in started:
            process.join()


def _received(end: Connection) -> tuple[int, object]:
    try:
        index, result, error = end.recv()
    except EOFError:
        raise StationkeepError(
            "a process that flew a part of the runs was ended from outside (is there enough memory?); "
            "give fewer --runs, or --workers 1"
        ) from None
    if error is not None:
        raise error
    return index, result


def _fly_share(one: Callable[[int], object], indices: Sequence[int], end: Connection) -> None:
    """The life of one worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it as well, and ends this process
    gc.freeze()  # what the parent made is never garbage here
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    for index in indices:
        try:
            result = one(index)
        except Exception as error:
            end.send((index, None, _portable(error)))
            return
        end.send((index, result, None))


def _portable(error: Exception) -> Exception:
    """The error itself where pickle can carry it, else what it says."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return StationkeepError(f"{type(error).__name__}: {error}")
    return error
