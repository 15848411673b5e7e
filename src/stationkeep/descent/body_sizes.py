"""Can a part be inside another at all? What a body file gets wrong when it gives a size in centimetres."""

from __future__ import annotations

import math

from stationkeep.descent.body import Body, Part, PartError
from stationkeep.descent.shapes import DIMENSIONS

_ROUNDING = 1.0 + 1.0e-6


def refuse_what_does_not_fit(body: Body) -> None:
    """Raises :class:`PartError` for a part that cannot be inside the one that contains it.

    Three things no turning changes: its volume, its length against the longest straight line in the other, its least
    width against the other's. The last two are not asked of a part with a release rule of its own: what unfolds, or is
    mounted outside. Nor of a body made in Python, whose parts may be drawn at random.
    """
    for part in body.parts:
        if part.contained_in is None:
            continue
        holder = body.part(part.contained_in)
        if part.numbers.volume_m3 > holder.numbers.volume_m3 * _ROUNDING:
            raise _refusal(part, holder, "larger than")
        if not part.has_release_rule:
            if max(part.dimensions_m) > _longest_line_m(holder) * _ROUNDING:
                raise _refusal(part, holder, "longer than")
            if min(part.dimensions_m) > min(holder.dimensions_m) * _ROUNDING:
                raise _refusal(part, holder, "thicker than")


def _longest_line_m(part: Part) -> float:
    """The longest straight line inside a shape."""
    return part.dimensions_m[0] if part.shape == "sphere" else math.hypot(*part.dimensions_m)


def _refusal(part: Part, holder: Part, word: str) -> PartError:
    return PartError(
        part.name,
        DIMENSIONS[part.shape][0],
        f"it is {word} what it is contained in: {part.dimensions_text} in {holder.name!r}, {holder.dimensions_text}",
        hint="sizes are outer sizes in metres; what unfolds or sits outside has a release_altitude_km of its own",
    )
