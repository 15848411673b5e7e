"""What survives of whole bodies, and what that hangs on: the second half of ``entry.py``."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from record import Finding

from stationkeep.campaign.reentry_body import ground_pieces
from stationkeep.descent.body import Body, Part, material_of, shipped_body
from stationkeep.descent.entry import EntryOptions, EntryState, PartResult, fly_entry
from stationkeep.descent.entry_spread import HARMFUL_J, entry_spread, moved, regrouped
from stationkeep.descent.pieces import total_casualty_area_m2
from stationkeep.descent.tearing import TEAR_SHARES, harmless_side_m

NATURAL = EntryState(0.0, 0.0, 120.0, 7500.0, -0.15, 45.0)
"""A natural decay: circular speed at 120 km less the turning of the air."""
BODIES = (
    ("iss", "10–40 % for large stations (Klinkrad)", 0.10, 0.40, "–", "900 to 7,100 (cases)"),
    ("mir", "15–37 % by different estimates", 0.15, 0.37, "1,500 (Rosaviakosmos, before the fall)", "–"),
    ("tiangong-1", "10 %, or 20–40 % (ESA, UK Space Agency 2018)", 0.10, 0.40, "–", "–"),
    ("uars-like", "9.4 % (532 of 5,668 kg, NASA 2011)", 0.094, 0.094, "26 (NASA)", "22.4 (NASA)"),
)


@dataclass(frozen=True)
class Survivors:
    """What survives of one shipped body."""

    name: str
    published: str
    low: float
    high: float
    published_pieces: str
    published_area: str
    nominal: Outcome
    fraction: tuple[float, float, float]
    area: tuple[float, float, float]
    pieces: tuple[float, float, float]


@dataclass(frozen=True)
class Outcome:
    """One flight of a body."""

    fraction: float
    pieces: float
    """Above 15 J."""
    area_m2: float


def outcome(body: Body, options: EntryOptions | None = None, unless: str = "\0") -> Outcome:
    """``unless``: pieces of this name are left out of the count."""
    result = fly_entry(body, NATURAL, options=options)
    pieces = [piece for piece in ground_pieces(result) if unless not in piece.name]
    count = sum(piece.count for piece in pieces if piece.dangerous)
    mass = sum(piece.count * piece.mass_kg for piece in pieces)
    return Outcome(mass / body.mass_kg, count, total_casualty_area_m2(pieces))


def survivors(draws: int) -> list[Survivors]:
    found = []
    for name, published, low, high, pieces, area in BODIES:
        body = shipped_body(name)
        best, spread = outcome(body), entry_spread(body, NATURAL, draws=draws)
        found.append(
            Survivors(name, published, low, high, pieces, area, best, spread.quantiles(spread.surviving_fraction),
                      spread.quantiles(spread.casualty_area_m2), spread.quantiles(spread.pieces))
        )  # fmt: skip
    return found


def by_rest() -> list[tuple[str, list[Outcome]]]:
    """Every shipped body by each rule for what melts in part."""
    rules = [
        EntryOptions(), EntryOptions(tear_share=0.1), EntryOptions(tear_share=0.5), EntryOptions(rest="thins"),
        EntryOptions(rest="all-or-nothing"),
    ]  # fmt: skip
    return [(name, [outcome(shipped_body(name), rule) for rule in rules]) for name, *_ in BODIES]


# --- What the answer for the ISS hangs on -----------------------------------------------------------------------------

RACKED = ("electronic box", "equipment", "pump, fan or motor", "steel equipment", "loose cargo", "water bag", "battery")


def sensitivity() -> list[tuple[str, Outcome]]:
    """The ISS list when one thing is changed."""
    body = shipped_body("iss")
    rows = [("as it is", outcome(body))]
    for name, options in (
        ("heating + 25 %", EntryOptions(heat_scale=1.25)), ("heating - 20 %", EntryOptions(heat_scale=0.8)),
        ("drag + 10 %", EntryOptions(drag_scale=1.1)),
        ("parts shrink as they melt", EntryOptions(recession="shrinking")),
        ("wide bridging of drag", EntryOptions(bridging="wide")),
        ("thin up to a wall of 1:40", EntryOptions(thin_wall=0.025)),
        ("thin up to a wall of 1:10", EntryOptions(thin_wall=0.1)),
    ):  # fmt: skip
        rows.append((name, outcome(body, options)))
    rows += [(f"break-up at {height:g} km", outcome(moved(body, height, 95.0))) for height in (72.0, 84.0)]
    for factor in (0.5, 2.0, 5.0):
        coarser = regrouped(body, np.array([factor if part.piece_uncertainty else 1.0 for part in body.parts]))
        rows.append((f"pieces {factor:g} times as heavy", _mixed(coarser, factor)))
    rows.append(("boxes, pumps, cargo inside racks until these tear", outcome(racked(body))))
    rows.append(("titanium fittings not counted", outcome(body, unless="titanium fitting")))
    rows.append(("panels of the solar arrays not counted", outcome(body, unless="array blanket panel")))
    return rows


def _mixed(body: Body, factor: float) -> Outcome:
    """Regrouped parts stand for ``factor`` of their kind, named ones for themselves."""
    result = fly_entry(body, NATURAL)
    weights = {part.name: 1.0 / factor if part.piece_uncertainty else 1.0 for part in body.parts}
    mass = sum(weights[p.name] * p.count * p.impact.mass_kg for p in result.parts if p.impact is not None)
    whole = sum(weights[p.name] * p.count * p.start_mass_kg for p in result.parts)
    pieces = [piece for piece in ground_pieces(result) if piece.dangerous]
    return Outcome(
        mass / whole, sum(weights[piece.name] * piece.count for piece in pieces),
        sum(weights[piece.name] * piece.count * piece.casualty_area_m2() for piece in pieces),
    )  # fmt: skip


def racked(body: Body) -> Body:
    """The body with what stands in racks inside the racks, in equal numbers, and free when the rack tears."""
    frames = {part.name.split(":")[0]: part for part in body.parts if part.name.endswith("rack frame")}
    inside: dict[str, float] = {}
    moved_in: dict[str, Part] = {}
    for part in body.parts:
        module, _, kind = part.name.partition(": ")
        frame = frames.get(module)
        if kind not in RACKED or frame is None or part.count < frame.count:
            continue
        each = round(part.count / frame.count)
        moved_in[part.name] = replace(
            part, count=each, mass_kg=part.mass_kg * part.count / (each * frame.count), contained_in=frame.name,
            release_altitude_km=None,
        )  # fmt: skip
        inside[frame.name] = inside.get(frame.name, 0.0) + part.mass_kg * part.count / frame.count
    parts = (moved_in.get(part.name, part) for part in body.parts)
    return replace(
        body, parts=tuple(replace(part, mass_kg=part.mass_kg + inside.get(part.name, 0.0)) for part in parts)
    )


# --- Single parts whose fate is known or was computed by others -------------------------------------------------------


def single_parts() -> list[tuple[str, str, PartResult, PartResult]]:
    """Name, what became of it, and here: with thin walls that tear, and with DAS's rule."""
    cases = (
        ("I-beam of CGRO, aluminium, 816 kg (5.0 x 0.35 x 0.25 m assumed)", "survives (NASA, before the fall)",
         Part("beam", "box", (5.0, 0.35, 0.25), 816.0, "AA7075")),
        ("stanchion of an ISS battery pallet, Inconel, 0.726 kg, 0.102 x 0.041 m", "found in Naples, Florida, 2024",
         Part("stanchion", "cylinder", (0.041, 0.102), 0.726, "Inconel718")),
        ("case of a Star 48B motor, titanium, 67 kg, 1.24 m wide", "found in Saudi Arabia, 2001",
         Part("case", "sphere", (1.24,), 67.0, "titanium")),
    )  # fmt: skip
    found = []
    for name, fate, part in cases:
        state = EntryState(0.0, 0.0, 78.0, 7500.0, -0.5, 45.0)
        flights = [fly_entry(Body(name, (part,)), state, options=EntryOptions(rest=rest)).parts[0]
                   for rest in ("tears", "all-or-nothing")]  # fmt: skip
        found.append((name, fate, flights[0], flights[1]))
    return found


