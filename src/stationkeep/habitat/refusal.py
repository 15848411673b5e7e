"""What a person can get wrong in the description of a habitat, each named with the field it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from stationkeep.errors import InputError


class HabitatError(InputError):
    """A habitat that cannot be, or cannot be used as asked. ``field`` is where it stands: ``equipment.oga.inputs``.

    Whoever read the file knows the line of a field and puts it in front (see :mod:`stationkeep.habitat.reading`).
    """

    def __init__(self, problem: str, *, hint: str | None = None, field: str = "") -> None:
        self.field = field
        super().__init__(f"{field}: {problem}" if field else problem, hint=hint)


def unknown(what: str, given: str, allowed: Sequence[str], field: str = "") -> HabitatError:
    """The refusal of a name that is not among those allowed, with the nearest of them."""
    near = get_close_matches(given, list(allowed), n=1, cutoff=0.6)
    suggestion = f"; did you mean {near[0]!r}?" if near else ""
    names = ", ".join(allowed) if allowed else "none"
    return HabitatError(f"unknown {what} {given!r}{suggestion}", hint=f"allowed: {names}", field=field)
