"""Something wrong at a place in a scenario, and how to say that a name is not known."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place in the scenario (``("branches", "withdrawal", "events", 0, "partner")``)."""

    location: Location
    message: str


def not_known(kind: str, given: str, known: list[str]) -> str:
    """``no provider 'cygnu'; did you mean 'cygnus'? known: …``"""
    close = get_close_matches(given, known, n=1, cutoff=0.6)
    suggestion = f"; did you mean {close[0]!r}?" if close else ";"
    listed = ", ".join(known[:12]) + (", …" if len(known) > 12 else "") if known else "none"
    return f"no {kind} {given!r}{suggestion} known: {listed}"
