"""Fit a model that can be certified, falling back by name where one cannot."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from numpy.typing import ArrayLike

from regulars.errors import ModelError
from regulars.lifetime.fit.certificate import Certificate
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.by_name import transaction_model
from regulars.lifetime.models.pooled import PooledRate
from regulars.progress import note_of_cutoff

AUTO = "auto"
CHAIN = ("mbg_nbd", "pareto_nbd")  # after the model that was asked for; the pooled rate ends the chain


@dataclass(frozen=True)
class Certified:
    """A model, its certificate, and what it stands in for.

    Parameters
    ----------
    model : TransactionModel
    certificate : Certificate
        Without a failure.
    fallback : str
        Which models were refused and why; empty where the first one passed.
    """

    model: TransactionModel
    certificate: Certificate
    fallback: str = ""


def fit_certified(name: str, summary: pd.DataFrame, weights: ArrayLike | None = None) -> Certified:
    """Fit a model; where its certificate fails, fit the next in the chain, and say so.

    The chain is the model that was asked for, MBG/NBD, Pareto/NBD, and at last the pooled rate by frequency and recency
    cell, which cannot fail.

    Parameters
    ----------
    name : str
        A model, or "auto" for the first of the chain. (`choose_model` picks by a holdout.)
    summary : DataFrame
        `frequency`, `recency`, `T` in any one unit of time.
    weights : array_like of shape (rows,), optional
        How many customers each row stands for; a Series has the index of the summary.

    Raises
    ------
    InputError
        Naming every fault of the summary.

    Examples
    --------
    >>> once = pd.DataFrame({"frequency": [0, 0], "recency": [0, 0], "T": [10, 20]})
    >>> fitted = fit_certified("mbg_nbd", once)
    >>> fitted.model.name, fitted.certificate.verdict
    ('pooled_rate', 'pass')
    >>> fitted.fallback.split(":")[0]
    'pooled_rate stands in for mbg_nbd and pareto_nbd (each cannot be fitted'
    """
    expected = [name] if name != AUTO else []
    chain = dict.fromkeys([*expected, *CHAIN])
    refused: dict[str, str] = {}
    for candidate in chain:
        model = transaction_model(candidate)
        try:
            model.fit(summary, weights)
        except ModelError as error:
            refused[candidate] = str(error)
            continue
        if model.certificate_.verdict != "failure":
            return _told(model, refused)
        refused[candidate] = " ".join(model.certificate_.sentences("failure"))
    return _told(PooledRate().fit(summary, weights), refused)


def _told(model: TransactionModel, refused: dict[str, str]) -> Certified:
    """Pair a model with its certificate; the note says what it stands in for."""
    if not refused:
        return Certified(model, model.certificate_)
    what, why = f"{model.name} stands in for {' and '.join(refused)}", _why(refused)
    note_of_cutoff(what, why)
    return Certified(model, model.certificate_, f"{what} ({why})")


def _why(refused: dict[str, str]) -> str:
    """Why each was refused; once where it is the same of all."""
    alike = {reason.removeprefix(f"{name} ") for name, reason in refused.items()}
    if len(refused) > 1 and len(alike) == 1:
        return f"each {alike.pop()}"
    return "; ".join(reason.rstrip(".") for reason in refused.values()) + "."
