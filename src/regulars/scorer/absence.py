"""Lost or quiet: which part of the chance of no order is for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.errors import ModelError
from regulars.lifetime import LifetimeValue, identifies_leaving, lets_one_time_buyers_leave
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.by_name import model_from_dict, transaction_model
from regulars.notes import Note
from regulars.scorer.history import History
from regulars.windows import Windows

STAND_INS = ("mbg_nbd", "pareto_nbd")
SILENCES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)  # own gaps that part groups of like silence
PRIOR = 3.0  # returns as expected that count beside those that were seen
WORTH_A_WORD = 0.8  # of the returns that a stand-in expected
FEWEST = 100  # customers at a past cutoff, from whom it can be learned who comes back

Source = Literal["lifetime", "stand_in", "silence", "unknown"]


@dataclass(frozen=True)
class Silence:
    """How many customers of the same silence, counted in own gaps, never came back in the log.

    Parameters
    ----------
    usual_gap : float
        Days; the gap of those who have ordered once.
    once, again : tuple of float
        Shares that stayed away, of customers who had ordered once and more often, by `SILENCES`; none falls.
    since : date
        The past cutoff at which the silences were measured.
    """

    usual_gap: float
    once: tuple[float, ...]
    again: tuple[float, ...]
    since: dt.date

    @classmethod
    def fit(cls, history: History, windows: Windows, slices: Sequence[Windows]) -> Self | None:
        """Look from the earliest of `slices` to the cutoff; None where it has too few customers, or nobody came back.

        Only what was known at `windows.cutoff` is used.
        """
        if not slices:
            return None
        began = slices[-1]
        summary = history.summary(began)
        until = Windows(began.cutoff, (windows.cutoff - began.cutoff).days)
        stayed_away = history.labels(until)["purchases"].reindex(summary.index).to_numpy() == 0
        repeat = summary["frequency"].to_numpy() > 0
        if len(summary) < FEWEST or not repeat.any() or stayed_away.all():
            return None
        usual = float(summary["recency"].sum() / summary["frequency"].sum())
        group = _groups(summary, usual)
        once, again = (_rising(group[who], stayed_away[who]) for who in (~repeat, repeat))
        return cls(usual, once, again, began.cutoff)

    def share_lost(self, summary: pd.DataFrame) -> Floats:
        """The share that never came back of customers with the silence of each row."""
        group, repeat = _groups(summary, self.usual_gap), summary["frequency"].to_numpy() > 0
        return np.asarray(np.where(repeat, np.asarray(self.again)[group], np.asarray(self.once)[group]))


@dataclass(frozen=True)
class Returns:
    """How many customers of the same silence came back, for each whom a model expected; at most 1.

    A model of ordering and leaving can overrate how many of the long silent are still there; the last window before the
    cutoff shows it.

    Parameters
    ----------
    usual_gap : float
        Days; silences are counted in it, for rare and frequent customers alike: the model knows their own gaps.
    ratios : tuple of float
        By `SILENCES`; none rises.
    since : date
        The past cutoff at which the silences were measured.
    """

    usual_gap: float
    ratios: tuple[float, ...]
    since: dt.date

    @classmethod
    def fit(cls, model: TransactionModel, history: History, slices: Sequence[Windows]) -> Self | None:
        """Compare a model with the latest training slice; None without one, or with too few customers."""
        if not slices:
            return None
        closed = slices[0]
        summary = history.summary(closed)
        if len(summary) < FEWEST or not summary["frequency"].any():
            return None
        came = history.labels(closed)["purchases"].reindex(summary.index).to_numpy() > 0
        expected = np.asarray(model.probability_of_purchase(summary, closed.horizon_days))
        usual = float(summary["recency"].sum() / summary["frequency"].sum())
        return cls(usual, _falling(_band(_silence(summary) / usual), came, expected), closed.cutoff)

    def ratio(self, summary: pd.DataFrame) -> Floats:
        """The ratio for the silence of each row."""
        return np.asarray(np.asarray(self.ratios)[_band(_silence(summary) / self.usual_gap)])


@dataclass(frozen=True)
class Absence:
    """What tells the lost from the quiet.

    Parameters
    ----------
    source : {"lifetime", "stand_in", "silence", "unknown"}
        The lifetime model itself; another model, because the lifetime model cannot tell; who came back in the log after
        the same silence; or nothing, because the log is too short: then nobody counts as lost.
    identified : bool
        Whether the lifetime model tells leaving from staying at all.
    stand_in : TransactionModel, optional
    returns : Returns, optional
        By how much P(alive) of the stand-in is lowered.
    silence : Silence, optional
    """

    source: Source = "lifetime"
    identified: bool = True
    stand_in: TransactionModel | None = None
    returns: Returns | None = None
    silence: Silence | None = None

    @classmethod
    def fit(cls, history: History, windows: Windows, slices: Sequence[Windows], lifetime: LifetimeValue) -> Self:
        """Find what tells the lost from the quiet at the training cutoff."""
        summary = history.summary_of_all(windows)
        identified = identifies_leaving(lifetime.purchases, summary)
        if identified and lets_one_time_buyers_leave(lifetime.purchases, summary):
            return cls()
        if (model := _best_stand_in(summary)) is not None:
            return cls("stand_in", identified, stand_in=model, returns=Returns.fit(model, history, slices))
        silence = Silence.fit(history, windows, slices)
        return cls("silence" if silence else "unknown", identified, silence=silence)

    def p_lost(self, p_churn: Floats, quantities: pd.DataFrame, summary: pd.DataFrame, horizon_days: int) -> Floats:
        """The part of `p_churn` that is for good, from 0 to `p_churn`.

        Notes
        -----
        p_churn · (1 − P(alive)) / (1 − R), R the same model's probability of an order in the window: given no order,
        the probability of having left.
        """
        if self.silence:
            return np.minimum(p_churn, self.silence.share_lost(summary))
        if self.source == "unknown":
            return np.zeros(len(p_churn))
        if self.stand_in:
            rows = self.stand_in.rows(summary)
            alive = self.stand_in.probability_alive(rows)
            orders = self.stand_in.probability_of_purchase(rows, horizon_days)
            if self.returns:
                alive, orders = (figure * self.returns.ratio(summary) for figure in (alive, orders))
        else:
            alive, orders = (quantities[name].to_numpy(np.float64) for name in ("p_alive", "p_purchase"))
        no_order = 1.0 - orders
        share = np.divide(1.0 - alive, no_order, out=np.zeros(len(alive)), where=no_order > 0)
        return np.asarray(p_churn * np.clip(share, 0.0, 1.0))

    @property
    def in_words(self) -> str:
        """Where `p_lost` comes from, for a person."""
        if self.silence:
            return (
                "p_lost is the share of customers who never came back after the same silence, counted in their own "
                f"gaps, from {self.silence.since} on: the lifetime model does not identify who has left"
            )
        if self.stand_in:
            why = "says that nobody leaves before the second order" if self.identified else "does not identify who left"
            less = ""
            if self.returns and self.returns.ratios[-1] < WORTH_A_WORD:
                less = f", lowered to how many came back in the window from {self.returns.since}"
            return f"p_lost comes from {self.stand_in.name}{less}: the lifetime model {why}"
        if self.source == "unknown":
            return "p_lost is 0 for all: the log is too short to tell who is lost from who is quiet"
        return "p_lost comes from the lifetime model"

    @property
    def notes(self) -> Iterator[Note]:
        """What a reader of the scores should know."""
        if not self.identified:
            yield Note("p_alive", "p_alive is null: on this log, leaving cannot be told from staying")
        if self.source != "lifetime":
            yield Note("p_lost", self.in_words)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "source": self.source,
            "identified": self.identified,
            "stand_in": self.stand_in and self.stand_in.to_dict(),
            "returns": self.returns and _plain(self.returns),
            "silence": self.silence and _plain(self.silence),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        stand_in, returns, silence = values["stand_in"], values["returns"], values["silence"]
        return cls(
            values["source"],
            values["identified"],
            cast(TransactionModel, model_from_dict(stand_in)) if stand_in else None,
            Returns(**_typed(returns)) if returns else None,
            Silence(**_typed(silence)) if silence else None,
        )


def _plain(table: Silence | Returns) -> dict[str, Any]:
    """Plain values for JSON."""
    return {**asdict(table), "since": table.since.isoformat()}


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `_plain` wrote, typed."""
    made = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return {**made, "since": dt.date.fromisoformat(values["since"])}