# --- What becomes of shards -------------------------------------------------------------------------------------------


def shards(name: str, times: float) -> tuple[float, float, float]:
    """Of the mass that went in shards: torn [kg], landing [kg], landing with more than 15 J [kg].

    Every shard is a square plate as thick as what was left of its wall, at its melting point, from where it tore; its
    side is ``times`` that of the shard which strikes with 15 J if nothing of it melts. It thins, and tears no more.
    """
    body = shipped_body(name)
    found, known = np.zeros(3), dict[tuple[str, str], tuple[float, float]]()
    for result in fly_entry(body, NATURAL, options=EntryOptions(record=True)).parts:
        if result.torn_mass_kg <= 0.0:
            continue
        kind = (result.name.split(": ")[-1], result.material)
        if kind not in known:
            known[kind] = _shard(body.part(result.name), result, times)
        share, energy = known[kind]
        torn = result.count * result.torn_mass_kg
        found += torn, share * torn, share * torn if energy > HARMFUL_J else 0.0
    return float(found[0]), float(found[1]), float(found[2])


def _shard(part: Part, result: PartResult, times: float) -> tuple[float, float]:
    """Share of one shard that lands, and its energy [J]."""
    material = material_of(part)
    faces = 2.0 if part.shape == "plate" else 1.0
    thickness = faces * result.torn_mass_kg / (material.density_kg_m3 * part.numbers.surface_m2)
    side = times * harmless_side_m(thickness, material.density_kg_m3)
    height, speed, time = (result.history[key] for key in ("altitude_km", "speed_m_s", "time_s"))
    sinking = 1e3 * (height[-1] - height[-3]) / (time[-1] - time[-3]) / speed[-2]
    state = EntryState(0.0, 0.0, float(height[-1]), float(speed[-1]), float(np.degrees(np.arcsin(sinking))), 45.0)
    mass = material.density_kg_m3 * side * side * thickness
    shard = Part("shard", "plate", (side, side, thickness), mass, part.material,
                 initial_temperature_k=material.melt_k - 1.0)  # fmt: skip
    end = fly_entry(Body("shard", (shard,)), state, options=EntryOptions(rest="thins")).parts[0]
    return end.surviving_share, end.impact.energy_j if end.impact is not None else 0.0


