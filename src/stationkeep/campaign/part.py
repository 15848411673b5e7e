"""What every document a command writes is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a document: frozen once made, without fields nobody described.

    Validators are built when a document is made: at import all of them took a tenth of a second of every start.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)