def _best_stand_in(summary: pd.DataFrame) -> TransactionModel | None:
    """The likeliest of the models that tell who has left; None where none does."""
    found = []
    for name in STAND_INS:
        with suppress(ModelError):
            model = transaction_model(name).fit(summary)
            if identifies_leaving(model, summary):
                found.append(model)
    return max(found, key=lambda model: model.log_likelihood_, default=None)


def _groups(summary: pd.DataFrame, usual_gap: float) -> NDArray[np.intp]:
    """Which group of silence, counted in own gaps, each customer is in."""
    frequency, recency = (summary[name].to_numpy(np.float64) for name in ("frequency", "recency"))
    return _band(_silence(summary) / np.where(frequency > 0, recency / np.maximum(frequency, 1.0), usual_gap))


def _silence(summary: pd.DataFrame) -> Floats:
    """Days since the last order."""
    return np.asarray(summary["T"].to_numpy(np.float64) - summary["recency"].to_numpy(np.float64))


def _band(gaps: Floats) -> NDArray[np.intp]:
    return np.asarray(np.searchsorted(np.asarray(SILENCES), gaps, side="right"), dtype=np.intp)


def _rising(group: NDArray[np.intp], stayed_away: NDArray[np.bool_]) -> tuple[float, ...]:
    """The share that stayed away by group, half a customer of each outcome added; pooled where it would fall."""
    groups = len(SILENCES) + 1
    lost, total = np.bincount(group, stayed_away, groups) + 0.5, np.bincount(group, minlength=groups) + 1.0
    return _monotone(lost.tolist(), total.tolist())


def _falling(group: NDArray[np.intp], came: NDArray[np.bool_], expected: Floats) -> tuple[float, ...]:
    """Returns for each expected one by group, `PRIOR` of both added; at most 1, pooled where it would rise."""
    groups = len(SILENCES) + 1
    seen, due = (np.bincount(group, of, groups) + PRIOR for of in (came, expected))
    return tuple(min(1.0, 1.0 / ratio) for ratio in _monotone(due.tolist(), seen.tolist()))


def _monotone(above: Sequence[float], below: Sequence[float]) -> tuple[float, ...]:
    """The ratios of two sums by group, none below the one before: neighbours that would fall are pooled."""
    pools: list[tuple[float, float, int]] = []
    for high, low in zip(above, below, strict=True):
        top, bottom, many = high, low, 1
        while pools and pools[-1][0] * bottom >= top * pools[-1][1]:
            before = pools.pop()
            top, bottom, many = top + before[0], bottom + before[1], many + before[2]
        pools.append((top, bottom, many))
    return tuple(top / bottom for top, bottom, many in pools for _ in range(many))
