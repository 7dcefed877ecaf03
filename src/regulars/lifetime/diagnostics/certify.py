"""Certify a fit: whether it can be trusted, and what to know of it.

Models do not import the checks that judge them; the function that certifies is handed to them here.
"""

from __future__ import annotations

from regulars.lifetime.diagnostics import checks
from regulars.lifetime.diagnostics.oracle import compare_with_lifetimes
from regulars.lifetime.fit.certificate import Certificate
from regulars.lifetime.models.fitted import LifetimeModel, needed_model
from regulars.lifetime.models.gammagamma import GammaGamma
from regulars.lifetime.models.maximum_likelihood import MaximumLikelihoodModel


def certify(model: LifetimeModel) -> Certificate:
    """Check a model on the data that it was fitted on."""
    needed_model(model, LifetimeModel, "model")
    optimum = model._kept("optimum_")
    found = [
        checks.finite(model),
        checks.gradient(optimum),
        checks.starts(optimum),
        checks.boundary(model),
        checks.hessian(optimum),
        checks.intervals(model),
        checks.start_signature(model),
        checks.lifetimes_agrees(compare_with_lifetimes(model, *model.training_data())),
    ]
    if isinstance(model, GammaGamma):
        found.append(checks.independence(model.spenders_))
    if isinstance(model, MaximumLikelihoodModel):
        found += [checks.leaving(model), checks.one_time_buyers(model), checks.left_truncation(model)]
    return Certificate(model.name, tuple(found), checks.standard_errors(model))


LifetimeModel.certify_with(certify)
