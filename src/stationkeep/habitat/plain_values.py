"""Words, whole numbers and truth values of a habitat file: each of the kind its field asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stationkeep.habitat.refusal import HabitatError, unknown

_WHOLE: Final = frozenset({"order", "share_order", "power_order"})
_TRUTH: Final = frozenset({"running", "critical"})
_LISTS: Final = frozenset({"backs_up"})
_KINDS: Final = ("stored",)


def require_plain(given: Mapping[str, Any], place: str, others: frozenset[str] | set[str]) -> None:
    """Refuse a value that is not of its field's kind; ``others`` are groups and amounts, looked at elsewhere.

    Everything else is a word: an owner, a segment, the name of a store. Raises :class:`HabitatError` with the field.
    """
    for key, value in given.items():
        if key in others:
            continue
        if key in _WHOLE:
            _require(isinstance(value, int) and not isinstance(value, bool), value, "a whole number", f"{place}.{key}")
        elif key in _TRUTH:
            require_truth(value, f"{place}.{key}")
        elif key in _LISTS:
            words = isinstance(value, list) and all(isinstance(one, str) for one in value)
            _require(words, value, "a list of names: [one, other]", f"{place}.{key}")
        else:
            _require(isinstance(value, str), value, "a name", f"{place}.{key}")
            if key == "kind" and value not in _KINDS:
                raise unknown("kind", value, _KINDS, f"{place}.{key}")


def require_truth(value: Any, place: str) -> bool:
    """The truth value given; raises :class:`HabitatError` for anything else."""
    _require(isinstance(value, bool), value, "true or false", place)
    return bool(value)


def _require(good: bool, value: Any, wanted: str, place: str) -> None:
    if not good:
        raise HabitatError(f"{value!r} given", hint=f"write {wanted}", field=place)
