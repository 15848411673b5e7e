"""Materials of spacecraft: what it takes to heat, to melt and to carry away a kilogram of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

from stationkeep.catalogue.names import folded
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]

ENTHALPY_FROM_K: Final = 100.0
"""Temperature at which the specific enthalpy of every material is taken as zero."""
NEVER_MELTS_K: Final = 6000.0
_NODES: Final = 400


@dataclass(frozen=True, slots=True)
class Material:
    """One material; numbers as in ``data/materials.yaml``."""

    name: str
    density_kg_m3: float
    melt_k: float
    fusion_j_kg: float
    specific_heat_j_kg_k: tuple[tuple[float, float], ...]
    emissivity: tuple[tuple[float, float], ...]
    source: str
    quality: str
    aliases: tuple[str, ...] = ()
    char: bool = False
    limp: bool = False
    """A fabric or film of polymer: without strength as soon as it decomposes."""
    note: str = ""

    def heat_to_reach_j_kg(self, from_k: float, to_k: float) -> float:
        """Heat that takes a kilogram from one temperature to another without melting."""
        low, high = (_enthalpy_j_kg(self, np.array([kelvin]))[0] for kelvin in (from_k, to_k))
        return float(high - low)

    @property
    def heat_to_melt_j_kg(self) -> float:
        """Heat that melts a kilogram from 300 K."""
        return self.heat_to_reach_j_kg(300.0, self.melt_k) + self.fusion_j_kg

    def table(self, melting: bool = True) -> MaterialTable:
        """Temperature and emissivity by enthalpy, as the compiled code reads them.

        ``melting`` false: the material goes on heating beyond its melting point, as if it were solid.
        """
        return _table(self, melting)


@dataclass(frozen=True, eq=False)
class MaterialTable:
    """One material for the compiled code."""

    head: FloatArray
    """Specific enthalpy at which it melts, and heat of fusion [J/kg], (2,)."""
    rows: FloatArray
    """Temperature [K] and emissivity at even steps of enthalpy from 0 to ``head[0]``, (2, n)."""

    def enthalpy_j_kg(self, temperature_k: float) -> float:
        """Specific enthalpy at a temperature, by the same table."""
        return float(np.interp(temperature_k, self.rows[0], self._steps))

    def temperature_k(self, enthalpy_j_kg: float) -> float:
        """Temperature at a specific enthalpy, by the same table."""
        return float(np.interp(enthalpy_j_kg, self._steps, self.rows[0]))

    @cached_property
    def _steps(self) -> FloatArray:
        return np.linspace(0.0, self.head[0], self.rows.shape[1])


def _enthalpy_j_kg(material: Material, temperature_k: FloatArray) -> FloatArray:
    """Exact integral of the straight pieces of specific heat."""
    known = np.array(material.specific_heat_j_kg_k)
    knots = np.unique(np.concatenate([[ENTHALPY_FROM_K], known[:, 0], temperature_k]))
    knots = knots[knots >= ENTHALPY_FROM_K]
    heat = np.interp(knots, known[:, 0], known[:, 1])
    total = np.concatenate([[0.0], np.cumsum(0.5 * (heat[1:] + heat[:-1]) * np.diff(knots))])
    return np.asarray(np.interp(temperature_k, knots, total))


@cache
def _table(material: Material, melting: bool) -> MaterialTable:
    top = material.melt_k if melting else NEVER_MELTS_K
    fine = np.linspace(ENTHALPY_FROM_K, top, 20 * _NODES)
    enthalpy = _enthalpy_j_kg(material, fine)
    even = np.linspace(0.0, enthalpy[-1], _NODES)
    temperature = np.interp(even, enthalpy, fine)
    shine = np.array(material.emissivity)
    rows = np.ascontiguousarray([temperature, np.interp(temperature, shine[:, 0], shine[:, 1])])
    return MaterialTable(np.array([enthalpy[-1], material.fusion_j_kg]), rows)


@cache
def materials() -> Mapping[str, Material]:
    """Every shipped material by name. Raises :class:`InputError` where the shipped file is broken."""
    text = (files("stationkeep.descent") / "data" / "materials.yaml").read_text(encoding="utf-8")
    given = yaml.safe_load(text)["materials"]
    return MappingProxyType({name: _material(name, fields) for name, fields in given.items()})


@cache
def _by_folded_name() -> Mapping[str, Material]:
    return MappingProxyType(
        {folded(text): item for item in materials().values() for text in (item.name, *item.aliases)}
    )


@lru_cache(maxsize=1024)
def material_named(name: str) -> Material:
    """The material a person means: by name or alias, in any case. Raises :class:`InputError` with the nearest ones."""
    known = _by_folded_name()
    found = known.get(folded(name))
    if found is not None:
        return found
    near = [known[match].name for match in get_close_matches(folded(name), known, n=3, cutoff=0.7)]
    nearest = " or ".join(dict.fromkeys(near))
    everything = f"all of them: {', '.join(materials())}"
    hint = f"did you mean {nearest}? {everything}" if nearest else everything
    raise InputError(f"there is no material {name!r}", hint=hint)


def _material(name: str, fields: dict[str, Any]) -> Material:
    heat, shine = fields["specific_heat_j_kg_k"], fields["emissivity"]
    return Material(
        name=name,
        density_kg_m3=float(fields["density_kg_m3"]),
        melt_k=float(fields["melt_k"]),
        fusion_j_kg=float(fields["fusion_j_kg"]),
        specific_heat_j_kg_k=tuple((float(kelvin), float(value)) for kelvin, value in heat),
        emissivity=(
            tuple((float(kelvin), float(value)) for kelvin, value in shine)
            if isinstance(shine, list)
            else ((ENTHALPY_FROM_K, float(shine)),)
        ),
        source=str(fields["source"]),
        quality=str(fields["quality"]),
        aliases=tuple(map(str, fields.get("aliases", ()))),
        char=bool(fields.get("char", False)),
        limp=bool(fields.get("limp", False)),
        note=str(fields.get("note", "")),
    )
