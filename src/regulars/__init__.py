"""Who is about to stop buying, what each customer is worth, and whom it pays to win back.

What most people need stands here and is imported on first use, so that `import regulars` and
`regulars --help` are quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.doors import lazy

if TYPE_CHECKING:
    from regulars.features import build_features, rfm_summary
    from regulars.loyalty import segment
    from regulars.params import load_params
    from regulars.pipelines.train import train
    from regulars.retention import measure
    from regulars.tracking.versions import load_scorer
    from regulars.transactions import read_transactions

__all__ = [
    "build_features",
    "load_params",
    "load_scorer",
    "measure",
    "read_transactions",
    "rfm_summary",
    "segment",
    "train",
]

__getattr__ = lazy(
    __name__,
    {
        "features": ("build_features", "rfm_summary"),
        "loyalty": ("segment",),
        "params": ("load_params",),
        "pipelines.train": ("train",),
        "retention": ("measure",),
        "tracking.versions": ("load_scorer",),
        "transactions": ("read_transactions",),
    },
)


def __dir__() -> list[str]:
    return sorted(__all__)
