"""Who responds because of a contact: from the rows of a randomised campaign to a judgement."""

from __future__ import annotations

import pandas as pd

from regulars.blas import one_thread
from regulars.errors import Faults, InputError
from regulars.params import UpliftParams
from regulars.progress import step
from regulars.retention.uplift.arm_judgement import ArmJudgement
from regulars.retention.uplift.balance import Balance, balance
from regulars.retention.uplift.comparison import Comparison, Predicted
from regulars.retention.uplift.judgement import Judgement
from regulars.retention.uplift.policies import Terms
from regulars.retention.uplift.roles import is_history
from regulars.retention.uplift.suspects import suspects
from regulars.retention.uplift.trial import Trial


def judge(campaign: pd.DataFrame, terms: UpliftParams | None = None, *, seed: int = 0) -> Judgement:
    """Say whom a contact moves, and whether ranking by that is better than by response, risk or at random.

    Parameters
    ----------
    campaign : DataFrame
        One row a customer of a randomised campaign: who got what, what followed, what was known before.
    terms : UpliftParams, optional
        What the columns are, where their names do not say it; margin and cost of a contact.
    seed : int
        Of the folds, the boosters and the bootstrap.

    Returns
    -------
    Judgement
        `.frame` has a row for each of the campaign, `.in_words` what was found.

    Raises
    ------
    InputError
        If the file cannot be used, or was not randomised.
    """
    terms = UpliftParams() if terms is None else terms
    with one_thread():
        trial = Trial.read(campaign, terms, seed=seed)
        with step("compare what was known of the groups before"):
            balances = tuple(_balance(trial, arm) for arm in range(1, len(trial.arms)))
            _check_random(balances, trial)
        judged, predicted = [], {}
        for outcome in trial.outcomes:
            with step(f"learn who changes {outcome}"):
                predicted[outcome] = Predicted.of(trial, outcome, seed=seed)
            with step(f"judge the rankings by {outcome}"):
                for arm in range(1, len(trial.arms)):
                    compared = Comparison.of(trial, outcome, arm, predicted[outcome])
                    priced = _priced(compared, terms, is_net=is_history(campaign.columns) and outcome == "profit")
                    judged.append(ArmJudgement.of(compared, share=terms.share, terms=priced, seed=seed))
        return Judgement.of(trial, balances, tuple(judged), predicted, suspects(trial))


def _balance(trial: Trial, arm: int) -> Balance:
    rows = trial.compared(arm)
    chances = trial.chances[rows]
    return balance(
        {name: columns[rows] for name, columns in trial.features.items()},
        trial.arm[rows] == arm,
        chances[:, arm] / (chances[:, arm] + chances[:, 0]),
        trial.strata[rows],
        trial.arms[arm],
    )


def _check_random(balances: tuple[Balance, ...], trial: Trial) -> None:
    """Refuse a file whose groups differ in what was known before."""
    faults = Faults(
        "The campaign was not randomised, or a column was written after the contact: groups that are drawn at random "
        "are alike in all that was known before"
    )
    control = trial.arms[0]
    for found in balances:
        if not found.is_random:
            shown = ", ".join(f"{name} ({found.apart[name]:+.2f} standard deviations)" for name in found.differing)
            faults.add(
                f"{found.arm!r} and {control!r} differ beyond chance (p {found.p_value:.1g} for all columns together) "
                f"in {shown}"
            )
    if not faults.found:
        return
    if trial.roles.propensity:
        faults.add(f"the chances in {trial.roles.propensity!r} do not account for it")
    faults.add(
        "columns that were known only after the contact go into uplift.exclude, results into uplift.outcomes. If these "
        "columns decided who was contacted, what followed cannot be told from why they were chosen: give the chance of "
        "each customer as uplift.propensity, or draw the next campaign at random"
    )
    raise faults.as_error(InputError)


def _priced(compared: Comparison, terms: UpliftParams, *, is_net: bool) -> Terms:
    """What the outcome is worth: money where a margin or a cost is given, and the outcome is an amount."""
    if compared.is_binary or (terms.margin is None and terms.contact_cost is None and not is_net):
        return Terms()
    if is_net:
        return Terms(is_money=True)
    return Terms(1.0 if terms.margin is None else terms.margin, terms.contact_cost or 0.0, is_money=True)
