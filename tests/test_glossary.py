"""The glossary defines each term once, and the committed page is the generated one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regulars.glossary import TERMS, Term, glossary

PAGE = Path(__file__).parents[1] / "docs" / "glossary.md"
NAMES = [term.name for term in TERMS]


def test_the_committed_page_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == glossary(), "The glossary has changed: run make docs"


def test_terms_are_unique_and_alphabetical() -> None:
    assert sorted(set(NAMES), key=str.lower) == NAMES
    assert len({term.anchor for term in TERMS}) == len(TERMS)
    assert len({term.meaning for term in TERMS}) == len(TERMS)


@pytest.mark.parametrize("term", TERMS, ids=NAMES)
def test_a_definition_is_one_or_two_short_sentences(term: Term) -> None:
    assert term.meaning.endswith(".")
    assert len(re.findall(r"\.(?:\s|$)", term.meaning.replace("[.., ", "["))) <= 2
    assert len(term.meaning) <= 220


@pytest.mark.parametrize("term", TERMS, ids=NAMES)
def test_a_reference_leads_to_another_term(term: Term) -> None:
    shown = re.sub(r"`[^`]*`", "", term.meaning)
    references = {target or text for text, target in re.findall(r"\[([^\]]+)\](?:\[([^\]]+)\])?", shown)}
    assert references | set(term.not_to_confuse_with) <= set(NAMES) - {term.name}
