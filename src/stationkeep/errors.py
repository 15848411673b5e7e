"""Errors that teach: what was given, what is allowed, what to do.

Everything a person can get wrong raises a subclass of :class:`InputError`. The command line turns it
into one message and exit code 2; nothing else in the package catches it.
"""

from __future__ import annotations


class StationkeepError(Exception):
    """Base of every error this package raises on purpose."""


class InputError(StationkeepError):
    """What was given cannot be used. ``hint`` says what to do instead."""

    def __init__(self, problem: str, *, hint: str | None = None) -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(problem if hint is None else f"{problem}\n  {hint}")


class CatalogueError(InputError):
    """A name the catalogue does not know, or a catalogue file that breaks its own rules."""


class ElementSetError(InputError):
    """An orbital element set that is malformed, forged, or describes no usable orbit."""


class OrbitError(InputError):
    """An orbit that cannot be flown: below ground, hyperbolic, outside the models' range."""


class SpaceWeatherRangeError(InputError):
    """A date outside the space-weather table, where the stated policy is ``error``."""


class SpaceWeatherFileError(InputError):
    """A space-weather file that cannot be read."""


class ScenarioError(InputError):
    """A scenario file that is malformed; names the file, line, field and allowed values."""


class ManifestError(InputError):
    """Flights, ports or crews that contradict each other; names the table, its line and the way to fix it."""


class DensityModelMismatch(InputError):  # noqa: N818 - says what is wrong better than ...Error
    """A ballistic coefficient used with another density model than the one it was fitted with."""


class OutputError(InputError):
    """A place where the result cannot be written."""


class MissingExtraError(InputError):
    """An optional package is needed for what was asked."""
