"""A habitat of one's own: a file beside the scenario that names it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from stationkeep.habitat.figures import read_habitat
from stationkeep.habitat.refusal import HabitatError
from stationkeep.ordinary_file import Expected, read_text
from stationkeep.scenario.schema import Scenario

_ENDINGS: Final = (".yaml", ".yml")
_HINT: Final = "a habitat is YAML with cabin, stores, equipment, sides and people: docs/life-support.md"
_EXPECTED: Final = Expected(HabitatError, _HINT, largest_mebibytes=1)


def with_own_habitat(scenario: Scenario, folder: Path | None) -> Scenario:
    """The scenario with the habitat its ``life_support`` names as a file; unchanged where that ships.

    ``folder``: where the file lies, unless its path is absolute; null: a text that comes from no file may name none.
    Raises :class:`HabitatError` with the habitat's file and line.
    """
    given = scenario.life_support
    if given is None or not given.habitat.endswith(_ENDINGS):
        return scenario
    if folder is None:
        raise HabitatError(
            f"{given.habitat}: only a scenario that is a file can name a file", hint="name one that ships"
        )
    path = folder / given.habitat
    if not path.exists():
        raise HabitatError(f"no file {path}", hint="the path counts from the scenario's folder")
    document = read_habitat(read_text(path, _EXPECTED), str(path))
    return scenario.model_copy(update={"life_support": given.with_habitat(document)})
