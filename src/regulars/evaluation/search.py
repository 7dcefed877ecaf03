"""The search: Optuna proposes what to try next and keeps what was tried. No other file imports it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from regulars.errors import ModelError
from regulars.progress import note, step

Values = Mapping[str, bool | int | float | str]

SPACE: dict[str, BaseDistribution] = {
    "num_iterations": IntDistribution(50, 400, log=True),
    "learning_rate": FloatDistribution(0.01, 0.2, log=True),
    "num_leaves": IntDistribution(4, 63, log=True),
    "min_data_in_leaf": IntDistribution(10, 500, log=True),
    "lambda_l2": FloatDistribution(0.1, 100.0, log=True),
    "feature_fraction": FloatDistribution(0.2, 1.0),
    "extra_trees": CategoricalDistribution([True, False]),
}
MOST_TRIALS = 200  # a longer search finds the noise of the slices that it is judged on
SEEDS = 2**32
BUSY_SECONDS = 20.0


@dataclass(frozen=True)
class Tried:
    """A trial: parameters, the loss that they came to, when it began (local time) and how long it took."""

    params: Values
    loss: float
    began: datetime
    seconds: float


def search(
    loss: Callable[[Values], float],
    start: Values,
    *,
    start_loss: float,
    deadline: float,
    seed: int,
    file: Path,
    key: str,
) -> list[Tried]:
    """Try parameters, each chosen by the losses of those before, until the deadline.

    Parameters
    ----------
    loss : callable
        From parameters to what should be low.
    start : mapping
        Where to begin: a value for each parameter of `SPACE` that is to be turned.
    start_loss : float
        The loss there.
    deadline : float
        On the clock `time.monotonic`, in seconds: no trial begins after it.
    seed : int
        The same trials so far and the same seed give the same next trial, be it made in this call or a later one.
    file : Path
        SQLite file that keeps the trials.
    key : str
        Stands for all that the losses depend on: trials are gone on from under the same key.

    Returns
    -------
    list of Tried
        The start, then the trials in their order; `MOST_TRIALS` at most.

    Raises
    ------
    ModelError
        If the file cannot be used.
    """
    space = {name: SPACE[name] for name in start}
    with _study(file, key) as study:
        if not _finished(study):
            study.add_trial(optuna.create_trial(params=dict(start), distributions=space, value=start_loss))
        elif kept := len(_finished(study)) - 1:
            note(f"tuning goes on from {kept} trials of before")
        try:
            while time.monotonic() < deadline and (number := len(_finished(study))) <= MOST_TRIALS:
                with step(f"trial {number}, lowest log-loss {study.best_value:.4f}", told=False):
                    study.sampler = optuna.samplers.TPESampler(seed=(seed + number) % SEEDS, multivariate=True)
                    trial = study.ask(space)
                    study.tell(trial, loss(trial.params))
        except KeyboardInterrupt:
            note(f"{len(_finished(study)) - 1} trials of tuning are kept; the same command goes on from them")
            raise
        return [_tried(trial) for trial in _finished(study)]


@contextmanager
def _study(file: Path, key: str) -> Iterator[optuna.Study]:
    """The trials kept under a key; meanwhile Optuna says nothing."""
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        storage = _storage(file)
        try:
            yield optuna.create_study(storage=storage, study_name=key, load_if_exists=True)
        finally:
            storage.remove_session()
            storage.engine.dispose()
    finally:
        optuna.logging.set_verbosity(verbosity)


def _storage(file: Path) -> optuna.storages.RDBStorage:
    def connect() -> sqlite3.Connection:  # by its path: in an address some characters mean something else
        return sqlite3.connect(file, timeout=BUSY_SECONDS)

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return optuna.storages.RDBStorage("sqlite://", engine_kwargs={"creator": connect})
    except Exception as error:  # Optuna, SQLAlchemy and SQLite raise what they like
        reason = str(error).strip().partition("\n")[0].rstrip(". ")
        raise ModelError(
            f"Trials of tuning cannot be kept in {file}: {reason}. See that it can be written; delete it to begin anew."
        ) from None


def _finished(study: optuna.Study) -> list[FrozenTrial]:
    """Trials with a loss; one that was interrupted has none."""
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def _tried(trial: FrozenTrial) -> Tried:
    began, duration = trial.datetime_start, trial.duration
    if began is None or duration is None or trial.value is None:
        raise ValueError(f"trial {trial.number} is not finished")
    return Tried(dict(trial.params), trial.value, began, duration.total_seconds())
