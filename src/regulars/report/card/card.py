"""The card as a whole, and in brief."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from regulars.errors import InputError
from regulars.evaluation import Run
from regulars.predict import make_folder, write_text
from regulars.progress import note
from regulars.redact import redact
from regulars.report.card import figures, judged, made, use
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


def keep_card(card: Card, folder: Path | None) -> Path | None:
    """Write a card into a folder and return its path; None, with a note, where that cannot be done.

    Parameters
    ----------
    card : Card
        The model card.
    folder : Path or None
        Where it goes; made if it is not there. None writes nothing.

    Returns
    -------
    Path or None
    """
    if folder is None:
        return None
    try:
        path = make_folder(folder) / card.file_name
        write_text(card.text, path)
    except InputError as error:
        note(f"The model card is with its run in MLflow alone. {error}")
        return None
    return path


def make_card(run: Run) -> Card:
    """Write the card of a finished run.

    Parameters
    ----------
    run : Run

    Returns
    -------
    Card
        No clock, run id, path or customer is in it: the same run gives the same bytes.
    """
    name, version = run.params.mlflow.model_name, run.scorer.version
    room = name.encode()[:LONGEST_NAME].decode(errors="ignore")
    return Card(f"{room}-{version}.md", redact(_text(run)), redact(_brief(run)))


def _text(run: Run) -> str:
    sections = [
        ("What for, and what not", use.uses(run)),
        ("What the scores mean", use.words(run)),
        ("How good it was", judged.accuracy(run)),
        ("Grade", judged.graded(run)),
        ("Gate", judged.decided(run)),
        ("What it was trained on", made.trained_on(run)),
        ("What it is made of", made.made_of(run)),
        ("What it cannot see", use.limits(run)),
        ("How to make it again", use.again(run)),
        ("All figures", figures.all_figures(run)),
    ]
    parts = [_head(run), *(["## " + title, "", *lines] for title, lines in sections)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(run: Run) -> Lines:
    name, windows = run.params.mlflow.model_name, run.windows
    money = ", what they will spend and what they are worth" if run.tx.has_money else ""
    yield f"# {plain(name)} {run.scorer.version}"
    yield ""
    yield (
        f"Who will not order in the next {windows.horizon_days} days, how often customers will order{money}. Trained "
        f"on what was known when {windows.cutoff} began."
    )
    yield ""
    letter = run.grade.letter if run.grade else "none: it could not be tried"
    rows = [
        ("grade", f"**{letter}**"),
        ("gate", "passed" if run.verdict.passed else "**refused**"),
        ("customers", number(len(run.so_far))),
        ("horizon", f"{windows.horizon_days} days"),
        ("code", f"regulars {run.code_version}"),
    ]
    yield from facts(rows)


def _brief(run: Run) -> str:
    windows = run.windows
    customers = number(len(run.so_far))
    lines: Iterable[str] = [
        f"Churn and value over {windows.horizon_days} days, trained on {customers} customers up to {windows.cutoff}.",
        *judged.in_brief(run),
        (
            f"For choosing contacts of this shop from {windows.cutoff} on. Not for decisions on a "
            "person's credit, price or access, not for another shop, not for causes."
        ),
        "The whole card is `card.md` of the run.",
    ]
    return "\n\n".join(shorten(line, LONGEST_LINE, placeholder=" …") for line in lines)
