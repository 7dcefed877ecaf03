"""What a contact changes for each single customer, where campaigns have shown more than the rates of an offer tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regulars.arrays import Floats

if TYPE_CHECKING:  # it loads LightGBM
    from regulars.learners.effects import Mean

KNOWN = ("p_churn", "p_lost", "expected_spend", "clv", "days_since_last")  # in the history and in scores
LEAST = 1e-6  # an effect by the rates below which there is nothing to scale


@dataclass(frozen=True, eq=False)
class IndividualEffect:
    """By how much an offer raises the chance of an order, customer by customer; or why lists go by its rates.

    Parameters
    ----------
    offer : str
    why : str
        Why it is used or not, as what follows “because”.
    model : Mean or None
        Of the columns `KNOWN`; None where the rates are used.
    """

    offer: str
    why: str
    model: Mean | None = None

    @property
    def in_words(self) -> str:
        """By what a list is made.

        Examples
        --------
        >>> IndividualEffect("voucher", "no campaign has shown more").in_words
        'voucher: customers are ranked by the rates of the offer, because no campaign has shown more.'
        """
        by = "the rates of the offer" if self.model is None else "uplift, learned from the offer's campaigns"
        return f"{self.offer}: customers are ranked by {by}, because {self.why}."

    def scaled(self, rates: tuple[Floats, Floats], parts: tuple[Floats, Floats], known: Mapping[str, Floats]) -> Floats:
        """accept_rate and winback_rate of each customer, scaled so that together they have the learned effect.

        Parameters
        ----------
        rates : two ndarrays of shape (n,)
            The rates as they are without what was learned of single customers.
        parts : two ndarrays of shape (n,)
            p_quiet and p_lost.
        known : mapping of str to ndarray of shape (n,)
            The columns `KNOWN`.

        Returns
        -------
        ndarray of shape (2, n)
            Within [0, 1]; 0 for those on whom the contact has no effect, or a bad one.
        """
        both = np.array(rates, dtype=np.float64)
        if self.model is None:
            return both
        effect = self.model.predict(pd.DataFrame({name: known[name] for name in KNOWN}))
        by_rates = (both * np.array(parts)).sum(axis=0)
        factor = np.where(by_rates > LEAST, np.maximum(effect, 0.0) / np.maximum(by_rates, LEAST), 1.0)
        return np.asarray(np.clip(both * factor, 0.0, 1.0))
