"""What every document a command writes is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a document: frozen once made, without fields nobody described."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
