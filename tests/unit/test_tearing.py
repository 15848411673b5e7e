"""Thin walls that tear, parts that keep all their mass until all is molten, and pieces of unknown size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stationkeep.descent.body import Body, Part, material_of, read_body, shipped_body
from stationkeep.descent.entry import EntryOptions, EntryState, PartResult, Rest, fly_entry
from stationkeep.descent.entry_spread import regrouped
from stationkeep.descent.tearing import THIN_WALL, harmless_side_m, is_thin, tearing_share, wall_over_size
from stationkeep.errors import InputError

STATE = EntryState(10.0, 20.0, 78.0, 7500.0, -0.5, 60.0)
PANEL = Part("panel", "plate", (2.0, 1.5, 0.0056), 44.0, "AA2219")
BALL = Part("ball", "sphere", (0.10,), 1.4729, "AA7075")
BLANKET = Part("blanket", "plate", (1.0, 0.8, 0.003), 2.0, "Aramid")


def flown(part: Part, rest: Rest = "tears", **options: float) -> PartResult:
    return fly_entry(Body("one", (part,)), STATE, options=EntryOptions(rest=rest, **options)).parts[0]  # type: ignore[arg-type]


def test_what_is_thin() -> None:
    assert wall_over_size(BALL, BALL.mass_kg) == pytest.approx(1.0 / 6.0, rel=0.01)
    assert wall_over_size(PANEL, 44.0) == pytest.approx(0.5 * 0.0056 / np.sqrt(2.0 * 2.0 * 1.5 / np.pi), rel=0.1)
    assert is_thin(PANEL, 44.0)
    assert not is_thin(BALL, BALL.mass_kg)
    # A shell as thick as a twentieth of its diameter is the limit; its wall is a little less where it is curved.
    shell = np.pi / 6.0 * (1.0 - 0.9**3) * 2813.0
    assert wall_over_size(Part("shell", "sphere", (1.0,), shell, "AA7075"), shell) == pytest.approx(THIN_WALL, rel=0.12)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_a_panel_tears_when_that_share_is_molten(share: float) -> None:
    part = flown(PANEL, tear_share=share)
    assert part.outcome == "demised"
    assert part.surviving_mass_kg == 0.0
    assert part.torn_mass_kg == pytest.approx((1.0 - share) * 44.0, rel=2e-3)
    # Heat taken up less radiated: what warmed all of it to melting, and melted what had gone.
    material = material_of(PANEL)
    table = material.table()
    warmed = 44.0 * (table.head[0] - table.enthalpy_j_kg(300.0))
    molten = (44.0 - part.torn_mass_kg) * material.fusion_j_kg
    assert part.heat_in_j - part.heat_out_j == pytest.approx(warmed + molten, rel=1e-6)


def test_it_tears_before_it_would_have_thinned_out() -> None:
    torn, thinned = flown(PANEL), flown(PANEL, "thins")
    assert thinned.outcome == "impact"
    assert 0.0 < thinned.surviving_share < 0.7
    assert torn.demise_km is not None
    assert torn.melt_onset_km == thinned.melt_onset_km
    assert torn.demise_km < torn.melt_onset_km


def test_thick_parts_do_not_tear() -> None:
    for share in (0.1, 0.5):
        assert flown(BALL, tear_share=share).demise_km == flown(BALL, "thins").demise_km


def test_a_fabric_tears_as_soon_as_it_decomposes() -> None:
    assert tearing_share(BLANKET, 2.0, 0.5) == pytest.approx(0.1)
    assert tearing_share(PANEL, 44.0, 0.5) == pytest.approx(0.5)
    assert tearing_share(BALL, BALL.mass_kg, 0.5) is None


def test_what_a_torn_wall_held_flies_on() -> None:
    body = Body(
        "box", (Part("bus", "box", (2.0, 1.0, 1.0), 40.0, "AA6061"),
                Part("case", "box", (0.6, 0.5, 0.4), 40.0, "AA6061", contained_in="bus"),
                Part("tank", "sphere", (0.35,), 12.0, "titanium", contained_in="case")),
    )  # fmt: skip
    result = fly_entry(body, STATE)
    case, tank = result.part("case"), result.part("tank")
    assert case.torn_mass_kg == pytest.approx(0.7 * 28.0, rel=2e-3)
    assert tank.free_at_km == pytest.approx(case.demise_km, abs=0.01)
    assert tank.impact is not None
    assert result.shard_mass_kg == pytest.approx(case.torn_mass_kg)
    assert result.surviving_mass_kg == pytest.approx(tank.impact.mass_kg)


def test_all_or_nothing_lands_whole_or_not_at_all() -> None:
    heavy = Part("beam", "box", (3.0, 0.25, 0.20), 120.0, "AA7075")
    kept = flown(heavy, "all-or-nothing")
    assert kept.outcome == "impact"
    assert kept.melt_onset_km is not None  # it began to melt
    assert kept.impact is not None
    assert kept.impact.mass_kg == pytest.approx(120.0)
    gone = flown(replace(PANEL, dimensions_m=(2.0, 1.5, 0.002), mass_kg=16.0), "all-or-nothing")
    assert gone.outcome == "demised"
    assert gone.torn_mass_kg == 0.0
    # Of the whole: NASA DAS's heat of ablation is warming and melting all of it.
    table, fusion = material_of(PANEL).table(), material_of(PANEL).fusion_j_kg
    ablation = 16.0 * (table.head[0] - table.enthalpy_j_kg(300.0) + fusion)
    assert gone.heat_in_j - gone.heat_out_j == pytest.approx(ablation, rel=2e-3)


@pytest.mark.parametrize("thickness_m", [0.002, 0.004])
def test_shards_of_that_size_strike_with_fifteen_joules(thickness_m: float) -> None:
    side = harmless_side_m(thickness_m, 2780.0)
    shard = Part("shard", "plate", (side, side, thickness_m), 2780.0 * side * side * thickness_m, "AA2024")
    impact = fly_entry(Body("shard", (shard,)), STATE, options=EntryOptions(melting=False)).parts[0].impact
    assert impact is not None
    # Its edges, which the estimate leaves out, are a tenth of its surface.
    assert impact.energy_j == pytest.approx(15.0, rel=0.15)


def test_regrouped_parts_weigh_the_same_together() -> None:
    body = shipped_body("tiangong-1")
    factors = np.array([2.0 if part.piece_uncertainty else 1.0 for part in body.parts])
    coarser = regrouped(body, factors)
    weigh = sum(coarser.own_mass_kg(part) * part.count / factor
                for part, factor in zip(coarser.parts, factors, strict=True))  # fmt: skip
    assert weigh == pytest.approx(body.mass_kg, rel=1e-6)
    for old, new in zip(body.parts, coarser.parts, strict=True):
        if old.piece_uncertainty:
            filled = [part.mass_kg / (part.numbers.volume_m3) for part in (old, new)]
            assert filled[0] == pytest.approx(filled[1])
        if old.shape == "plate":
            assert old.dimensions_m[2] == new.dimensions_m[2]
    assert regrouped(body, np.ones(len(body.parts))) is body


def test_bad_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rest"):
        EntryOptions(rest="melts")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="share of 1"):
        EntryOptions(tear_share=1.0)
    path = tmp_path / "body.yaml"
    path.write_text(
        "parts:\n  - {name: a, shape: sphere, diameter_m: 0.1, mass_kg: 1, material: AA7075, piece_uncertainty: 3}\n"
    )
    with pytest.raises(InputError, match="line 2: piece_uncertainty is 3"):
        read_body(path)
