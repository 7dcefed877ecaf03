"""Simulate shops with known effects of discounts, channels, returns, prices and complaints; count what intervals hold.

    python -m experiments.driver_coverage [shops] [effect ...]      (200 shops of each: some minutes)

Of 200 95 % intervals 180 to 198 should hold the truth. In every shop the customers differ in pace, and who has the
driver depends on what they had done before: without adjustment the effects of channel, discount and complaint come out
wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import expit

from regulars.features.arrivals import WARM_UP_DAYS
from regulars.loyalty.associations.at_start import at_start
from regulars.loyalty.associations.driver import Driver
from regulars.loyalty.associations.habits import habits
from regulars.loyalty.associations.prices import price_response
from regulars.loyalty.associations.returned import after_return
from regulars.loyalty.associations.won import won_by_discount
from regulars.loyalty.feeds import complaints
from regulars.loyalty.feeds.from_feed import from_feed
from regulars.transactions import Transactions, read_feed, read_transactions
from regulars.windows import Windows

DAYS = 120  # of the window, and of the history before it
ORIGIN = pd.Timestamp("2020-01-01")
START = Windows.at("2020-04-30", DAYS)  # 120 days after the origin
CHANNEL, DISCOUNT, REPEAT, RETURN, PRICE, IGNORED = 1.25, 0.8, -0.6, 0.7, -1.5, 0.6  # the effects
FULL = 100.0

Held = dict[str, tuple[Driver, float]]


def log_of(lines: pd.DataFrame) -> Transactions:
    """The log of lines with `customer`, `day` (days since the origin), `amount` and other columns by our names."""
    names = {"customer": "customer_id", "day": "ordered_at"}
    frame = lines.assign(day=ORIGIN + pd.to_timedelta(lines["day"], unit="D")).rename(columns=names)
    return read_transactions(frame, {name: name for name in frame}, today="2030-01-01")


def by_habit(rng: np.random.Generator, customers: int = 2000) -> Held:
    """Customers of two channels order more, those who mostly buy at a discount less; both follow past orders."""
    pace = rng.gamma(2.0, 0.02, customers).clip(0.002, 0.2)
    joined = rng.integers(0, DAYS // 2, customers)
    before = rng.random((customers, DAYS)) < pace[:, None]
    before &= np.arange(DAYS) >= joined[:, None]
    before[np.arange(customers), joined] = True
    orders = before.sum(axis=1)
    several = (rng.random(customers) < expit(-2 + 0.8 * np.log(orders))) & (orders > 1)
    cheap = rng.random(customers) < expit(1 - 0.6 * np.log(orders))
    later = pace * np.where(several, CHANNEL, 1.0) * np.where(cheap, DISCOUNT, 1.0)
    after = rng.random((customers, DAYS)) < later[:, None]
    customer, day = np.nonzero(np.concatenate([before, after], axis=1))
    first = day == joined[customer]
    lines = pd.DataFrame(
        {
            "customer": customer,
            "day": day,
            "amount": rng.gamma(5.0, 10.0, len(day)).round(2) + 1,
            "discount": np.where(cheap[customer], 5.0, 0.0),
            "channel": np.where(first & several[customer], "store", "web"),
        }
    )
    found = {each.driver: each for each in habits(at_start(log_of(lines), START))}
    return {
        "channel, ratio of order days": (found["several_channels"], CHANNEL),
        "discount, ratio of order days": (found["mostly_on_discount"], DISCOUNT),
    }


def by_first_order(rng: np.random.Generator, customers: int = 2500) -> Held:
    """Customers won by a discount come back less; small first orders have discounts more often."""
    first = np.exp(rng.normal(3.0, 0.6, customers)).round(2) + 1
    joined = rng.integers(0, WARM_UP_DAYS + DAYS, customers)
    joined[0] = 0
    won = rng.random(customers) < expit(2 - 0.8 * np.log(first))

    def chance(won: np.ndarray) -> np.ndarray:
        return np.asarray(expit(-2.0 + 0.6 * np.log(first) + REPEAT * won))

    back = rng.random(customers) < chance(won)
    amount = rng.gamma(5.0, 6.0, customers).round(2) + 1
    firsts = pd.DataFrame({"customer": np.arange(customers), "day": joined, "amount": first, "discount": 5.0 * won})
    seconds = firsts.assign(day=joined + rng.integers(1, DAYS - 1, customers), amount=amount, discount=0.0)[back]
    end = pd.DataFrame({"customer": [0], "day": [WARM_UP_DAYS + 2 * DAYS], "amount": [1.0], "discount": [0.0]})
    tx = log_of(pd.concat([firsts, seconds, end]))
    cutoff = (ORIGIN + pd.Timedelta(days=WARM_UP_DAYS + 2 * DAYS)).date()
    found = {each.driver: each for each in won_by_discount(tx, Windows(cutoff, DAYS).before_cutoff())}
    followed = joined >= WARM_UP_DAYS
    effect = (chance(np.ones(customers)) - chance(np.zeros(customers)))[followed].mean()
    return {
        "won by discount, share who come back": (found["won_by_discount_repeat"], float(effect)),
        "won by discount, money": (found["won_by_discount_money"], float(effect) * 31.0),
    }


def by_return(rng: np.random.Generator, customers: int = 1500) -> Held:
    """A tenth of the orders is given back within ten days, unless an order comes before; then orders come slower."""
    days = 3 * DAYS
    pace = rng.gamma(8.0, 0.03 / 8, customers)
    day_of_return, has_returned = np.full(customers, -1), np.zeros(customers, dtype=bool)
    slower = np.zeros(customers, dtype=bool)  # from a first return to the next order
    joined = rng.integers(0, DAYS, customers)
    rows = []
    for day in range(days):
        chance = np.where(slower, RETURN, 1.0) * pace
        orders = ((rng.random(customers) < chance) & (day > joined)) | (day == joined)
        slower &= ~orders
        rows.append(pd.DataFrame({"customer": np.nonzero(orders)[0], "day": day, "amount": 20.0}))
        planned = orders & ~has_returned & (rng.random(customers) < 0.1)
        day_of_return = np.where(orders, np.where(planned, day + rng.integers(1, 10, customers), -1), day_of_return)
        gives_back = (day_of_return == day) & ~has_returned
        rows.append(pd.DataFrame({"customer": np.nonzero(gives_back)[0], "day": day, "amount": -5.0}))
        has_returned |= gives_back
        slower |= gives_back
    cutoff = (ORIGIN + pd.Timedelta(days=days)).date()
    found = {each.driver: each for each in after_return(log_of(pd.concat(rows)), Windows(cutoff, DAYS).before_cutoff())}
    return {"first return, chance of an order on a day": (found["orders_after_return"], RETURN)}


def by_price(rng: np.random.Generator, customers: int = 1500) -> Held:
    """Twenty products over 40 weeks, each of which 10 % cheaper in some weeks finds more buyers."""
    rows = []
    for week in range(40):
        for product in range(20):
            price = FULL * (1 + product) / 10 * (0.9 if rng.random() < 0.3 else 1.0)
            expected = 4.0 * (1 + product % 5) * (price / FULL) ** PRICE * ((1 + product) / 10) ** -PRICE
            buyers = rng.choice(customers, min(rng.poisson(expected), customers), replace=False)
            rows.append(
                pd.DataFrame({"customer": buyers, "day": 7 * week, "amount": price, "product_id": f"p{product}"})
            )
        everybody = pd.DataFrame({"customer": rng.choice(customers, 800, replace=False)})
        rows.append(everybody.assign(day=7 * week, amount=3.0, product_id="bread"))
    found = response_by_price(pd.concat(rows), weeks=40)
    return {"price, buyers at a tenth less": (found, 0.9**PRICE)}


def by_sale(rng: np.random.Generator, customers: int = 2000) -> Held:
    """Twenty products, mostly cheaper in busy weeks; in quiet ones many find no buyer. Customers mind, or do not."""
    truths = {"price of sales, buyers at a tenth less": PRICE, "price of sales, nobody minds": 0.0}
    return {name: (_sale(rng, customers, mind), 0.9**mind) for name, mind in truths.items()}


def _sale(rng: np.random.Generator, customers: int, mind: float) -> Driver:
    share = np.linspace(0.006, 0.02, 20)
    rows = []
    for week in range(60):
        busy = week % 3 == 0
        factor = np.where(rng.random(len(share)) < (0.7 if busy else 0.1), 2 / 3, 1.0)
        shoppers = rng.choice(customers, 1200 if busy else 100, replace=False)
        who, product = np.nonzero(rng.random((len(shoppers), len(share))) < share * factor**mind)
        names, amounts = np.char.add("p", product.astype(str)), FULL * factor[product]
        bought = pd.DataFrame({"customer": shoppers[who], "amount": amounts, "product_id": names})
        bread = pd.DataFrame({"customer": shoppers, "amount": 3.0, "product_id": "bread"})
        rows.append(pd.concat([bought, bread]).assign(day=7 * week))
    return response_by_price(pd.concat(rows), weeks=60)


def response_by_price(lines: pd.DataFrame, *, weeks: int) -> Driver:
    """What is found about the price of lines of so many weeks."""
    cutoff = (ORIGIN + pd.Timedelta(weeks=weeks)).date()
    found = price_response(log_of(lines.assign(quantity=1)), Windows(cutoff, DAYS).before_cutoff())
    return {each.driver: each for each in found}["price_response"]


def by_complaint(rng: np.random.Generator, customers: int = 2000) -> Held:
    """Who has ordered more often is answered sooner; who is not answered within 30 days orders less from then on."""
    days = 2 * DAYS + complaints.WITHIN + DAYS
    pace = rng.gamma(2.0, 0.01, customers).clip(0.001, 0.2)
    joined = rng.integers(0, DAYS, customers)
    written = rng.integers(joined + 1, 2 * DAYS)  # everybody is followed for 30 days and a horizon
    on = np.arange(days)
    drawn = rng.random((customers, days))
    orders = ((drawn < pace[:, None]) & (on > joined[:, None])) | (on == joined[:, None])
    so_far = (orders & (on <= written[:, None])).sum(axis=1)
    soon = rng.random(customers) < expit(-1.5 + 1.2 * np.log(so_far))
    slower = ~soon[:, None] & (on > (written + complaints.WITHIN)[:, None])
    customer, day = np.nonzero(orders & ~(slower & (drawn >= IGNORED * pace[:, None])))
    resolved = written + np.where(soon, 1, complaints.WITHIN + 1) + rng.integers(0, complaints.WITHIN, customers)
    written_on, resolved_on = (ORIGIN + pd.to_timedelta(each, unit="D") for each in (written, resolved))
    rows = pd.DataFrame({"customer_id": np.arange(customers), "day": written_on, "resolved_on": resolved_on})
    cutoff = (ORIGIN + pd.Timedelta(days=days)).date()
    tx = log_of(pd.DataFrame({"customer": customer, "day": day, "amount": 20.0}))
    told = from_feed(read_feed("complaints", rows), tx, cutoff, horizon_days=DAYS)
    found = {each.driver: each for each in complaints.findings(told.both)}
    effect = ((1 - IGNORED * pace) ** DAYS - (1 - pace) ** DAYS).mean()
    return {"complaint resolved, share who come back": (found["return_after_complaint"], float(effect))}


SHOPS: dict[str, Callable[[np.random.Generator], Held]] = {
    "habit": by_habit,
    "first_order": by_first_order,
    "return": by_return,
    "price": by_price,
    "sale": by_sale,
    "complaint": by_complaint,
}


def coverage(make: Callable[[np.random.Generator], Held], shops: int, *, seed: int = 0) -> pd.DataFrame:
    """How often the intervals hold the truth, the mean estimate and the truth, a row an effect."""
    rows = []
    for number in range(shops):
        for effect, (found, truth) in make(np.random.default_rng([seed, number])).items():
            held = found.estimate
            inside = held.low <= truth <= held.high
            rows.append({"effect": effect, "inside": inside, "estimate": held.value, "truth": truth})
    return pd.DataFrame(rows).groupby("effect").mean()


def main(shops: int = 200, *names: str) -> int:
    """Print the shares; 1 if one lies outside 90 to 99 %."""
    failures = 0
    for name in names or SHOPS:
        for effect, row in coverage(SHOPS[name], shops).iterrows():
            failures += not 0.9 <= row["inside"] <= 0.99
            means = f"mean estimate {row['estimate']:.3f}, truth {row['truth']:.3f}"
            print(f"{effect:45} {100 * row['inside']:.1f} % inside; {means}", flush=True)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2]), *sys.argv[2:]))
