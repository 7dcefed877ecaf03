"""Features, labels and the RFM summary at a cutoff, each from one declaration."""

from regulars.features.catalogue import CATALOGUE, Feature, available, catalogue_hash
from regulars.features.gaps import build_log_gaps
from regulars.features.snapshot import build_features, build_features_at, build_labels, build_past
from regulars.features.summary import rfm_summary, summary_of

__all__ = [
    "CATALOGUE",
    "Feature",
    "available",
    "build_features",
    "build_features_at",
    "build_labels",
    "build_log_gaps",
    "build_past",
    "catalogue_hash",
    "rfm_summary",
    "summary_of",
]
