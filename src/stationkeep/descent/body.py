"""A body that enters the atmosphere, as a tree of parts: shapes, masses, materials, and what lets each part go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from stationkeep.descent.materials import Material, material_named
from stationkeep.descent.shapes import DIMENSIONS, ShapeNumbers, shape_numbers
from stationkeep.errors import InputError

BREAK_UP_ALTITUDE_KM: Final = 78.0
"""Where the main structure comes apart: the convention of NASA's ORSAT and DAS; observed 72 to 84 km."""
START_TEMPERATURE_K: Final = 300.0
_HIGHEST_BREAK_UP_KM: Final = 250.0
_NOTHING: Final = 1.0e-6
_TOO_DENSE: Final = 1.02  # rounding of a diameter to a millimetre


@dataclass(frozen=True, slots=True)
class Part:
    """One part, or ``count`` identical ones; masses and sizes are of one."""

    name: str
    shape: str
    dimensions_m: tuple[float, ...]
    """In the order of :data:`stationkeep.descent.shapes.DIMENSIONS`."""
    mass_kg: float
    """With everything contained in it."""
    material: str
    count: int = 1
    """In each of the parts it is contained in."""
    contained_in: str | None = None
    release_altitude_km: float | None = None
    release_load_g: float | None = None
    release_pressure_pa: float | None = None
    initial_temperature_k: float = START_TEMPERATURE_K
    owner: str = ""
    note: str = ""
    mass_uncertainty: float = 0.0
    """Relative, 1 sigma."""
    piece_uncertainty: float = 0.0
    """Of the mass of one piece, the mass of all of them being the same: 1 sigma of its natural logarithm."""

    @property
    def numbers(self) -> ShapeNumbers:
        """Surface, heat and drag of its shape."""
        return shape_numbers(self.shape, self.dimensions_m)

    @property
    def has_release_rule(self) -> bool:
        """Whether the file says when it comes free, rather than the break-up or the demise of what holds it."""
        return not self.release_altitude_km is self.release_load_g is self.release_pressure_pa is None

    @property
    def dimensions_text(self) -> str:
        """For people: ``diameter 0.1 m``."""
        names = DIMENSIONS[self.shape]
        return ", ".join(f"{name[:-2]} {value:g} m" for name, value in zip(names, self.dimensions_m, strict=True))


