"""What is compared with what."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from benchmarks import lifetime_ours as ours
from benchmarks import lifetime_rivals as rivals
from benchmarks.lifetime_ours import Answer, Run
from benchmarks.simulated_customers import SimulatedCustomers
from regulars.lifetime import BGNBD, MBGNBD, GammaGamma, ParetoNBD
from regulars.lifetime.models.fitted import LifetimeModel

SAME = 1e-6  # relative difference of answers, or log-likelihood a customer
Contender = Callable[[SimulatedCustomers], Run]


class Contest(NamedTuple):
    """One task for two.

    Parameters
    ----------
    task, rival : str
        What is done, and who does it too.
    ours, theirs : callable
        Prepare on simulated customers what is not timed, and return what is.
    fits : type, optional
        The model that is fitted, where the answer is its parameters.
    most_customers : int
        With more of them the rival would run for hours.
    most_rounds : int
        How often to repeat what takes the rival minutes.
    exact_when_small : bool
        Whether the two mean the same only in the small simulated, which is all but undiscounted.
    """

    task: str
    rival: str
    ours: Contender
    theirs: Contender
    fits: type[LifetimeModel] | None = None
    most_customers: float = np.inf
    most_rounds: float = np.inf
    exact_when_small: bool = False

    def agreement(self, simulated: SimulatedCustomers, our_answer: Answer, their_answer: Answer) -> str:
        """Whether the two came to the same, and how closely."""
        if self.fits is None:
            return _same_numbers(our_answer, their_answer)
        if not len(their_answer):
            return "no: theirs did not converge"
        models = (_made(self.fits, answer) for answer in (our_answer, their_answer))
        return _same_optimum(*(_mean_log_likelihood(model, simulated) for model in models))


def _same_numbers(ours: Answer, theirs: Answer) -> str:
    if ours.shape != theirs.shape:
        return f"no: {ours.shape} and {theirs.shape}"
    known = np.isfinite(theirs)
    gap = np.max(np.abs(ours - theirs)[known] / np.maximum(np.abs(ours[known]), 1e-3))
    missing = f", but for {np.sum(~known)} NaN of theirs" if not known.all() else ""
    return f"same answers: {'yes' if gap <= SAME else 'no'}, to {gap:.0e}{missing}"


def _same_optimum(ours: float, theirs: float) -> str:
    if abs(ours - theirs) <= SAME:
        return "same optimum: yes"
    return f"same optimum: no, {'ours' if ours > theirs else 'theirs'} is higher by {abs(ours - theirs):.0e} a customer"


def _made(model: type[LifetimeModel], values: Answer) -> LifetimeModel:
    return model.from_params(dict(zip(model.parameter_names, map(float, values), strict=True)))


def _mean_log_likelihood(model: LifetimeModel, simulated: SimulatedCustomers) -> float:
    customers = simulated.summary
    if isinstance(model, GammaGamma):
        customers = customers[customers["frequency"] > 0]
    return float(model.log_likelihood_of(customers).mean())


ROW, ALIKE = "lifetimes", "lifetimes, rows compressed beforehand"
LIFETIME = (
    Contest("summary of a log that has been read", ROW, ours.summary, rivals.summary),
    Contest("reading, checking and summary", ROW, ours.summary_of_lines, rivals.summary),
    Contest("compression of the rows: the floor of a fit", "pandas groupby", ours.cells, rivals.cells),
    Contest("BG/NBD fit", ROW, ours.bg_nbd, rivals.bg_nbd, BGNBD),
    Contest("BG/NBD fit", ALIKE, ours.bg_nbd, rivals.bg_nbd_alike, BGNBD),
    Contest("MBG/NBD fit", ROW, ours.mbg_nbd, rivals.mbg_nbd, MBGNBD),
    Contest("MBG/NBD fit", ALIKE, ours.mbg_nbd, rivals.mbg_nbd_alike, MBGNBD),
    Contest("Pareto/NBD fit", ROW, ours.pareto_nbd, rivals.pareto_nbd, ParetoNBD, 100_000, 1),
    Contest("Gamma-Gamma fit", ROW, ours.gamma_gamma, rivals.gamma_gamma, GammaGamma),
    Contest("expected purchases and P(alive)", ROW, ours.forecast, rivals.forecast),
    Contest("12-month CLV", ROW, ours.value, rivals.value, exact_when_small=True),
)
