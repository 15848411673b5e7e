"""A verdict on a claim, and how a number with its range becomes one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from stationkeep.partnership.claims_file import Claim, ClaimsError

Word = Literal["true", "partly", "false", "not decidable"]
_RANK: Final[dict[Word, int]] = {"false": 0, "partly": 1, "true": 2}
_NORMAL_95: Final = 1.959964  # two-sided 95 % point of the normal distribution


@dataclass(frozen=True)
class Verdict:
    """What was worked out: a word, the number it rests on with its range, why, and where each number comes from."""

    verdict: Word
    value: float | None
    unit: str
    low: float | None
    high: float | None
    because: str
    evidence: list[dict[str, Any]] = field(default_factory=list)
    uncertainty: str = ""


def grade(claim: Claim, value: float, low: float, high: float) -> tuple[Word, str]:
    """Which word does a number earn?

    By ``true_from`` and ``partly_from`` where large is true, by ``true_below`` and ``partly_below`` where small is.
    Both ends of the range are graded too. Where one says true and the other false, it is not decidable; where they
    differ by one step, the number decides and a remark says what the range would allow.
    """
    limits = _limits(claim)
    words = [_word(one, limits) for one in (low, value, high)]
    reach = {_RANK[word] for word in words}
    if max(reach) - min(reach) == 2:
        return "not decidable", "its range reaches from true to false"
    if len(reach) == 2:
        other = next(word for word in words if word != words[1])
        return words[1], f"its range reaches into '{other}'"
    return words[1], ""


def _limits(claim: Claim) -> Mapping[str, float]:
    """The thresholds of a claim; those for "partly" may be left out."""
    stem = "below" if "true_below" in claim.settings else "from"
    names = [f"true_{stem}", *([f"partly_{stem}"] if f"partly_{stem}" in claim.settings else [])]
    return dict(zip(names, required(claim, **dict.fromkeys(names, float)), strict=True))


def _word(value: float, settings: Mapping[str, float]) -> Word:
    if "true_from" in settings:
        if value >= settings["true_from"]:
            return "true"
        return "partly" if value >= settings.get("partly_from", settings["true_from"]) else "false"
    if value < settings["true_below"]:
        return "true"
    return "partly" if value < settings.get("partly_below", settings["true_below"]) else "false"


def wilson(hits: int, runs: int) -> tuple[float, float]:
    """Where a share lies with 95 % probability after so many hits in so many runs (Wilson 1927)."""
    share, z2 = hits / runs, _NORMAL_95**2
    centre = (share + z2 / (2 * runs)) / (1 + z2 / runs)
    half = _NORMAL_95 / (1 + z2 / runs) * math.sqrt(share * (1 - share) / runs + z2 / (4 * runs**2))
    # At the very ends the formula leaves a rounding error beyond the share itself.
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def required(claim: Claim, **kinds: Any) -> list[Any]:
    """The settings of those names, each of its kind; raises :class:`ClaimsError` where one is missing or unfit."""
    found = []
    for name, kind in kinds.items():
        if name not in claim.settings:
            raise ClaimsError(
                f"claim {claim.id!r}: evaluator {claim.evaluator!r} needs the setting {name!r}",
                hint=f"it takes {', '.join(kinds)} (docs/claims.md)",
            )
        try:
            found.append(TypeAdapter(kind).validate_python(claim.settings[name]))
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            raise ClaimsError(
                f"claim {claim.id!r}: setting {name!r} is {claim.settings[name]!r}: {fault}",
                hint="docs/claims.md shows the settings of each evaluator",
            ) from None
    return found


def joined(*parts: str) -> str:
    """Remarks one after the other; empty ones are left out."""
    return "; ".join(part for part in parts if part)