@dataclass(frozen=True, slots=True)
class Body:
    """What enters: its parts, those that contain others before what they contain.

    Raises :class:`InputError` for names given twice, containers there are not, rings of containers, parts heavier than
    what contains them, masses beyond the density of the material, sizes that are not positive.
    """

    name: str
    parts: tuple[Part, ...]
    break_up_altitude_km: float = BREAK_UP_ALTITUDE_KM
    description: str = ""
    source: str = ""
    _named: dict[str, Part] = field(init=False, repr=False, compare=False)
    _inside: dict[str | None, tuple[Part, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        inside: dict[str | None, list[Part]] = {}
        for part in self.parts:
            inside.setdefault(part.contained_in, []).append(part)
        object.__setattr__(self, "_named", {part.name: part for part in self.parts})
        object.__setattr__(self, "_inside", {name: tuple(parts) for name, parts in inside.items()})
        _check(self)

    def part(self, name: str) -> Part:
        """The part of that name."""
        return self._named[name]

    def contents(self, name: str | None) -> tuple[Part, ...]:
        """What is directly contained in a part; for ``None`` the parts that are in nothing."""
        return self._inside.get(name, ())

    def total_count(self, part: Part) -> int:
        """How many of a part the whole body has."""
        holder = part.contained_in
        return part.count if holder is None else part.count * self.total_count(self.part(holder))

    def own_mass_kg(self, part: Part) -> float:
        """Mass of one such part without what it contains; less than a millionth of the whole counts as nothing."""
        inside = sum(inner.count * inner.mass_kg for inner in self.contents(part.name))
        own = part.mass_kg - inside
        return own if own > _NOTHING * part.mass_kg else 0.0

    @property
    def mass_kg(self) -> float:
        """Mass of everything."""
        return sum(part.count * part.mass_kg for part in self.contents(None))

    def depth_first(self, holder: str | None = None) -> Iterator[Part]:
        """Every part, each before what it contains."""
        for part in self.contents(holder):
            yield part
            yield from self.depth_first(part.name)

    def scaled(self, mass_factors: Sequence[float]) -> Body:
        """The body with the own mass of each part (in the order of ``parts``) times a factor; holders follow."""
        masses = self.scaled_masses_kg(mass_factors)
        parts = tuple(replace(part, mass_kg=mass) for part, mass in zip(self.parts, masses, strict=True))
        return replace(self, parts=parts)

    def scaled_masses_kg(self, mass_factors: Sequence[float]) -> list[float]:
        """Masses of the parts, with what they contain, once the own mass of each is multiplied by its factor."""
        factor = dict(zip((part.name for part in self.parts), mass_factors, strict=True))
        inside: dict[str, list[Part]] = {}
        for part in self.parts:
            if part.contained_in is not None:
                inside.setdefault(part.contained_in, []).append(part)
        found: dict[str, float] = {}

        def mass(part: Part) -> float:
            if part.name not in found:
                contents = inside.get(part.name, [])
                held = sum(inner.count * inner.mass_kg for inner in contents)
                own = part.mass_kg - held if part.mass_kg - held > _NOTHING * part.mass_kg else 0.0
                found[part.name] = own * factor[part.name] + sum(inner.count * mass(inner) for inner in contents)
            return found[part.name]

        return [mass(part) for part in self.parts]


def read_body(path: Path | str) -> Body:
    """The body in a YAML file (see ``docs/entry.md``).

    Raises :class:`InputError` naming the file and the line for whatever is wrong with it.
    """
    from stationkeep.descent.body_file import parse_body, read_body_text

    return parse_body(read_body_text(Path(path)), str(path))


def shipped_bodies() -> tuple[str, ...]:
    """Names of the bodies that come with the package."""
    from stationkeep.descent.body_file import body_folder

    return tuple(sorted(item.name.removesuffix(".yaml") for item in body_folder().iterdir()))


def shipped_body(name: str) -> Body:
    """A body that comes with the package. Raises :class:`InputError` with the names there are."""
    from stationkeep.descent.body_file import body_folder, parse_body

    if name not in shipped_bodies():
        raise InputError(f"no body {name!r} comes with the package", hint=f"choose {', '.join(shipped_bodies())}")
    return parse_body((body_folder() / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")


def material_of(part: Part) -> Material:
    """What a part is made of."""
    return material_named(part.material)


class PartError(InputError):
    """A part that cannot be; ``part`` and ``field`` say which line of a file is meant."""

    def __init__(self, part: str, field: str, problem: str, *, hint: str) -> None:
        self.part, self.field = part, field
        super().__init__(f"part {part!r}: {problem}", hint=hint)


def _check(body: Body) -> None:
    if not body.parts:
        raise InputError(f"body {body.name!r} has no parts", hint="list at least one under parts")
    if not 0.0 < body.break_up_altitude_km <= _HIGHEST_BREAK_UP_KM:
        raise InputError(
            f"a main break-up at {body.break_up_altitude_km:g} km",
            hint=f"give up to {_HIGHEST_BREAK_UP_KM:g} km, the highest start of an entry; 72 to 84 km have been seen",
        )
    seen: set[str] = set()
    for part in body.parts:
        if part.name in seen:
            raise PartError(part.name, "name", "there are two of this name", hint="give each part its own name")
        seen.add(part.name)
    for part in body.parts:
        _check_part(part)
        _check_holder(body, part, seen)
    for part in body.parts:
        _check_masses(body, part)


def _check_part(part: Part) -> None:
    try:
        numbers, material = part.numbers, material_of(part)
    except InputError as error:
        field = "material" if "material" in error.problem else "shape"
        raise PartError(part.name, field, error.problem, hint=error.hint or "") from None
    for field, value in (("mass_kg", part.mass_kg), ("initial_temperature_k", part.initial_temperature_k)):
        if not 0.0 < value < 1.0e9:
            raise PartError(part.name, field, f"{field} is {value:g}", hint="it must be above zero")
    if part.count < 1:
        raise PartError(part.name, "count", f"count is {part.count}", hint="give a whole number from 1 on")
    if part.initial_temperature_k >= material.melt_k:
        raise PartError(
            part.name, "initial_temperature_k", f"it starts at {part.initial_temperature_k:g} K",
            hint=f"{material.name} melts at {material.melt_k:g} K",
        )  # fmt: skip
    for field in ("release_altitude_km", "release_load_g", "release_pressure_pa"):
        limit = getattr(part, field)
        if limit is not None and not 0.0 < limit < 1.0e9:
            raise PartError(part.name, field, f"{field} is {limit:g}", hint="it must be above zero")
    if numbers.surface_m2 > 1.0e5:
        raise PartError(part.name, "shape", f"its surface is {numbers.surface_m2:g} m2", hint="sizes are in metres")


def _check_holder(body: Body, part: Part, names: set[str]) -> None:
    chain, holder = [part.name], part.contained_in
    while holder is not None:
        if holder not in names:
            raise PartError(
                part.name, "contained_in", f"it is contained in {holder!r}, which is no part",
                hint=f"parts are {', '.join(sorted(names))}",
            )  # fmt: skip
        if holder in chain:
            raise PartError(
                part.name, "contained_in", f"it is contained in itself: {' in '.join([*chain, holder])}",
                hint="a part is contained in one larger part, or in nothing",
            )  # fmt: skip
        chain.append(holder)
        holder = body.part(holder).contained_in


def _check_masses(body: Body, part: Part) -> None:
    inner = body.contents(part.name)
    inside = sum(item.count * item.mass_kg for item in inner)
    if inside > part.mass_kg * (1.0 + 1.0e-9):
        names = ", ".join(f"{item.count} x {item.name}" if item.count > 1 else item.name for item in inner)
        raise PartError(
            part.name, "mass_kg", f"it weighs {part.mass_kg:g} kg but holds {inside:g} kg: {names}",
            hint="mass_kg of a part includes what it contains",
        )  # fmt: skip
    solid = part.numbers.volume_m3 * material_of(part).density_kg_m3
    if body.own_mass_kg(part) > _TOO_DENSE * solid:
        raise PartError(
            part.name, "mass_kg", f"{body.own_mass_kg(part):g} kg of {part.material} do not fit into it",
            hint=f"{part.dimensions_text} of solid {part.material} weigh {solid:g} kg: correct the size, the mass or "
            "the material",
        )  # fmt: skip
