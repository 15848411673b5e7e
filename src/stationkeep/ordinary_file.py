"""Reading a file somebody named: an ordinary one of a size such a file can have, plain or gzipped, or a refusal.

Every reader of the package starts here, so that a folder, a device, a broken archive or a film is refused alike. What
a reader expects travels as :class:`Expected`: its error, its limit, and what to give instead.
"""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stationkeep.errors import InputError

_GZIP_MAGIC: Final = b"\x1f\x8b"
# Archives people rename; each would otherwise only be "not text".
_OTHER_ARCHIVES: Final = {b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"(\xb5/\xfd": "zstandard"}
_UTF16_MARKS: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UTF32_MARK: Final = b"\xff\xfe\x00\x00"
_MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Expected:
    """What a reader expects of a file."""

    error: type[InputError]
    """What it raises."""
    hint: str
    """What to give instead, as the last line of every refusal."""
    largest_mebibytes: int
    """Of the file, and of what an archive unpacks to."""
    any_encoding: bool = True
    """Whether a stray byte is passed over (a name in Latin-1 costs no orbit) or refused with its line."""


def read_bytes(path: Path, expected: Expected) -> bytes:
    """The bytes of an ordinary file, unpacked where it is gzipped.

    A device such as ``/dev/zero`` never ends and a pipe may wait for ever, so neither is opened. Raises
    ``expected.error`` for those, for a folder, a file too large (packed or unpacked), an archive that is broken or of
    another kind, and one that cannot be read.
    """
    try:
        if path.exists() and not path.is_file():
            kind = "a folder, not a file" if path.is_dir() else "not an ordinary file"
            raise expected.error(f"cannot read {path}: it is {kind}", hint=expected.hint)
        size = path.stat().st_size
        if size > expected.largest_mebibytes * _MEBIBYTE:
            raise _too_large(path, f"{size / _MEBIBYTE:,.0f} MiB", expected)
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = getattr(error, "strerror", None) or error
        raise expected.error(f"cannot read {path}: {reason}", hint=expected.hint) from None
    for magic, name in _OTHER_ARCHIVES.items():
        if data.startswith(magic):
            raise expected.error(f"{path} is a {name} archive", hint="unpack it first; of archives only .gz is read")
    return _unpacked(data, path, expected) if data.startswith(_GZIP_MAGIC) else data


def read_text(path: Path, expected: Expected) -> str:
    """The text of an ordinary file with Unix line endings: UTF-8, or UTF-16 by its mark, plain or gzipped.

    Raises as :func:`read_bytes`, and for an empty or binary file.
    """
    data = read_bytes(path, expected)
    if not data.strip():
        raise expected.error(f"{path} is empty", hint=expected.hint)
    return _decoded(data, path, expected).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, path: Path, expected: Expected) -> str:
    wide = _UTF16_MARKS.get(data[:2]) if not data.startswith(_UTF32_MARK) else None
    try:
        text = data.decode(wide).removeprefix("\ufeff") if wide else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if wide or not expected.any_encoding:
            line = data.count(b"\n", 0, error.start) + 1
            raise expected.error(f"{path}, line {line}: not text (byte {error.start})", hint=expected.hint) from None
        text = data.decode("latin-1")
    if "\x00" in text:
        raise expected.error(
            f"{path} is not plain text: it holds zero bytes (binary, or UTF-16 without its mark)", hint=expected.hint
        )
    return text


def _unpacked(data: bytes, path: Path, expected: Expected) -> bytes:
    limit = expected.largest_mebibytes * _MEBIBYTE
    try:
        # Reading with a bound keeps a small archive from filling the memory.
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            unpacked = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise expected.error(f"{path} is a broken gzip archive: {error}", hint="fetch the file again") from None
    if len(unpacked) > limit:
        raise _too_large(path, "its content", expected)
    return unpacked


def _too_large(path: Path, size: str, expected: Expected) -> InputError:
    most = f"at most {expected.largest_mebibytes} MiB are read: cut it to the part you need"
    return expected.error(f"{path} is too large: {size}, {most}", hint=expected.hint)
