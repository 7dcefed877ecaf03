"""What to offer next: against plain pandas, on real logs, and with the future corrupted."""

from __future__ import annotations

import datetime as dt
import functools
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import regulars as rg
from experiments.next_sale import HORIZON, actual_of, hits, log_of, popular, suggested
from regulars.errors import InputError
from regulars.loyalty.suggestions.alike import HALF_LIFE, LEAST_BOTH, LEAST_LIFT
from regulars.loyalty.suggestions.bought import LEAST_BUYERS, Bought
from regulars.tables import NEXT_SALE
from regulars.transactions import Transactions
from regulars.windows import Windows

CUTOFF = pd.Timestamp("2024-06-01")
COLUMNS = {
    "customer_id": "customer_id",
    "ordered_at": "date",
    "amount": "amount",
    "quantity": "quantity",
    "product_id": "product",
    "category": "category",
}
PRICES = {"kettle": 40.0, "pot": 80.0, "tea": 5.0, "cup": 8.0, "bag": 0.1, **{f"p{k}": 10.0 for k in range(8)}}


@functools.cache  # do not change it
def shop(customers: int = 400, *, until: str = "2024-05-31", seed: int = 0) -> pd.DataFrame:
    """Customers of two tastes; everybody takes a bag; a pot is a dearer kettle, and cups come with tea."""
    draw = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        likes = ["kettle", "pot", "tea", "cup"] if customer % 2 else [f"p{k}" for k in range(8)]
        for _ in range(draw.integers(1, 6)):
            day = pd.Timestamp(until) - pd.Timedelta(days=int(draw.integers(0, 140)))
            basket = set(draw.choice(likes, size=draw.integers(1, 4))) | {"bag"}
            rows += [
                (customer, day, name, PRICES[name]) for name in sorted(basket | ({"cup"} if "tea" in basket else set()))
            ]
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "product", "amount"])
    return frame.assign(quantity=1, category=np.where(frame["product"].isin(["kettle", "pot"]), "pots", "others"))


def read(frame: pd.DataFrame, columns: dict[str, str] = COLUMNS) -> Transactions:
    return rg.read_transactions(frame, columns, today="2030-01-01")


def naive(sold: pd.DataFrame, at: pd.Timestamp, everybody: int) -> Callable[[object], dict[str, dict[str, float]]]:
    """For a customer: every new product, with what each own product adds to its score, by loops over sets of buyers."""
    buyers = {name: set(rows["customer_id"]) for name, rows in sold.groupby("product")}
    buyers = {name: who for name, who in buyers.items() if len(who) >= LEAST_BUYERS}
    weight = 0.5 ** ((at - sold.groupby(["customer_id", "product"])["date"].max()).dt.days / HALF_LIFE)
    current = weight.groupby("product").mean()

    def of(customer: object) -> dict[str, dict[str, float]]:
        own = [name for name in buyers if customer in buyers[name]]
        scores: dict[str, dict[str, float]] = {}
        for name, who in buyers.items():
            for mine in own if customer not in who else ():
                both = len(who & buyers[mine])
                if both >= LEAST_BOTH and both * everybody / len(who) / len(buyers[mine]) >= LEAST_LIFT:
                    cosine = both / np.sqrt(len(who) * len(buyers[mine]))
                    added = weight[customer, mine] * cosine * np.sqrt(current[name])
                    scores.setdefault(name, {})[mine] = added
        return scores

    return of


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return rg.next_sale(read(shop()), CUTOFF.date())


@pytest.mark.medium
def test_new_products_are_those_of_plain_loops(found: pd.DataFrame) -> None:
    sold = shop()[shop()["date"] < CUTOFF]
    best = naive(sold, CUTOFF, sold["customer_id"].nunique())
    new = found[found["kind"] != "again"]
    for customer in range(40):
        scores = best(customer)
        first = sorted(scores, key=lambda name: -sum(scores[name].values()))[:3]
        mine = new[new["customer_id"] == customer]
        assert mine["product_id"].tolist() == first
        assert mine["because"].tolist() == [max(scores[name], key=scores[name].__getitem__) for name in first]


