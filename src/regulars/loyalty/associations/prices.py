"""Where the price of a product varies: how many more buy it when it is lower, and whether loyal customers mind less."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from regulars.arrays import Floats
from regulars.features import reading_facts
from regulars.loyalty.associations.driver import (
    LEAST,
    RATIO,
    Driver,
    interval,
    leaves_out,
    more_or_fewer,
    more_or_less,
    sentence,
)
from regulars.loyalty.associations.estimates import LEVEL, Estimate, slope_of_counts
from regulars.transactions import Transactions
from regulars.windows import Windows

LOWER = 0.9  # of the usual price: what a response is told for
LOYAL = 4  # order days before a week, with which a customer is loyal in it
LEAST_WEEKS, LEAST_SPREAD = 10, 0.03  # of a product: weeks, deviation of the log price
LEAST_BUYERS = 5  # expected of a product in a week
LEAST_PRODUCTS, MOST_PRODUCTS = 10, 40
ADJUSTED = "product, customers of the week"


def price_response(tx: Transactions, windows: Windows) -> Iterator[Driver]:
    """Compare the buyers of a product between weeks of lower and of higher price, over all weeks before the cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : Windows
        The end of its window is the cutoff.

    Notes
    -----
    No log tells the price in a week in which nobody bought the product. If quiet weeks counted only where somebody
    did, fewer would seem to buy in busy ones, and so at the low price of a sale. So a week counts where its customers,
    at the product's share of those of all weeks in which it was bought, make five buyers or more.
    """
    if not tx.has_money or not {"quantity", "product_id"} <= tx.columns:
        return
    weeks = _weeks(tx, windows)
    if weeks["product"].nunique() < LEAST_PRODUCTS:
        return
    customers = int(weeks["customers"].iloc[0])
    yield from _response(weeks, customers)


def _response(weeks: pd.DataFrame, customers: int) -> Iterator[Driver]:
    everybody = weeks[weeks["who"] == "all"]
    found = response(everybody, np.array([1.0]))
    ends = interval(more_or_fewer(found.low), more_or_fewer(found.high))
    products = everybody["product"].nunique()
    text = (
        f"in weeks with a price 10 % lower, {more_or_fewer(found.value)} customers bought a product {ends}; of the "
        f"{products} products with most buyers whose price varies."
    )
    meaning = sentence(text, clear=leaves_out(found, 1.0))
    names = "price_response", "weeks with a price 10 % lower", "the same products at their usual price"
    yield Driver(*names, RATIO, found, customers, 0, ADJUSTED, meaning)
    apart = weeks[weeks["who"] != "all"]
    sizes = apart.groupby("who")["customers"].max()
    if len(sizes) < 2 or sizes.min() < LEAST:
        return
    gap = response(apart, np.array([1.0, -1.0]))
    ends = interval(more_or_less(gap.low), more_or_less(gap.high))
    text = (
        f"where a price is 10 % lower, the number of buyers with {LOYAL} orders before or more rises by a factor "
        f"that is {more_or_less(gap.value)} than that of others {ends}."
    )
    meaning = sentence(text, clear=leaves_out(gap, 1.0))
    names = "price_response_of_loyal", f"customers with {LOYAL} orders before or more", "customers with fewer"
    yield Driver(*names, RATIO, gap, int(sizes["loyal"]), int(sizes["others"]), ADJUSTED, meaning)


def response(weeks: pd.DataFrame, contrast: Floats) -> Estimate:
    """How many times as many buy at a price 10 % lower: by Poisson regression with a constant a cell.

    Parameters
    ----------
    weeks : DataFrame
        `product`, `week`, `who`, `price`, `buyers`, `shoppers`.
    contrast : float array
        Weights of the slopes of the groups, in the order of their names.
    """
    who, kinds = pd.factorize(weeks["who"], sort=True)
    cell, cells = pd.factorize(pd.MultiIndex.from_frame(weeks[["product", "who"]]), sort=True)
    price = np.log(weeks["price"].to_numpy())
    price = price - pd.Series(price).groupby(cell).transform("mean").to_numpy()
    slopes = np.column_stack([np.where(who == k, price, 0.0) for k in range(len(kinds))])
    fixed = np.eye(len(cells))[cell]
    groups = pd.factorize(weeks["product"], sort=True)[0].astype(np.int64)
    counts, shoppers = (weeks[name].to_numpy(np.float64) for name in ("buyers", "shoppers"))
    slope, error, clusters = slope_of_counts(counts, slopes, fixed, shoppers, groups, contrast)
    reach = float(stdtrit(clusters - 1, 0.5 + LEVEL / 2)) * error
    down = np.log(LOWER)
    ends = sorted([(slope - reach) * down, (slope + reach) * down])
    return Estimate(float(np.exp(slope * down)), *(float(np.exp(each)) for each in ends))


def _weeks(tx: Transactions, windows: Windows) -> pd.DataFrame:
    """Buyers and the median price of products in usual weeks, and who ordered at all in them: all, loyal, others."""
    cutoff = windows.shifted(windows.horizon_days)
    with reading_facts(tx, cutoff) as (connection, facts):
        return connection.execute(f"""
            WITH ordered AS (
              SELECT customer_id, day, {cutoff.wait_sql("day")} // 7 AS week,
                CASE WHEN {LOYAL} < row_number() OVER (PARTITION BY customer_id ORDER BY day) THEN 'loyal'
                  ELSE 'others' END AS who
              FROM {facts} WHERE lines > 0 AND {cutoff.history_sql("day")}),
            bought AS (
              SELECT customer_id, week, who, product_id AS product, money / quantity AS price
              FROM lines JOIN ordered USING (customer_id, day)
              WHERE is_purchase AND product_id IS NOT NULL AND quantity > 0 AND money > 0 AND {tx.history_sql(cutoff)}),
            prices AS (
              SELECT product, week, median(price::DOUBLE) AS price, count(DISTINCT customer_id) AS buyers
              FROM bought GROUP BY ALL),
            kinds AS (SELECT unnest(['all', 'loyal', 'others']) AS kind),
            shoppers AS (
              SELECT week, kind, count(DISTINCT customer_id) AS shoppers FROM ordered, kinds
              WHERE kind IN ('all', who) GROUP BY ALL),
            usual AS (
              SELECT product, week, price, buyers FROM prices JOIN shoppers USING (week) WHERE kind = 'all'
              WINDOW own AS (PARTITION BY product)
              QUALIFY shoppers * sum(buyers) OVER own >= {LEAST_BUYERS} * sum(shoppers) OVER own),
            chosen AS (
              SELECT product FROM usual GROUP BY product
              HAVING count(*) >= {LEAST_WEEKS} AND stddev_pop(ln(price)) >= {LEAST_SPREAD}
              ORDER BY sum(buyers) DESC, product LIMIT {MOST_PRODUCTS}),
            groups AS (
              SELECT kind, count(DISTINCT customer_id) AS customers FROM ordered, kinds
              WHERE kind IN ('all', who) GROUP BY ALL),
            buyers AS (
              SELECT product, week, kind, count(DISTINCT customer_id) AS buyers FROM bought, kinds
              WHERE kind IN ('all', who) GROUP BY ALL)
            SELECT product, week::BIGINT AS week, kind AS who, price, coalesce(buyers.buyers, 0)::BIGINT AS buyers,
              shoppers, customers
            FROM usual JOIN chosen USING (product) JOIN shoppers USING (week) JOIN groups USING (kind)
              LEFT JOIN buyers USING (product, week, kind)
            ORDER BY kind, product, week""").df()
