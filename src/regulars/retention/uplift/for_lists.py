"""Whether a list goes by uplift: only where it ranks the customers of one's own campaigns better than the rates do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.learners.effects import Experiment, Mean, OutcomeModels, cross_fitted, dr_learner
from regulars.params import OfferParams
from regulars.retention.control import draw
from regulars.retention.individual_effects import KNOWN, IndividualEffect
from regulars.retention.learning import learned_rates
from regulars.retention.rates import ACCEPT, WINBACK, LearnedRates
from regulars.retention.records import checked
from regulars.retention.uplift.curves import UpliftCurve
from regulars.retention.uplift.rankings import Difference, difference_of, drawn_qinis
from regulars.retention.uplift.trial import FOLDS
from regulars.tables import CONTROL, TREAT

FEWEST = {TREAT: 1000, CONTROL: 250}  # measured customers of an offer: below, a learned effect is mostly noise
TREATED = 1


def with_individual_effects(
    rates: LearnedRates, history: pd.DataFrame | None, offers: Sequence[OfferParams], *, seed: int = 0
) -> LearnedRates:
    """Add to the rates what campaigns have shown of single customers, offer by offer.

    Parameters
    ----------
    rates : LearnedRates
        Learned from the same history.
    history : DataFrame or None
        Columns `tables.CAMPAIGN_HISTORY`; None before the first campaign was measured.
    offers : sequence of OfferParams
        With their stated rates.
    seed : int

    Returns
    -------
    LearnedRates
        With one entry an offer of which there is a history.

    Notes
    -----
    The effect on an order is learned by the DR-learner (`learners.effects.dr_learner`) from the scores of the day and
    the days since the last order, with the share contacted in each campaign as the chance. It is used where its Qini,
    out of fold, lies above that of the rates, and above 0: both 95 % intervals, from a paired bootstrap of customers.
    The rates too are learned without the fold that they rank.
    """
    if history is None or not len(history):
        return rates
    known = checked(history)
    made = []
    for offer in offers:
        rows = known[known["offer"] == offer.name].reset_index(drop=True)
        if len(rows):
            made.append(_effect(rows, offer, seed))
    return replace(rates, individual=tuple(made))


def _effect(rows: pd.DataFrame, offer: OfferParams, seed: int) -> IndividualEffect:
    """What is learned of one offer, or why nothing is."""
    groups = rows["group"].value_counts()
    counts = {group: int(groups.get(group, 0)) for group in FEWEST}
    if any(counts[group] < fewest for group, fewest in FEWEST.items()):
        return IndividualEffect(
            offer.name,
            f"uplift needs {FEWEST['treat']:,} contacts and {FEWEST['control']:,} controls to learn from, and there "
            f"are {counts['treat']:,} and {counts['control']:,}",
        )
    models = _models(rows, seed)
    against_rates, against_chance = _compared(rows, offer, models, seed)
    told = (
        f"Qini less that of the rates {against_rates.value:+.4f}, 95 % interval {against_rates.low:+.4f} to "
        f"{against_rates.high:+.4f}"
    )
    if against_rates.is_above and against_chance.is_above:
        why = f"it ranks them better than the rates do in {counts['treat']:,} contacts ({told})"
        return IndividualEffect(offer.name, why, dr_learner(models, TREATED))
    better = "chance" if against_rates.is_above else "the rates do"
    return IndividualEffect(offer.name, f"uplift has not been shown to rank them better than {better} ({told})")


def learned_effect(rows: pd.DataFrame, *, seed: int = 0) -> Mean:
    """The effect that the campaigns of one offer have shown, whether it ranks better than the rates or not.

    Parameters
    ----------
    rows : DataFrame
        Of a campaign history, those of one offer.
    seed : int
    """
    return dr_learner(_models(rows, seed), TREATED)


def _models(rows: pd.DataFrame, seed: int) -> OutcomeModels:
    """The measured campaigns of one offer as an experiment; a customer is in one fold in all campaigns."""
    arm = (rows["group"] == TREAT).to_numpy().astype(np.int64)
    share = rows.assign(arm=arm).groupby("campaign")["arm"].transform("mean").to_numpy(dtype=np.float64)
    experiment = Experiment(
        table=rows[list(KNOWN)],
        arm=arm,
        outcome=rows["ordered"].to_numpy(dtype=np.float64),
        chances=np.column_stack([1.0 - share, share]),
        fold=(draw(rows["customer"].tolist(), f"uplift {seed}") * FOLDS).astype(np.int64),
    )
    return OutcomeModels(experiment, seed)


def _compared(
    rows: pd.DataFrame, offer: OfferParams, models: OutcomeModels, seed: int
) -> tuple[Difference, Difference]:
    """Qini of uplift less that of the rates, and less that of chance, which is 0."""
    of = models.experiment
    scores = {"uplift": cross_fitted(models, dr_learner, TREATED), "rates": _by_rates(rows, offer, of.fold)}
    treated, chance = of.arm == TREATED, of.chance(TREATED)
    curves = {name: UpliftCurve(score, treated, of.outcome, chance) for name, score in scores.items()}
    drawn = drawn_qinis(curves, pd.factorize(rows["customer"])[0], seed=seed)
    uplift, rates = (float(curves[name].qini()) for name in scores)
    against_rates = difference_of(uplift - rates, drawn["uplift"] - drawn["rates"])
    return against_rates, difference_of(uplift, drawn["uplift"])


def _by_rates(rows: pd.DataFrame, offer: OfferParams, fold: NDArray[np.int64]) -> Floats:
    """The effect of a contact by the rates of the offer, each fold by rates that were learned without it."""
    effect, silence = np.zeros(len(rows)), rows["days_since_last"].to_numpy(dtype=np.float64)
    lost = rows["p_lost"].to_numpy(dtype=np.float64)
    quiet = rows["p_churn"].to_numpy(dtype=np.float64) - lost
    for each in np.unique(fold):
        here = fold == each
        rates = learned_rates(rows[~here], [offer])
        accept, winback = (rates.by_silence(offer.name, name, silence[here]) for name in (ACCEPT, WINBACK))
        effect[here] = accept * quiet[here] + winback * lost[here]
    return effect
