"""A small made-up business with everything a report can show."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars import tables
from regulars.evaluation import decide, judge
from regulars.evaluation.grades import grade
from regulars.evaluation.interval_forecasts import IntervalForecasts
from regulars.loyalty import Dynamics, LoyaltyIndex, dynamics, from_feed, segment_log
from regulars.loyalty.associations.driver import POINTS, RATIO, SHARE, Driver, drivers_frame
from regulars.loyalty.associations.estimates import Estimate
from regulars.params import CampaignParams, LoyaltyParams
from regulars.report import AliveGrid, ModelFacts, ReportContent, most_valuable
from regulars.retention import make_targets
from regulars.scorer.forecast import Forecast, Total
from regulars.scorer.like_for_like import like_for_like
from regulars.transactions import Transactions, read_feed, read_transactions
from regulars.windows import Windows
from tests.retention.terms import offer

CUSTOMERS = 300
ORIGINS = ("2023-09-01", "2023-12-01")
EVIL = "<script>alert(1)</script>"
WINDOWS = Windows.at("2024-03-01", 90)


@pytest.fixture(scope="session")
def scores() -> pd.DataFrame:
    """Scores of 300 customers; one id and one reason are an attack."""
    rng = np.random.default_rng(0)
    p_churn = rng.beta(3, 1, CUSTOMERS)
    spend = 40 * (1 - p_churn) * rng.gamma(2, 1, CUSTOMERS)
    made = pd.DataFrame(index=range(CUSTOMERS), columns=list(tables.SCORES))
    made["customer_id"] = [EVIL, *(f"c{number}" for number in range(1, CUSTOMERS))]
    made["cutoff"], made["horizon_days"] = pd.Timestamp("2024-03-01"), 90
    made["p_churn"], made["expected_purchases"], made["expected_spend"] = p_churn, 2 * (1 - p_churn), spend
    made["clv"] = 2.5 * spend
    made["last_order"], made["orders"], made["spend_so_far"] = pd.Timestamp("2023-12-01"), 3, 120.0
    made["p_lost"], made["order_value"], made["spend_if_back"] = 0.4 * p_churn, 150.0, 200.0
    made["reason_1"], made["reason_2"], made["reason_3"] = f"ordered {EVIL} once", "spends 7 an order", None
    made.loc[0, ["p_churn", "expected_spend", "order_value"]] = 0.6, 900.0, 900.0  # the first whom it pays to contact
    return made


@pytest.fixture(scope="session")
def backtest() -> dict[str, Any]:
    """Summary of a judged backtest at two origins."""
    return _judged().summary()


@pytest.fixture(scope="session")
def alive() -> AliveGrid:
    """P(alive) as the formula of the BG/NBD has it."""
    frequency, recency = np.arange(1.0, 9), np.linspace(20, 400, 20)
    x, t_x = np.meshgrid(frequency, recency)
    odds = 0.8 / (1.4 + x) * ((10 + 400) / (10 + t_x)) ** (0.25 + x)
    return AliveGrid(frequency, recency, 400.0, 1 / (1 + odds))


@pytest.fixture(scope="session")
def content(scores: pd.DataFrame, backtest: dict[str, Any], alive: AliveGrid) -> ReportContent:
    """Content with every part present."""
    targets = make_targets(scores, [offer()], CampaignParams(name="spring", control_share=0.2), margin=1.0)
    rng = np.random.default_rng(2)
    frequency = rng.poisson(2, CUSTOMERS)
    features = pd.DataFrame(
        {
            "frequency": frequency.astype(float),
            "recency": np.where(frequency > 0, rng.uniform(1, 400, CUSTOMERS), 0),
            "net_total": rng.gamma(1, 80, CUSTOMERS),
        },
        index=pd.Index(scores["customer_id"], name="customer_id"),
    )
    return ReportContent(
        shop="Spring & summer",
        scores=scores,
        forecast=Forecast(Total(1_234.5, 1_000.0, 1_500.0), Total(5_678.0, 5_000.0, 6_400.0), 2.75),
        model=ModelFacts("0123456789ab", "models:/regulars/7", dt.date(2024, 3, 1), "mbg_nbd", 365, 0.1, 0.4),
        targets=targets.frame,
        targets_summary=targets.to_dict(),
        value_reasons=_value_reasons(scores),
        features=features,
        alive=alive,
        backtest=backtest,
        verdict=decide(_judged()).to_dict(),
        grade=grade(_judged()).to_dict(),  # type: ignore[union-attr]
        certificate={
            "verdict": "warning",
            "checks": [
                {
                    "model": "mbg_nbd",
                    "name": "gradient",
                    "verdict": "warning",
                    "sentence": "The slope is a little steep.",
                }
            ],
        },
        ledger={
            "in": {"rows": 1_203, "customers": 300, "money": 12_345.5},
            "entries": [
                {"outcome": "used", "reason": "purchase", "rows": 1_200, "customers": 299, "money": 12_400.0},
                {"outcome": "netted", "reason": "quantity below zero", "rows": 2, "customers": 1, "money": -60.0},
                {"outcome": "excluded", "reason": "missing date", "rows": 1, "customers": 0, "money": 5.5},
            ],
            "adjustments": [{"what": "amounts are rounded to 4 digits", "rows": 3, "money": 0.01}],
            "booked": 12_340.01,
        },
        findings=[{"severity": "warning", "what": "4 % of amounts are zero.", "to_do": "Look at them."}],
        columns=[
            {"ours": "customer_id", "theirs": "Cust ID", "holds": "text", "absent": 0}
            | {"smallest": None, "largest": None, "examples": []},
            {"ours": "amount", "theirs": "paid", "holds": "number", "absent": 2_001}
            | {"smallest": "-3.5", "largest": "99", "examples": ["1.5", "2"]},
        ],
        notes=["blend weights estimated out of time"],
        dynamics=moving(),
        states=segment_log(_moving_log(), WINDOWS.cutoff, LoyaltyParams()),
        past=like_for_like(_moving_log(), WINDOWS, 365),
    )


@pytest.fixture(scope="session")
def whole(content: ReportContent) -> ReportContent:
    """Content of a shop that also has products, surveys and drivers: with it every section stands on the page."""
    rng = np.random.default_rng(4)
    asked = pd.DataFrame({"customer_id": [EVIL, *(f"c{k}" for k in range(1, 90))], "day": pd.Timestamp("2024-01-05")})
    surveys = from_feed(read_feed("surveys", asked.assign(score=rng.integers(5, 11, 90))), _moving_log(), "2024-03-01")
    return replace(content, drivers=associated(), index=own_index(), pairs=PAIRS, feeds={"surveys": surveys})


@pytest.fixture(scope="session")
def short(content: ReportContent) -> ReportContent:
    """Content without the parts that take long to draw."""
    return replace(content, alive=None, backtest=None, dynamics=None, features=None, past=None, states=None)


PAIRS = pd.DataFrame(
    {
        "because": ["tea", "<b>pot</b>"],
        "product_id": ["cup", "lid"],
        "kind": ["related", "add_on"],
        "conversion": [0.4, 0.123],
        "lead_days": [7.0, 30.5],
        "lift": [1.62, 8.0],
        "open": [1_234, 56],
    }
)


def associated() -> pd.DataFrame:
    """Drivers: of discounts, channels, small orders and four products; some clear, some not."""
    clear, unclear = (0.1, 0.05, 0.2), (0.1, -0.05, 0.2)
    products = [_driver("last_product", POINTS, clear, "orders", f"Product {k} loses customers.") for k in range(4)]
    return drivers_frame(
        [
            _driver("discount_share_of_orders", SHARE, clear, "", "A tenth of the orders had a discount."),
            _driver("several_channels", RATIO, (1.5, 1.2, 1.8), "", "Plain: half as much again."),
            _driver("several_channels", RATIO, (1.1, 0.9, 1.3), "orders", "No clear difference: <b>channels</b>."),
            _driver("spending_less", POINTS, unclear, "orders", "No clear difference: small orders."),
            *products,
        ]
    )


def _driver(driver: str, measure: str, figures: tuple[float, float, float], adjusted: str, meaning: str) -> Driver:
    return Driver(driver, "those", "others", measure, Estimate(*figures), 150, 200, adjusted, meaning)


def own_index() -> LoyaltyIndex:
    """The shop's own index of loyalty, which ties with a rule."""
    weights = pd.DataFrame(
        [("orders", 0.8, 0.6, 1.0), ("breadth", 0.1, -0.1, 0.3)], columns=["measure", "weight", "low", "high"]
    )
    return LoyaltyIndex(pd.DataFrame(), weights, 0.7, 0.69, -0.01, 0.03, Windows.at("2023-12-01", 90), 300)


