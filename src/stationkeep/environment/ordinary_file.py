"""Reading a file somebody named: an ordinary one of a size such a file can have, or a refusal before a byte is read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from stationkeep.errors import SpaceWeatherFileError

LARGEST_BYTES: Final = 50_000_000
"""Fifteen times CelesTrak's whole table since 1957."""


def read_ordinary_file(path: Path, *, hint: str) -> bytes:
    """The bytes of a space-weather file; ``hint`` says in a refusal what to give instead.

    A device such as ``/dev/zero`` never ends and a pipe may wait for ever, so neither is opened. Raises
    :class:`SpaceWeatherFileError` for those, for a folder, a file over 50 MB, or one that cannot be read.
    """
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "not an ordinary file"
            raise SpaceWeatherFileError(f"cannot read {path}: it is {kind}", hint=hint)
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise SpaceWeatherFileError(
                f"cannot read {path}: {size / 1e6:,.0f} MB, at most {LARGEST_BYTES / 1e6:.0f} MB are read", hint=hint
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = getattr(error, "strerror", None) or error
        raise SpaceWeatherFileError(f"cannot read {path}: {reason}", hint=hint) from None
