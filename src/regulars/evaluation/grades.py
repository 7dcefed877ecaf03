"""A letter for a scorer, by a rule that anybody can follow.

Four marks of 0, 1 or 2 are added: skill, calibration, level and stability. A is 8, B 6 or 7, C 4 or 5,
D 2 or 3, E less. Without skill, no letter is better than D: what a naive rule knows is free.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from regulars.evaluation.backtest import Backtest
from regulars.evaluation.trials import NAIVE_RULES, OURS

LETTERS = (("A", 8), ("B", 6), ("C", 4), ("D", 2), ("E", 0))
BEST_WITHOUT_SKILL = 3  # a D

MUCH_SKILL = 0.03  # of the naive rule's log-loss; gains on real logs run from 1 to 10 %
GOOD_CALIBRATION, FAIR_CALIBRATION = 0.02, 0.05  # churn rate
GOOD_TOTAL, FAIR_TOTAL = 0.05, 0.10  # share of the actual money, or of the actual order days


@dataclass(frozen=True)
class Mark:
    """One of the four: 0, 1 or 2 points, and why: in full, and in plain words for who reads no other figure."""

    name: str
    points: int
    sentence: str
    plain: str

    @property
    def title(self) -> str:
        """What people read; `name` stands in JSON and MLflow, where "level" has been the name of the totals' mark."""
        return title_of(self.name)


def title_of(mark: str) -> str:
    """What people read for the name of a mark.

    Examples
    --------
    >>> title_of("level"), title_of("skill")
    ('totals', 'skill')
    """
    return {"level": "totals"}.get(mark, mark)


@dataclass(frozen=True)
class Grade:
    """A letter from A to E, and the marks that make it."""

    letter: str
    marks: tuple[Mark, ...]

    def to_dict(self) -> dict[str, Any]:
        """The grade, ready for JSON."""
        return {"letter": self.letter, "marks": [vars(mark) for mark in self.marks]}

    def metrics(self) -> dict[str, float]:
        """The points of each mark, for a run."""
        return {f"grade/{mark.name}": float(mark.points) for mark in self.marks}


def grade(backtest: Backtest) -> Grade | None:
    """Grade a backtest; None where no origin could be tried.

    Notes
    -----
    - **Skill**: log-loss against the best naive rule. Significantly lower (paired interval by customer) is 1, and
      2 if by 3 % of the rule's or more.
    - **Calibration**: the mean predicted churn rate lies within 2 points of the actual rate (2), or within 5 (1).
    - **Level**: the sum of the money (without money: of order days) is within 5 % (2), or within 10 % (1).

      It is judged at the earlier cutoffs of `total_errors`, and without any at the origins. Both are mean sizes,
      whatever the sign: too much in spring does not make up for too little in autumn.
    - **Stability**: a lower log-loss than the best naive rule's at every origin (2), or at more than half of them (1).
    """
    rules = [rule for rule in NAIVE_RULES if not math.isnan(backtest.value(rule, "log_loss"))]
    if backtest.origins.empty or not rules:
        return None
    best = min(rules, key=lambda rule: backtest.value(rule, "log_loss"))
    marks = (_skill(backtest, best), _calibration(backtest), _level(backtest), _stability(backtest, best))
    points = sum(mark.points for mark in marks)
    if marks[0].points == 0:
        points = min(points, BEST_WITHOUT_SKILL)
    return Grade(next(letter for letter, least in LETTERS if points >= least), marks)


def _skill(backtest: Backtest, rule: str) -> Mark:
    ours, its = backtest.value(OURS, "log_loss"), backtest.value(rule, "log_loss")
    rows = backtest.comparisons
    found = rows[(rows["contender"] == rule) & (rows["metric"] == "log_loss")]
    sure = bool((found["high"] < 0).any())
    gain = 1.0 - ours / its
    certain = "significantly" if sure else "within noise"
    points = 0 if not sure else 2 if gain >= MUCH_SKILL else 1
    told = f"log-loss {100 * gain:+.1f} % better than the best naive rule ({rule}), {certain}"
    how = ("no better", "somewhat better", "clearly better")[points]
    return Mark("skill", points, told, f"it tells who will order {how} than a simple rule")


def _calibration(backtest: Backtest) -> Mark:
    off, side = backtest.off(OURS, "churn_bias"), backtest.direction(OURS, "churn_bias")
    points = _within(off, GOOD_CALIBRATION, FAIR_CALIBRATION)
    told = f"predicted churn lies {100 * off:.1f} points from the actual rate: {side}"
    plain = f"in past tests the predicted share of customers who stay away was {100 * off:.0f} points off"
    return Mark("calibration", points, told, plain)


def _level(backtest: Backtest) -> Mark:
    found, what = backtest.total_errors("spend"), "money lies"
    if math.isnan(found.off):
        found, what = backtest.total_errors("purchases"), "order days lie"
    sentence = f"expected {what} {100 * found.off:.1f} % from the actual total{found.where}: {found.direction}"
    total = "revenue" if what.startswith("money") else "orders"
    plain = f"in past tests the forecast of all {total} was {100 * found.off:.0f} % off on average"
    return Mark("level", _within(found.off, GOOD_TOTAL, FAIR_TOTAL), sentence, plain)


def _stability(backtest: Backtest, rule: str) -> Mark:
    better = list(_better(backtest, rule))
    share = sum(better) / len(better)
    points = 2 if share == 1 else 1 if share > 0.5 else 0
    how = ("half of the past tests or fewer", "most past tests", "every past test")[points]
    told = f"better than {rule} at {sum(better)} of {len(better)} origins"
    return Mark("stability", points, told, f"it beat the simple rule in {how}")


def _better(backtest: Backtest, rule: str) -> Iterator[bool]:
    for origin in backtest.origins["origin"]:
        day = str(origin)
        yield backtest.value(OURS, "log_loss", over=day) < backtest.value(rule, "log_loss", over=day)


def _within(off: float, good: float, fair: float) -> int:
    return 2 if off <= good else 1 if off <= fair else 0
