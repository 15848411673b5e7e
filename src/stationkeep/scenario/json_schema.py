"""The scenario format as JSON schema, for editors and other programs.

``python -m stationkeep.scenario.json_schema FILE`` writes it; the repository's copy is
docs/schema/stationkeep.scenario-1.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from stationkeep.files import write_atomically
from stationkeep.scenario.based_on import FIELD
from stationkeep.scenario.schema import SCHEMA_NAME, Scenario


def scenario_json_schema() -> dict[str, Any]:
    """JSON schema (2020-12) of a scenario file. Rules between fields are checked by the loader only.

    Of a file that is based on another one only the beginning: the loader checks what the two make together.
    """
    whole = Scenario.model_json_schema(by_alias=True, mode="validation")
    parts = whole.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA_NAME,
        "$id": SCHEMA_NAME,
        "$defs": parts,
        "if": {"required": [FIELD]},
        "then": {
            "type": "object",
            "required": ["schema", "id"],
            "properties": {
                "schema": whole["properties"]["schema"],
                FIELD: {"type": "string", "description": "a shipped scenario, or a file of the same folder"},
                "id": whole["properties"]["id"],
            },
        },
        "else": whole,
    }


def json_schema_text() -> str:
    """The same as text, stable from one run to the next."""
    return json.dumps(scenario_json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_atomically(Path(sys.argv[1]), json_schema_text())
