"""Who is held out: a draw that depends on the campaign and the customer, on nothing else."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from regulars.params import CampaignParams

DRAWN_BITS = 53  # as many as a float holds
WHOLE = re.compile(r"(0|-?[1-9][0-9]{0,308})(\.0+)?")  # 12345 and 12345.0, as files write one number; up to any float


def typed(customer_id: object) -> tuple[str, int | str]:
    """Kind and value of a customer id: an integer, a whole float and their plain text are one id; else its text.

    Examples
    --------
    >>> typed(np.int32(5)), typed(5.0), typed("5"), typed("5.0")
    (('int', 5), ('int', 5), ('int', 5), ('int', 5))
    >>> typed("007"), typed(8.5), typed("8.5")
    (('str', '007'), ('str', '8.5'), ('str', '8.5'))
    """
    if isinstance(customer_id, int | float | np.integer | np.floating) and not isinstance(customer_id, bool):
        number = float(customer_id) if isinstance(customer_id, float | np.floating) else int(customer_id)
        customer_id = int(number) if number % 1 == 0 else number
    text = str(customer_id)
    whole = WHOLE.fullmatch(text)
    return ("int", int(whole[1])) if whole else ("str", text)


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
    generator, so that a customer's group is the same in any order, subset and rerun; and the same
    whether the id came as a number or as its text, from CSV, Parquet or a database.

    Examples
    --------
    >>> draw([17, 18], "spring").round(3)
    array([0.288, 0.426])
    >>> draw(["17", 18.0], "spring").round(3)
    array([0.288, 0.426])
    """
    drawn = [_hashed(campaign, *typed(customer_id)) for customer_id in customer_ids]
    return np.array(drawn, dtype=np.float64) / 2.0**DRAWN_BITS


def held_out(customer_ids: Iterable[object], campaign: CampaignParams) -> npt.NDArray[np.bool_]:
    """Who of these customers would be held out if selected; `control_share` of them on average."""
    return draw(customer_ids, campaign.name) < campaign.control_share


def _hashed(campaign: str, kind: str, customer_id: int | str) -> int:
    text = json.dumps([campaign, kind, str(customer_id)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> (64 - DRAWN_BITS)
