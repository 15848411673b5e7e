"""What was said and done around a scenario's epoch, for its document."""

from __future__ import annotations

from stationkeep.campaign.document import Crisis, CrisisEntry
from stationkeep.partnership.crisis import crisis_timeline


def crisis(name: str | None) -> Crisis | None:
    """The shipped timeline of that name; none where the scenario names none."""
    if name is None:
        return None
    timeline = crisis_timeline(name)
    agreement = timeline.agreement
    return Crisis(
        title=timeline.title,
        agreement=f"{agreement.name}: {' '.join(agreement.what.split())}",
        entries=[
            CrisisEntry(
                id=entry.id,
                date_utc=f"{entry.date:%Y-%m-%d}" if entry.date_known_to == "day" else f"{entry.date:%Y-%m}",
                who=entry.who, what=entry.what, source=entry.source,
            )
            for entry in timeline.entries
        ],
    )  # fmt: skip
