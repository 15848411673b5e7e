"""Amounts and rates as a person writes them: a number in the field's own unit, or a number with a unit."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from stationkeep.habitat.refusal import HabitatError, unknown

_SCALES: Final[dict[str, dict[str, float]]] = {
    "kg": {"kg": 1.0, "g": 1e-3, "t": 1e3, "lb": 0.45359237},
    "kg/d": {"kg/d": 1.0, "kg/day": 1.0, "g/d": 1e-3, "lb/d": 0.45359237, "lb/day": 0.45359237, "kg/h": 24.0},
    "d": {"d": 1.0, "day": 1.0, "days": 1.0, "h": 1.0 / 24.0, "yr": 365.25, "years": 365.25},
    "W": {"W": 1.0, "kW": 1e3},
    "m3": {"m3": 1.0, "L": 1e-3},
    "kPa": {"kPa": 1.0, "Pa": 1e-3, "mmHg": 0.133322387415, "psi": 6.894757293168},
    "1": {"1": 1.0, "%": 0.01},
    "h": {"h": 1.0, "d": 24.0},
    "degC": {"degC": 1.0},
}
_WRITTEN: Final = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*?)?\s*")


def quantity(given: Any, unit: str, field: str = "", *, lowest: float = 0.0) -> float:
    """The value of ``420``, ``"420 kg"`` or ``"0.42 t"`` in ``unit`` (one of kg, kg/d, d, W, m3, kPa, 1, h, degC).

    Raises :class:`HabitatError` for text that is no amount, an unknown unit, a value below ``lowest`` or not finite.
    """
    value, written = _parts(given, unit, field)
    scales = _SCALES[unit]
    if written not in scales:
        raise unknown("unit", written, tuple(scales), field)
    amount = value * scales[written]
    if not math.isfinite(amount) or amount < lowest:
        raise HabitatError(
            f"{given!r} given; must be a finite amount of at least {lowest:g} {unit}", hint="correct it", field=field
        )
    return amount


def _parts(given: Any, unit: str, field: str) -> tuple[float, str]:
    if isinstance(given, int | float) and not isinstance(given, bool):
        return float(given), unit
    found = _WRITTEN.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise HabitatError(
            f"{given!r} given; an amount was expected",
            hint=f"write a number [{unit}], or like '420 {unit}'",
            field=field,
        )
    return float(found[1]), found[2] or unit
