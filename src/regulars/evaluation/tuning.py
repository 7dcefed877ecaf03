"""Tuning: other parameters for the churn booster, if they are better out of time before the backtest begins.

What is chosen is chosen from what had closed when the earliest origin of the backtest began. So no
outcome that judges the tuned settings was used to choose them, and one choice serves at every origin
and in the scorer that is registered.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from regulars import tables
from regulars.blas import one_thread
from regulars.errors import ParamsError
from regulars.evaluation.compare import compare
from regulars.evaluation.holdouts import Holdout, holdouts
from regulars.evaluation.trials import OURS, UNTUNED, read_trials
from regulars.learners.booster import DEFAULTS
from regulars.progress import note, step
from regulars.scorer import History, ScorerSettings
from regulars.windows import Windows

if TYPE_CHECKING:
    from regulars.evaluation.search import Tried, Values

SECONDS = 60.0


@dataclass(frozen=True)
class Tuned:
    """What tuning came to.

    Parameters
    ----------
    chosen : mapping
        LightGBM parameters to be put over those of `churn`; none where nothing better was found.
    in_words : str
        What was tried, and its results.
    tried : tuple of Tried
        The untuned parameters, then every trial.
    figures : mapping
        `slices`; `untuned` and `best` (log-loss), `best_params`; `difference`, `low`, `high` and `verdict` on the
        customers who were not used to choose the best.
    """

    chosen: Values
    in_words: str
    tried: tuple[Tried, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """What tuning came to, ready for JSON."""
        trials = max(len(self.tried) - 1, 0)
        return {"in_words": self.in_words, "chosen": dict(self.chosen), "trials": trials, **self.figures}


def check_tuning(minutes: float) -> None:
    """Refuse, before any work, to tune for no time or without Optuna.

    Raises
    ------
    ParamsError

    Examples
    --------
    >>> check_tuning(0)
    Traceback (most recent call last):
        ...
    regulars.errors.ParamsError: Tuning for 0 minutes finds nothing. Give a number above 0, or leave --tune out.
    """
    if not 0 < minutes < float("inf"):
        raise ParamsError(f"Tuning for {minutes:g} minutes finds nothing. Give a number above 0, or leave --tune out.")
    if find_spec("optuna") is None:
        raise ParamsError("Tuning needs Optuna, which is not installed: pip install 'regulars[tune]'.")


@one_thread()
def tune(
    history: History, origins: Sequence[Windows], settings: ScorerSettings, *, minutes: float, file: Path
) -> Tuned:
    """Look for better parameters of the churn booster, in what had closed before every origin.

    Parameters
    ----------
    history : History
        Looks at the log; nothing at or after the earliest origin is looked at.
    origins : sequence of Windows
        At which the scorer will be backtested, earliest first.
    settings : ScorerSettings
        What `churn` sets stays as it is.
    minutes : float
        No trial begins later than this after the call.
    file : Path
        SQLite file that keeps the trials: the same call goes on from them.

    Notes
    -----
    The loss of a trial is the log-loss of the blend, the mean over the holdouts, each at its own best weights and
    level: what a booster is worth beside the other base models. Half of the customers choose the best trial; the
    other half, not used for that, whether it is better than the untuned parameters: it is chosen if the 95 % interval
    of the difference, paired by customer, lies below zero.
    """
    deadline = time.monotonic() + SECONDS * minutes
    with step("tune"), threadpool_limits(1, user_api="blas"):  # as in a fit
        tuned = _tune(history, origins, settings, deadline, file)
    note(tuned.in_words)
    return tuned


def _tune(history: History, origins: Sequence[Windows], settings: ScorerSettings, deadline: float, file: Path) -> Tuned:
    from regulars.evaluation.search import SPACE, search

    start = {name: DEFAULTS[name] for name in SPACE if name not in settings.churn}
    if not start:
        return Tuned({}, "Nothing was tuned: `churn` sets every parameter that could be.")
    if not origins:
        return Tuned({}, "Nothing was tuned: there is no origin at which it could be shown beside the untuned.")
    held_out = list(holdouts(history, origins[0], settings))
    if not held_out:
        return Tuned(
            {},
            f"Nothing was tuned: before the first origin, {origins[0].cutoff}, no training slice had another ended "
            "before it. That takes two and a half horizons of history.",
        )

    choosing, judging = _halves(held_out)

    def loss(params: Values) -> float:
        return _mean_loss([holdout.with_booster(settings.with_churn(params)) for holdout in choosing])

    untuned = _mean_loss(choosing)
    key = _key(history, choosing, settings, {name: str(SPACE[name]) for name in start}, untuned)
    tried = search(loss, start, start_loss=untuned, deadline=deadline, seed=settings.seed, file=file, key=key)
    return _choice(tried, judging, settings)


def _halves(held_out: Sequence[Holdout]) -> tuple[list[Holdout], list[Holdout]]:
    """The holdouts of every other customer, and of the rest: all rows of a customer are in one half."""
    customers = np.unique(np.concatenate([holdout.unseen.quantities.index.to_numpy() for holdout in held_out]))
    halves = [[holdout.of(customers[half::2]) for holdout in held_out] for half in (0, 1)]
    return halves[0], halves[1]


def _choice(tried: Sequence[Tried], judging: Sequence[Holdout], settings: ScorerSettings) -> Tuned:
    """The best trial, where customers not used to choose it find it better than the untuned parameters beyond noise."""
    best = min(tried, key=lambda trial: trial.loss)
    rivals = [holdout.with_booster(settings.with_churn(best.params)) for holdout in judging]
    figures = {
        "slices": [str(holdout.windows.cutoff) for holdout in judging],
        "untuned": tried[0].loss,
        "best": best.loss,
        "best_params": dict(best.params),
        **_gap(rivals, judging, settings.seed),
    }
    in_words = (
        f"Tuned in {len(tried) - 1} trials, on slices that had closed before the first origin: log-loss at best "
        f"{best.loss:.4f}, untuned {tried[0].loss:.4f}. On customers not used to choose it the difference is "
        f"{figures['difference']:+.4f} [{figures['low']:+.4f}, {figures['high']:+.4f}]"
    )
    if figures["verdict"] != "better":
        return Tuned(
            {}, f"{in_words}, not significantly better: the parameters stay as they were.", tuple(tried), figures
        )
    chosen = ", ".join(f"{n} {v:.4g}" if isinstance(v, float) else f"{n} {v}" for n, v in best.params.items())
    return Tuned(best.params, f"{in_words}. Chosen: {chosen}.", tuple(tried), figures)


def _mean_loss(held_out: Sequence[Holdout]) -> float:
    return float(np.mean([holdout.log_loss() for holdout in held_out]))


def _key(history: History, held_out: Sequence[Holdout], settings: ScorerSettings, space: Values, untuned: float) -> str:
    """All that the losses of trials depend on; the untuned loss stands for the code and its libraries."""
    slices = [str(holdout.windows.cutoff) for holdout in held_out]
    content = [history.tx.data_hash, slices, settings.to_dict(), space, untuned.hex()]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _gap(rivals: Sequence[Holdout], untuned: Sequence[Holdout], seed: int) -> dict[str, Any]:
    """How much lower the log-loss of the rivals is, paired by customer over the slices, as in a backtest."""
    predictions = pd.concat(
        [_predictions(h, name) for name, held_out in ((OURS, rivals), (UNTUNED, untuned)) for h in held_out]
    )
    compared = compare(read_trials(predictions), seed=seed)
    found = compared[compared["metric"] == "log_loss"].iloc[0]
    return {name: found[name] for name in ("difference", "low", "high", "verdict")}


def _predictions(holdout: Holdout, contender: str) -> pd.DataFrame:
    known = {
        "origin": pd.Timestamp(holdout.windows.cutoff),
        "customer_id": holdout.unseen.quantities.index,
        "contender": contender,
        "p_churn": holdout.p_churn(),
        "actual_purchases": holdout.unseen.outcome("purchases"),
    }
    return pd.DataFrame(known).reindex(columns=list(tables.PREDICTIONS))