def moving() -> Dynamics:
    """How the customers of the log move."""
    return dynamics(_moving_log(), "2024-03-01", horizon_days=90)


def _moving_log() -> Transactions:
    """A log of 90 customers over 15 months: a tenth begin each month, and order less the longer they are there."""
    rng = np.random.default_rng(3)
    rows = [
        (EVIL if k == 0 else f"c{k}", pd.Timestamp("2022-12-05") + pd.Timedelta(days=30 * (k // 9) + wait), 20.0 + k)
        for k in range(90)
        for wait in np.r_[0, rng.exponential(60, 4).cumsum().astype(int)]
    ]
    log = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    return read_transactions(log[log["date"] < "2024-03-01"])


def _value_reasons(scores: pd.DataFrame) -> pd.DataFrame:
    """Of the most valuable, as an explanation gives them; one is an attack."""
    best = most_valuable(scores)["customer_id"]
    told = {"value_reason_1": [f"raises the value: {k}" for k in best], "value_reason_2": EVIL, "value_reason_3": None}
    return pd.DataFrame(told, index=pd.Index(best, name="customer_id"))


def _judged() -> Any:
    rng = np.random.default_rng(1)
    tried = [_origin(rng, origin) for origin in ORIGINS]
    predictions, frequency = (pd.concat(parts, ignore_index=True) for parts in zip(*tried, strict=True))
    told = {"skipped": ["2023-06-01: too early"], "offers": [offer()], "replicates": 20}
    return judge(
        predictions,
        frequency,
        IntervalForecasts.together([_interval_forecasts(predictions, at) for at in ORIGINS]),
        **told,
    )


def _interval_forecasts(predictions: pd.DataFrame, origin: str) -> IntervalForecasts:
    """Intervals of the same width for all, totals that hold at the first origin, dates that are ten days off."""
    ours = predictions[(predictions["origin"] == origin) & (predictions["contender"] == "regulars")]
    expected, actual = ours["expected_purchases"], ours["actual_purchases"]
    bounds = {"low": 0.0, "high": actual.sum() + (1 if origin == ORIGINS[0] else -1)}
    wait = np.arange(len(ours)) + 0.0
    return IntervalForecasts(
        pd.DataFrame(
            {"origin": origin, "active": expected > 1, "expected_purchases": expected}
            | {"purchases": actual, "purchases_low": 0.0, "purchases_high": 3.0}
            | {"spend": ours["actual_spend"], "spend_low": 0.0, "spend_high": 75.0}
        ),
        pd.DataFrame(
            [{"origin": origin, "outcome": "purchases", "expected": expected.sum(), "windows": 2.0} | bounds]
        ).assign(actual=actual.sum()),
        pd.DataFrame({"origin": origin, "wait": wait, "median": wait + 10, "rule": wait[::-1], "shown": 0.9}).assign(
            low=lambda of: of["median"] - 20, high=lambda of: of["median"] + 20
        ),
    )


def _origin(rng: np.random.Generator, origin: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers who buy at a rate of their own, and contenders who see it more or less clearly."""
    rate = rng.gamma(0.7, 1.0, CUSTOMERS)
    purchases = rng.poisson(rate).astype(float)
    ids = [f"c{number}" for number in range(CUSTOMERS)]
    frames = []
    for contender, blur in {"regulars": 0.1, "lightgbm": 0.2, "mbg_nbd": 0.3, "days_since_last": 1.0}.items():
        seen = rate * np.exp(rng.normal(0, blur, CUSTOMERS))
        rule = contender == "days_since_last"
        frames.append(
            pd.DataFrame(
                {
                    "origin": pd.Timestamp(origin),
                    "customer_id": ids,
                    "contender": contender,
                    "p_churn": np.exp(-seen),
                    "expected_purchases": np.nan if rule else seen,
                    "expected_spend": np.nan if rule else 30 * seen,
                    "actual_purchases": purchases,
                    "actual_spend": 30 * purchases,
                }
            )
        )
    frequency = pd.DataFrame({"origin": pd.Timestamp(origin), "customer_id": ids, "frequency": rng.poisson(3 * rate)})
    return pd.concat(frames), frequency
