"""What rules of whom to contact would bring, side by side: value by AIPW, with paired differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.retention.effects import reach
from regulars.retention.uplift.comparison import Comparison
from regulars.retention.uplift.rankings import CONFIDENCE, Difference

NOBODY, EVERYBODY, RANDOM, RESPONSE, UPLIFT = "nobody", "everybody", "random", "response", "uplift"
UNHARMED = "unharmed"  # everybody but those whom the contact is predicted to drive away
FROM_COLUMNS = ("silence", "value", "profit")  # rankings that a file has to carry a column for


@dataclass(frozen=True)
class Terms:
    """What an outcome is worth and what a contact costs.

    Parameters
    ----------
    margin : float
        Share of the outcome that is kept.
    cost : float
        Of a contact, in the unit of the outcome.
    is_money : bool
        Whether values are profits.
    """

    margin: float = 1.0
    cost: float = 0.0
    is_money: bool = False


@dataclass(frozen=True)
class Policy:
    """What one rule would bring.

    Parameters
    ----------
    name : str
    contacted : float
        Share of the customers.
    value, error : float
        Mean of the outcome (or profit) of a customer under the rule, and its standard error.
    gain : Difference
        Value less that of contacting nobody.
    against_random, against_response : Difference
        Value less that of contacting as many at random, and of the same number by response.
    """

    name: str
    contacted: float
    value: float
    error: float
    gain: Difference
    against_random: Difference
    against_response: Difference

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def policies_of(compared: Comparison, uplift: Floats, share: float, terms: Terms) -> tuple[Policy, ...]:
    """Compare rules that contact the same share of the customers with each other, with nobody and with everybody.

    Parameters
    ----------
    compared : Comparison
    uplift : array, shape (n,)
        Predicted effect.
    share : float
        Of the customers to contact.
    terms : Terms

    Notes
    -----
    The value of a rule π is the mean of π(x)·ψ₁ + (1 − π(x))·ψ₀, ψ the doubly robust outcomes with and without the
    contact (Dudík et al. 2014, "Doubly robust policy evaluation and optimization", Statistical Science 29);
    errors are those of a mean over customers, and differences are paired. Of equal scores at the limit all have the
    same chance of being contacted, so a random order is exact and not drawn.
    """
    ones, zeros = terms.margin * compared.ones - terms.cost, terms.margin * compared.zeros
    rules = dict(_rules(compared, uplift, share, terms))
    values = {name: rule * ones + (1.0 - rule) * zeros for name, rule in rules.items()}

    def apart(name: str, other: Floats) -> Difference:
        return _mean(values[name] - other, compared.clusters)

    made = []
    for name, rule in rules.items():
        contacted = float(rule.mean())
        found = _mean(values[name], compared.clusters)
        made.append(
            Policy(
                name=name,
                contacted=contacted,
                value=found.value,
                error=found.error(),
                gain=apart(name, values[NOBODY]),
                against_random=apart(name, contacted * ones + (1.0 - contacted) * zeros),
                against_response=apart(name, values[RESPONSE]),
            )
        )
    return tuple(made)


def missing(columns: Mapping[str, Floats], terms: Terms) -> list[str]:
    """Rules that the file carries no column for."""
    return [name for name in FROM_COLUMNS if name not in columns and not (name == "profit" and terms.is_money)]


def effect_of(compared: Comparison, rows: NDArray[np.bool_]) -> Difference:
    """The mean effect on some of the customers."""
    return _mean((compared.ones - compared.zeros)[rows], compared.clusters[rows])


def top(score: Floats, share: float) -> Floats:
    """The chance of each row to be among the best share of all: 1, 0, or between for those equal at the limit.

    Examples
    --------
    >>> top(np.array([3.0, 1.0, 1.0, 0.0]), 0.5).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    known = np.where(np.isnan(score), -np.inf, score)
    k = share * len(score)
    limit = np.sort(known)[::-1][max(0, int(np.ceil(k)) - 1)]
    above, equal = known > limit, known == limit
    return np.asarray(above + equal * ((k - above.sum()) / equal.sum()))


def _rules(compared: Comparison, uplift: Floats, share: float, terms: Terms) -> Iterator[tuple[str, Floats]]:
    n = len(uplift)
    yield NOBODY, np.zeros(n)
    yield EVERYBODY, np.ones(n)
    if (uplift < 0).any():
        yield UNHARMED, np.where(uplift >= 0, 1.0, 0.0)
    yield RANDOM, np.full(n, share)
    if "silence" in compared.columns:
        yield "silence", top(compared.columns["silence"], share)
    yield "risk", top(-compared.base, share)
    if "value" in compared.columns:
        yield "value", top(compared.columns["value"], share)
    yield RESPONSE, top(compared.response, share)
    yield UPLIFT, top(uplift, share)
    if terms.is_money and "profit" not in compared.columns:
        profit = terms.margin * uplift - terms.cost
        yield "profit", np.where(profit > 0, top(profit, share), 0.0)
    for name, score in compared.columns.items():
        if name not in ("silence", "value"):
            yield name, top(score, share)


def _mean(values: Floats, clusters: NDArray[np.int64]) -> Difference:
    """A mean with its interval; rows of one customer count together (Liang & Zeger 1986)."""
    mean = float(values.mean())
    sums = np.bincount(clusters, values - mean)
    sums = sums[np.bincount(clusters) > 0]
    m = len(sums)
    error = float(np.sqrt(np.sum(sums**2) * m / max(m - 1, 1))) / len(values)
    return Difference(mean, mean - reach(CONFIDENCE) * error, mean + reach(CONFIDENCE) * error)