@pytest.mark.slow
@pytest.mark.skipif("REGULARS_REAL_DATA" not in os.environ, reason="REGULARS_REAL_DATA names no folder of real logs")
@pytest.mark.parametrize(
    ("name", "cutoff"),
    [("Online Retail II", "2010-06-01"), ("Online Retail", "2011-06-01"), ("Complete Journey", "2017-06-01")],
)
def test_new_products_of_a_real_log_are_those_of_plain_loops(name: str, cutoff: str) -> None:
    tx, at = log_of(name, Path(os.environ["REGULARS_REAL_DATA"])), Windows(dt.date.fromisoformat(cutoff), 1)
    bought, found = Bought.before(tx, at), rg.next_sale(tx, cutoff)
    asked = f"SELECT customer_id, product_id AS product, day AS date FROM lines WHERE {bought.sql}"
    sold = tx.connection.execute(asked).df()
    sold = sold[sold["product"].isin(bought.products["product_id"])]
    best = naive(sold, pd.Timestamp(at.cutoff), len(bought.customers))
    new = found[found["kind"] != "again"]
    customers = sorted(set(new["customer_id"]))
    for customer in customers[:: len(customers) // 10]:
        scores, mine = best(customer), new[new["customer_id"] == customer]
        total = {product: sum(parts.values()) for product, parts in scores.items()}
        assert len(mine) == min(3, len(total))
        assert [total[product] for product in mine["product_id"]] == pytest.approx(
            sorted(total.values())[: -len(mine) - 1 : -1]
        )
        for product, because in zip(mine["product_id"], mine["because"], strict=True):
            assert scores[product][because] == pytest.approx(max(scores[product].values()))


def test_columns_ranks_and_order_are_those_of_the_dictionary(found: pd.DataFrame) -> None:
    assert tuple(found.columns) == NEXT_SALE
    assert found["customer_id"].is_monotonic_increasing
    again = found["kind"] == "again"
    for _, rows in found.groupby(["customer_id", again.to_numpy()]):
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
    assert found.loc[again, ["because", "lift", "conversion", "customers_of_both", "lead_days"]].isna().all(axis=None)
    assert found["why"].notna().all()


def test_nothing_new_is_what_a_customer_has_and_what_all_buy_goes_with_nothing(found: pd.DataFrame) -> None:
    new = found[found["kind"] != "again"]
    has = set(zip(shop()["customer_id"], shop()["product"], strict=True))
    assert not has & set(zip(new["customer_id"], new["product_id"], strict=True))
    assert not {"bag"} & {*new["product_id"], *new["because"]}


def test_a_dearer_product_of_the_same_category_is_an_upgrade(found: pd.DataFrame) -> None:
    pots = found[(found["product_id"] == "pot") & (found["because"] == "kettle")]
    assert len(pots)
    assert set(pots["kind"]) == {"upgrade"}
    assert "upgrade" not in set(found.loc[found["product_id"] == "kettle", "kind"])


def test_what_is_bought_again_comes_by_order_days(found: pd.DataFrame) -> None:
    days = shop().groupby(["customer_id", "product"])["date"].nunique()
    again = found[(found["kind"] == "again") & (found["rank"] == 1)]
    for customer, product in zip(again["customer_id"], again["product_id"], strict=True):
        assert days[customer, product] == days[customer].max() >= 2


def test_nothing_at_or_after_the_cutoff_changes_a_suggestion(found: pd.DataFrame) -> None:
    later = shop(until="2024-12-01", seed=1)
    both = pd.concat([shop(), later[later["date"] >= CUTOFF]], ignore_index=True)
    pd.testing.assert_frame_equal(rg.next_sale(read(both), CUTOFF.date()), found, check_exact=True)


def test_the_order_of_rows_changes_nothing(found: pd.DataFrame) -> None:
    shuffled = shop().sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(rg.next_sale(read(shuffled), CUTOFF.date()), found, check_exact=True)


@pytest.mark.medium
def test_with_few_buyers_of_each_product_nothing_new_is_suggested() -> None:
    few = rg.next_sale(read(shop(8)), CUTOFF.date())
    assert tuple(few.columns) == NEXT_SALE
    assert set(few["kind"]) == {"again"}
    nobody = rg.next_sale(read(shop(8).drop_duplicates(["customer_id"])), CUTOFF.date())
    assert nobody.empty
    assert (nobody.dtypes[["kind", "why"]] == "str").all()


def test_what_few_others_buy_is_suggested_again() -> None:
    own = pd.DataFrame({"customer_id": 1, "date": pd.to_datetime(["2024-05-02", "2024-05-09", "2024-05-20"])})
    log = pd.concat([shop(), own.assign(product="rare", amount=3.0, quantity=1, category="others")])
    found = rg.next_sale(read(log), CUTOFF.date(), count=20)
    assert "rare" in set(found.loc[found["customer_id"] == 1, "product_id"])


@pytest.mark.medium
@pytest.mark.parametrize("name", ["Postage", "gift voucher", "Manual", "service fee"])
def test_a_charge_is_no_product(name: str) -> None:
    found = rg.next_sale(read(shop().replace({"product": {"bag": name, "tea": name}})), CUTOFF.date())
    assert name not in {*found["product_id"], *found["because"]}


@pytest.mark.medium
def test_a_code_without_a_digit_is_no_product_where_nearly_all_have_one() -> None:
    coded = shop(200)
    coded = pd.concat([coded.assign(product=f"{k}" + coded["product"]) for k in range(20)]).replace("0bag", "POST")
    found = rg.next_sale(read(coded), CUTOFF.date())
    assert "10bag" in set(found["product_id"])
    assert "POST" not in {*found["product_id"], *found["because"]}


@pytest.mark.medium
@pytest.mark.parametrize("name", ["tip jar with blue lid", "felt tip", "delivery box", "discount card", "test kit"])
def test_a_product_whose_name_holds_the_word_of_a_charge_is_one(name: str) -> None:
    renamed = shop().replace({"product": {"tea": name}})
    assert name in set(rg.next_sale(read(renamed), CUTOFF.date())["product_id"])


def test_products_that_do_not_go_together_give_nothing_new() -> None:
    days = pd.date_range("2024-03-01", periods=60)
    rows = [(c, days[c], 1.0, 1, f"p{c % 2}", "things") for c in range(60)]
    log = pd.DataFrame(rows, columns=list(COLUMNS.values()))
    assert rg.next_sale(read(log), CUTOFF.date()).empty


def test_without_products_or_with_no_suggestions_asked_for_it_is_refused(cdnow: Transactions) -> None:
    with pytest.raises(InputError, match=r"has no products\. Map the column that names them to product_id"):
        rg.next_sale(cdnow)
    with pytest.raises(InputError, match=r"count is 0; expected 1 or more"):
        rg.next_sale(read(shop(30)), count=0)


@pytest.mark.slow
@pytest.mark.skipif("REGULARS_REAL_DATA" not in os.environ, reason="REGULARS_REAL_DATA names no folder of real logs")
def test_on_a_real_log_one_of_ten_is_bought_more_often_than_of_the_ten_most_popular() -> None:
    tx = log_of("Online Retail", Path(os.environ["REGULARS_REAL_DATA"]))
    windows = Windows(dt.date(2011, 5, 1), HORIZON)
    bought = Bought.before(tx, windows)
    actual = actual_of(tx, windows, bought)
    gap = hits(suggested(tx, str(windows.cutoff), bought), actual) - hits(popular(bought), actual)
    assert len(gap) > 1000
    assert gap.mean() - 1.96 * gap.std() / np.sqrt(len(gap)) > 0