def _shard_lines() -> str:
    lines = []
    for name in ("uars-like", "mir", "iss"):
        found = [shards(name, times) for times in (1.0, 2.0, 4.0)]
        cells = " | ".join(f"{100.0 * land / torn:.0f} %, {100.0 * harm / torn:.1f} %" for torn, land, harm in found)
        lines.append(f"| `{name}` | {found[0][0]:,.0f} kg | {cells} |")
    return "\n".join(lines)


# --- What the page says -----------------------------------------------------------------------------------------------


def body_fields(bodies: list[Survivors]) -> dict[str, object]:
    """What the page says of bodies."""
    iss, mir = bodies[0], bodies[1]
    singles = "\n".join(
        f"| {name} | {fate} | {_fate(torn)} | {_fate(whole)} |" for name, fate, torn, whole in single_parts()
    )
    return {
        "low": TEAR_SHARES[0], "high": TEAR_SHARES[1], "bodies": "\n".join(_mass_line(item) for item in bodies),
        "counts": "\n".join(_count_line(item) for item in bodies),
        "thin_side": 100.0 * harmless_side_m(0.003, 2700.0), "thick_side": 100.0 * harmless_side_m(0.006, 2700.0),
        "rests": "\n".join(f"| `{name}` | {' | '.join(map(_outcome, found))} |" for name, found in by_rest()),
        "shards": _shard_lines(), "singles": singles,
        "iss": 100.0 * iss.nominal.fraction, "iss_low": 100.0 * iss.fraction[0],
        "iss_high": 100.0 * iss.fraction[2], "mir": 100.0 * mir.nominal.fraction, "mir_pieces": mir.nominal.pieces,
        "mir_piece": 135_000.0 * mir.nominal.fraction / mir.nominal.pieces, "area": iss.nominal.area_m2,
        "area_low": iss.area[0], "area_mid": iss.area[1], "area_high": iss.area[2],
        "area_factor": iss.area[2] / iss.area[0],
        "sensitivity": "\n".join(
            f"| {name} | {100.0 * value.fraction:.0f} % | {value.pieces:,.0f} | {value.area_m2:,.0f} |"
            for name, value in sensitivity()
        ),
    }  # fmt: skip


