"""How names that people type are compared."""

from __future__ import annotations


def folded(name: str) -> str:
    """Letters and digits only, in lower case."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
