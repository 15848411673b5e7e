"""Damaged real files give a result or an ``InputError``: never another error, never without bound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fuzz_inputs as fuzz

EDITS = st.lists(
    st.tuples(
        st.sampled_from(fuzz.OPERATIONS), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(0, 1000)
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip

# The limits are ten times what the worst of them takes; without them a failure would take the machine with it.
POISON_RUN = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import fuzz_inputs
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
for path in sorted(Path(sys.argv[2]).iterdir()):
    print(path.name, flush=True)
    fuzz_inputs.read_poison(path)
"""


@pytest.fixture(scope="module")
def targets(shared_data: Path) -> tuple[fuzz.Target, ...]:
    return fuzz.targets(shared_data)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "file"


def test_the_real_files_are_taken_whole(targets: tuple[fuzz.Target, ...], scratch: Path) -> None:
    assert len(targets) >= 16
    for target in targets:
        assert fuzz.tried(target, target.seed, scratch), target.name


@given(st.integers(0, 1000), st.integers(0, 1000), EDITS)
@settings(max_examples=300, deadline=None)
def test_damaged_files_give_a_result_or_a_refusal(
    targets: tuple[fuzz.Target, ...], scratch: Path, which: int, other: int, edits: list[fuzz.Edit]
) -> None:
    target, spliced = targets[which % len(targets)], targets[other % len(targets)]
    fuzz.tried(target, fuzz.damaged(target.seed, edits, spliced.seed), scratch)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory and time are set as Linux knows them")
def test_files_made_to_eat_memory_time_or_secrets_are_refused(tmp_path: Path) -> None:
    for name, content in fuzz.poisons().items():
        (tmp_path / name).write_bytes(content)
    tests = str(Path(fuzz.__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", POISON_RUN, tests, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.returncode}: {done.stdout[-300:]}{done.stderr[-2000:]}"
    assert "root:" not in done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(fuzz.poisons())
