"""Lifetime value: how often customers buy, whether they have left, and what they spend."""

from regulars.lifetime.clv.clv import discounted_value, value_profile
from regulars.lifetime.clv.lifetime_value import (
    COLUMN_SCALES,
    ORDER_VALUE_RANGE,
    QUANTITIES,
    Customers,
    LifetimeValue,
)
from regulars.lifetime.diagnostics.certified import Certified, fit_certified
from regulars.lifetime.diagnostics.certify import certify
from regulars.lifetime.diagnostics.intervals import parameter_intervals, purchase_intervals, total_interval
from regulars.lifetime.diagnostics.leaving import identifies_leaving, lets_one_time_buyers_leave
from regulars.lifetime.diagnostics.migration import from_lifetimes, to_lifetimes
from regulars.lifetime.diagnostics.select import choose_model
from regulars.lifetime.diagnostics.simulate import simulate, simulate_future, simulate_spend
from regulars.lifetime.fit.season import Season
from regulars.lifetime.models.bgcnbd import BGCNBD
from regulars.lifetime.models.bgnbd import BGNBD
from regulars.lifetime.models.by_name import model_class, model_from_dict, transaction_model
from regulars.lifetime.models.gammagamma import GammaGamma
from regulars.lifetime.models.mbgcnbd import MBGCNBD
from regulars.lifetime.models.mbgnbd import MBGNBD
from regulars.lifetime.models.nbd import NBD
from regulars.lifetime.models.paretonbd import ParetoNBD
from regulars.lifetime.models.pooled import PooledRate
from regulars.lifetime.seasons.estimate import estimate_season

__all__ = [
    "BGCNBD",
    "BGNBD",
    "COLUMN_SCALES",
    "MBGCNBD",
    "MBGNBD",
    "NBD",
    "ORDER_VALUE_RANGE",
    "QUANTITIES",
    "Certified",
    "Customers",
    "GammaGamma",
    "LifetimeValue",
    "ParetoNBD",
    "PooledRate",
    "Season",
    "certify",
    "choose_model",
    "discounted_value",
    "estimate_season",
    "fit_certified",
    "from_lifetimes",
    "identifies_leaving",
    "lets_one_time_buyers_leave",
    "model_class",
    "model_from_dict",
    "parameter_intervals",
    "purchase_intervals",
    "simulate",
    "simulate_future",
    "simulate_spend",
    "to_lifetimes",
    "total_interval",
    "transaction_model",
    "value_profile",
]
