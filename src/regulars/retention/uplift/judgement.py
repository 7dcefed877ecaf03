"""The judgement of a randomised campaign: every prediction, and what it means in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.retention.control import draw
from regulars.retention.effects import BoolArray
from regulars.retention.uplift.arm_judgement import ArmJudgement
from regulars.retention.uplift.balance import Balance
from regulars.retention.uplift.comparison import Predicted
from regulars.retention.uplift.policies import EVERYBODY, NOBODY, RANDOM, RESPONSE, UNHARMED, UPLIFT, missing
from regulars.retention.uplift.trial import FOLDS, Trial


@dataclass(frozen=True, eq=False)
class Judgement:
    """Who responds because of a contact, and whether that ranks customers better than other rules.

    Parameters
    ----------
    frame : DataFrame
        A row for each of the campaign: the arm, what followed, predictions, and under `contact` whom to contact how.
    rows : int
    arms : dict of str to int
        Rows of each arm, the control group first.
    judged : tuple of ArmJudgement
        For each outcome and kind of contact.
    balances : tuple of Balance
    notes : tuple of str
        What to beware of.
    features : tuple of str
        Columns that were known before.
    left_out : dict of str to str
        Columns that are not used, and why.
    """

    frame: pd.DataFrame
    rows: int
    arms: dict[str, int]
    judged: tuple[ArmJudgement, ...]
    balances: tuple[Balance, ...]
    notes: tuple[str, ...]
    features: tuple[str, ...]
    left_out: dict[str, str]

    def __repr__(self) -> str:
        arms = ", ".join(f"{arm} {rows:,}" for arm, rows in self.arms.items())
        return f"<Judgement of {self.rows:,} customers: {arms}>"

    @classmethod
    def of(
        cls,
        trial: Trial,
        balances: tuple[Balance, ...],
        judged: tuple[ArmJudgement, ...],
        predicted: Mapping[str, Predicted],
        suspected: Mapping[str, float],
    ) -> Judgement:
        """Put together what was found.

        Parameters
        ----------
        trial : Trial
            The campaign as it was read.
        balances : tuple of Balance
            How alike the groups were before it.
        judged : tuple of ArmJudgement
            What was found, by outcome and kind of contact.
        predicted : mapping of str to Predicted
            By outcome, what the models predict of each customer.
        suspected : mapping of str to float
            By column, how well it tells the groups apart or gives the outcome away.

        Returns
        -------
        Judgement
        """
        counts = np.bincount(trial.arm, minlength=len(trial.arms)).tolist()
        return cls(
            frame=_frame(trial, judged, predicted),
            rows=len(trial.arm),
            arms=dict(zip(trial.arms, counts, strict=True)),
            judged=judged,
            balances=balances,
            notes=tuple(_notes(trial, balances, judged, suspected)),
            features=tuple(trial.features),
            left_out=trial.left_out,
        )

    def of_arm(self, outcome: str, arm: str) -> ArmJudgement:
        """What is known of one outcome and kind of contact.

        Parameters
        ----------
        outcome : str
            Name of the outcome's column.
        arm : str
            Name of the kind of contact.

        Returns
        -------
        ArmJudgement
        """
        return next(found for found in self.judged if (found.outcome, found.arm) == (outcome, arm))

    @property
    def in_words(self) -> str:
        """What it means, for a person."""
        return "\n".join(self.sentences())

    def sentences(self) -> Iterator[str]:
        """What it means, a sentence or two a line."""
        yield self.design
        yield from self.notes
        for found in self.judged:
            yield from found.sentences()

    @property
    def design(self) -> str:
        """Who was compared with whom, and by what."""
        arms = ", ".join(f"{name} {count:,}" for name, count in self.arms.items())
        lowest = min(found.p_value for found in self.balances)
        return (
            f"{self.rows:,} rows: {arms}. The groups were alike before the contact (p {lowest:.2g}) in "
            f"{len(self.features)} columns: {', '.join(self.features)}. Predictions are cross-fitted in {FOLDS} folds."
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything but the customers."""
        return {
            "rows": self.rows,
            "arms": self.arms,
            "features": list(self.features),
            "left_out": self.left_out,
            "balance": [found.to_dict() for found in self.balances],
            "notes": list(self.notes),
            "judged": [found.to_dict() for found in self.judged],
            "in_words": self.in_words,
        }


