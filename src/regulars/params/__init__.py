"""`params.yaml` as frozen values: read once, closed, every key known.

Values come from four layers, each over the one before: the defaults, the file, the environment
(`REGULARS__WINDOWS__HORIZON_DAYS=90`, `MLFLOW_TRACKING_URI`), and `--set windows.horizon_days=90`.
"""

from regulars.params.blocks import (
    DEMO,
    LOG,
    MEMORY,
    BacktestParams,
    CalendarParams,
    CampaignParams,
    ColumnParams,
    CustomerParams,
    FeatureParams,
    FeedParams,
    LifetimeParams,
    LoyaltyParams,
    MlflowParams,
    OfferParams,
    Params,
    TrainingParams,
    TransactionParams,
    UpliftParams,
    WindowParams,
)
from regulars.params.feeds import (
    COMPLAINTS,
    CONTACTS,
    COSTS,
    FEEDS,
    INBOUND,
    LEADS,
    REFERRALS,
    SURVEYS,
    FeedContract,
)
from regulars.params.in_python import Campaign, Feature, Offer
from regulars.params.layers import Setting, demo_params, load_params, loyalty_rules, needed_params
from regulars.params.store_address import SQLITE, StoreAddress

__all__ = [
    "COMPLAINTS",
    "CONTACTS",
    "COSTS",
    "DEMO",
    "FEEDS",
    "INBOUND",
    "LEADS",
    "LOG",
    "MEMORY",
    "REFERRALS",
    "SQLITE",
    "SURVEYS",
    "BacktestParams",
    "CalendarParams",
    "Campaign",
    "CampaignParams",
    "ColumnParams",
    "CustomerParams",
    "Feature",
    "FeatureParams",
    "FeedContract",
    "FeedParams",
    "LifetimeParams",
    "LoyaltyParams",
    "MlflowParams",
    "Offer",
    "OfferParams",
    "Params",
    "Setting",
    "StoreAddress",
    "TrainingParams",
    "TransactionParams",
    "UpliftParams",
    "WindowParams",
    "demo_params",
    "load_params",
    "loyalty_rules",
    "needed_params",
]
