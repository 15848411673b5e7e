"""Why things are as they are: the conditions that stand in a run, each with the event that brought it about.

A chain of causes is read from these afterwards (:mod:`stationkeep.campaign.explain`); nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable

UNBACKED = "unbacked"
"""Nobody's thrusters unload the gyros."""
UPSET = "upset"
"""More than gyros alone can take: a knock too large, or air too dense."""
ATTITUDE_LOST = "attitude-lost"
DRAG_UP = "drag-up"
"""The air brakes a tumbling station more."""
HANDOVER_FAILED = "handover-failed"
GYROS_OUT = "gyros-out"
THRUSTERS_ALONE = "thrusters-alone"
"""Too few gyros run: thrusters hold the station by themselves, at many times the usual use."""
TANKS_DRY = "tanks-dry"
"""Those that feed the attitude's thrusters."""
NO_REBOOST = "no-reboost"
NO_POLICY = "no-policy"
LET_DOWN = "let-down"
"""A partner has decided on a controlled end."""
NO_DEORBIT = "no-deorbit"
"""The decided end could not be flown, or its last burn failed."""
ON_TARGET = "on-target"


def announced(partner: str, begins_mjd_utc: float) -> str:
    """The partner has given notice that it withdraws from then on."""
    return f"announced:{partner} {begins_mjd_utc:.6f}"


def leaves_it(partner: str) -> str:
    """The partner hands over what it operates, at once or after a while."""
    return f"leaves-it:{partner}"


def handed_over(partner: str) -> str:
    """Somebody else operates what is the partner's."""
    return f"handed-over:{partner}"


def stopped(partner: str) -> str:
    """The partner no longer operates what is its own."""
    return f"stopped:{partner}"


def not_delivering(partner: str) -> str:
    """The partner delivers no propellant any more."""
    return f"not-delivering:{partner}"


def undelivered(provider: str) -> str:
    """No load of this provider is to come any more."""
    return f"undelivered:{provider}"


def spent(provider: str) -> str:
    """Nothing is left for its burns, and nothing comes."""
    return f"spent:{provider}"


def provider_lost(provider: str) -> str:
    """The provider failed."""
    return f"lost:{provider}"


def taken(provider: str) -> str:
    """Its vehicle, or its tanks and engines, have been taken away."""
    return f"taken:{provider}"


def frozen(name: str) -> str:
    """Sanctions keep what the partner operates, or the provider, from being used."""
    return f"frozen:{name}"


def cut(name: str) -> str:
    """Sanctions let none of the partner's, or the provider's, flights come."""
    return f"cut:{name}"


def thinned(name: str) -> str:
    """Sanctions let fewer of the partner's, or the provider's, flights come, or later."""
    return f"thinned:{name}"


def unpowered(segment: str) -> str:
    """The machines of the segment have too little power, or none; or no cooling, or no computers."""
    return f"unpowered:{segment}"


def uncommanded(segment: str) -> str:
    """Nobody on the ground commands the segment."""
    return f"uncommanded:{segment}"


def missing(asset: str) -> str:
    """The asset is out of service."""
    return f"missing:{asset}"


class Causes:
    """Conditions that stand, and the event (its place in the run's story) since which each does."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}

    def begin(self, conditions: Iterable[str], event: int) -> None:
        """From this event on they stand; those that stood already keep their cause."""
        for condition in conditions:
            self._since.setdefault(condition, event)

    def end(self, *conditions: str) -> None:
        """They no longer stand."""
        for condition in conditions:
            self._since.pop(condition, None)

    def keep(self, kind: str, conditions: Iterable[str]) -> None:
        """Of the conditions of this kind (``stopped``) only these stand now; none begins by it."""
        stand = set(conditions)
        ended = [one for one in self._since if one.startswith(f"{kind}:") and one not in stand]
        self.end(*ended)

    def events(self, conditions: Iterable[str]) -> tuple[int, ...]:
        """The events behind those of the conditions that stand, in the order of the story."""
        since = self._since
        return tuple(sorted({since[condition] for condition in conditions if condition in since})) if since else ()
