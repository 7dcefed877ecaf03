"""The card as a whole, and in brief."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import shorten

from regulars.redact import redact
from regulars.report.card import judged, made, use
from regulars.report.card.content import CardContent
from regulars.report.card.markdown import Lines, facts, plain
from regulars.report.words import number

LONGEST_LINE = 400
LONGEST_NAME = 180  # bytes: a file's name may have 255


@dataclass(frozen=True)
class Card:
    """A model card.

    Parameters
    ----------
    file_name : str
        `<model name>-<content version>.md`.
    text : str
        All of it, in Markdown.
    brief : str
        What a description of the model has room for, in Markdown.
    """

    file_name: str
    text: str
    brief: str


def make_card(content: CardContent) -> Card:
    """Write the card of a finished run.

    Parameters
    ----------
    content : CardContent

    Returns
    -------
    Card
        No clock, run id, path or customer is in it: the same run gives the same bytes.
    """
    name, version = content.params.mlflow.model_name, content.scorer.version
    room = name.encode()[:LONGEST_NAME].decode(errors="ignore")
    return Card(f"{room}-{version}.md", redact(_text(content)), redact(_brief(content)))


def _text(content: CardContent) -> str:
    sections = [
        ("What for, and what not", use.uses(content)),
        ("What the scores mean", use.words(content)),
        ("How good it was", judged.accuracy(content)),
        ("Grade", judged.graded(content)),
        ("Gate", judged.decided(content)),
        ("What it was trained on", made.trained_on(content)),
        ("What it is made of", made.made_of(content)),
        ("What it cannot see", use.limits(content)),
        ("How to make it again", use.again(content)),
    ]
    parts = [_head(content), *(["## " + title, "", *lines] for title, lines in sections)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(content: CardContent) -> Lines:
    name, windows = content.params.mlflow.model_name, content.windows
    money = ", what they will spend and what they are worth" if content.tx.has_money else ""
    yield f"# {plain(name)} {content.scorer.version}"
    yield ""
    yield (
        f"Who will not order in the next {windows.horizon_days} days, how often customers will order{money}. Trained "
        f"on what was known when {windows.cutoff} began."
    )
    yield ""
    letter = content.grade.letter if content.grade else "none: it could not be tried"
    rows = [
        ("grade", f"**{letter}**"),
        ("gate", "passed" if content.verdict.passed else "**refused**"),
        ("customers", number(len(content.features))),
        ("horizon", f"{windows.horizon_days} days"),
        ("code", f"regulars {content.code_version}"),
    ]
    yield from facts(rows)


def _brief(content: CardContent) -> str:
    windows = content.windows
    customers = number(len(content.features))
    lines: Iterable[str] = [
        f"Churn and value over {windows.horizon_days} days, trained on {customers} customers up to {windows.cutoff}.",
        *judged.in_brief(content),
        (
            f"For choosing contacts of this shop from {windows.cutoff} on. Not for decisions on a "
            "person's credit, price or access, not for another shop, not for causes."
        ),
        "The whole card is `card.md` of the run.",
    ]
    return "\n\n".join(shorten(line, LONGEST_LINE, placeholder=" …") for line in lines)
