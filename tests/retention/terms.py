"""Terms of offers, for tests: what is not given is as in the demo."""

from __future__ import annotations

from typing import Any

from regulars.params import OfferParams
from regulars.params.layers import DEMO_OFFER


def offer(**terms: Any) -> OfferParams:
    """An offer; `incentive_share` takes the place of the fixed incentive."""
    demo = {k: v for k, v in DEMO_OFFER.items() if k != "incentive_cost" or terms.get("incentive_share") is None}
    return OfferParams(**{**demo, **terms})