def _fate(part: PartResult) -> str:
    if part.impact is None:
        torn = f", torn with {part.torn_mass_kg:.3g} kg left" if part.torn_mass_kg else ""
        return f"gone at {part.demise_km:.1f} km{torn}"
    if part.surviving_share < 0.01:
        return f"{1e3 * part.impact.mass_kg:.1f} g land"
    return f"survives, {part.impact.mass_kg:.3g} kg, peak {part.peak_temperature_k:.0f} K"


def _outcome(found: Outcome) -> str:
    return f"{100.0 * found.fraction:.1f} %, {found.pieces:,.0f}, {found.area_m2:,.0f} m2"


def _mass_line(item: Survivors) -> str:
    levels = " – ".join(f"{100.0 * value:.0f}" for value in item.fraction)
    return f"| `{item.name}` | {100.0 * item.nominal.fraction:.1f} % | {levels} % | {item.published} |"


def _count_line(item: Survivors) -> str:
    area = " – ".join(f"{value:,.0f}" for value in item.area)
    pieces = " – ".join(f"{value:,.0f}" for value in item.pieces)
    return (
        f"| `{item.name}` | {item.nominal.pieces:,.0f} | {pieces} | {item.published_pieces} | "
        f"{item.nominal.area_m2:,.0f} | {area} | {item.published_area} |"
    )


def body_findings(bodies: list[Survivors]) -> list[Finding]:
    """Headline numbers of the shipped bodies."""
    found = []
    for item in bodies:
        inside, levels = item.low <= item.nominal.fraction <= item.high, [100.0 * value for value in item.fraction]
        found.append(
            Finding(f"Surviving mass of the part list `{item.name}`, nominal, against published",
                    f"{100.0 * item.nominal.fraction:.0f} % ({levels[0]:.0f} to {levels[2]:.0f})", item.published,
                    inside, False)
        )  # fmt: skip
    uars, iss = bodies[3], bodies[0]
    found.append(
        Finding("Casualty area of the part list `uars-like`, nominal (the rule that thin walls tear was sought for it)",
                f"{uars.nominal.area_m2:.0f} m2 ({uars.area[0]:.0f} to {uars.area[2]:.0f})", "22.4 m2 (NASA 2011)",
                abs(uars.nominal.area_m2 / 22.4 - 1.0) < 0.5, False)
    )  # fmt: skip
    found.append(
        Finding("Casualty area of the part list `iss`, nominal",
                f"{iss.nominal.area_m2:,.0f} m2 ({iss.area[0]:,.0f} to {iss.area[2]:,.0f})",
                "900 to 7,100 m2 from published cases", 900.0 <= iss.nominal.area_m2 <= 7100.0, False)
    )  # fmt: skip
    return found
