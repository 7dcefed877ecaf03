"""What all lifetime models share: named parameters, how they are kept, stored and shown."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from regulars.arrays import Floats
from regulars.errors import ModelError
from regulars.lifetime.fit.certificate import Certificate
from regulars.lifetime.fit.optimise import Optimum
from regulars.lifetime.fit.validate import TRANSACTION_COLUMNS, Summary, as_summary, checked_params, is_positive
from regulars.lifetime.models.answers import labelled_as, rounded

STEEP = 1e-5  # log-likelihood a customer and unit of a log-parameter: no maximum


class UnfittedModelError(ModelError, NotFittedError):  # type: ignore[misc]
    """A model that is asked before its `fit`: scikit-learn's error for such an estimator, too.

    It stands here and not in `regulars.errors`, which is imported without scikit-learn.
    """


def needed_model(given: object, kind: type, what: str) -> None:
    """Refuse what is no model of a kind.

    Raises
    ------
    ModelError
        Naming what was given.
    """
    if not isinstance(given, kind):
        raise ModelError(f"{what} is a {type(given).__name__}; expected a fitted {kind.__name__} of regulars.lifetime.")


class LifetimeModel(BaseEstimator):  # type: ignore[misc]
    """A model with named positive parameters, stored as plain numbers."""

    name: ClassVar[str]
    parameter_names: ClassVar[tuple[str, ...]]
    summary_columns: ClassVar[tuple[str, ...]] = TRANSACTION_COLUMNS  # of an array in place of a DataFrame
    params_: dict[str, float]
    log_likelihood_: float
    optimum_: Optimum
    _certify: ClassVar[Callable[[LifetimeModel], Certificate]]

    @classmethod
    def certify_with(cls, certify: Callable[[LifetimeModel], Certificate]) -> None:
        """Set what certifies every fit: the room of the checks knows the models, not the other way round."""
        cls._certify = staticmethod(certify)

    def without_data(self) -> Self:
        """The same fit without the customers that it was made on."""
        bare = copy(self)
        for name in ("rows_", "spenders_"):
            bare.__dict__.pop(name, None)
        return bare

    @classmethod
    def from_params(cls, params: Mapping[str, float]) -> Self:
        """Make a fitted model from its parameters, without data.

        Raises
        ------
        ModelError
            If a parameter is missing, unknown, or not a positive number.
        """
        params = checked_params(cls.name, params)
        missing = [name for name in cls.parameter_names if name not in params]
        unknown = [name for name in params if name not in cls.parameter_names]
        bad = [f"{k} = {params[k]!r}" for k in cls.parameter_names if k in params and not is_positive(params[k])]
        if missing or unknown or bad:
            found = {"missing": missing, "unknown": unknown, "not a positive number": bad}
            faults = "; ".join(f"{fault}: {', '.join(names)}" for fault, names in found.items() if names)
            expected = ", ".join(cls.parameter_names)
            raise ModelError(f"{cls.name} cannot be made ({faults}). Give exactly {expected}, all positive.")
        model = cls()
        model.params_ = {name: float(params[name]) for name in cls.parameter_names}
        return model

    def to_dict(self) -> dict[str, Any]:
        """Return what `model_from_dict` needs to make this model again; no data of customers."""
        return {"model": self.name, "params": dict(self._fitted())}

    @labelled_as(pd.Series)
    def log_likelihood_of(self, summary: Summary) -> Floats:
        """Log-likelihood of every row of a summary at the model's parameters."""
        return self._log_likelihood_of(as_summary(summary, self.summary_columns))

    @abstractmethod
    def _log_likelihood_of(self, summary: pd.DataFrame) -> Floats:
        """The same as an array."""

    @abstractmethod
    def training_data(self) -> tuple[pd.DataFrame, Floats]:
        """What the model was fitted on, and its weights."""

    @cached_property
    def certificate_(self) -> Certificate:
        """Whether the fit can be trusted; computed on first access."""
        if not hasattr(self, "optimum_"):
            raise UnfittedModelError(
                f"This {type(self).__name__} was not fitted here, so there is nothing to certify. Call fit."
            )
        return type(self)._certify(self)

    _repr_html_ = None  # a notebook shows the parameters too, not the diagram of scikit-learn, which lacks them

    def __repr__(self) -> str:
        """Show the parameters once there are any; before, the settings, as scikit-learn does."""
        if not hasattr(self, "params_"):
            return str(super().__repr__())
        shown = ", ".join(f"{name}={rounded(value)}" for name, value in self.params_.items())
        return f"<{type(self).__name__}: {shown}>"

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, str]:
        return {"text/plain": repr(self)}

    def __dir__(self) -> list[str]:
        """All names, without a look at what they hold: a certificate takes seconds to compute."""
        return list(object.__dir__(self))

    @property
    def estimated(self) -> tuple[str, ...]:
        """Names of what `optimum_.theta` holds."""
        return self.parameter_names

    def _named(self, theta: Floats) -> dict[str, float]:
        """Parameters from where the climb ended."""
        return {name: float(value) for name, value in zip(self.parameter_names, np.exp(theta), strict=True)}

    def _jacobian(self) -> Floats:
        """Derivatives of the parameters in `optimum_.theta`."""
        return np.diag(self._values())

    def _kept(self, name: str) -> Any:
        """What `fit` keeps of the customers."""
        if not hasattr(self, name):
            raise UnfittedModelError(f"This {type(self).__name__} holds no customers that it was fitted on. Call fit.")
        return getattr(self, name)

    def _fitted(self) -> dict[str, float]:
        if not hasattr(self, "params_"):
            raise UnfittedModelError(
                f"This {type(self).__name__} has no parameters yet. Call fit, or make it by from_params."
            )
        return self.params_

    def _values(self) -> tuple[float, ...]:
        params = self._fitted()
        return tuple(params[name] for name in self.parameter_names)

    def _take(self, optimum: Optimum) -> Self:
        """Keep the parameters of an optimum, or say why it is none."""
        if not np.isfinite(optimum.log_likelihood) or optimum.gradient_norm > STEEP:
            raise ModelError(
                f"{self.name} did not converge: log-likelihood {optimum.log_likelihood:.6g}, slope "
                f"{optimum.gradient_norm:.2g} a customer where less than {STEEP:.0e} was expected. "
                "Look for customers with extreme frequencies, or fit another model."
            )
        self.optimum_ = optimum
        self.__dict__.pop("certificate_", None)
        self.params_ = self._named(optimum.theta)
        self.log_likelihood_ = optimum.log_likelihood
        return self
