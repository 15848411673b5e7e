"""Shared fixtures. Real tracking data live beside the repository and may be absent: tests then skip and say so."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parents[1]


def _fingerprint_of_source() -> str:
    digest = hashlib.sha256()
    for path in sorted((REPOSITORY / "src").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# numba's disk cache looks at the file of a kernel but not at the kernels it calls: after an edit of one of those, stale
# machine code would be tested. A cache folder per state of the source prevents it (and serves all test workers).
os.environ.setdefault("NUMBA_CACHE_DIR", str(REPOSITORY / ".pytest_cache" / f"numba-{_fingerprint_of_source()}"))


# A busy machine is no failure: no deadline per example, no complaint about slow generation.
settings.register_profile("stationkeep", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("stationkeep")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real tracking data, forecasts and populations; skips the test where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no reference data: ../shared/data is not beside this repository")
    return folder


@pytest.fixture
def run_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """``stationkeep`` with these words, in an empty folder: exit code, output, errors."""
    from stationkeep.cli import main

    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["stationkeep", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        out, error = capfd.readouterr()
        return code, out, error

    return run
