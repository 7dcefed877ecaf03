"""Who is held out: a draw that depends on the campaign and the customer, on nothing else."""

from __future__ import annotations

import hashlib
import json
import numbers
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from regulars.params import CampaignParams

DRAWN_BITS = 53  # as many as a float holds


def typed(customer_id: object) -> tuple[str, object]:
    """Kind and value of a customer id, so that 5 and "5" are two customers and 5 is one in every integer type.

    Examples
    --------
    >>> typed(np.int32(5)), typed(5), typed("5")
    (('int', 5), ('int', 5), ('str', '5'))
    """
    if isinstance(customer_id, numbers.Integral) and not isinstance(customer_id, bool):
        return "int", int(customer_id)
    if isinstance(customer_id, str):
        return "str", str(customer_id)
    return type(customer_id).__name__, customer_id


def draw(customer_ids: Iterable[object], campaign: str) -> npt.NDArray[np.float64]:
    """Uniform number in [0, 1) for each customer of a campaign.

    Parameters
    ----------
    customer_ids : iterable of length n
        Ids of any one or several types.
    campaign : str
        The campaign's name, the salt: another campaign holds out other customers.

    Returns
    -------
    ndarray of float64, shape (n,)

    Notes
    -----
    The first 53 bits of SHA-256 over campaign, kind of id and id, over 2⁵³. A hash and not a
    generator, so that a customer's group is the same in any order, subset and rerun.

    Examples
    --------
    >>> draw([17, 18], "spring").round(3)
    array([0.288, 0.426])
    """
    drawn = [_hashed(campaign, *typed(customer_id)) for customer_id in customer_ids]
    return np.array(drawn, dtype=np.float64) / 2.0**DRAWN_BITS


def held_out(customer_ids: Iterable[object], campaign: CampaignParams) -> npt.NDArray[np.bool_]:
    """Who of these customers would be left alone if selected; `control_share` of them on average."""
    return draw(customer_ids, campaign.name) < campaign.control_share


def _hashed(campaign: str, kind: str, customer_id: object) -> int:
    text = json.dumps([campaign, kind, str(customer_id)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> (64 - DRAWN_BITS)
