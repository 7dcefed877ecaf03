"""A LightGBM booster that is the same bytes wherever it is fitted, kept as text."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# Read when OpenMP is loaded: threads that wait should sleep. Spinning, they take the processor from whatever else runs,
# and training beside another job took ten times as long. Sleeping at once costs a third more at least, so GNU's spin a
# moment.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import lightgbm
import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.errors import ModelError
from regulars.learners.leaves import LeafContributions
from regulars.params.boosting import by_main_name

# Splits are drawn at random and half of the features at a time: trees that differ agree on less noise.
DEFAULTS: dict[str, bool | int | float | str] = {
    "num_iterations": 150,
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 50,
    "lambda_l2": 5.0,
    "feature_fraction": 0.5,
    "extra_trees": True,
}

# What makes trees equal over thread counts, and contributions right; cannot be set.
FIXED: dict[str, bool | int | float | str] = {
    "deterministic": True,
    "force_col_wise": True,
    "force_row_wise": False,
    "linear_tree": False,  # LightGBM's contributions do not sum to the score of such trees
    "verbosity": 0,
}

AT_ONCE = 20_000  # rows that are copied for LightGBM, and whose leaves are held, at once: 150 numbers a row
_PARAMETERS = "\nparameters:"


class _Silence:
    """Passes over LightGBM's messages, which it would print on stdout."""

    def info(self, message: str) -> None:
        """Pass over."""

    def warning(self, message: str) -> None:
        """Pass over."""


@dataclass(frozen=True)
class Booster:
    """A fitted booster as LightGBM text without its parameter section.

    The text names the features in order; the parameter section is left out because it prints
    the number of threads, which does not change a single tree.
    """

    text: str

    @classmethod
    def fit(
        cls,
        table: pd.DataFrame,
        target: Floats,
        *,
        objective: Mapping[str, bool | int | float | str],
        params: Mapping[str, bool | int | float | str],
        seed: int,
        weight: Floats | None = None,
        offset: Floats | None = None,
    ) -> Booster:
        """Fit on a table of doubles, one row a customer and slice.

        Parameters
        ----------
        table : DataFrame, shape (n, k)
            Features; NaN means not known.
        target : array, shape (n,)
            What is to be predicted.
        objective : mapping
            LightGBM's objective and what belongs to it.
        params : mapping
            LightGBM parameters of one's own, over those and `DEFAULTS`; see `regulars.params.boosting`.
        seed : int
            Seed of all that is drawn.
        weight : array, shape (n,), optional
            Weight of each row.
        offset : array, shape (n,), optional
            Raw score that the trees start from and correct; given again to `predict`.
        """
        turned = by_main_name(params)
        lightgbm.register_logger(_Silence())
        data = lightgbm.Dataset(
            table.to_numpy(np.float64),
            label=target,
            weight=weight,
            init_score=offset,
            feature_name=list(table.columns),
        )
        try:
            fitted = lightgbm.train({**DEFAULTS, **objective, **turned, **FIXED, "seed": seed}, data)
        except (lightgbm.basic.LightGBMError, ValueError) as error:
            found = str(error).partition(" at /")[0].rstrip(". ")  # without the line of its source
            raise ModelError(f"LightGBM could not fit: {found}. Check the block `churn` of the parameters.") from None
        return cls(fitted.model_to_string().split(_PARAMETERS)[0] + "\n")

    @property
    def feature_names(self) -> list[str]:
        """Names of the features in the order of the trees."""
        line = next(line for line in self.text.splitlines() if line.startswith("feature_names="))
        return line.removeprefix("feature_names=").split()

    def predict(self, table: pd.DataFrame) -> Floats:
        """Predictions on the scale of the objective (probability, mean)."""
        return self._run(table)

    def correct(self, table: pd.DataFrame, offset: Floats) -> Floats:
        """Raw scores that start from `offset`, as in the fit.

        Parameters
        ----------
        table : DataFrame
            The columns of the fit, one row a customer.
        offset : ndarray of shape (rows,)
            Where each row starts, on the scale of the raw scores (log-odds, or the log of a mean).

        Returns
        -------
        ndarray of shape (rows,)
            On the same scale.
        """
        return offset + self._run(table, raw_score=True)

    def contributions(self, table: pd.DataFrame) -> pd.DataFrame:
        """What every feature adds to each row's raw score; with `bias` they sum to it. See `LeafContributions`."""
        known, names = self._leaf_contributions, self.feature_names
        values = np.empty((len(table), len(names) + 1))
        values[:, -1] = known.bias
        for start in range(0, len(table), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            values[part, :-1] = known.of(self._run(table.iloc[part], pred_leaf=True).astype(np.int64))
        return pd.DataFrame(values, columns=[*names, "bias"], index=table.index)

    @cached_property
    def _loaded(self) -> lightgbm.Booster:
        """Read once; threads may predict by it at the same time."""
        lightgbm.register_logger(_Silence())
        return lightgbm.Booster(model_str=self.text)

    @cached_property
    def _leaf_contributions(self) -> LeafContributions:
        trees = self._loaded.dump_model()["tree_info"]
        return LeafContributions.of_trees([tree["tree_structure"] for tree in trees], len(self.feature_names))

    def _run(self, table: pd.DataFrame, **options: Any) -> Floats:
        booster, names = self._loaded, self.feature_names
        parts = [table.iloc[start : start + AT_ONCE] for start in range(0, max(len(table), 1), AT_ONCE)]
        found = [booster.predict(part[names].to_numpy(np.float64), **options) for part in parts]
        return np.asarray(found[0] if len(found) == 1 else np.concatenate(found), dtype=np.float64)
