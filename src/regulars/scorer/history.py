"""The past of one log, looked at from several cutoffs; each look is computed once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Sequence
from contextlib import nullcontext
from copy import copy
from typing import TypeVar

import numpy as np
import pandas as pd

from regulars.features import (
    SO_FAR,
    available,
    build_columns_at,
    build_features_at,
    build_labels,
    build_past,
    build_waits,
    money_of,
    own_features,
    share_kept,
    summary_at,
    total_labels,
    with_attributes,
)
from regulars.lifetime import LifetimeValue
from regulars.progress import at_cutoff, step
from regulars.scorer.past_totals import Totals, totals_at
from regulars.transactions import Attributes, Sample, Transactions
from regulars.transactions.days.known_days import KnownDays
from regulars.windows import Windows

Key = TypeVar("Key", bound=Hashable)

MOST_HELD = 500_000_000  # bytes of feature tables
MOST_OF_SUMMARIES = MOST_HELD // 2  # bytes, of those of all customers, and of those of a sample
MOST_CLOSED = 4  # windows, one after the other, from which it is learned how much is still returned


class History:
    """Features, lifetime fits and labels of a log at any cutoff, remembered.

    Everything at a cutoff comes from what was known at it, labels from the label window alone;
    so a look can be shared by every origin of a backtest that may know it. Labels know all that is
    known now; those that a fit learns from come from `as_of` its cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    known_days : KnownDays, optional
        Days known ahead: promotions, closures, holidays.
    customers : Attributes, optional
        What is known of the customers beside the log.
    sample : Sample, optional
        The customers whose features, labels and summaries are looked at. Lifetime models are fitted on all customers,
        and totals are of all. Without it, everything is of all.
    totals_sample : Sample, optional
        The customers by whom totals of past windows are counted; without it all of them.

    Notes
    -----
    At most `MOST_HELD` bytes of feature tables are held, or those that are needed together where these are more; the
    others are built again where they are asked for again. The same holds for summaries, with `MOST_OF_SUMMARIES` bytes.
    """

    def __init__(
        self,
        tx: Transactions,
        known_days: KnownDays | None = None,
        customers: Attributes | None = None,
        sample: Sample | None = None,
        totals_sample: Sample | None = None,
    ) -> None:
        self.tx, self.known_days, self.customers = tx, known_days, customers
        self.sample, self.totals_sample = sample, totals_sample
        self._features: dict[dt.date, pd.DataFrame] = {}
        self._summaries: dict[dt.date, pd.DataFrame] = {}
        self._everybody: dict[dt.date, pd.DataFrame] = {}
        self._lifetime: dict[tuple[dt.date, str, bool, bool], LifetimeValue] = {}
        self._spans: dict[dt.date, tuple[dt.date, dt.date]] = {}
        self._shares_kept: dict[dt.date, float] = {}
        self._labels: dict[tuple[Windows, Windows | None], pd.DataFrame] = {}
        self._totals: dict[tuple[frozenset[Windows], str, Windows | None], dict[Windows, Totals]] = {}
        self._as_of: Windows | None = None
        self._names: tuple[str, ...] | None = None

    def as_of(self, windows: Windows) -> History:
        """The same looks, from the cutoff: labels count only lines that had come in by then."""
        seen = copy(self)  # shares what is remembered
        seen._as_of = windows if self.tx.tells_when_known else None
        return seen

    def seeing(self, names: Sequence[str]) -> History:
        """The same looks, at these features alone: as a model has them that knows no others."""
        seen = copy(self)
        seen._names = tuple(names)
        return seen

    @property
    def _sees_money(self) -> bool:
        return self._names is None or "net_total" in self._names

    def prepare(self, windows: Sequence[Windows]) -> None:
        """Build the features at several cutoffs together."""
        needed = {w.cutoff for w in windows}
        if missing := sorted(needed - set(self._features)):
            _make_room(self._features, needed, MOST_HELD, len(missing))
            with step(f"build features at {len(missing)} cutoff{'s' * (len(missing) > 1)}"):
                made = build_features_at(self.tx, missing, sample=self.sample)
            self._features |= {
                day: with_attributes(table, self.customers, Windows.up_to(day)) for day, table in made.items()
            }

    def release(self) -> None:
        """Let go of tables that are more than may be held, after a fit that needed them together."""
        _make_room(self._features, (), MOST_HELD, coming=0)
        _make_room(self._labels, (), MOST_OF_SUMMARIES, coming=0)

    def features(self, windows: Windows) -> pd.DataFrame:
        """The feature table at the cutoff."""
        self.prepare([windows])
        table = self._features[windows.cutoff]
        return table if self._names is None else table[["cutoff", *self._names]]

    def so_far(self, windows: Windows) -> pd.DataFrame:
        """What all customers had done by the cutoff: the columns `SO_FAR` and `cutoff` of the feature table.

        Beside a sample, the rows carry no ids.
        """
        if not self.sample:
            return self.features(windows)
        asked = [feature for feature in available(self.tx.columns) if feature.name in SO_FAR]
        found = build_columns_at(self.tx, [windows.cutoff], asked, numbered=True)[windows.cutoff]
        return found.assign(cutoff=pd.Timestamp(windows.cutoff).as_unit("us"))

    @property
    def attributes(self) -> tuple[str, ...]:
        """The features that come from the log's own columns or are declared, and the attributes of customers."""
        of_customers = self.customers.names if self.customers else ()
        declared = (feature.name for feature in self.tx.own_features)
        known = (*(feature.name for feature in own_features(self.tx.columns)), *declared, *of_customers)
        return tuple(name for name in known if self._names is None or name in self._names)

    def first_day(self, windows: Windows) -> dt.date:
        """The first order day known at the cutoff."""
        return self._span(windows)[0]

    def last_day(self, windows: Windows) -> dt.date:
        """The last order day before the cutoff: how far the log was known to reach, whatever came after."""
        return self._span(windows)[1]

    def _span(self, windows: Windows) -> tuple[dt.date, dt.date]:
        if windows.cutoff not in self._spans:
            self._spans[windows.cutoff] = self.tx.span_before(windows)
        return self._spans[windows.cutoff]

    def customer_count(self, windows: Windows) -> int:
        """How many customers are known at the cutoff, in the sample or not."""
        return self.tx.customers_before(windows) if self.sample else len(self.features(windows))

    def summary(self, windows: Windows) -> pd.DataFrame:
        """The RFM summary at the cutoff, with the logarithms of the gaps; rows as those of the features."""
        if windows.cutoff not in self._summaries:
            _make_room(self._summaries, {windows.cutoff}, MOST_OF_SUMMARIES)
            self._summaries[windows.cutoff] = summary_at(self.tx, windows, sample=self.sample)
        return self._summaries[windows.cutoff]

    def summary_of_all(self, windows: Windows) -> pd.DataFrame:
        """The same of all customers, in the sample or not; beside a sample, the rows carry no ids."""
        if not self.sample:
            return self.summary(windows)
        if windows.cutoff not in self._everybody:
            _make_room(self._everybody, {windows.cutoff}, MOST_OF_SUMMARIES)
            self._everybody[windows.cutoff] = summary_at(self.tx, windows, ids=False)
        return self._everybody[windows.cutoff]

    def lifetime(self, windows: Windows, model: str, *, certified: bool = False) -> LifetimeValue:
        """The lifetime models fitted on all customers at the cutoff, with their certificate where it is asked for.

        Parameters
        ----------
        windows : Windows
            The cutoff, before which history ends, and the label window after it.
        model : str
            Name of the purchase model, such as `mbg_nbd`.
        certified : bool
            Whether the fit is checked by a second method, which takes longer.

        Returns
        -------
        LifetimeValue
        """
        key = (windows.cutoff, model, certified, self._sees_money)
        if key not in self._lifetime:
            money, kept, summary = self._money(windows), self.share_kept(windows), self.summary_of_all(windows)
            with at_cutoff(windows.cutoff), step("certify the lifetime fit") if certified else nullcontext():
                fitted = LifetimeValue.fit(model, summary, money=money, kept=kept, certified=certified)
            self._lifetime[key] = fitted.without_data() if self.sample else fitted
        return self._lifetime[key]

    def _money(self, windows: Windows) -> float:
        """Money of all order days of all customers, net of the returns known at the cutoff; NaN without any."""
        if self.sample:
            return money_of(self.summary_of_all(windows)) if self._sees_money else float("nan")
        features = self.features(windows)
        if "order_value_mean" not in features:
            return float("nan")
        return float((features["order_value_mean"] * (features["frequency"] + 1)).sum())

    def share_kept(self, windows: Windows) -> float:
        """What is left of the money of order days once later returns have come, by the windows that have closed."""
        if not (self.tx.has_returns and self._sees_money):
            return 1.0
        if windows.cutoff not in self._shares_kept:
            span = self.first_day(windows), self.last_day(windows)
            closed = windows.training_slices(*span, step_days=windows.horizon_days, at_most=MOST_CLOSED)
            self._shares_kept[windows.cutoff] = share_kept(self.tx, windows, closed)
        return self._shares_kept[windows.cutoff]

    def labels(self, windows: Windows) -> pd.DataFrame:
        """Outcomes of the label window: `purchases`, `spend` (net, floor 0) and `churned`."""
        key = (windows, self._as_of)
        if key not in self._labels:
            labels = build_labels(self.tx, windows, as_of=self._as_of, sample=self.sample)
            self._labels[key] = labels.assign(
                spend=labels["spend"].clip(lower=0.0), churned=(labels["purchases"] == 0).astype(np.float64)
            )
        return self._labels[key] if self._sees_money else self._labels[key].assign(spend=np.nan)

    def actual_totals(self, windows: Windows) -> dict[str, float]:
        """Outcomes of the label window, added up over all customers: `purchases` and `spend`."""
        if self.sample:
            purchases, spend = total_labels(self.tx, windows, as_of=self._as_of)
            return {"purchases": purchases, "spend": spend if self._sees_money else 0.0}
        labels = self.labels(windows)
        return {outcome: float(labels[outcome].sum()) for outcome in ("purchases", "spend")}

    def totals(self, windows: Sequence[Windows], model: str) -> dict[Windows, Totals]:
        """Totals of many windows, by group of customers, as the lifetime model expected them and as they were.

        They are remembered for all these windows together: a fit begins at that of the cutoff before, so its last bits
        depend on which cutoffs are looked at, and must not on what was asked earlier.

        Parameters
        ----------
        windows : sequence of Windows
            Label windows, each with its cutoff.
        model : str
            Name of the purchase model, such as `mbg_nbd`.

        Returns
        -------
        dict of Windows to Totals
            In order days and money.
        """
        key = (frozenset(windows), model, self._as_of)
        if key not in self._totals:
            _make_room(self._everybody, (), MOST_OF_SUMMARIES, coming=0)
            with step(f"add up totals at {len(key[0])} cutoff{'s' * (len(key[0]) > 1)}"):
                self._totals[key] = totals_at(self.tx, windows, model, self._as_of, self.totals_sample)
        known = self._totals[key]
        return known if self._sees_money else {window: totals.without_money() for window, totals in known.items()}

    def waits(self, windows: Windows) -> pd.Series:
        """Days from the cutoff to the next order day, NaN where the window shows none."""
        return build_waits(self.tx, windows, sample=self.sample)

    def past(self, windows: Windows) -> pd.DataFrame:
        """Purchases and net spend in the horizon before the cutoff: the naive forecast."""
        return build_past(self.tx, windows, sample=self.sample)


def _make_room(held: dict[Key, pd.DataFrame], needed: Collection[Key], most: int, coming: int = 1) -> None:
    """Let go of tables that are not needed now, those that were built first before others, until more have room."""
    size = {key: int(table.memory_usage().sum()) for key, table in held.items()}
    to_come = coming * max(size.values(), default=0)
    for key in [key for key in held if key not in needed]:
        if sum(size.values()) + to_come <= most:
            return
        del held[key], size[key]
