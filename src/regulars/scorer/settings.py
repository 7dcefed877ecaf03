"""All that the fit of a scorer depends on, beside the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pydantic import ValidationError

from regulars.errors import ParamsError
from regulars.params import LifetimeParams, Params
from regulars.params.boosting import BoostingValue, by_main_name


@dataclass(frozen=True)
class ScorerSettings:
    """All of the parameters that a fit depends on: with them, a scorer can be fitted again.

    Parameters
    ----------
    horizon_days : int
        Length of the window that the scores are about.
    lifetime : LifetimeParams
        The lifetime model, and the money terms of CLV.
    churn : mapping
        LightGBM parameters of the churn booster, over its defaults, under their main names.
    seed : int
        Seed of all that is drawn.
    """

    horizon_days: int
    lifetime: LifetimeParams
    churn: Mapping[str, BoostingValue]
    seed: int

    @classmethod
    def of(cls, params: Params) -> Self:
        """Take them from `params`; unknown LightGBM parameters are an error."""
        return cls(params.windows.horizon_days, params.lifetime, by_main_name(params.churn), params.seed)

    def with_churn(self, params: Mapping[str, BoostingValue]) -> Self:
        """The same with more parameters of the churn booster; these win."""
        return replace(self, churn={**self.churn, **params})

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "horizon_days": self.horizon_days,
            "lifetime": self.lifetime.model_dump(),
            "churn": dict(self.churn),
            "seed": self.seed,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Raises
        ------
        ParamsError
            If a value cannot be used by this version.
        """
        try:
            lifetime = LifetimeParams.model_validate(values["lifetime"])
        except ValidationError as error:
            places = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
            raise ParamsError(f"The block `lifetime` of the parameters cannot be used: {places}.") from None
        return cls(values["horizon_days"], lifetime, by_main_name(values["churn"]), values["seed"])
