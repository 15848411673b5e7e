"""The trained networks that ship with the package: their weights, and how they were made."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from typing import Any, TypeVar

import numpy as np

Weights = TypeVar("Weights", bound=tuple[Any, ...])


def network_weights(kind: type[Weights], package: str, name: str) -> Weights:
    """The arrays of a network, C-contiguous, one for each field of the named tuple ``kind``."""
    with resources.as_file(_shipped(package, name)) as path, np.load(path) as archive:
        return kind(*(np.ascontiguousarray(archive[field]) for field in kind._fields))  # type: ignore[attr-defined]


def network_provenance(package: str, name: str) -> dict[str, Any]:
    """How the weights were made: versions, seed, sample counts, errors on held-out samples, and a hash of the file."""
    content = _shipped(package, name).read_bytes()
    with resources.as_file(_shipped(package, name)) as path, np.load(path) as archive:
        notes: dict[str, Any] = json.loads(str(archive["notes"]))
    return {**notes, "sha256": hashlib.sha256(content).hexdigest()}


def _shipped(package: str, name: str) -> Any:
    return resources.files(package).joinpath("data", name)
