"""The blocks of the parameters that are made in Python too: what is wrong with them is told as of a file."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from regulars.errors import Faults, ParamsError
from regulars.params.blocks import CampaignParams, FeatureParams, OfferParams
from regulars.params.words import faults_in_words


class _ToldInWords(BaseModel):
    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as invalid:
            faults = Faults(f"The {type(self).__name__.lower()} cannot be used")
            for fault in faults_in_words(invalid, top=type(self)):
                faults.add(fault)
            raise faults.as_error(ParamsError) from None


class Offer(_ToldInWords, OfferParams):
    """What a contact costs and what it is assumed to bring: a value of `offers` in the parameters.

    Examples
    --------
    >>> Offer(name="voucher", channel="email", contact_cost=1, redeem_rate=0.1)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    regulars.errors.ParamsError: The offer cannot be used:
      - accept_rate is missing; expected: ...
    """


class Campaign(_ToldInWords, CampaignParams):
    """How many are contacted, and when: the values of `campaign` in the parameters.

    Examples
    --------
    >>> Campaign(names="spring")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    regulars.errors.ParamsError: The campaign cannot be used:
      - names: unknown key (did you mean 'name'?); known: ...
    """


class Feature(_ToldInWords, FeatureParams):
    """A feature of one's own, computed from other features and from looks at what a customer had done.

    Examples
    --------
    >>> Feature(name="lately", expression="orders_90")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    regulars.errors.ParamsError: The feature cannot be used:
      - meaning is missing; expected: ...
    """
