"""Products that sell together: the right ones first, each once, and nothing from after the cutoff."""

from __future__ import annotations

import pandas as pd
import pytest

import regulars as rg
from regulars.loyalty import top_pairs
from regulars.windows import Windows
from tests.loyalty.suggestions.test_next_sale import CUTOFF, read, shop

AT = Windows(CUTOFF.date(), 1)


@pytest.fixture(scope="module")
def pairs() -> pd.DataFrame:
    return top_pairs(read(shop()), AT, count=6)


def test_a_pair_and_an_offer_stand_once_and_the_taste_of_the_shop_is_found(pairs: pd.DataFrame) -> None:
    assert 3 <= len(pairs) <= 6
    assert pairs["product_id"].is_unique
    assert len({frozenset(pair) for pair in pairs[["because", "product_id"]].to_numpy()}) == len(pairs)
    assert "bag" not in {*pairs["because"], *pairs["product_id"]}
    tastes = pairs[["because", "product_id"]].map(lambda name: name.startswith("p") and name != "pot")
    assert (tastes["because"] == tastes["product_id"]).all()


def test_a_pair_goes_upwards_where_one_product_is_dearer(pairs: pd.DataFrame) -> None:
    upgrades = pairs[pairs["kind"] == "upgrade"]
    assert upgrades[["because", "product_id"]].to_numpy().tolist() == [["kettle", "pot"]]


def test_figures_add_up(pairs: pd.DataFrame) -> None:
    buyers = shop().query("date < @CUTOFF").groupby("product")["customer_id"].agg(set)
    for pair in pairs.itertuples():
        assert pair.open == len(buyers[pair.because] - buyers[pair.product_id])
        assert pair.customers_of_both == len(buyers[pair.because] & buyers[pair.product_id])


def test_nothing_at_or_after_the_cutoff_changes_a_pair(pairs: pd.DataFrame) -> None:
    later = shop(until="2024-12-01", seed=1)
    both = pd.concat([shop(), later[later["date"] >= CUTOFF]], ignore_index=True)
    pd.testing.assert_frame_equal(top_pairs(read(both), AT, count=6), pairs, check_exact=True)


def test_without_products_or_with_few_buyers_there_are_none() -> None:
    assert top_pairs(rg.read_transactions("demo"), AT, count=6).empty
    assert top_pairs(read(shop(8)), AT, count=6).empty
