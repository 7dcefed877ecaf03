"""Features, labels and the RFM summary at a cutoff, each from one declaration."""

from regulars.features.attributes import read_customers, refuse_both, with_attributes
from regulars.features.catalogue import CATALOGUE, ORDER_AMOUNTS, available, catalogue_hash, declarations, features_of
from regulars.features.day_outcomes import DayOutcomes
from regulars.features.days import SCALE
from regulars.features.facts import nobody_before, reading_facts
from regulars.features.feature import TRAILING_DAYS, Feature
from regulars.features.labels import build_labels, build_past, build_waits, share_kept, total_labels
from regulars.features.order_days import OrderDays, stream_order_days
from regulars.features.outcomes import build_outcomes
from regulars.features.own_features import given_name, own_features
from regulars.features.snapshot import (
    build_columns_at,
    build_features,
    build_features_at,
    build_features_in,
    build_features_of,
    stream_features,
)
from regulars.features.so_far import SO_FAR, facts_so_far
from regulars.features.summary import money_of, rfm_summary, summaries_at, summary_at, summary_of

__all__ = [
    "CATALOGUE",
    "ORDER_AMOUNTS",
    "SCALE",
    "SO_FAR",
    "TRAILING_DAYS",
    "DayOutcomes",
    "Feature",
    "OrderDays",
    "available",
    "build_columns_at",
    "build_features",
    "build_features_at",
    "build_features_in",
    "build_features_of",
    "build_labels",
    "build_outcomes",
    "build_past",
    "build_waits",
    "catalogue_hash",
    "declarations",
    "facts_so_far",
    "features_of",
    "given_name",
    "money_of",
    "nobody_before",
    "own_features",
    "read_customers",
    "reading_facts",
    "refuse_both",
    "rfm_summary",
    "share_kept",
    "stream_features",
    "stream_order_days",
    "summaries_at",
    "summary_at",
    "summary_of",
    "total_labels",
    "with_attributes",
]
