"""What the choice keeps of every customer: as little as it needs, however many there are."""

import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.params import CampaignParams
from regulars.retention import in_parts, make_targets
from regulars.tables import SCORES
from tests.retention.terms import offer

PART = 1000  # customers
MOST_BYTES = 90  # a customer with one offer that pays, at the peak


@dataclass
class Shop:
    """Scores that are made up part by part, so that nobody holds them."""

    parts_made: int
    first_p_churn: float = 0.9

    @property
    def columns(self) -> Sequence[str]:
        return SCORES

    def __len__(self) -> int:
        return PART * self.parts_made

    def parts(self, names: Sequence[str]) -> Iterator[pd.DataFrame]:
        for number in range(self.parts_made):
            p_churn = np.full(PART, 0.9)
            p_churn[0] = self.first_p_churn
            known = {
                "customer_id": np.arange(PART) + number * PART,
                "cutoff": pd.Timestamp("1998-01-01"),
                "last_order": pd.Timestamp("1997-10-01"),
                "horizon_days": 180,
                "orders": 3,
                "spend_so_far": 100.0,
                "p_churn": p_churn,
                "p_lost": 0.2,
                **dict.fromkeys(("order_value", "spend_if_back", "expected_spend", "clv"), 90.0),
                "model_version": "0123456789ab",
            }
            yield pd.DataFrame(known).reindex(columns=list(names))


def peak(parts_made: int) -> int:
    """Bytes at the most while a list of a hundred is made."""
    campaign = CampaignParams(contacts_per_day=100, days=1, control_share=0)
    tracemalloc.start()
    made = make_targets(Shop(parts_made), [offer()], campaign, margin=0.5)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made.eligible == PART * parts_made
    assert 0 < made.contacted <= 100
    return most


@pytest.mark.slow
def test_memory_grows_by_a_few_bytes_a_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_parts, "AT_ONCE", PART)
    peak(1)  # what is loaded once is not counted
    few, many = peak(2), peak(10)
    assert (many - few) / (8 * PART) < MOST_BYTES


def test_faults_of_all_parts_are_counted_together() -> None:
    with pytest.raises(InputError, match=r"p_churn is not from 0 to 1 for 2 of 2,000 customers, such as 1\.5;"):
        make_targets(Shop(2, first_p_churn=1.5), [offer()], CampaignParams(), margin=0.5)
