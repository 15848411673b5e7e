"""Which format is this file in? Plain or gzipped text is read whole and told apart by its content, never its name."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from stationkeep.errors import ElementSetError

_MAX_BYTES: Final = 256 * 1024 * 1024
_GZIP_MAGIC: Final = b"\x1f\x8b"
_KVN_HEADER: Final = re.compile(r"^[ \t]*CCSDS_[A-Z]+_VERS\s*=", re.MULTILINE)
_TLE_LINE: Final = re.compile(r"^[12] [A-Z0-9 ]{5}", re.MULTILINE)
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


def read_text(path: Path) -> MessageText:
    """What does this file hold?

    Plain or gzipped, UTF-8 (a stray byte in a name costs nothing), up to 256 MiB unpacked. Raises
    :class:`ElementSetError` for a folder, a missing, empty, binary or too large file, a broken archive, or a text in
    none of the known formats.
    """
    data = _unpacked(_bytes_of(path), path)
    if not data.strip():
        raise ElementSetError(f"{path} is empty", hint="give a file with element sets or an orbit message")
    if b"\x00" in data:
        raise ElementSetError(
            f"{path} is not plain text (binary, or UTF-16)", hint="save it as plain ASCII or UTF-8 text"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    text = text.replace("\r\n", "\n")
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
        hint="give two-line element sets, an OMM (JSON, XML, KVN or CSV) or an OEM (KVN or XML), plain or gzipped",
    )


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ElementSetError(f"{path} is a folder, not a file", hint="name the files inside it")
        if path.exists() and not path.is_file():
            raise ElementSetError(f"{path} is not an ordinary file", hint="give a text file with an orbit's history")
        if path.stat().st_size > _MAX_BYTES:
            raise ElementSetError(f"{path} is larger than 256 MiB", hint="cut it to the object and years you need")
        return path.read_bytes()
    except OSError as error:
        raise ElementSetError(f"cannot read {path}: {error.strerror or error}", hint="check the path") from None


def _unpacked(data: bytes, path: Path) -> bytes:
    if not data.startswith(_GZIP_MAGIC):
        return data
    try:
        # Reading with a bound keeps a small archive from filling the memory.
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            unpacked = stream.read(_MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ElementSetError(f"{path} is a broken gzip archive: {error}", hint="fetch the file again") from None
    if len(unpacked) > _MAX_BYTES:
        raise ElementSetError(f"{path} unpacks to more than 256 MiB", hint="cut it to the object and years you need")
    return unpacked
