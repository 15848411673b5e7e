"""Shared fixtures. Real tracking data live beside the repository and may be absent: tests then skip and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real tracking data, forecasts and populations; skips the test where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no reference data: ../shared/data is not beside this repository")
    return folder
