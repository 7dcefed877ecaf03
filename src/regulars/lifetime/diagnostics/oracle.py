"""A comparison with `lifetimes`: its likelihood at our optimum, and its own optimum.

`lifetimes` is imported when a comparison is made, not before.
"""

from __future__ import annotations

import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import clone

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import rows_of
from regulars.lifetime.fit.validate import checked_weights
from regulars.lifetime.models.fitted import LifetimeModel
from regulars.lifetime.models.maximum_likelihood import MaximumLikelihoodModel

FITTERS = {
    "bg_nbd": "BetaGeoFitter",
    "mbg_nbd": "ModifiedBetaGeoFitter",
    "pareto_nbd": "ParetoNBDFitter",
    "gamma_gamma": "GammaGammaFitter",
}
MOST_ROWS = 10_000  # lifetimes takes about a second for so many


@dataclass(frozen=True)
class LifetimesFit:
    """Totals of the log-likelihood over the same customers, in the same unit of time.

    Parameters
    ----------
    ours : float
        Our likelihood at our optimum.
    theirs_at_ours : float
        The likelihood as `lifetimes` computes it, at our optimum; NaN where it cannot.
    their_best : float
        Our likelihood at the optimum of `lifetimes`; NaN where it does not converge.
    customers : float
        How many customers were compared: all, or a sample.
    """

    ours: float
    theirs_at_ours: float
    their_best: float
    customers: float


def compare_with_lifetimes(
    model: LifetimeModel, summary: pd.DataFrame, weights: ArrayLike | None = None
) -> LifetimesFit | None:
    """Ask `lifetimes` about a fitted model; None where it has no such model.

    Parameters
    ----------
    model : LifetimeModel
        Fitted on the summary. With more than 10,000 unique customers, both are fitted on the same sample instead.
    summary : DataFrame
        What the model was fitted on.

    Notes
    -----
    `lifetimes` reports its likelihood as a mean over customers in a unit of time of its own choosing, so its numbers
    are recomputed here from its parameters.
    """
    seasonal = getattr(model, "seasonality", None) is not None
    if model.name not in FITTERS or model.estimated != model.parameter_names or seasonal:
        return None
    columns, weight = _columns(model, summary, weights)
    if len(weight) > MOST_ROWS:
        kept = np.sort(np.random.default_rng(0).choice(len(weight), MOST_ROWS, replace=False))
        columns, weight = columns.iloc[kept], weight[kept]
        model = clone(model).fit(columns, weight)
    with warnings.catch_warnings(), np.errstate(all="ignore"), redirect_stdout(StringIO()):
        warnings.simplefilter("ignore")
        fitter = new_fitter(model.name)
        return LifetimesFit(
            ours=_total(model, columns, weight),
            theirs_at_ours=_their_total(fitter, model, columns, weight),
            their_best=_their_best(fitter, model, columns, weight),
            customers=float(weight.sum()),
        )


def new_fitter(name: str) -> Any:
    """The fitter of `lifetimes` for one of our models."""
    with warnings.catch_warnings():  # it turns off an option of pandas that is gone
        warnings.simplefilter("ignore")
        import lifetimes

    return getattr(lifetimes, FITTERS[name])()


def _columns(model: LifetimeModel, summary: pd.DataFrame, weights: ArrayLike | None) -> tuple[pd.DataFrame, Floats]:
    if isinstance(model, MaximumLikelihoodModel):
        return rows_of(summary, weights).as_summary()
    weight = checked_weights(weights, summary)
    used = ((summary["frequency"] > 0) & (summary["monetary_value"] > 0)).to_numpy()
    return summary.loc[used, ["frequency", "monetary_value"]], weight[used]


def _total(model: LifetimeModel, columns: pd.DataFrame, weight: Floats) -> float:
    return float((weight * model.log_likelihood_of(columns).to_numpy()).sum())


def _their_total(fitter: Any, model: LifetimeModel, columns: pd.DataFrame, weight: Floats) -> float:
    """Their likelihood at our parameters, without a penalty."""
    values = np.array([model.params_[name] for name in model.parameter_names])
    arrays = [columns[name].to_numpy(dtype=float) for name in columns]
    if model.name == "pareto_nbd":
        return float((weight * fitter._conditional_log_likelihood(values, *arrays)).sum())
    return float(-fitter._negative_log_likelihood(np.log(values), *arrays, weight, 0) * weight.sum())


def _their_best(fitter: Any, model: LifetimeModel, columns: pd.DataFrame, weight: Floats) -> float:
    """Our likelihood where their search ends."""
    try:
        theirs = fitter.fit(*(columns[name] for name in columns), weights=weight)
        found = [float(value) for value in theirs.params_]
        return _total(model.from_params(dict(zip(model.parameter_names, found, strict=True))), columns, weight)
    except Exception:  # whatever it does not survive, the sentence of the certificate says so
        return float("nan")
