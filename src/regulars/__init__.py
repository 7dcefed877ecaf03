"""Who is about to stop buying, what each customer is worth, and whom it pays to win back.

What most people need stands here and is imported on first use, so that `import regulars` and
`regulars --help` are quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.features import build_features, rfm_summary
    from regulars.params import load_params
    from regulars.pipelines.train import train
    from regulars.retention import measure
    from regulars.tracking.versions import load_scorer
    from regulars.transactions import read_transactions

__all__ = ["build_features", "load_params", "load_scorer", "measure", "read_transactions", "rfm_summary", "train"]

_HOME = {
    "build_features": "regulars.features",
    "load_params": "regulars.params",
    "load_scorer": "regulars.tracking.versions",
    "measure": "regulars.retention",
    "read_transactions": "regulars.transactions",
    "rfm_summary": "regulars.features",
    "train": "regulars.pipelines.train",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'regulars' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