def _notes(
    trial: Trial, balances: tuple[Balance, ...], judged: tuple[ArmJudgement, ...], suspected: Mapping[str, float]
) -> Iterator[str]:
    if trial.left_out:
        told = "; ".join(f"{name} ({why})" for name, why in trial.left_out.items())
        yield f"Not used: {told}."
    if trial.roles.propensity:
        yield (
            f"The chances in {trial.roles.propensity!r} are taken as they are: all figures rest on the design or the "
            "model that made them."
        )
    for found in balances:
        if found.differing:
            yield (
                f"{found.arm} and {trial.arms[0]} differ in {', '.join(found.differing)} a little more than chance "
                "makes likely. If these were known only after the contact, name them as uplift.exclude."
            )
    for name, auc in suspected.items():
        yield (
            f"{name} tells who has an outcome too well (AUC {auc:.3f} among those who were not contacted): was it "
            "known before the contact? If not, name it as uplift.exclude."
        )
    if absent := missing(trial.rankings, judged[0].terms):
        yield (f"The file has no column to rank by {', '.join(absent)}: name one as uplift.rankings to compare it.")


def _frame(trial: Trial, judged: tuple[ArmJudgement, ...], predicted: Mapping[str, Predicted]) -> pd.DataFrame:
    roles = trial.roles
    columns: dict[str, Any] = {}
    if trial.customers is None:
        columns["row"] = trial.rows + 1
    else:
        columns["customer" if roles.customer == "customer" else "customer_id"] = trial.customers
    if roles.campaign:
        columns["campaign"] = trial.campaigns
    columns["arm"] = np.array(trial.arms, dtype=object)[trial.arm]
    for outcome, found in predicted.items():
        columns[outcome] = trial.outcomes[outcome]
        columns[_slug("without", outcome)] = found.without
        for arm, name in enumerate(trial.arms):
            if arm:
                learner = next(each for each in judged if (each.outcome, each.arm) == (outcome, name)).rankings.learner
                columns[_slug("response", outcome, name)] = found.contacted[arm]
                columns[_slug("uplift", outcome, name)] = found.effects[arm, learner]
    columns["contact"] = _contact(trial, judged, predicted)
    frame = pd.DataFrame(columns)
    return frame.sort_values([name for name in list(columns)[:2] if name != "arm"], ignore_index=True, kind="stable")


def _contact(trial: Trial, judged: tuple[ArmJudgement, ...], predicted: Mapping[str, Predicted]) -> Any:
    """The kind of contact that the recommendations for the first outcome give each customer; None for nobody."""
    outcome = judged[0].outcome
    best = np.full(len(trial.arm), -np.inf)
    contact = np.full(len(trial.arm), None, dtype=object)
    for found in judged:
        if found.outcome != outcome or found.recommended == NOBODY:
            continue
        arm = trial.arms.index(found.arm)
        uplift = predicted[outcome].effects[arm, found.rankings.learner]
        scores = {UPLIFT: uplift, RESPONSE: predicted[outcome].contacted[arm], RANDOM: np.zeros(len(uplift))}
        chosen = (uplift >= 0) | (found.recommended != UNHARMED)
        if found.recommended not in (EVERYBODY, UNHARMED):
            chosen = _first(scores[found.recommended], found.policy(RANDOM).contacted)
        better = chosen & (uplift > best)
        contact[better], best[better] = found.arm, uplift[better]
    return contact


def _first(score: Floats, share: float) -> BoolArray:
    """The best share of all; equal scores in an order that is drawn."""
    order = np.lexsort((draw(range(len(score)), "uplift"), -score))
    chosen = np.zeros(len(score), dtype=bool)
    chosen[order[: int(share * len(score))]] = True
    return chosen


def _slug(*names: str) -> str:
    """The name of a column.

    Examples
    --------
    >>> _slug("uplift", "visit", "Womens E-Mail")
    'uplift_visit_womens_e_mail'
    """
    return re.sub(r"\W+", "_", "_".join(names)).strip("_").lower()
