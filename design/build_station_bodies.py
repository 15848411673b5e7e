"""Builds the part lists of stations that ``stationkeep entry`` and the casualty risk fly: ISS, Mir, Tiangong-1.

    python design/build_station_bodies.py

writes ``iss.yaml``, ``mir.yaml`` and ``tiangong-1.yaml`` to ``src/stationkeep/descent/data/bodies``. Which modules
there are, whose they are and what they weigh comes from the catalogue (ISS) and from the tables below. No bill of
materials of a station is public, so what a module is made of is a *recipe*: shares of its mass by kind of part, with
the size, mass and material of a typical piece. The recipes are assumptions (quality D), from general descriptions of
such modules (NASA, Reference Guide to the ISS; ESA data sheets of Columbus and ATV), and one set for all modules of a
kind; ``validation/entry.md`` says what the result depends on, and how they were revised.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stationkeep.catalogue.loader import load_catalogue

FOLDER = Path(__file__).resolve().parents[1] / "src" / "stationkeep" / "descent" / "data" / "bodies"
FIT_OUT = 67_000.0  # kg in the station beyond what its modules were launched with: 460 t less ships less modules
CABIN_KM = 78.0  # the convention of ORSAT and DAS: all is exposed at once; ATV-1's cabin was seen to hold until 68 km
PIECE_SIGMA = 0.7  # how heavy a typical piece of a recipe is, is known to a factor of two
ARRAYS_KM = 95.0  # solar arrays and radiators come off at 90 to 110 km (ATV-1: 86 km)


@dataclass(frozen=True)
class Piece:
    """A typical piece of a recipe."""

    kind: str
    share: float
    mass_kg: float
    shape: str
    size: tuple[float, ...]
    material: str


CABIN = (
    Piece("hull panel", 0.15, 44.0, "plate", (2.0, 1.5, 0.0056), "{hull}"),
    Piece("ring, rib or hatch", 0.10, 60.0, "box", (1.2, 0.3, 0.10), "{hull}"),
    Piece("outer shield", 0.08, 6.5, "plate", (1.2, 1.0, 0.0021), "AA6061"),
    Piece("blanket or soft goods", 0.07, 2.0, "plate", (1.0, 0.8, 0.003), "Aramid"),
    Piece("rack frame", 0.10, 45.0, "box", (1.8, 1.0, 0.8), "AA7075"),
    Piece("electronic box", 0.25, 30.0, "box", (0.5, 0.4, 0.3), "Electronics"),
    Piece("pump, fan or motor", 0.07, 10.0, "cylinder", (0.15, 0.25), "A316"),
    Piece("pressure tank", 0.03, 25.0, "sphere", (0.5,), "{tank}"),
    Piece("titanium fitting", 0.02, 0.6, "cylinder", (0.05, 0.12), "TiAl6V4"),
    Piece("cable bundle", 0.06, 6.0, "cylinder", (0.03, 2.0), "Copper"),
    Piece("window or lens", 0.01, 7.0, "cylinder", (0.30, 0.05), "Silica"),
    Piece("steel bracket", 0.03, 2.0, "plate", (0.20, 0.15, 0.009), "A316"),
    Piece("battery", 0.03, 60.0, "box", (0.6, 0.4, 0.3), "Battery"),
)
TRUSS = (
    Piece("beam", 0.36, 80.0, "box", (3.0, 0.25, 0.20), "AA7075"),
    Piece("radiator panel", 0.09, 35.0, "plate", (3.3, 2.7, 0.02), "AA6061"),
    Piece("electronic unit", 0.22, 55.0, "box", (0.7, 0.6, 0.4), "Electronics"),
    Piece("motor or joint", 0.09, 60.0, "cylinder", (0.30, 0.40), "A316"),
    Piece("titanium fitting", 0.03, 5.0, "cylinder", (0.08, 0.30), "TiAl6V4"),
    Piece("outer shield", 0.06, 6.5, "plate", (1.2, 1.0, 0.0021), "AA6061"),
    Piece("cable bundle", 0.06, 6.0, "cylinder", (0.03, 2.0), "Copper"),
    Piece("gas or ammonia tank", 0.03, 70.0, "sphere", (0.9,), "Inconel718"),
    Piece("blanket or soft goods", 0.03, 2.0, "plate", (1.0, 0.8, 0.003), "Aramid"),
    Piece("steel bracket", 0.03, 2.0, "plate", (0.20, 0.15, 0.009), "A316"),
)
PLATFORM = (
    Piece("frame", 0.40, 60.0, "box", (2.5, 0.30, 0.20), "AA7075"),
    Piece("electronic unit", 0.30, 55.0, "box", (0.7, 0.6, 0.4), "Electronics"),
    Piece("motor, joint or pump", 0.18, 40.0, "cylinder", (0.25, 0.35), "A316"),
    Piece("titanium fitting", 0.04, 5.0, "cylinder", (0.08, 0.30), "TiAl6V4"),
    Piece("cable bundle", 0.08, 6.0, "cylinder", (0.03, 2.0), "Copper"),
)
ARM = (
    Piece("boom", 0.35, 50.0, "cylinder", (0.35, 3.0), "CFRP"),
    Piece("joint", 0.45, 100.0, "cylinder", (0.40, 0.80), "TiAl6V4"),
    Piece("electronic unit", 0.20, 40.0, "box", (0.6, 0.5, 0.4), "Electronics"),
)
ADAPTER = (
    Piece("ring", 0.75, 90.0, "box", (1.5, 0.35, 0.10), "AA2219"),
    Piece("mechanism", 0.25, 15.0, "cylinder", (0.15, 0.35), "A316"),
)
MAGNET = (
    Piece("magnet block", 0.28, 20.0, "box", (0.20, 0.15, 0.11), "Iron"),
    Piece("frame", 0.32, 80.0, "box", (2.5, 0.30, 0.20), "AA7075"),
    Piece("electronic unit", 0.30, 40.0, "box", (0.6, 0.5, 0.4), "Electronics"),
    Piece("gas vessel", 0.02, 45.0, "sphere", (0.7,), "CFRP"),
    Piece("steel bracket", 0.08, 2.0, "plate", (0.20, 0.15, 0.009), "A316"),
)
CARGO = (
    Piece("loose cargo", 0.40, 1.5, "box", (0.20, 0.15, 0.10), "Aramid"),
    Piece("equipment", 0.38, 30.0, "box", (0.5, 0.4, 0.3), "Electronics"),
    Piece("water bag", 0.10, 20.0, "box", (0.45, 0.40, 0.15), "Water"),
    Piece("steel equipment", 0.12, 12.0, "cylinder", (0.15, 0.30), "A316"),
)
RECIPES = {
    "pressurised": CABIN, "truss": TRUSS, "platform": PLATFORM, "robotics": ARM, "adapter": ADAPTER,
    "payload": PLATFORM,
}  # fmt: skip
SIZES = {  # diameter and length [m]; modules not named: by mass
    "zarya": (4.1, 12.6), "unity": (4.6, 5.5), "zvezda": (4.15, 13.1), "destiny": (4.3, 8.5), "quest": (4.0, 5.5),
    "harmony": (4.4, 7.2), "columbus": (4.5, 6.9), "kibo-elm-ps": (4.4, 4.2), "kibo": (4.4, 11.2), "poisk": (2.55, 4.0),
    "tranquility": (4.5, 6.7), "cupola": (2.95, 1.5), "rassvet": (2.35, 6.0), "leonardo": (4.5, 6.6),
    "nauka": (4.25, 13.0), "prichal": (3.3, 4.9), "beam": (3.2, 4.0), "bishop": (2.0, 1.8), "z1": (4.2, 4.9),
    "p6": (4.6, 18.0), "s6": (4.6, 14.0), "s0": (4.6, 13.4), "s1": (4.6, 13.7), "p1": (4.6, 13.7), "p3-p4": (4.6, 13.8),
    "s3-s4": (4.6, 13.8), "p5": (4.0, 3.4), "s5": (4.0, 3.4), "kibo-exposed-facility": (4.5, 5.6),
}  # fmt: skip
RUSSIAN = {"zarya", "zvezda", "poisk", "rassvet", "nauka", "prichal"}
WINGS = {"p6": 2, "p3-p4": 2, "s3-s4": 2, "s6": 2}
WING_KG = 1_050.0  # one solar wing of 34 by 12 m: two blankets of 82 panels, mast, boxes
WING = (  # pieces of one wing, by number
    Piece("array blanket panel", 164, 2.4, "plate", (4.6, 0.38, 0.0015), "SolarArray"),
    Piece("array mast section", 6, 60.0, "cylinder", (0.8, 2.0), "A316"),
    Piece("array box", 4, 74.0, "box", (4.6, 0.5, 0.1), "AA6061"),
)
NAMED = {  # parts that are known one by one, taken out of the recipe of their module
    "z1": [Piece("control moment gyroscope wheel", 4, 98.0, "cylinder", (0.65, 0.12), "Iron"),
           Piece("control moment gyroscope case", 4, 175.0, "sphere", (1.1,), "AA6061")],
    "zarya": [Piece("propellant tank", 16, 35.0, "cylinder", (0.55, 1.4), "TiAl6V4")],
    "zvezda": [Piece("propellant tank", 4, 45.0, "cylinder", (0.75, 1.3), "TiAl6V4"),
               Piece("main engine chamber", 2, 40.0, "cylinder", (0.40, 0.70), "Niobium")],
    "nauka": [Piece("propellant tank", 6, 45.0, "cylinder", (0.75, 1.3), "TiAl6V4")],
    "p6": [Piece("lithium-ion battery", 6, 197.0, "box", (1.0, 0.9, 0.5), "Battery")],
    "p3-p4": [Piece("lithium-ion battery", 6, 197.0, "box", (1.0, 0.9, 0.5), "Battery"),
              Piece("alpha joint ring", 1, 110.0, "cylinder", (3.2, 0.08), "A316")],
    "s3-s4": [Piece("lithium-ion battery", 6, 197.0, "box", (1.0, 0.9, 0.5), "Battery"),
              Piece("alpha joint ring", 1, 110.0, "cylinder", (3.2, 0.08), "A316")],
    "s6": [Piece("lithium-ion battery", 6, 197.0, "box", (1.0, 0.9, 0.5), "Battery")],
}  # fmt: skip


@dataclass(frozen=True)
class Module:
    """What a recipe is applied to."""

    id: str
    kind: str
    owner: str
    mass_kg: float
    size: tuple[float, float]
    spread: float
    russian: bool
    fit_out_kg: float = 0.0


def dimensions(shape: str, size: tuple[float, ...]) -> str:
    names = {
        "sphere": ("diameter_m",), "cylinder": ("diameter_m", "length_m"), "box": ("length_m", "width_m", "height_m"),
        "plate": ("length_m", "width_m", "thickness_m"),
    }[shape]  # fmt: skip
    return ", ".join(f"{name}: {value:g}" for name, value in zip(names, size, strict=True))


def line(name: str, shape: str, size: tuple[float, ...], mass: float, material: str, **more: object) -> str:
    extra = "".join(f", {key}: {value}" for key, value in more.items() if value not in (None, ""))
    return (
        f'  - {{name: "{name}", shape: {shape}, {dimensions(shape, size)}, mass_kg: {mass:.12g}, '
        f"material: {material}{extra}}}"
    )


def module_lines(module: Module, station: str) -> tuple[list[str], float]:
    """Lines of one module with all that is in it, and what they weigh."""
    hull = "AMg6" if module.russian else "AA2219"
    cabin = module.kind == "pressurised"
    hold = module.id
    named = NAMED.get(module.id, [])
    wings = WINGS.get(module.id, 0)
    known = sum(piece.share * piece.mass_kg for piece in named) + wings * WING_KG
    pieces = [(piece, int(piece.share)) for piece in named]
    recipe = MAGNET if module.id == "ams-02" else RECIPES[module.kind]
    for piece in recipe:
        pieces.append((piece, max(round(piece.share * (module.mass_kg - known) / piece.mass_kg), 0)))
    for piece in CARGO if module.fit_out_kg else ():
        pieces.append((piece, round(piece.share * module.fit_out_kg / piece.mass_kg)))
    lines, total = [], 0.0
    for index, (piece, count) in enumerate(pieces):
        if count < 1:
            continue
        material = piece.material.format(hull=hull, tank="TiAl6V4" if module.russian else "Inconel718")
        lines.append(
            line(f"{module.id}: {piece.kind}", piece.shape, piece.size, piece.mass_kg, material, count=count,
                 contained_in=hold, owner=module.owner, mass_uncertainty=f"{module.spread:.2f}",
                 piece_uncertainty=PIECE_SIGMA if index >= len(named) else None,
                 release_altitude_km=CABIN_KM if cabin else None)
        )  # fmt: skip
        total += count * piece.mass_kg
    inner_total = total
    head = line(module.id, "cylinder", module.size, inner_total, hull, owner=module.owner, contained_in=station)
    arrays = []
    if wings:
        for piece in WING:
            count = round(wings * piece.share)
            arrays.append(
                line(f"{module.id}: {piece.kind}", piece.shape, piece.size, piece.mass_kg, piece.material, count=count,
                     owner=module.owner, contained_in=station, release_altitude_km=ARRAYS_KM)
            )  # fmt: skip
            total += count * piece.mass_kg
    if not cabin:  # an open frame falls apart at once at the main break-up
        for index, text in enumerate(lines):
            lines[index] = text.replace(f"contained_in: {hold},", f"contained_in: {station},")
        return [*arrays, *lines], total
    return [*arrays, head, *lines], total


def size_of(name: str, mass: float) -> tuple[float, float]:
    return SIZES.get(name, (round(0.10 * mass ** (1 / 3), 2), round(0.15 * mass ** (1 / 3), 2)))


def iss() -> str:
    station = next(iter(load_catalogue().stations.values()))
    cabins = sum(item.mass_kg.best for item in station.modules if item.type == "pressurised")
    modules = []
    for item in station.modules:
        mass = item.mass_kg.best
        spread = max((item.mass_kg.high - item.mass_kg.low) / (2.0 * mass), 0.05)
        kind = item.type if item.type in RECIPES else "platform"
        fit_out = FIT_OUT * mass / cabins if kind == "pressurised" and item.id != "beam" else 0.0
        modules.append(
            Module(item.id, kind, item.owner, mass, size_of(item.id, mass), min(spread, 0.3), item.id in RUSSIAN,
                   fit_out)
        )  # fmt: skip
    source = (
        "modules, owners, masses: catalogue (GCAT, J. McDowell, CC BY 4.0); fit-out: 460 t less ships less modules; "
        "what modules are made of: recipes of design/build_station_bodies.py, assumptions"
    )
    return document(
        "International Space Station, April 2022, without ships", "iss", (60.0, 20.0, 12.0), modules, source
    )


MIR = (
    ("core", 20_900.0, (4.15, 13.1)), ("kvant", 11_050.0, (4.15, 5.8)), ("kvant-2", 19_640.0, (4.35, 13.7)),
    ("kristall", 19_640.0, (4.35, 13.7)), ("spektr", 19_640.0, (4.35, 14.4)), ("priroda", 19_700.0, (4.35, 12.0)),
    ("docking-module", 6_640.0, (2.2, 4.7)), ("progress-m1-5", 6_000.0, (2.7, 7.2)),
)  # fmt: skip


def mir() -> str:
    known = sum(mass for _, mass, _ in MIR)
    modules = [
        Module(name, "pressurised", "roscosmos", mass, size, 0.07, True, (135_000.0 - known) * mass / known)
        for name, mass, size in MIR
    ]
    source = (
        "modules as usually printed (NASA, Mir Hardware Heritage, RP-1357, to be confirmed); 135 t in March 2001; "
        "what modules are made of: recipes of design/build_station_bodies.py, assumptions"
    )
    return document("Mir, March 2001", "mir", (30.0, 19.0, 12.0), modules, source)


def tiangong() -> str:
    modules = [Module("tiangong", "pressurised", "cmsa", 7_500.0, (3.35, 10.4), 0.07, True)]
    source = (
        "size and mass: ESA, Frequently asked questions on Tiangong-1, 2018; what it is made of: recipes of "
        "design/build_station_bodies.py, assumptions"
    )
    return document("Tiangong-1, April 2018", "tiangong-1", (10.4, 3.35, 3.35), modules, source)


def document(title: str, station: str, size: tuple[float, ...], modules: list[Module], source: str) -> str:
    lines, total = [], 0.0
    for module in modules:
        fresh, mass = module_lines(module, "station")
        lines += fresh
        total += mass
    head = line("station", "box", size, total * (1.0 + 1e-9), "AA2219", note='"holds all; no mass of its own"')
    text = [
        f"# Written by design/build_station_bodies.py: recipes, not a bill of materials. {total:,.0f} kg.",
        f'name: "{title}"',
        f'source: "{source}"',
        "break_up_altitude_km: 78",
        "parts:",
        head,
        *lines,
    ]
    return "\n".join(text) + "\n"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, made in (("iss", iss()), ("mir", mir()), ("tiangong-1", tiangong())):
        (FOLDER / f"{name}.yaml").write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
