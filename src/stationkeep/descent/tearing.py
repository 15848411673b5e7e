"""When does a thin wall that melts go to pieces?

A wall that is thin takes the same temperature through its thickness: at a flux of 0.5 MW/m2 an aluminium wall of 5 mm
differs by 20 K from face to face, so it reaches its solidus nearly everywhere at once. An alloy between solidus and
liquidus carries tension only while its grains hang together: from a solid fraction of about 0.9 the strength falls,
and at about 0.5 to 0.6 there is none (semi-solid aluminium; the same limits bound hot tearing, Eskin and others, Prog.
Mater. Sci. 49, 2004; from memory, to be confirmed). The stream loads it with kilopascals all the while. So a thin wall
tears once a share of it is molten, between :data:`TEAR_SHARES`; it does not thin out to a film that keeps its outline.
Fabrics and films of polymer are without strength as soon as they decompose (aramid fibres: nothing left at 700 to 770
K), so they tear at the lower limit.

What is left goes in shards. A flat shard of wall thickness h falls with less than 15 J if its side is below about
``0.97 kg/m2 over density times h`` (12 cm at 3 mm of aluminium, 6 cm at 6 mm): see :func:`harmless_side_m`. They are
not flown here. Flown one by one they melt on, since they are heated more than the part they come from: 3 to 5 % of
their mass lands, and shards of metal twice as wide land with less than 15 J as well (``validation/entry.md``). Larger
ones would count.

Published tools differ. NASA's DAS keeps size and mass until the absorbed heat equals the heat of ablation of the whole
object, and then it is gone (``all-or-nothing``); ORSAT, DEBRISK and SCARAB carry melted layers off, SCARAB and DRAMA
let parts come apart where joints fail; SESAM keeps the outer size of what is left (``thins``). DAS's and ORSAT's
manuals could not be read; this is how users and abstracts tell it.
"""

from __future__ import annotations

import math
from typing import Final

from stationkeep.descent.body import Part, material_of

TEAR_SHARES: Final = (0.1, 0.5)
"""Molten share at which a thin wall tears, uniform: solid fractions of 0.9 and 0.5."""
TEAR_SHARE: Final = 0.3
"""The middle of that range."""
THIN_WALL: Final = 0.05
"""Wall thickness over diameter up to which a shell is called thin (radius over thickness of 10 or more)."""
_AIR_KG_M3: Final = 1.225
_G0: Final = 9.80665
_HARMFUL_J: Final = 15.0
_SHARD_DRAG: Final = 1.0  # of a tumbling plate on a quarter of its surface, Hoerner 1965


def wall_over_size(part: Part, own_mass_kg: float) -> float:
    """Thickness of its wall, were its own mass spread over its surface, over the diameter of a sphere of that surface.

    1/6 for a solid sphere, half the thickness over the width for a plate.
    """
    numbers = part.numbers
    return own_mass_kg / (material_of(part).density_kg_m3 * numbers.surface_m2 * numbers.size_m)


def is_thin(part: Part, own_mass_kg: float, limit: float = THIN_WALL) -> bool:
    """Whether a part is a thin shell or plate, by the usual limit of :data:`THIN_WALL`."""
    return 0.0 < wall_over_size(part, own_mass_kg) <= limit


def tearing_share(part: Part, own_mass_kg: float, tear_share: float, thin_wall: float = THIN_WALL) -> float | None:
    """Molten (decomposed) share at which this part tears; ``None`` for one that does not, being thick."""
    if not is_thin(part, own_mass_kg, thin_wall):
        return None
    return min(tear_share, TEAR_SHARES[0]) if material_of(part).limp else tear_share


def harmless_side_m(thickness_m: float, density_kg_m3: float) -> float:
    """Side of the square shard of a wall that strikes with 15 J at sea level; smaller ones strike with less [m]."""
    # Energy m v^2 / 2 at the speed where weight and drag balance, v^2 = 2 m g / (air Cd A), on half its face.
    per_area = math.sqrt(_HARMFUL_J * 0.5 * _AIR_KG_M3 * _SHARD_DRAG / _G0)
    return per_area / (density_kg_m3 * thickness_m)
