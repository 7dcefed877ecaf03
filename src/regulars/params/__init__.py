"""`params.yaml` as frozen values: read once, closed, every key known.

Values come from four layers, each over the one before: the defaults, the file, the environment
(`REGULARS__WINDOWS__HORIZON_DAYS=90`, `MLFLOW_TRACKING_URI`), and `--set windows.horizon_days=90`.
"""

from regulars.params.blocks import (
    DEMO,
    MEMORY,
    BacktestParams,
    CampaignParams,
    ColumnParams,
    LifetimeParams,
    LoyaltyParams,
    MlflowParams,
    OfferParams,
    Params,
    TransactionParams,
    WindowParams,
)
from regulars.params.layers import Setting, demo_params, load_params, needed_params
from regulars.params.store_address import SQLITE, StoreAddress

__all__ = [
    "DEMO",
    "MEMORY",
    "SQLITE",
    "BacktestParams",
    "CampaignParams",
    "ColumnParams",
    "LifetimeParams",
    "LoyaltyParams",
    "MlflowParams",
    "OfferParams",
    "Params",
    "Setting",
    "StoreAddress",
    "TransactionParams",
    "WindowParams",
    "demo_params",
    "load_params",
    "needed_params",
]
