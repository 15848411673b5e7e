"""Which format is this file in? It is told apart by its content, never its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from stationkeep.errors import ElementSetError
from stationkeep.ordinary_file import Expected, read_text

_EXPECTED: Final = Expected(
    ElementSetError,
    "give two-line element sets, an OMM (JSON, XML, KVN or CSV), an OEM or OPM (KVN or XML), plain or gzipped",
    largest_mebibytes=256,
)
_KVN_HEADER: Final = re.compile(r"^[ \t]*CCSDS_[A-Z]+_VERS\s*=", re.MULTILINE)
_TLE_LINE: Final = re.compile(r"^[ \t]*[12] [A-Z0-9 ]{5}", re.MULTILINE)
_BEGINNING: Final = 4096  # characters; the header of a message comes first, after a few comments


class Format(StrEnum):
    """The languages orbit histories are written in."""

    TLE = "two-line element sets"
    JSON = "OMM in JSON"
    CSV = "OMM in CSV"
    XML = "a CCSDS message in XML"
    KVN = "a CCSDS message in KVN"


@dataclass(frozen=True, slots=True)
class MessageText:
    """A file's text, its format and its name for messages."""

    text: str
    format: Format
    source: str


def read_message(path: Path) -> MessageText:
    """What does this file hold?

    Plain or gzipped, UTF-8 (a stray byte in a name costs nothing) or UTF-16 with its mark, any line endings, up to
    256 MiB unpacked. Raises :class:`ElementSetError` for a folder, a missing, empty, binary or too large file, a broken
    archive, or a text in none of the known formats.
    """
    text = read_text(path, _EXPECTED)
    return MessageText(text, _format_of(text, path), path.name)


def _format_of(text: str, path: Path) -> Format:
    start = text.lstrip()
    beginning = start[:_BEGINNING]
    if start.startswith("<"):
        return Format.XML
    if start.startswith(("[", "{")):
        return Format.JSON
    if _KVN_HEADER.search(beginning):
        return Format.KVN
    header = beginning.split("\n", 1)[0]
    if "," in header and "MEAN_MOTION" in header.upper():
        return Format.CSV
    if _TLE_LINE.search(text):
        return Format.TLE
    raise ElementSetError(
        f"{path} holds no orbit history in a known format",
        hint=_EXPECTED.hint,
    )
