"""What people read is written in the field's words: the private ones of `tests/words.py` have to go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import words


@pytest.mark.slow
def test_no_file_holds_private_words() -> None:
    pages = words.pages()
    assert len(pages) > 400
    found = {page.relative_to(words.ROOT).as_posix(): words.private_words(page) for page in pages}
    assert {page: hints for page, hints in found.items() if hints} == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.md", "# The opinions\n\nWhat came is in the table."),
        ("names.py", "class Opinions: pass\nmean, what_came = 0, 1\n"),
        (
            "strings.py",
            'def f() -> str:\n    """Opinions."""\n    return f"{1}: what " "came"  # yes\n',
        ),
        ("page.html", "<p>Opinions</p><p>and what\ncame</p>"),
    ],
)
def test_private_words_are_found_in_prose_names_and_messages(tmp_path: Path, name: str, text: str) -> None:
    page = tmp_path / name
    page.write_text(text, encoding="utf-8")
    assert {found.split("”")[0].strip("“").lower() for found in words.private_words(page)} >= {"opinions", "what came"}


@pytest.mark.parametrize("text", ["15% of them", 'f"{share:.1%} of them"'])
def test_a_percentage_has_a_space_before_its_sign(tmp_path: Path, text: str) -> None:
    page = tmp_path / ("page.md" if "{" not in text else "page.py")
    page.write_text(text, encoding="utf-8")
    assert [found.split(": ")[1] for found in words.private_words(page)] == ["write a space before the %"]


def test_words_that_only_look_alike_are_left() -> None:
    text = "It remembers a confidence level of 90 %, the header and the essay; tuning costs less than it gains."
    assert list(words.found_in(text)) == []


def test_code_in_a_page_is_not_prose(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Set `opinions`.\n```\nopinions\n```\n", encoding="utf-8")
    assert words.private_words(page) == []
