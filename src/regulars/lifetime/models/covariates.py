"""Static covariates: what is known of a customer shifts how often they buy and how soon they leave.

Each parameter of a population is scaled for a customer with covariates z,

    θ_i = θ exp(± Σ_k γ_k z_ik),

with the sign that makes a positive coefficient mean more frequent purchases, or quicker leaving where the model
identifies it (Fader & Hardie 2007, "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models").
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Self, cast

import numpy as np

from regulars.arrays import Floats
from regulars.errors import InputError, ModelError
from regulars.lifetime.fit.optimise import Optimum
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.fit.season import Season
from regulars.lifetime.fit.validate import checked_params
from regulars.lifetime.formulas.counts import Numbers
from regulars.lifetime.models.maximum_likelihood import MaximumLikelihoodModel

Four = tuple[Numbers, Numbers, Numbers, Numbers]
PURCHASE, DROPOUT = "purchase", "dropout"


class CovariateModel(MaximumLikelihoodModel):
    """A model whose parameters may depend on static covariates.

    Parameters
    ----------
    purchase_covariates, dropout_covariates : sequence of str
        Columns of the summary that shift how often customers buy, and how they leave; numbers, categories as 0 and 1.
        Their coefficients are the parameters `purchase:<name>` and `dropout:<name>`.
    seasonality : Season, optional
        How much customers buy on each day of the year; see `TransactionModel`.
    """

    signs: ClassVar[Mapping[str, Mapping[str, int]]]  # what each kind of covariate acts on, and which way
    units_: Floats  # parameters in units of the data, from those that were climbed: a matrix for logarithms

    def __init__(
        self,
        purchase_covariates: Sequence[str] = (),
        dropout_covariates: Sequence[str] = (),
        seasonality: Season | None = None,
    ) -> None:
        self.purchase_covariates = purchase_covariates
        self.dropout_covariates = dropout_covariates
        self.seasonality = seasonality

    @classmethod
    def from_params(cls, params: Mapping[str, float]) -> Self:
        """Make a fitted model from its parameters and coefficients, without data.

        Raises
        ------
        ModelError
            If a parameter is missing, unknown or not a positive number, or a coefficient is not a number.
        """
        params = checked_params(cls.name, params)
        coefficients = {name: value for name, value in params.items() if name.partition(":")[0] in cls.signs}
        bad = [f"{name} = {value!r}" for name, value in coefficients.items() if not _finite(value)]
        if bad:
            raise ModelError(f"{cls.name} cannot be made (not a finite number: {', '.join(bad)}).")
        model = super().from_params({name: value for name, value in params.items() if name not in coefficients})
        model.params_ |= {name: float(value) for name, value in coefficients.items()}
        columns = {kind: tuple(_column(name) for name in coefficients if _kind(name) == kind) for kind in cls.signs}
        model.set_params(**{f"{kind}_covariates": names for kind, names in columns.items()})
        return model

    @property
    def estimated(self) -> tuple[str, ...]:
        """Names of what `optimum_.theta` holds: parameters, then coefficients."""
        return (*self.parameter_names, *self._coefficients())

    def _coefficients(self) -> tuple[str, ...]:
        columns = {PURCHASE: self.purchase_covariates, DROPOUT: self.dropout_covariates}
        return tuple(f"{kind}:{name}" for kind, names in columns.items() for name in names)

    def _covariate_columns(self) -> tuple[str, ...]:
        for names in (self.purchase_covariates, self.dropout_covariates):
            if isinstance(names, str) or not isinstance(names, Collection) or len(set(names)) < len(names):
                raise InputError(f"The covariates are {names!r}; expected a tuple of different column names.")
        return tuple(dict.fromkeys(map(_column, self._coefficients())))

    def _at(self, rows: Rows) -> Four:
        """Parameters of every row; one number for all where no covariate acts on it."""
        values: list[Numbers] = list(self._values())
        for name in self._coefficients():
            for index, sign in self._acts_on(name):
                values[index] = values[index] * np.exp(sign * self.params_[name] * rows.covariates[_column(name)])
        return cast(Four, tuple(values))

    def _logs_at(self, theta: Floats, rows: Rows) -> Four:
        """Log-parameters of every row where the climb stands."""
        size = len(self.parameter_names)
        logs: list[Numbers] = list(theta[:size])
        for name, coefficient in zip(self._coefficients(), theta[size:], strict=True):
            for index, sign in self._acts_on(name):
                logs[index] = logs[index] + sign * coefficient * rows.covariates[_column(name)]
        return cast(Four, tuple(logs))

    def _with_coefficients(self, gradient: Floats, rows: Rows) -> Floats:
        """Gradient in parameters and coefficients, from that in the parameters of every row."""
        slopes = [
            sum(sign * gradient[index] for index, sign in self._acts_on(name)) * rows.covariates[_column(name)]
            for name in self._coefficients()
        ]
        return np.stack([*gradient, *slopes]) if slopes else gradient

    def _acts_on(self, name: str) -> list[tuple[int, int]]:
        return [(self.parameter_names.index(key), sign) for key, sign in self.signs[_kind(name)].items()]

    def _climb(self, rows: Rows, near: Optimum | None) -> Optimum:
        """Climb with covariates of mean 0 and standard deviation 1, whatever their units."""
        standard, units = dict(rows.covariates), np.eye(len(self.estimated))
        means = {column: rows.total(values) / rows.customers for column, values in standard.items()}
        spreads = {c: np.sqrt(rows.total((standard[c] - means[c]) ** 2) / rows.customers) for c in standard}
        same = [column for column in standard if spreads[column] <= 1e-9 * abs(means[column])]
        if same:
            raise InputError(f"The covariates {', '.join(same)} are the same for all customers. Leave them out.")
        for position, name in enumerate(self._coefficients(), start=len(self.parameter_names)):
            mean, spread = means[_column(name)], spreads[_column(name)]
            units[position, position] = 1 / spread
            for index, sign in self._acts_on(name):
                units[index, position] = -sign * mean / spread
        self.units_ = units
        columns = {column: (values - means[column]) / spreads[column] for column, values in standard.items()}
        return super()._climb(replace(rows, covariates=columns), near)

    def _theta(self) -> Floats:
        return np.array([*np.log(self._values()), *(self.params_[name] for name in self._coefficients())])

    def _named(self, theta: Floats) -> dict[str, float]:
        size, data = len(self.parameter_names), (self.units_ * theta).sum(axis=1)
        values = [*np.exp(data[:size]), *data[size:]]
        return {name: float(value) for name, value in zip(self.estimated, values, strict=True)}

    def _jacobian(self) -> Floats:
        scale = np.array([*self._values(), *(1.0 for _ in self._coefficients())])
        jacobian: Floats = scale[:, None] * self.units_
        return jacobian


def _kind(name: str) -> str:
    return name.partition(":")[0]


def _column(name: str) -> str:
    return name.partition(":")[2]


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))
