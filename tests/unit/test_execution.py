"""Sharing runs among workers: the same results for any kind and number, errors and progress come through."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading

import pytest

from stationkeep.campaign.execution import map_runs, may_double, rare_collections
from stationkeep.errors import InputError, OrbitError

# A test runner has threads of its own; a fresh interpreter has one, as the commands have.
_ALONE = """
import os, sys
from stationkeep.campaign.execution import map_runs, may_double
from stationkeep.errors import OrbitError, StationkeepError
assert may_double() == (sys.platform == "linux")
"""


def alone(code: str) -> str:
    """What the code prints in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-c", _ALONE + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("interpreted", [False, True])
def test_results_stand_in_the_order_asked_for(interpreted: bool) -> None:
    assert map_runs(lambda index: index * index, [5, 2, 9, 4], workers=3, interpreted=interpreted) == [25, 4, 81, 16]
    assert map_runs(lambda index: index, [], workers=3, interpreted=interpreted) == []


@pytest.mark.skipif(sys.platform != "linux", reason="processes are doubled on Linux only")
def test_interpreted_runs_are_shared_among_processes() -> None:
    said = alone(
        "seen = []\n"
        "mine = map_runs(lambda i: (i, os.getpid()), range(7), workers=3, interpreted=True, "
        "progress=lambda: seen.append(1))\n"
        "print([i for i, _ in mine], len({p for _, p in mine}), os.getpid() in {p for _, p in mine}, len(seen))\n"
        "print(len({p for _, p in map_runs(lambda i: (i, os.getpid()), range(7), workers=1, interpreted=True)}))\n"
    )
    assert said.split("\n")[:2] == ["[0, 1, 2, 3, 4, 5, 6] 3 False 7", "1"]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are doubled on Linux only")
def test_errors_come_back_from_processes() -> None:
    said = alone(
        "def one(i):\n"
        "    if i == 3:\n"
        "        raise OrbitError('too low', hint='fly higher')\n"
        "    return i\n"
        "try:\n"
        "    map_runs(one, range(5), workers=2, interpreted=True)\n"
        "except OrbitError as error:\n"
        "    print(type(error).__name__, error.problem, error.hint)\n"
        "class Odd(Exception):\n"
        "    def __init__(self, a, b):\n"
        "        super().__init__(f'{a} {b}')\n"
        "def two(i):\n"
        "    raise Odd(i, 'broken')\n"
        "try:\n"
        "    map_runs(two, range(2), workers=2, interpreted=True)\n"
        "except StationkeepError as error:\n"
        "    print(error)\n"
        "try:\n"
        "    map_runs(lambda i: os._exit(1), range(2), workers=2, interpreted=True)\n"
        "except StationkeepError as error:\n"
        "    print('ended from outside' in str(error))\n"
    )
    assert said.split("\n")[:3] == ["OrbitError too low fly higher", said.split("\n")[1], "True"]
    assert said.split("\n")[1] in {"Odd: 0 broken", "Odd: 1 broken"}


@pytest.mark.skipif(sys.platform != "linux", reason="processes are doubled on Linux only")
def test_a_campaign_is_the_same_from_processes() -> None:
    said = alone(
        "from stationkeep.campaign.run import run_scenario\n"
        "from stationkeep.scenario.loader import load_scenario\n"
        "given = load_scenario('iss-2022')\n"
        "one, two = (run_scenario(given, branches=['withdrawal'], runs=3, workers=n, keep_timelines=True)\n"
        "            for n in (1, 2))\n"
        "print(one.document.model_dump() == two.document.model_dump())\n"
        "print([list(r.ledger.values()) for r in one.branches['withdrawal'].timelines]\n"
        "      == [list(r.ledger.values()) for r in two.branches['withdrawal'].timelines])\n"
        "print(one.branches['withdrawal'].runs == two.branches['withdrawal'].runs, one.draws == two.draws)\n"
    )
    assert said.split("\n")[:3] == ["True", "True", "True True"]


def test_a_process_with_threads_is_not_doubled() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert not may_double()
        pids = map_runs(lambda index: os.getpid(), range(4), workers=2, interpreted=True)
    finally:
        stop.set()
        thread.join()
    assert set(pids) == {os.getpid()}


def test_errors_come_back_from_threads() -> None:
    def one(index: int) -> int:
        raise OrbitError(f"run {index} is too low")

    with pytest.raises(InputError, match="too low"):
        map_runs(one, range(4), workers=2)


def test_rare_collections_are_undone() -> None:
    found = gc.get_threshold()
    gc.set_threshold(700, 10, 10)  # the command line, tried in the same process, sets its own
    try:
        with rare_collections():
            assert gc.get_threshold()[0] > 700
        assert gc.get_threshold() == (700, 10, 10)
    finally:
        gc.set_threshold(*found)
