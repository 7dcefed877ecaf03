"""Who the customers are: segments, stages, health, tiers and watches at a cutoff, from the features alone."""

from regulars.loyalty.associations.findings import drivers, drivers_of
from regulars.loyalty.cohorts import Cohorts
from regulars.loyalty.customer import Customer, one_customer
from regulars.loyalty.dynamics import Dynamics, dynamics, dynamics_of
from regulars.loyalty.feeds.from_feed import FromFeed, cost_by_cohort, from_feed, from_feeds, with_feeds
from regulars.loyalty.indicators.loyalty_index import LoyaltyIndex, index_if_known, loyalty_index
from regulars.loyalty.movements import Movement
from regulars.loyalty.potential import potential
from regulars.loyalty.preferring.preferences import liked_products, preferences, preferences_of
from regulars.loyalty.rfm import SEGMENTS
from regulars.loyalty.states import Segmented, segment, segment_log
from regulars.loyalty.suggestions.next_sale import next_sale
from regulars.loyalty.suggestions.pairs import top_pairs
from regulars.loyalty.suggestions.picked import first_of_each
from regulars.loyalty.tier_worth import tier_worth

__all__ = [
    "SEGMENTS",
    "Cohorts",
    "Customer",
    "Dynamics",
    "FromFeed",
    "LoyaltyIndex",
    "Movement",
    "Segmented",
    "cost_by_cohort",
    "drivers",
    "drivers_of",
    "dynamics",
    "dynamics_of",
    "first_of_each",
    "from_feed",
    "from_feeds",
    "index_if_known",
    "liked_products",
    "loyalty_index",
    "next_sale",
    "one_customer",
    "potential",
    "preferences",
    "preferences_of",
    "segment",
    "segment_log",
    "tier_worth",
    "top_pairs",
    "with_feeds",
]
