"""Whether the model can be trusted, in the words of whoever decides: the grade with its reason, and warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from regulars.evaluation.grades import title_of
from regulars.report.content import ReportContent

MOST_WARNINGS = 4

ADVICE = {
    "A": "Use the {list} and the totals.",
    "B": "Use the {list} and the totals.",
    "C": "Use the {list}; read the totals with their ranges.",
    "D": "Use the {list} with care, and do not plan on the totals.",
    "E": "Do not act on these figures.",
}
UNTRIED = (
    "It could not be tried on the past of this log, which is too short for that or has too few customers, so nothing "
    "shows how good it is."
)
WORST_OF_TOTALS = "Use the {list}, but do not plan on the totals."
BEST_OF_TOTALS = "Use the totals; the {list} {is_} only somewhat better than a simple rule."


@dataclass(frozen=True)
class Badge:
    """The grade, why it is no better, and what to do with it.

    Parameters
    ----------
    letter : str
        From A to E; a dash without a grade.
    reason, advice : str
        A sentence each.
    marks : tuple of (str, int, str)
        Name, points of 2, and why, the weakest first.
    """

    letter: str
    reason: str
    advice: str
    marks: tuple[tuple[str, int, str], ...] = ()

    @property
    def look(self) -> str:
        """Good, mild or bad, for its colour."""
        return {"A": "good", "B": "good", "C": "mild"}.get(self.letter, "bad")


def badge(grade: Mapping[str, Any] | None, *, has_list: bool = True) -> Badge:
    """The grade in words; without a work list the advice is about the scores.

    Examples
    --------
    >>> marks = [{"name": "skill", "points": 2, "sentence": "…", "plain": "…"},
    ...          {"name": "level", "points": 0, "sentence": "expected money lies 12.0 % from the actual total at …",
    ...           "plain": "in past tests the forecast of all revenue was 12 % off on average"}]
    >>> badge({"letter": "C", "marks": marks}).reason
    'In past tests the forecast of all revenue was 12 % off on average.'
    """
    if grade is None:
        return Badge("–", "No past window could be tested, so nothing shows how good it is.", ADVICE["E"])
    marks = sorted(grade["marks"], key=lambda mark: mark["points"])
    worded = tuple((title_of(mark["name"]), mark["points"], str(mark["sentence"])) for mark in marks)
    weak = [mark for mark in marks if mark["points"] < 2] or marks[-1:]
    reason = _sentence("; ".join(map(_plain, weak[:2])))
    level = next((mark["points"] for mark in marks if mark["name"] == "level"), 2)
    advice = _advice(grade["letter"], level)
    names = {"list": "list", "is_": "is"} if has_list else {"list": "scores", "is_": "are"}
    return Badge(grade["letter"], reason, advice.format(**names), worded)


def _advice(letter: str, level: int) -> str:
    """What to do with the figures, by the letter and the points for totals."""
    if letter == "C" and level == 2:
        return BEST_OF_TOTALS
    return WORST_OF_TOTALS if letter in ("A", "B", "C") and level == 0 else ADVICE[letter]


def warnings(content: ReportContent) -> list[str]:
    """What to know before any figure is used, the gravest first."""
    return list(dict.fromkeys(_warnings(content)))[:MOST_WARNINGS]


def _warnings(content: ReportContent) -> Iterator[str]:
    if content.verdict and not content.verdict["passed"]:
        failed = [
            UNTRIED if check.get("name") == "tried" else check["sentence"]
            for check in content.verdict["checks"]
            if not check["passed"] and check["blocking"]
        ]
        yield f"This model did not pass the checks for use. {' '.join(failed[:2])}"
    yield from content.age[1:]
    if content.certificate and content.certificate["verdict"] == "failure":
        yield "The fit of the lifetime model failed its checks: see the certificate below."
    for finding in content.findings or ():
        if finding["severity"] in ("error", "warning"):
            yield f"{finding['what'].rstrip('.')}. {finding['to_do']}"
    if content.forecast and content.forecast.windows < 2:
        yield content.forecast.basis


def _plain(mark: Mapping[str, Any]) -> str:
    """The mark in plain words; a model of an earlier version has none."""
    return str(mark.get("plain") or mark["sentence"])


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
