"""Whether uplift ranks customers better than response, risk and chance do: Qini, with paired intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.evaluation.bootstrap import OriginStatistics, interval, resample
from regulars.retention.effects import reach
from regulars.retention.uplift.comparison import DEFAULT, Comparison
from regulars.retention.uplift.curves import UpliftCurve

CONFIDENCE = 0.95
REPLICATES = 200
RESPONSE, RISK = "response", "risk"


@dataclass(frozen=True)
class Difference:
    """A difference with its 95 % interval.

    Parameters
    ----------
    value, low, high : float
    """

    value: float
    low: float
    high: float

    def error(self) -> float:
        """The standard error that an interval of the normal law has come from."""
        return (self.high - self.low) / 2.0 / reach(CONFIDENCE)

    @property
    def is_above(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low > 0

    @property
    def is_below(self) -> bool:
        """Whether the interval lies below 0."""
        return self.high < 0


@dataclass(frozen=True)
class Ranking:
    """How well one order of the customers tells whom the contact moves.

    Parameters
    ----------
    name : str
    auuc : float
    qini : Difference
        Against a random order, whose Qini is 0.
    against_response : Difference
        Qini less that of the order by response.
    """

    name: str
    auuc: float
    qini: Difference
    against_response: Difference

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Rankings:
    """All rankings of one comparison.

    Parameters
    ----------
    learner : str
        The learner that stands for uplift: the DR-learner, unless another is better beyond noise.
    by_name : dict of str to Ranking
        Each learner, response and risk.
    against_default : dict of str to Difference
        Qini of each other learner less that of the DR-learner, at 97.5 %, so that both intervals hold at 95 %.
    """

    learner: str
    by_name: dict[str, Ranking]
    against_default: dict[str, Difference]

    @property
    def uplift(self) -> Ranking:
        """The ranking by uplift."""
        return self.by_name[self.learner]

    @property
    def response(self) -> Ranking:
        """The ranking by response."""
        return self.by_name[RESPONSE]

    @property
    def verdict(self) -> str:
        """better, no evidence or worse: uplift against response; better only where it beats a random order too."""
        apart = self.uplift.against_response
        if apart.is_above and self.uplift.qini.is_above:
            return "better"
        return "worse" if apart.is_below else "no evidence"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "learner": self.learner,
            "verdict": self.verdict,
            "rankings": [ranking.to_dict() for ranking in self.by_name.values()],
            "against_default": {name: asdict(apart) for name, apart in self.against_default.items()},
        }


def rankings_of(compared: Comparison, *, seed: int, replicates: int = REPLICATES) -> Rankings:
    """Judge the learners, response and risk on the rows of one comparison.

    Notes
    -----
    Response is the predicted outcome with the contact, risk the predicted outcome without it, lowest first. The
    bootstrap draws customers, the same for all rankings, so that differences are paired; the predictions stay as they
    are, so noise of training is not in the intervals.
    """
    scores = {**compared.by_learner, RESPONSE: compared.response, RISK: -compared.base}
    chance = None if compared.is_even else compared.chance
    curves = {name: UpliftCurve(score, compared.treated, compared.actual, chance) for name, score in scores.items()}
    drawn = drawn_qinis(curves, compared.clusters, seed=seed, replicates=replicates)
    found = {name: float(curve.qini()) for name, curve in curves.items()}

    def apart(name: str, other: str, level: float = CONFIDENCE) -> Difference:
        return difference_of(found[name] - found[other], drawn[name] - drawn[other], level)

    others = {name: apart(name, DEFAULT, 0.975) for name in compared.by_learner if name != DEFAULT}
    better = [name for name, difference in others.items() if difference.is_above]
    return Rankings(
        learner=max(better, key=lambda name: found[name]) if better else DEFAULT,
        by_name={
            name: Ranking(name, float(curve.auuc()), difference_of(found[name], drawn[name]), apart(name, RESPONSE))
            for name, curve in curves.items()
        },
        against_default=others,
    )


def drawn_qinis(
    curves: Mapping[str, UpliftCurve], clusters: NDArray[np.int64], *, seed: int, replicates: int = REPLICATES
) -> dict[str, Floats]:
    """Qini of each curve in every bootstrap of the customers, whose rows have the numbers of `clusters`."""
    statistics = {name: curve.qini for name, curve in curves.items()}
    origin = OriginStatistics(clusters, statistics=statistics)
    return resample([origin], int(clusters.max()) + 1, replicates=replicates, seed=seed)


def difference_of(value: float, drawn: Floats, level: float = CONFIDENCE) -> Difference:
    """A value with the interval that its bootstrap draws give."""
    low, high = interval(np.asarray(drawn), level=level)
    return Difference(value, low, high)
