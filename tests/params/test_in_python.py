"""What is made in Python is refused in the words of a file, and is the same value as one from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regulars.errors import ParamsError
from regulars.params import Campaign, Feature, Offer, OfferParams, load_params

VOUCHER: dict[str, Any] = {
    "name": "voucher",
    "channel": "email",
    "contact_cost": 1.0,
    "incentive_cost": 5.0,
    "accept_rate": 0.3,
    "winback_rate": 0.03,
    "redeem_rate": 0.1,
}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: Offer(**{**VOUCHER, "accept_rate": 3}),
            "The offer .*\n  - accept_rate is 3; expected",
        ),
        (lambda: Offer(**VOUCHER, incentive_share=0.1), "The offer .*\n  - the offer 'voucher' needs either"),
        (lambda: Campaign(stat="2024-01-01"), r"The campaign .*\n  - stat: unknown key \(did you mean 'start'\?\)"),
        (
            lambda: Feature(name="a b", expression="1", meaning="one"),
            "The feature .*\n  - name is 'a b'; expected",
        ),
    ],
)
def test_faults_are_said_in_words(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ParamsError, match=said):
        make()


def test_an_offer_of_python_is_one_of_the_parameters() -> None:
    params = load_params({"offers": [Offer(**VOUCHER)]})
    assert isinstance(params.offers[0], OfferParams)
    assert params.offers[0].model_dump() == load_params({"offers": [VOUCHER]}).offers[0].model_dump()
