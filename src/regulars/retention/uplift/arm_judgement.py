"""What is known of one kind of contact and one outcome, and whom to contact: figures and words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from regulars.arrays import Floats
from regulars.retention.effects import difference, reach
from regulars.retention.power import smallest_visible
from regulars.retention.uplift.comparison import Comparison
from regulars.retention.uplift.policies import (
    EVERYBODY,
    NOBODY,
    RANDOM,
    RESPONSE,
    UNHARMED,
    UPLIFT,
    Policy,
    Terms,
    effect_of,
    policies_of,
)
from regulars.retention.uplift.rankings import CONFIDENCE, Difference, Rankings, rankings_of

TRIED = 4  # rules that could be recommended: everybody, all but those harmed, by response, by uplift
FEWEST_HARMED = 100  # rows with a predicted effect below 0, from which their mean effect is shown


@dataclass(frozen=True)
class Harm:
    """Those whom the contact is predicted to drive away.

    Parameters
    ----------
    share : float
        Of the customers.
    effect : Difference
        The mean effect on them, by AIPW.
    """

    share: float
    effect: Difference


@dataclass(frozen=True)
class ArmJudgement:
    """What one kind of contact does to one outcome, whom it moves, and what rules would bring.

    Parameters
    ----------
    outcome, arm : str
    is_binary : bool
    treated, control : int
        Rows of the two groups.
    treated_mean, control_mean : float
    effect : Difference
        What the contact changes on average.
    rankings : Rankings
    policies : tuple of Policy
    terms : Terms
    harm : Harm or None
        None where too few are predicted to be driven away.
    """

    outcome: str
    arm: str
    is_binary: bool
    treated: int
    control: int
    treated_mean: float
    control_mean: float
    effect: Difference
    rankings: Rankings
    policies: tuple[Policy, ...]
    terms: Terms
    harm: Harm | None

    @classmethod
    def of(cls, compared: Comparison, *, share: float, terms: Terms, seed: int) -> ArmJudgement:
        """Judge one comparison."""
        rankings = rankings_of(compared, seed=seed)
        uplift = compared.by_learner[rankings.learner]
        ones, zeros = compared.actual[compared.treated], compared.actual[~compared.treated]
        return cls(
            outcome=compared.outcome,
            arm=compared.arm,
            is_binary=compared.is_binary,
            treated=len(ones),
            control=len(zeros),
            treated_mean=float(ones.mean()),
            control_mean=float(zeros.mean()),
            effect=_effect(compared),
            rankings=rankings,
            policies=policies_of(compared, uplift, share, terms),
            terms=terms,
            harm=_harm(compared, uplift),
        )

    def policy(self, name: str) -> Policy:
        """One of the rules."""
        return next(policy for policy in self.policies if policy.name == name)

    @property
    def ranking(self) -> str:
        """By what to rank: uplift where it is better than response beyond noise, else response, or neither."""
        if self.rankings.verdict == "better":
            return UPLIFT
        if self.rankings.response.qini.is_above:
            return RESPONSE
        return UPLIFT if self.rankings.uplift.qini.is_above else RANDOM

    @property
    def recommended(self) -> str:
        """The rule to follow: nobody, everybody, all but those harmed, or a share by uplift, response or at random."""
        many = UNHARMED if self.does_harm else EVERYBODY
        if not any(self._is_shown(self.policy(name)) for name in dict.fromkeys((EVERYBODY, many, RESPONSE, UPLIFT))):
            return NOBODY
        return many if self.policy(many).gain.value >= self.policy(self.ranking).gain.value else self.ranking

    @property
    def does_harm(self) -> bool:
        """Whether the contact drives away those of whom that is predicted."""
        return self.harm is not None and _z(self.harm.effect) < -self._needed

    def _is_shown(self, policy: Policy) -> bool:
        """Whether a rule brings more than nobody, with an interval that holds for all that are tried together."""
        return _z(policy.gain) > self._needed

    @property
    def _needed(self) -> float:
        return reach(1.0 - (1.0 - CONFIDENCE) / TRIED)

    def sentences(self) -> Iterator[str]:
        """What is known, a sentence or two a line."""
        yield f"{self.outcome}, {self.arm}: {self._effect_in_words()}"
        yield self._ranking_in_words()
        yield from self._learners()
        yield from self._harm_in_words()
        yield self.advice

    def _effect_in_words(self) -> str:
        found = self._interval(self.effect)
        groups = f"{self.treated:,} contacted with {self.control:,} who were not"
        before = f"{100 * self.control_mean:.2f} %" if self.is_binary else f"{self.control_mean:,.4f}"
        told = f"{found} a customer, from {before} without it ({groups})."
        if self.effect.is_above:
            return f"the contact raises it by {told}"
        if self.effect.is_below:
            return f"the contact does harm: it changes it by {told}"
        return f"no evidence that the contact changes it: {told}{self._visible()}"

    def _visible(self) -> str:
        if not self.is_binary:
            return ""
        points = 100 * smallest_visible(self.control_mean, self.treated, self.control)
        return f" Groups of this size show a difference of {points:.2g} points or more."

    def _ranking_in_words(self) -> str:
        up, response = self.rankings.uplift, self.rankings.response
        figures = (
            f"Qini {up.qini.value:.5f} against {response.qini.value:.5f}, difference {up.against_response.value:+.5f} "
            f"(95 %: {up.against_response.low:+.5f} to {up.against_response.high:+.5f})."
        )
        if self.rankings.verdict == "better":
            return f"Uplift ranks customers better than response: {figures}"
        more = " Response ranks better." if self.rankings.verdict == "worse" else ""
        return f"No evidence that uplift beats response: {figures}{more}"

    def _learners(self) -> Iterator[str]:
        if self.rankings.learner in self.rankings.against_default:
            apart = self.rankings.against_default[self.rankings.learner]
            yield (
                f"Uplift is that of the {self.rankings.learner}, which ranks better than the DR-learner beyond noise: "
                f"difference of Qini {apart.value:+.5f} (97.5 %: {apart.low:+.5f} to {apart.high:+.5f})."
            )

    def _harm_in_words(self) -> Iterator[str]:
        if self.harm and self.does_harm:
            yield (
                f"The contact does harm to the {100 * self.harm.share:.1f} % of the customers with a predicted "
                f"effect below 0: {self._interval(self.harm.effect)} a customer. Leave them out."
            )

    @property
    def advice(self) -> str:
        """Whom to contact."""
        rule, share = self.recommended, self.policy(RANDOM).contacted
        if rule == NOBODY:
            more = "costs" if self.terms.cost else "doing nothing"
            return f"Contact nobody: no rule brings more than {more} beyond noise."
        by = {UPLIFT: "by uplift", RESPONSE: "by response"}.get(
            self.ranking, "at random: no ranking is better than that"
        )
        if rule in (EVERYBODY, UNHARMED):
            but = " but those with a predicted effect below 0" if rule == UNHARMED else ""
            return f"Contact everybody{but}; where only some can be contacted, choose them {by}."
        return f"Contact {100 * share:.0f} % of the customers, chosen {by}."

    def _interval(self, found: Difference) -> str:
        """A difference in words: percentage points of a share, else in the unit of the outcome."""
        if self.is_binary:
            points = [100 * value for value in (found.value, found.low, found.high)]
            return f"{points[0]:+.2f} points (95 %: {points[1]:+.2f} to {points[2]:+.2f})"
        return f"{found.value:+,.4f} (95 %: {found.low:+,.4f} to {found.high:+,.4f})"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "outcome": self.outcome,
            "arm": self.arm,
            "treated": self.treated,
            "control": self.control,
            "treated_mean": self.treated_mean,
            "control_mean": self.control_mean,
            "effect": asdict(self.effect),
            **self.rankings.to_dict(),
            "policies": [policy.to_dict() for policy in self.policies],
            "in_money": self.terms.is_money,
            "harm": asdict(self.harm) if self.harm else None,
            "recommended": self.recommended,
            "ranking": self.ranking,
            "in_words": list(self.sentences()),
        }


def _effect(compared: Comparison) -> Difference:
    """The difference of the two means where chances are equal and customers stand once; else by AIPW."""
    if compared.is_even and len(np.unique(compared.clusters)) == len(compared.clusters):
        found = difference(compared.actual, compared.treated)
        return Difference(found.value, *found.interval(CONFIDENCE))
    return effect_of(compared, np.ones(len(compared.actual), dtype=bool))


def _harm(compared: Comparison, uplift: Floats) -> Harm | None:
    driven_away = uplift < 0
    if driven_away.sum() < FEWEST_HARMED:
        return None
    return Harm(float(driven_away.mean()), effect_of(compared, driven_away))


def _z(found: Difference) -> float:
    """A difference in standard errors."""
    error = found.error()
    return found.value / error if error > 0 else 0.0
