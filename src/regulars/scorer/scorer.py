"""The scorer: the fitted bundle that turns features into scores."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars import tables
from regulars.arrays import Floats
from regulars.columns import as_frame, numbers
from regulars.errors import Faults, InputError, ModelError
from regulars.features import build_features, catalogue_hash, declarations, facts_so_far, summary_of
from regulars.lifetime import Customers
from regulars.reasons.risk import reasons_for, reasons_of_dates
from regulars.scorer.base_models import LIGHTGBM, trees_of
from regulars.scorer.bounds import clv_bounds, intervals_around
from regulars.scorer.design import design
from regulars.scorer.ensemble import Predicted
from regulars.scorer.example import example_features
from regulars.scorer.explain import Explanation, explained
from regulars.scorer.forecast import Forecast
from regulars.scorer.saved_parts import SavedParts
from regulars.scorer.table import read_given
from regulars.scorer.waits import dates_of, waits_of
from regulars.transactions import Attributes, Transactions, needed_log
from regulars.windows import Windows, cutoff_day


@dataclass(frozen=True)
class Scorer(SavedParts):
    """The fitted bundle that turns features at a cutoff into scores.

    Parameters
    ----------
    settings : ScorerSettings
        All that is needed to fit it again.
    training_cutoff : date
        Nothing from this day on has touched a parameter.
    feature_names : tuple of str
        Columns of the feature table, in order.
    lifetime : LifetimeValue
        Purchase and spend models fitted at the training cutoff.
    ensemble : Ensemble or None
        Blends and intervals; None where no training slice had closed: the scorer is lifetime value alone.
    notes : tuple of Note
        Fallbacks and other things to know.
    absence : Absence
        What tells the lost from the quiet.
    attributes : AttributeColumns
        How attributes of customers among the features become columns.
    """

    def __repr__(self) -> str:
        trained = f"{self.horizon_days} days, trained before {self.training_cutoff}, {len(self.feature_names)} features"
        return f"<Scorer {self.version}: {trained}, {self.lifetime.purchases}>"

    @property
    def horizon_days(self) -> int:
        """Length of the window that the scores are about."""
        return self.settings.horizon_days

    @property
    def fallback(self) -> str | None:
        """Why the scorer is lifetime value alone; None where there is an ensemble."""
        return next((note.text for note in self.notes if note.code == "lifetime_alone"), None)

    @property
    def catalogue(self) -> str:
        """The hash of the declarations of its features."""
        return catalogue_hash(self.feature_names, self.attributes.own, self.attributes.declared)

    def declared_otherwise(self, tx: Transactions) -> list[str]:
        """Features that the shop declared at training, and that a log has not, or by another expression."""
        here = declarations(tx)
        return sorted(name for name, expression in self.attributes.declared.items() if here.get(name) != expression)

    def refuse_other_features(self, tx: Transactions) -> None:
        """Refuse a log whose own features are absent, or declared otherwise than at training.

        Raises
        ------
        ModelError
            Naming them.
        """
        if others := self.declared_otherwise(tx):
            raise ModelError(
                f"The model was trained with own features of the log, and {', '.join(others)} "
                f"{'is' if len(others) == 1 else 'are'} absent here or declared otherwise. Declare them under "
                "transactions.own_features as at training (the model card shows how), or train again."
            )

    def score(
        self,
        tx: Transactions,
        cutoff: str | dt.date,
        *,
        customers: Attributes | None = None,
        allow_past: bool = False,
    ) -> pd.DataFrame:
        """Score every customer with a purchase before the cutoff.

        Parameters
        ----------
        tx : Transactions
            The validated log; rows at or after the cutoff change nothing.
        cutoff : str or date
            A calendar day, or "latest": the day after the last order day. Earlier than the training cutoff is refused
            unless `allow_past`: the parameters were fitted on later days.
        customers : Attributes, optional
            From `read_customers`; needed where the scorer was trained with attributes.
        allow_past : bool
            Whether a cutoff before the training cutoff is allowed.

        Returns
        -------
        DataFrame
            The scores table, sorted by `customer_id`.
        """
        day = cutoff_day(cutoff, needed_log(tx, "score").last_day)
        if not allow_past:
            self.refuse_past(day)
        self.refuse_other_features(tx)
        return self.score_features(build_features(tx, day, customers), allow_past=allow_past)

    def score_features(self, features: pd.DataFrame, *, allow_past: bool = False) -> pd.DataFrame:
        """Score a feature table.

        Parameters
        ----------
        features : DataFrame
            Column `cutoff`, the scorer's features as doubles, and `customer_id` as column or
            index; without it, the labels of the rows stand in its place. Other columns are ignored.
        allow_past : bool
            Whether cutoffs before the training cutoff are scored, as in `score`.

        Returns
        -------
        DataFrame
            The scores table, in the order of the rows.
        """
        ids, cutoffs, table = self._given(features, allow_past=allow_past)
        if table.empty:
            made_up = self.score_features(self.example(pd.Index(ids)))
            return made_up.iloc[:0].astype({"customer_id": ids.dtype})
        customers = self._customers(table)
        predicted = self._predict(table, customers)
        quantities = predicted.quantities
        clv = self._clv(customers, predicted.expected_spend)
        low, high = clv_bounds(self.ensemble, predicted.expected_purchases, clv)
        scores = pd.DataFrame(
            {
                "customer_id": ids,
                "cutoff": cutoffs,
                "horizon_days": np.int64(self.horizon_days),
                **facts_so_far(table, cutoffs),
                "p_churn": predicted.p_churn,
                "p_alive": quantities["p_alive"].to_numpy() if self.absence.identified else np.nan,
                "expected_purchases": predicted.expected_purchases,
                "expected_spend": predicted.expected_spend,
                "p_lost": self.absence.p_lost(predicted.p_churn, quantities, customers.summary, self.horizon_days),
                "order_value": quantities["order_value"].to_numpy(),
                "spend_if_back": self._spend_if_back(customers, predicted),
                "clv": clv,
                "clv_low": low,
                "clv_high": high,
                **dates_of(self._waits(customers), cutoffs),
                "disagreement": np.abs(predicted.p_churn - (1.0 - quantities["p_purchase"].to_numpy())),
                **self._reasons(table, quantities),
                "model_version": self.version,
            }
        )
        return scores[list(tables.SCORES)]

    def predict(self, features: pd.DataFrame) -> Predicted:
        """Churn, purchases and spend in the window, without CLV, dates and reasons."""
        return self._predict(features, self._customers(features))

    def _customers(self, features: pd.DataFrame) -> Customers:
        return self.lifetime.customers(summary_of(features))

    def _predict(self, features: pd.DataFrame, customers: Customers) -> Predicted:
        quantities = self.lifetime.quantities(customers, self.horizon_days)
        r = quantities["p_purchase"].to_numpy()
        counts, spend = quantities["expected_purchases"].to_numpy(), quantities["expected_spend"].to_numpy()
        if self.ensemble is None:
            return Predicted(1.0 - r, counts, spend, quantities)
        table = self._design(features, quantities)
        expected = self.ensemble.predict(table, quantities)
        spend = spend if expected.spend is None else expected.spend
        return Predicted(expected.p_churn, expected.order_days, spend, quantities, expected.base)

    def predict_intervals(self, features: pd.DataFrame, *, allow_past: bool = False) -> pd.DataFrame:
        """Where 90 % of the customers will end in the window, by what was known at the cutoff.

        Parameters
        ----------
        features : DataFrame
            The feature table.
        allow_past : bool
            Whether cutoffs before the training cutoff are allowed, as in `score`.

        Returns
        -------
        DataFrame
            Index as in `features`; `purchases_low`, `purchases_high` (order days, whole numbers, both within the
            interval) and `spend_low`, `spend_high` (money). Of nearly all of a group who stay away, both bounds
            are 0, though a little is expected of each. NaN from a scorer of lifetime value alone, or one that was
            fitted on too few customers; money also where the log has none.

        Notes
        -----
        See `value.RatioIntervals`. Those of the scores are for `clv`, by the same ratios as the spend.
        """
        *_, table = self._given(features, allow_past=allow_past)
        if table.empty:
            return self.predict_intervals(self.example(features.index)).iloc[:0].set_axis(features.index)
        return self.intervals_around(self.predict(table)).set_axis(features.index)

    def intervals_around(self, predicted: Predicted) -> pd.DataFrame:
        """The same around what is predicted already, as for a backtest; a row a customer of `predicted.quantities`."""
        return intervals_around(self.ensemble, predicted)

    def predict_waits(self, features: pd.DataFrame) -> pd.DataFrame:
        """Whole days from the cutoff to the next order day, given that one comes.

        Returns
        -------
        DataFrame
            Index as in `features`; the median `next_purchase_date` and the 80 % interval `next_purchase_low`,
            `next_purchase_high`, in days; NaN where no purchase at all is likelier than one, and where the median lies
            beyond the days that CLV looks ahead.
        """
        return self._waits(self._customers(features))

    def _waits(self, customers: Customers) -> pd.DataFrame:
        return waits_of(self.lifetime.purchases, customers, self.settings.lifetime.clv_horizon_days)

    def forecast(self, scores: pd.DataFrame) -> Forecast:
        """What all customers together are expected to do in the window, with 90 % intervals for the totals.

        Parameters
        ----------
        scores : DataFrame
            Scores of this scorer, all at one cutoff; or any table with `expected_purchases` and `expected_spend`.

        Notes
        -----
        See `value.TotalInterval`. It holds for all customers at the cutoff: a part of them has chance of its own.
        """
        table, faults = as_frame(scores, "The scores table"), Faults("The scores cannot be added up")
        if missing := [name for name in ("expected_purchases", "expected_spend") if name not in table]:
            raise InputError(f"The scores lack {', '.join(missing)}. Give the table that `score` returns.")
        for name in ("expected_purchases", "expected_spend"):
            numbers(table[name], f"column {name!r}", faults)
        faults.raise_if_any(InputError)
        return Forecast.of(table, self.ensemble.totals if self.ensemble else {})

    def base_predictions(self, features: pd.DataFrame) -> dict[str, dict[str, Floats]]:
        """What LightGBM and the regressions predict by themselves; nothing from a scorer of lifetime value alone.

        Returns
        -------
        dict
            By base model (`lightgbm`, `regression`), then by score (`p_churn`, `expected_purchases`, `expected_spend`).
        """
        return self.predict(features).of_base_models

    def explain(self, features: pd.DataFrame, *, allow_past: bool = False) -> Explanation:
        """Why risk and value are what they are: contributions that add up, and sentences on the value.

        Parameters
        ----------
        features : DataFrame
            The feature table.
        allow_past : bool
            Whether cutoffs before the training cutoff are explained, as in `score`.

        Returns
        -------
        Explanation
            `risk`, `value` and `value_reasons`, index as in `features`.

        Notes
        -----
        It makes a column a feature: of very many customers, ask for a few.
        """
        *_, table = self._given(features, allow_past=allow_past)
        if table.empty:
            return self.explain(self.example(features.index)).first(0)
        table = table.set_axis(features.index)
        return explained(self.lifetime, self.ensemble, table, self.horizon_days, self.attributes)

    def refuse_past(self, day: dt.date) -> None:
        """Refuse to score at a cutoff before the training cutoff.

        Raises
        ------
        ModelError
            If the day lies before it.
        """
        trained = Windows(self.training_cutoff, self.horizon_days)
        if trained.moved_to(day).before(trained):
            raise ModelError(
                f"The model was trained on history up to {self.training_cutoff}, so scores at {day} would know the "
                "future. Score at the training cutoff or later, train at an earlier cutoff, or allow it outright "
                "(--allow-past; allow_past=True in Python)."
            )

    def example(self, ids: pd.Index) -> pd.DataFrame:
        """A feature table of customers who do not exist, with ids of the type of `ids`."""
        return example_features(self.feature_names, self.training_cutoff, ids, self.attributes.categories)

    def _given(self, features: object, *, allow_past: bool) -> tuple[pd.Series, pd.Series, pd.DataFrame]:
        """Ids, cutoffs and features of a table, none before the training cutoff unless that is allowed."""
        ids, cutoffs, table = read_given(features, self.feature_names, self.attributes)
        if not allow_past and len(cutoffs):
            self.refuse_past(cutoffs.min().date())
        return ids, cutoffs, table

    def _design(self, features: pd.DataFrame, quantities: pd.DataFrame) -> pd.DataFrame:
        return design(features, self.feature_names, quantities, self.attributes)

    def _clv(self, customers: Customers, expected_spend: Floats) -> Floats:
        terms = self.settings.lifetime

        def profile(days: int) -> Floats:
            return self.lifetime.profile(customers, self.horizon_days, days, terms.annual_discount_rate)

        worth = profile(terms.clv_horizon_days)
        if self.ensemble and self.ensemble.correction:  # what is unusual about the window does not last
            window = profile(min(terms.clv_horizon_days, self.horizon_days))
            worth = window + (worth - window) * np.exp(-self.ensemble.correction)
        return np.asarray(terms.margin * expected_spend * worth)

    def highs_given_a_purchase(self, scores: pd.DataFrame) -> int:
        """Customers of a scores table whose `clv_high` is the 95 % quantile given a purchase."""
        if self.ensemble is None or self.ensemble.spend_intervals is None:
            return 0
        activity = scores["expected_purchases"].to_numpy(np.float64)
        return int(self.ensemble.spend_intervals.stay_away(activity).sum())

    def _spend_if_back(self, customers: Customers, predicted: Predicted) -> Floats:
        """Money in the window of a customer who orders on its first day; never below what is expected anyway."""
        order_value = predicted.quantities["order_value"].to_numpy(np.float64)
        pace = self.ensemble.pace if self.ensemble else 1.0
        further = self.lifetime.further_order_days_if_back(customers.summary, self.horizon_days).to_numpy()
        return np.asarray(np.maximum(predicted.expected_spend, order_value * (1.0 + pace * further)))

    def _reasons(self, table: pd.DataFrame, quantities: pd.DataFrame) -> dict[str, pd.Series]:
        if self.ensemble is None or not self.ensemble.churn.weights[LIGHTGBM]:  # the trees have no weight
            reasons = reasons_of_dates(table)
        else:
            contributions = trees_of(self.ensemble.churn).contributions(self._design(table, quantities))
            table = table.assign(shop_order_value=self.lifetime.order_value)
            reasons = reasons_for(self.attributes.added_up(contributions), table)
        return {name: reasons[name] for name in reasons.columns}
