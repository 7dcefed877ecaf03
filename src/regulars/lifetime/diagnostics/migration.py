"""From `lifetimes` and back: fitted parameters change hands, nothing is fitted again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from regulars.errors import ModelError
from regulars.lifetime.diagnostics.checks import LIFETIMES_START
from regulars.lifetime.diagnostics.oracle import FITTERS, new_fitter
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.by_name import model_class
from regulars.lifetime.models.fitted import LifetimeModel, needed_model

MODELS = {fitter: name for name, fitter in FITTERS.items()}
THEIRS = {"gamma": "v"}  # our name of a parameter: theirs, where they differ


def from_lifetimes(fitter: Any) -> LifetimeModel:
    """Make our model from a fitted one of `lifetimes`, with its parameters; both say the same of every customer.

    Parameters
    ----------
    fitter : BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter or GammaGammaFitter
        Fitted, or read from a file by its own `load_model`.

    Returns
    -------
    LifetimeModel
        `BGNBD`, `MBGNBD`, `ParetoNBD` or `GammaGamma`, in the fitter's unit of time or money. It has no certificate:
        for that, and for intervals, fit the same summary here.

    Raises
    ------
    ModelError
        If the fitter is of another kind, is not fitted, or never left the values that its search begins with.

    Examples
    --------
    >>> ours = model_class("bg_nbd").from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    >>> from_lifetimes(to_lifetimes(ours)).params_ == ours.params_
    True
    """
    kind = type(fitter).__name__
    if kind not in MODELS:
        raise ModelError(f"There is no model for a {kind}. Give a fitted {', '.join(MODELS)}.")
    found = dict(getattr(fitter, "params_", {}))
    if not found:
        raise ModelError(f"This {kind} is not fitted. Call its fit or load_model first, or fit {MODELS[kind]} here.")
    model = model_class(MODELS[kind])
    params = {name: found[THEIRS.get(name, name)] for name in model.parameter_names if THEIRS.get(name, name) in found}
    converted = model.from_params({name: float(value) for name, value in params.items()})
    shapes = [params[name] for name in model.parameter_names if name not in ("alpha", "beta", "gamma")]
    if np.allclose(np.log(shapes), LIFETIMES_START, atol=1e-4):
        raise ModelError(
            f"This {kind} never left the values that its search begins with (1.105171): it was not estimated. "
            f"Fit {model.name} here on the same summary."
        )
    return converted


def to_lifetimes(model: LifetimeModel) -> Any:
    """Make a fitter of `lifetimes` with the parameters of our model, for code that still wants one.

    Parameters
    ----------
    model : LifetimeModel
        A fitted `BGNBD`, `MBGNBD`, `ParetoNBD` or `GammaGamma` without covariates.

    Returns
    -------
    BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter or GammaGammaFitter
        It answers; it has no data, so that nothing that it would plot or sum up of its fit is there.

    Raises
    ------
    ModelError
        If `lifetimes` has no such model.
    """
    needed_model(model, LifetimeModel, "model")
    if model.name not in FITTERS or model.estimated != model.parameter_names:
        raise ModelError(
            f"lifetimes has no {model.name} with {', '.join(model.estimated)}; it has {', '.join(MODELS)}."
        )
    fitter = new_fitter(model.name)
    fitter.params_ = pd.Series({THEIRS.get(name, name): model._fitted()[name] for name in model.parameter_names})
    if isinstance(model, TransactionModel):
        fitter.predict = fitter.conditional_expected_number_of_purchases_up_to_time
    return fitter
