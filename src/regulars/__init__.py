"""Who is about to stop buying, what each customer is worth, and whom it pays to win back.

What most people need stands here and is imported on first use, so that `import regulars` and
`regulars --help` are quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.doors import lazy

if TYPE_CHECKING:
    from regulars import plots as plots
    from regulars.features import build_features, read_customers, rfm_summary
    from regulars.loyalty import (
        drivers,
        dynamics,
        from_feed,
        loyalty_index,
        next_sale,
        potential,
        preferences,
        segment,
    )
    from regulars.params import Campaign, Feature, Offer, load_params
    from regulars.pipelines.train import train
    from regulars.pipelines.uplift import uplift
    from regulars.retention import make_targets, measure
    from regulars.tracking.versions import load_scorer
    from regulars.transactions import read_feed, read_transactions
    from regulars.version import __version__

__all__ = [
    "Campaign",
    "Feature",
    "Offer",
    "__version__",
    "build_features",
    "drivers",
    "dynamics",
    "from_feed",
    "load_params",
    "load_scorer",
    "loyalty_index",
    "make_targets",
    "measure",
    "next_sale",
    "potential",
    "preferences",
    "read_customers",
    "read_feed",
    "read_transactions",
    "rfm_summary",
    "segment",
    "train",
    "uplift",
]

__getattr__ = lazy(
    __name__,
    {
        "features": ("build_features", "read_customers", "rfm_summary"),
        "loyalty": (
            *("drivers", "dynamics", "from_feed", "loyalty_index", "next_sale"),
            *("potential", "preferences", "segment"),
        ),
        "params": ("Campaign", "Feature", "Offer", "load_params"),
        "pipelines.train": ("train",),
        "pipelines.uplift": ("uplift",),
        "retention": ("make_targets", "measure"),
        "tracking.versions": ("load_scorer",),
        "transactions": ("read_feed", "read_transactions"),
        "version": ("__version__",),
    },
    rooms=("plots",),
)


def __dir__() -> list[str]:
    return sorted([*__all__, "plots"])
