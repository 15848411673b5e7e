"""The accuracy report is whole, and says what the records say."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "validation"))

import accuracy  # noqa: E402
from record import recorded  # noqa: E402

MUST_BE_RECORDED = (
    "burns", "casualty", "decay", "density_models", "density_surrogate", "deorbit", "entry", "free_decay_arcs",
    "free_decay_orekit", "history_replay", "orekit_comparison", "reboost", "reentry_window", "reliability",
)  # fmt: skip
"""What the report promises; a script that is not run any more must be taken out of both on purpose."""


def test_the_report_has_every_section_and_no_other() -> None:
    assert sorted(name for name, _, _ in accuracy.SECTIONS) == sorted(MUST_BE_RECORDED)


@pytest.mark.parametrize("name", MUST_BE_RECORDED)
def test_every_section_is_recorded(name: str) -> None:
    document = recorded(name)
    assert document is not None, f"run validation/{name}.py and commit validation/results/{name}.json"
    assert document["findings"]
    assert (REPOSITORY / "validation" / document["page"]).is_file()


def test_the_page_is_made_of_the_records() -> None:
    written = accuracy.PAGE.read_text(encoding="utf-8")
    assert written == accuracy.page(), "run python validation/accuracy.py"
    assert "Not recorded yet" not in written


def test_every_record_is_of_the_run_that_wrote_its_page() -> None:
    for name in MUST_BE_RECORDED:
        document = recorded(name)
        if document is None:
            continue  # said by the test above
        page = (REPOSITORY / "validation" / document["page"]).read_text(encoding="utf-8")
        told = [number for item in document["findings"] for number in re.findall(r"\d+\.\d+", item["measured"])]
        missing = [number for number in told if number not in page]
        assert not missing, f"{document['page']} is of another run than its record: {missing}"


def test_details_are_where_the_page_says() -> None:
    """A link to a page that is not there helps nobody."""
    links = re.findall(
        r"\]\(\.\./(validation/[^)]+)\)", (REPOSITORY / "docs" / "accuracy.md").read_text(encoding="utf-8")
    )
    assert links
    assert [link for link in links if not (REPOSITORY / link).is_file()] == []
