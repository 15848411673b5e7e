"""The one door to the CCSDS standards library (``ccsds_ndm``): text in, messages out, its errors told as ours.

The library (MPL-2.0, compiled, needs only numpy) reads and writes the NDM standards 502.0-B in KVN and XML. Nothing
else in the package imports it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from stationkeep.errors import ElementSetError, MissingExtraError
from stationkeep.files import write_atomically
from stationkeep.orbit.messages.files import Format, MessageText

# CelesTrak leaves the date and the author of its OMMs empty, which the standard forbids and the library refuses. No
# number depends on them, so they are filled before parsing.
_EMPTY_XML: Final = re.compile(r"<(CREATION_DATE|ORIGINATOR)\s*(?:/>|>\s*</\1\s*>)")
_EMPTY_KVN: Final = re.compile(r"^[ \t]*(CREATION_DATE|ORIGINATOR)[ \t]*=[ \t]*$", re.MULTILINE)
_FILLING: Final = {"CREATION_DATE": "1957-10-04T00:00:00", "ORIGINATOR": "UNKNOWN"}
UNKNOWN_CREATION: Final = _FILLING["CREATION_DATE"]
_DECLARED: Final = re.compile(r"\bCCSDS_([A-Z]{3})_VERS\b")
# Entities could blow a small file up, and the library's XML reader panics on a document type within an element.
_DOCUMENT_TYPE: Final = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT: Final = re.compile(r"<([A-Za-z_][\w.:-]*)")
_ROOTS: Final = ("ndm", "oem", "omm", "opm", "ocm", "cdm", "tdm", "rdm", "aem", "apm", "acm")
_LONGEST_REASON: Final = 300  # characters of a library's message worth showing


def ccsds_library() -> Any:
    """The standards library, or :class:`MissingExtraError` where it is not installed."""
    try:
        import ccsds_ndm
    except ImportError:
        raise MissingExtraError(
            "CCSDS messages in XML and KVN need the package ccsds-ndm-py, which is not installed",
            hint='install it: pip install "stationkeep[messages]" (element sets and JSON messages need nothing)',
        ) from None
    return ccsds_ndm


def messages_of(text: MessageText) -> list[Any]:
    """The messages in a KVN or XML text, a combined message taken apart; each knows its type by its class.

    Raises :class:`ElementSetError` with the library's reason where the text is malformed, truncated, or breaks the
    standard.
    """
    if text.format is Format.XML and _DOCUMENT_TYPE.search(text.text):
        raise ElementSetError(
            f"{text.source} declares an XML document type, which no CCSDS message does",
            hint="remove the <!DOCTYPE ...> line",
        )
    parsed = _guarded(text.source, _parse, _filled(text))
    found = list(_flattened(parsed))
    if not found:
        raise ElementSetError(f"{text.source} is a CCSDS message without content", hint="it needs an OMM, OEM or OPM")
    return found


def declared_kind(text: MessageText) -> str:
    """The type of message a KVN or XML text says it is: ``OMM``, ``OEM``, ``OPM`` or another.

    A text that does not say is handed to the library for its reason. Raises :class:`ElementSetError`.
    """
    match = _DECLARED.search(text.text)
    root = _ROOT.search(text.text) if text.format is Format.XML else None
    if match is None and root is not None and root[1].lower().rpartition(":")[2] not in _ROOTS:
        raise ElementSetError(
            f"{text.source} is XML with root <{root[1][:40]}>, not a CCSDS message",
            hint="it may be an error page of the server; fetch the file again (OMM, OEM or OPM)",
        )
    return match[1] if match else kind_of(messages_of(text)[0])


def kind_of(message: Any) -> str:
    """``OMM``, ``OEM``, ``OPM`` or another type of message."""
    return type(message).__name__.upper()


def library_type(name: str) -> Any:
    """A type of the library by its name; a few are only exported by its compiled module."""
    ccsds_ndm = ccsds_library()

    return getattr(ccsds_ndm, name, None) or getattr(ccsds_ndm.ccsds_ndm, name)


def write_message(message: Any, path: Path, xml: bool | None = None) -> None:
    """Write a message to a file, completely or not at all.

    ``xml`` None decides by the name: XML where it ends in ``.xml``, KVN elsewhere. Raises :class:`ElementSetError`
    where the message breaks the standard, :class:`OutputError` where the place cannot be written.
    """
    as_xml = path.suffix.lower() == ".xml" if xml is None else xml
    text = _guarded(path.name, message.to_str, "xml" if as_xml else "kvn")
    write_atomically(path, text if text.endswith("\n") else text + "\n")


def _guarded(source: str, action: Any, argument: Any) -> Any:
    """Call the library; whatever it throws becomes an error of ours with its first lines."""
    try:
        return action(argument)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        # A panic of compiled code arrives as a BaseException of no public name: it, too, means a bad file.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        reason = " ".join(str(error).split())[:_LONGEST_REASON] or type(error).__name__
        raise ElementSetError(
            f"{source} is not a sound CCSDS message: {reason}",
            hint="the file may be cut short or edited; fetch it again (OMM, OEM or OPM, version 2 or 3, KVN or XML)",
        ) from None


def _parse(text: str) -> Any:
    ccsds_ndm = ccsds_library()

    return ccsds_ndm.from_str(text)


def _filled(text: MessageText) -> str:
    if text.format is Format.XML:
        return _EMPTY_XML.sub(lambda hit: f"<{hit[1]}>{_FILLING[hit[1]]}</{hit[1]}>", text.text)
    return _EMPTY_KVN.sub(lambda hit: f"{hit[1]} = {_FILLING[hit[1]]}", text.text)


def _flattened(message: Any) -> Any:
    if kind_of(message) != "NDM":
        yield message
        return
    for part in message.messages:
        yield from _flattened(part)
