"""Lifetime value: how often customers buy, whether they have left, and what they spend."""

from regulars.lifetime.bgcnbd import BGCNBD
from regulars.lifetime.bgnbd import BGNBD
from regulars.lifetime.certified import Certified, fit_certified
from regulars.lifetime.clv import discounted_value, value_profile
from regulars.lifetime.gammagamma import GammaGamma
from regulars.lifetime.intervals import parameter_intervals, purchase_intervals, total_interval
from regulars.lifetime.lifetime_value import COLUMN_SCALES, ORDER_VALUE_RANGE, QUANTITIES, LifetimeValue
from regulars.lifetime.mbgcnbd import MBGCNBD
from regulars.lifetime.mbgnbd import MBGNBD
from regulars.lifetime.migration import from_lifetimes, to_lifetimes
from regulars.lifetime.nbd import NBD
from regulars.lifetime.paretonbd import ParetoNBD
from regulars.lifetime.pooled import PooledRate
from regulars.lifetime.registry import model_class, model_from_dict, transaction_model
from regulars.lifetime.select import choose_model
from regulars.lifetime.simulate import simulate, simulate_future, simulate_spend

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
    "GammaGamma",
    "LifetimeValue",
    "ParetoNBD",
    "PooledRate",
    "choose_model",
    "discounted_value",
    "fit_certified",
    "from_lifetimes",
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
