"""Which scenario is this, exactly? A short fingerprint of its content."""

from __future__ import annotations

import hashlib
import json

from stationkeep.scenario.schema import Scenario

_LENGTH = 12  # hexadecimal digits: 48 bits, one chance in 3e8 of a clash among a thousand scenarios


def scenario_hash(scenario: Scenario) -> str:
    """First 12 hexadecimal digits of the SHA-256 of the validated content.

    Comments, the order of keys, and the spelling of numbers and dates do not matter; every
    value does, defaults included, and so does what is in a habitat of its own.
    """
    content = scenario.model_dump(mode="json", by_alias=True)
    own = scenario.life_support.own_habitat if scenario.life_support is not None else None
    if own is not None:
        content["life_support"]["habitat"] = {str(key): repr(value) for key, value in own.content.items()}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_LENGTH]
