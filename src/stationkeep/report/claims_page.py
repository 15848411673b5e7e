"""Claims and their verdicts as a page: a summary to quote from, then each statement with its number and evidence."""

from __future__ import annotations

from typing import Any

from stationkeep.report.claims_text import value_words
from stationkeep.report.html import page_html
from stationkeep.report.markup import e, linked, table


def claims_html(document: dict[str, Any], *, reproduce: str) -> str:
    """The page as a string of HTML5; it loads nothing from anywhere."""
    title = f"Claims checked: {e(document['scenario']['id'])}"
    claims = document["claims"]
    counted = [(word, sum(claim["verdict"] == word for claim in claims)) for word in _words(claims)]
    told = ", ".join(f"{number} {word}" for word, number in counted)
    head = (
        f'<header class="top"><p class="kicker">stationkeep claims · {e(document["scenario"]["id"])}</p>'
        f"<h1>Claims, checked by computing them</h1>"
        f'<p class="facts">{len(claims)} statements: {e(told)}. {document["runs"]:,} runs a branch where runs decide, '
        f"seed {document['seed']}</p></header>"
    )
    rows = [tuple(map(e, (claim["verdict"], claim["quote"], value_words(claim)))) for claim in claims]
    summary = table("", ("Verdict", "Claim", "Number (range)"), rows, stack=True)
    body = (
        f'<section aria-label="Summary" class="keep">{summary}</section>\n'
        f'<section aria-labelledby="each"><h2 id="each">Claim by claim</h2>{"".join(map(_claim, claims))}</section>\n'
        '<section aria-labelledby="again"><h2 id="again">Reproduce</h2>'
        f"<pre><code>{e(reproduce)}</code></pre></section>"
    )
    foot = f"<footer>Made by stationkeep {e(document['version'])} from document {e(document['schema'])}.</footer>"
    return page_html(title, f"{head}\n<main>\n{body}\n</main>\n{foot}")


def _words(claims: list[dict[str, Any]]) -> list[str]:
    return [word for word in ("true", "partly", "false", "not decidable") if any(c["verdict"] == word for c in claims)]


def _claim(claim: dict[str, Any]) -> str:
    own = " (in our words)" if claim["paraphrase"] else ""
    said = f"{claim['who']}, {claim['when_utc']}; {claim['source']} [{claim['quality']}]"
    number = f"{value_words(claim)}; {claim['uncertainty']}" if claim["uncertainty"] else value_words(claim)
    rows = [(e(line["what"]), e(_plain(line["value"])), linked(line["from"])) for line in claim["evidence"]]
    evidence = table("", ("What", "Value", "From"), rows, stack=True)
    return (
        f'<div class="story keep"><h3>{e(claim["verdict"].capitalize())}: {e(claim["quote"])}</h3>'
        f'<p class="m">{e(said)}{own}</p><p>{linked(claim["because"])}</p>'
        f"<p><b>Asked</b>: {e(claim['question'])} <b>True if</b>: {e(claim['true_if'])}.</p>"
        f"<p><b>Number</b>: {e(number)}.</p>"
        f"<details><summary>Evidence, and the command that gives this verdict again</summary>{evidence}"
        f"<pre><code>{e(claim['reproduce'])}</code></pre></details></div>"
    )


def _plain(value: Any) -> str:
    """A value of the evidence in words: numbers as they are, several with their names."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    if isinstance(value, float):
        return f"{value:.4g}"
    return "none" if value is None else str(value)
