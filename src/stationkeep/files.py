"""Writing files so that nothing is ever half-written: a temporary file beside the target, then a rename."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from stationkeep.errors import OutputError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write ``content`` to ``path`` completely or not at all; parents are created.

    Raises :class:`OutputError` where the place is not writable or the disk is full.
    """
    write_together([(path, content)])


def write_together(files: Sequence[tuple[Path, str | bytes]]) -> None:
    """Write several files, or none: all are written beside their places first and renamed only then.

    Raises :class:`OutputError` where a place is not writable or the disk is full.
    """
    waiting: list[tuple[str, Path]] = []
    path = Path()
    try:
        for path, content in files:
            _write_beside(path, content.encode() if isinstance(content, str) else content, waiting)
        for temporary, path in waiting:
            os.replace(temporary, path)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}",
            hint="choose a folder you may write to, with enough free space (option --out or --json)",
        ) from None
    finally:
        for temporary, _ in waiting:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)


def _write_beside(path: Path, data: bytes, waiting: list[tuple[str, Path]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    waiting.append((temporary, path))
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    # mkstemp makes private files; a report is meant to be shared, so give it the ordinary mode.
    os.chmod(temporary, 0o666 & ~_umask())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
