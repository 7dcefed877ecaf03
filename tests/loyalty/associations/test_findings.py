"""What goes with loyalty: equal to plain pandas on real logs, and the effects of simulated shops are found."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from experiments.driver_coverage import ORIGIN, SHOPS, START, coverage, log_of
from regulars.errors import InsufficientHistoryError
from regulars.loyalty import drivers, drivers_of
from regulars.loyalty.associations.driver import LEAST
from regulars.loyalty.associations.estimates import pooled_odds_ratio
from regulars.loyalty.associations.returned import day_tables, spells_of
from regulars.tables import DRIVERS
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.loyalty.associations import oracle

NAMES = {"customer_id": "customer", "is_purchase": "bought", "product_id": "product"}
LOGS = [("cdnow", "1998-04-10", 180), ("retail", "2011-08-15", 120), ("grocer", "2017-11-01", 90)]


def lines_of(tx: Transactions, cutoff: str) -> pd.DataFrame:
    """The lines as they were booked, up to the cutoff."""
    names = {"customer_id", "is_purchase", "discount", "channel", "category", "product_id"} & tx.columns
    asked = [f"{name} AS {NAMES.get(name, name)}" for name in sorted(names)]
    asked += ["CAST(day AS TIMESTAMP) AS day", "money::DOUBLE AS money"]
    asked += ["quantity::DOUBLE AS quantity"] if "quantity" in tx.columns else []
    lines = tx.connection.execute(f"SELECT {', '.join(asked)} FROM lines WHERE day < DATE '{cutoff}'").df()
    return lines.assign(discount=lines["discount"].astype(float).abs()) if "discount" in lines else lines


class Real:
    """The drivers of a real log, and what the oracle needs to compute them again."""

    def __init__(self, tx: Transactions, cutoff: str, horizon: int) -> None:
        self.tx, self.horizon = tx, horizon
        self.end = pd.Timestamp(cutoff)
        self.start = self.end - pd.Timedelta(days=self.horizon)
        self.found = drivers(self.tx, cutoff, horizon_days=self.horizon)
        self.lines = lines_of(self.tx, cutoff)
        self.customers = oracle.customers(self.lines, self.start, self.end)
        self.covariates = oracle.covariates(self.customers)

    def figures(self, driver: str, *, adjusted: bool = True) -> list[float] | None:
        rows = self.found[(self.found["driver"] == driver) & ((self.found["adjusted_for"] != "") == adjusted)]
        return None if rows.empty else rows[["estimate", "low", "high"]].iloc[0].tolist()


@pytest.fixture(scope="module", params=LOGS, ids=lambda log: log[0])
def real(request: pytest.FixtureRequest) -> Real:
    name, cutoff, horizon = request.param
    return Real(request.getfixturevalue(name), cutoff, horizon)


@pytest.mark.slow
class TestRealLogs:
    def test_habits(self, real: Real) -> None:
        made = real.customers
        groups = {"category": "many_categories", "product": "many_products"}
        for column in {"category", "product"} & set(made):
            known = made[made[column] > 0]
            steps = pd.cut(made["orders"], [0, 1, 2, 3, 5, 10, 20, np.inf])
            exposed = made[column].fillna(0) > made[column].fillna(0).groupby(steps, observed=True).transform("median")
            expected = oracle.ratio(known["after"], exposed.loc[known.index], real.covariates.loc[known.index])
            assert real.figures(groups[column]) == pytest.approx(expected, rel=1e-5)
        if "channel" in made:
            known = made[made["orders"] > 1]
            exposed = known["channel"] > 1
            expected = oracle.ratio(known["after"], exposed, real.covariates.loc[known.index])
            assert real.figures("several_channels") == pytest.approx(expected, rel=1e-5)
            expected = oracle.ratio(known["after"], exposed, None)
            assert real.figures("several_channels", adjusted=False) == pytest.approx(expected, rel=1e-5)
        if "full_price" in made:
            known = made[made["gross"] > 0]
            exposed = known["full_price"] < known["gross"] / 2
            expected = oracle.ratio(known["after"], exposed, real.covariates.loc[known.index])
            assert real.figures("mostly_on_discount") == pytest.approx(expected, rel=1e-5)

    def test_signs(self, real: Real) -> None:
        made = real.customers
        seen = 0
        for driver, name, limit in (("ordering_later", "gap", 1.25), ("spending_less", "money", 0.75)):
            known = made[made[f"{name}_then"] > 0]
            change = known[f"{name}_now"] / known[f"{name}_then"]
            exposed = change >= limit if limit > 1 else change <= limit
            found = real.figures(driver)
            if found is not None:
                expected = oracle.difference(known["after"] == 0, exposed, real.covariates.loc[known.index])
                assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)
                seen += 1
        assert seen or len(real.customers) < 1300  # of half the households too few stay away

    def test_last_bought(self, real: Real) -> None:
        rows = real.found[real.found["driver"] == "last_product"]
        if "product" not in real.customers or rows.empty:
            return
        before = real.lines[real.lines["bought"] & (real.lines["day"] < real.start)]
        last = before[before["day"] == before.groupby("customer")["day"].transform("max")]
        last = last[last["customer"].isin(real.customers.index)].drop_duplicates(["customer", "product"])
        sizes = last.groupby("product").size()
        tested = min(int((sizes >= LEAST).sum()), 20)
        for row in rows.head(3).to_dict("records"):
            product = row["group"].split()[-1]
            exposed = pd.Series(real.customers.index.isin(last.loc[last["product"] == product, "customer"]))
            happened = real.customers["after"].reset_index(drop=True) == 0
            expected = oracle.difference(happened, exposed, real.covariates, 1 - 0.05 / tested)
            assert [row["estimate"], row["low"], row["high"]] == pytest.approx(expected, rel=1e-4, abs=1e-6)
            assert row["customers"] == sizes[product] == exposed.sum()

    def test_discounts(self, real: Real) -> None:
        if "discount" not in real.lines:
            assert not real.found["driver"].str.contains("discount").any()
            return
        window = real.lines[real.lines["bought"] & (real.lines["day"] >= real.start)]
        cut = window["discount"] > 0
        days = window.assign(cut=cut).groupby(["customer", "day"])["cut"].any().groupby("customer")
        found = real.figures("discount_share_of_orders", adjusted=False)
        assert found == pytest.approx(oracle.share_of(days.sum(), days.size()), rel=1e-6)
        sales = window.groupby("customer")["money"].sum()
        reduced = window[cut].groupby("customer")["money"].sum().reindex(sales.index).fillna(0.0)
        found = real.figures("discount_share_of_sales", adjusted=False)
        paying = sales[sales > 0]
        assert found == pytest.approx(oracle.share_of(reduced[paying.index], paying), rel=1e-6)

    def test_returns(self, real: Real) -> None:
        found = real.figures("orders_after_return")
        if found is None:
            assert real.lines["bought"].all()
            return
        some = np.sort(real.lines["customer"].unique())[:300]
        few = real.lines[real.lines["customer"].isin(some)]
        names = {"customer": "customer_id", "day": "ordered_at", "money": "amount", "bought": "kept"}
        part = few.rename(columns=names)[list(names.values())]
        part = part.assign(is_return=~part.pop("kept"))
        tx = read_transactions(part, {name: name for name in part})
        windows = Windows(real.start.date(), real.horizon)
        made = pooled_odds_ratio(day_tables(spells_of(tx, windows))).value
        assert made == pytest.approx(oracle.day_by_day(few, real.end, real.horizon), rel=1e-9)
        first = real.lines[~real.lines["bought"]].groupby("customer")["day"].min()
        first = first[(real.end - first).dt.days > real.horizon]
        ordered = real.lines[real.lines["bought"]]
        ordered = ordered[ordered["customer"].isin(first.index)]
        wait = (ordered["day"] - ordered["customer"].map(first)).dt.days
        begun = ordered.loc[wait <= 0, "customer"].unique()  # a return before any order belongs to no order
        back = ordered.loc[(wait > 0) & (wait <= real.horizon), "customer"]
        share = real.figures("repeat_after_return", adjusted=False)
        assert share is not None
        assert share[0] == pytest.approx(back[back.isin(begun)].nunique() / len(begun), rel=1e-9)
        assert share[1] < share[0] < share[2]

    def test_prices(self, real: Real) -> None:
        found = real.figures("price_response")
        if "product" not in real.lines:
            assert found is None
            return
        expected, products = oracle.price_ratio(real.lines, real.end)
        assert found == pytest.approx(expected, rel=1e-5)
        meaning = real.found.set_index("driver").loc["price_response", "meaning"]
        assert f"{products} products" in meaning

    def test_every_row_is_large_enough_and_reads_as_a_sentence(self, real: Real) -> None:
        found = real.found
        assert tuple(found.columns) == DRIVERS
        assert (found["low"] <= found["estimate"]).all()
        assert (found["estimate"] <= found["high"]).all()
        assert (found["customers"] >= LEAST).all()
        assert found.loc[found["measure"] == "ratio", "estimate"].between(0.2, 5).all()
        assert found["meaning"].str.endswith(".").all()
        said = found["meaning"].str.startswith("No clear difference")
        assert (said == (~found["is_clear"] & (found["measure"] != "share"))).all()
        json.dumps(found.to_dict("records"), allow_nan=False)


@pytest.mark.slow
@pytest.mark.parametrize("shop", SHOPS)
def test_known_effects_of_simulated_shops_lie_inside_the_intervals(shop: str) -> None:
    """`python -m experiments.driver_coverage` asks for 90 to 99 % of 200."""
    found = coverage(SHOPS[shop], {"price": 3, "sale": 3, "first_order": 16}.get(shop, 8), seed=1)
    assert (found["inside"] >= 0.6).all()
    assert found["estimate"].to_numpy() == pytest.approx(found["truth"].to_numpy(), rel=0.2)


@pytest.mark.slow
def test_customers_won_by_a_discount_are_counted_from_their_first_order_on() -> None:
    rng = np.random.default_rng(5)
    found = {}
    for name, (driver, truth) in SHOPS["first_order"](rng).items():
        found[name] = driver
        assert abs(driver.estimate.value - truth) < 4 * (driver.estimate.high - driver.estimate.low)
        assert driver.customers >= LEAST
    assert len(found) == 2


def won_shop(costs: float | None) -> pd.DataFrame:
    """A customer a day for 400 days: every other one is won by a discount. A fifth of these come back, and
    four fifths of the others.
    """
    rows = []
    for k in range(400):
        cheap = k % 2 == 0
        rows.append((f"c{k}", k, 20.0 + k % 7, 5.0 if cheap else 0.0))
        if k % 10 == 0 or (not cheap and k % 10 != 1):
            rows.append((f"c{k}", k + 20, 30.0, 0.0))
    lines = pd.DataFrame(rows, columns=["customer", "day", "amount", "discount"])
    return lines if costs is None else lines.assign(unit_cost=costs)


@pytest.mark.medium
def test_margin_of_customers_won_by_a_discount_needs_unit_costs() -> None:
    windows = Windows.at("2021-03-01", 60)
    without = drivers_of(log_of(won_shop(None)), windows).set_index("driver")
    found = drivers_of(log_of(won_shop(15.0)), windows).set_index("driver")
    assert "won_by_discount_margin" not in without.index
    repeat, margin = found.loc["won_by_discount_repeat"], found.loc["won_by_discount_margin"]
    assert repeat["estimate"] == pytest.approx(-0.6, abs=0.05)
    assert repeat["is_clear"]
    assert margin["estimate"] == pytest.approx(-9.0, abs=1.0)
    assert found.loc["won_by_discount_money", "estimate"] == pytest.approx(-18.0, abs=1.5)


def test_new_customers_get_more_off_than_old_ones() -> None:
    rows = [(f"new{k}", 130 + k % 90, 90.0, 10.0) for k in range(150)]
    rows += [(f"old{k}", day, 95.0, 5.0) for k in range(150) for day in (k % 20, 40, 60, 80, 130 + k % 90)]
    tx = log_of(pd.DataFrame(rows, columns=["customer", "day", "amount", "discount"]))
    found = drivers(tx, "2020-08-28", horizon_days=120).set_index("driver").loc["discount_for_new_customers"]
    assert found["estimate"] == pytest.approx(0.05)
    assert (found["customers"], found["compared"]) == (150, 150)
    assert found["meaning"].startswith("First orders got 10 % off on average, orders of customers with 3 before 5.0 %")


@pytest.mark.medium
def test_sales_on_discount_alone_are_those_of_customers_who_never_paid_the_full_price() -> None:
    rows = [(f"a{k}", day, 10.0, 1.0) for k in range(120) for day in (5, 130)]
    rows += [(f"b{k}", day, 30.0, 0.0 if day == 5 else 1.0) for k in range(120) for day in (5, 130)]
    tx = log_of(pd.DataFrame(rows, columns=["customer", "day", "amount", "discount"]))
    found = drivers(tx, "2020-08-28", horizon_days=120).set_index("driver").loc["sales_on_discount_alone"]
    assert found["estimate"] == pytest.approx(0.25)
    assert found["customers"] == 120


@pytest.mark.medium
def test_what_comes_after_the_cutoff_and_the_order_of_rows_change_nothing() -> None:
    rng = np.random.default_rng(2)
    lines = pd.DataFrame({"customer": rng.integers(0, 700, 2800), "day": rng.integers(0, 300, 2800)})
    lines = lines.assign(amount=rng.gamma(2, 10, 2800).round(2) + 1, channel=rng.choice(["web", "store"], 2800))
    later = lines.head(200).assign(day=301, amount=9_999.0, channel="fair")
    cutoff = (ORIGIN + pd.Timedelta(days=301)).date()
    made = [
        drivers(log_of(rows), cutoff, horizon_days=100)
        for rows in (lines, pd.concat([lines, later]), lines.sample(frac=1, random_state=1))
    ]
    assert len(made[0]) >= 2
    for other in made[1:]:
        pd.testing.assert_frame_equal(made[0], other, check_exact=True)


def test_a_short_log_is_refused_and_leaves_a_report_without_rows() -> None:
    lines = pd.DataFrame({"customer": range(300), "day": [k % 50 for k in range(300)], "amount": 5.0})
    with pytest.raises(InsufficientHistoryError, match="half as many days before that"):
        drivers(log_of(lines), horizon_days=START.horizon_days)
    empty = drivers_of(log_of(lines), Windows.at("2020-02-20", START.horizon_days))
    assert empty.empty
    assert tuple(empty.columns) == DRIVERS


def test_few_customers_give_no_row() -> None:
    lines = pd.DataFrame(
        [(k, day, 5.0) for k in range(90) for day in (0, 9, 30, 100)], columns=["customer", "day", "amount"]
    )
    assert drivers(log_of(lines), horizon_days=50).empty
