"""How good the scorer is on real shops and on simulated customers: the tables of docs/how-good.md.

    REGULARS_REAL_DATA=... python -m experiments.how_good [name ...]          (some minutes)

CDNOW ships with `lifetimes`; the other logs are read from the folder REGULARS_REAL_DATA. Settings are the defaults:
each shop sets only its columns, its horizon and its origins.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from regulars.evaluation import Backtest, choose_origins
from regulars.evaluation.compare import BY_NAME
from regulars.evaluation.grades import grade
from regulars.evaluation.metrics import auc, brier
from regulars.evaluation.trials import NAIVE_RULES, OURS
from regulars.lifetime import BGNBD
from regulars.params import load_params
from regulars.pipelines.backtest import backtest_log
from regulars.scorer import LIFETIME_CANDIDATES, History, ScorerSettings, fit_scorer
from regulars.transactions import Transactions, read_transactions
from regulars.transactions.simulate import simulate_bg_nbd
from regulars.windows import Windows

SHOWN = ("auc", "log_loss", "brier", "ece", "poisson_deviance", "count_rmse", "count_bias", "spend_bias", "spend_gini")
COMPARED = ("auc", "log_loss", "poisson_deviance", "spend_gini")
BASE_MODELS = ("lightgbm", "regression", "lightgbm_features")

COHORT = {"r": 0.25, "alpha": 31.0, "a": 0.8, "b": 2.5}  # alpha in days: nearly CDNOW's
OBSERVED_DAYS, AHEAD_DAYS, CLV_DAYS = 104 * 7, 13 * 7, 365


@dataclass(frozen=True)
class Shop:
    """A log, the horizon, and the origins from which is predicted."""

    title: str
    read: Callable[[Path], Transactions]
    horizon_days: int
    origins: tuple[str, ...]


def main(names: list[str]) -> None:
    """Print the tables of the named shops, or of all."""
    folder = Path(os.environ.get("REGULARS_REAL_DATA", "."))
    for name in names or [*SHOPS, "cohort"]:
        if name == "cohort":
            print(f"## A simulated cohort\n\n{markdown(cohort(range(5)))}\n", flush=True)
        else:
            print(section(SHOPS[name], backtested(SHOPS[name], folder)), flush=True)


def backtested(shop: Shop, folder: Path) -> Backtest:
    """The backtest with default settings."""
    tx = shop.read(folder)
    windows = Windows.at(tx.last_day + pd.Timedelta(days=1), shop.horizon_days)
    settings = [f"windows.horizon_days={shop.horizon_days}", f"backtest.origins=[{','.join(shop.origins)}]"]
    params = load_params(overrides=settings, environment={})
    origins = choose_origins(tx, windows, params.backtest)
    return backtest_log(History(tx), windows, origins, params, champion=None)


def section(shop: Shop, backtest: Backtest) -> str:
    """The scorer and its rivals, the differences with intervals, each origin, and the grade."""
    letter = grade(backtest)
    assert letter is not None
    parts = [
        f"## {shop.title}",
        f"Horizon {shop.horizon_days} days, from {', '.join(shop.origins)}; grade {letter.letter}.",
        markdown(means(backtest)),
        markdown(differences(backtest)),
        markdown(by_origin(backtest)),
        markdown(coverage(backtest)),
    ]
    return "\n\n".join(parts) + "\n"


def rivals(backtest: Backtest) -> list[str]:
    """The naive rule and the purchase model with the lowest log-loss, MBG/NBD, and the base models alone."""
    names = [name for name in backtest.contenders if not math.isnan(backtest.value(name, "log_loss"))]
    naive = next(name for name in names if name in NAIVE_RULES)
    purchases = next(name for name in names if name in LIFETIME_CANDIDATES)
    money = max(NAIVE_RULES, key=lambda name: np.nan_to_num(backtest.value(name, "spend_gini"), nan=-1.0))
    return list(dict.fromkeys(["mbg_nbd", purchases, naive, money, *BASE_MODELS]))


def means(backtest: Backtest) -> pd.DataFrame:
    """Means over the origins, a row a contender."""
    rows = {name: [backtest.value(name, metric) for metric in SHOWN] for name in (OURS, *rivals(backtest))}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(SHOWN)).dropna(axis="columns", how="all")
    shares = {name: table[name].map(share) for name in table if name.endswith("_bias")}
    rest = {name: table[name].map(digits) for name in table if name not in shares}
    return titled(pd.DataFrame(rest | shares)[list(table)])


def differences(backtest: Backtest) -> pd.DataFrame:
    """The scorer minus each rival, with the paired interval by customer; where that includes zero it is a tie."""
    rows: dict[str, dict[str, str]] = {}
    for row in backtest.comparisons.itertuples(index=False):
        if row.metric in COMPARED and row.contender in rivals(backtest):
            rows.setdefault(row.contender, {})[row.metric] = (
                f"{row.difference:+.4f} [{row.low:+.4f}, {row.high:+.4f}] {row.verdict}"
            )
    table = pd.DataFrame.from_dict(rows, orient="index").fillna("")
    return (
        titled(table[[name for name in COMPARED if name in table]])
        .rename(index=lambda name: f"{OURS} − {name}")
        .rename_axis("difference")
    )


def by_origin(backtest: Backtest) -> pd.DataFrame:
    """The scorer at each origin."""
    rows = {}
    for at in backtest.origins.itertuples(index=False):
        day = str(at.origin)[:10]
        ours = {
            metric: backtest.value(OURS, metric, over=str(at.origin)) for metric in ("auc", "log_loss", "spend_gini")
        }
        off = {metric: backtest.value(OURS, metric, over=str(at.origin)) for metric in ("count_bias", "spend_bias")}
        rows[day] = {
            "customers": f"{at.customers:,}",
            "churned": f"{100 * at.churn_rate:.1f} %",
            **{BY_NAME[name].title: digits(value) for name, value in ours.items()},
            "AUC − AUC of mbg_nbd": f"{ours['auc'] - backtest.value('mbg_nbd', 'auc', over=str(at.origin)):+.4f}",
            **{BY_NAME[name].title: share(value) for name, value in off.items()},
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.loc[:, (table != "").any()].rename_axis("from")


def coverage(backtest: Backtest) -> pd.DataFrame:
    """Coverage and width of the 90 % prediction intervals, as means over the origins."""
    at = backtest.coverage
    means = at[(at["origin"] == "mean") & at["group"].isin(["all", "active"])]
    table = means.set_index(["outcome", "group"])[["coverage", "width"]]
    shown = table.map(digits)
    shown.index = pd.Index([" of ".join(key) for key in shown.index], name="90 % interval for")
    return shown


def cohort(seeds: range, customers: int = 10_000) -> pd.DataFrame:
    """BG/NBD customers, whom nothing predicts better than BG/NBD with the true parameters does."""
    rows = {f"seed {seed}": beside_the_truth(seed, customers) for seed in seeds}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.loc["mean"] = table.mean()
    return table.map(lambda value: f"{value:.4f}")


def beside_the_truth(seed: int, customers: int) -> dict[str, float]:
    """AUC, Brier score and totals of the scorer and of the true parameters, 13 weeks and a year ahead of 104 weeks."""
    log = simulate_bg_nbd(customers, days=OBSERVED_DAYS + CLV_DAYS, seed=seed, **COHORT).transactions
    windows = Windows.at(log["date"].min() + pd.Timedelta(days=OBSERVED_DAYS), AHEAD_DAYS)
    year, history = windows.with_horizon(CLV_DAYS), History(read_transactions(log))
    terms = {"lifetime.clv_horizon_days": CLV_DAYS, "lifetime.annual_discount_rate": 0, "lifetime.margin": 1}
    own = [f"windows.horizon_days={AHEAD_DAYS}", *(f"{name}={value}" for name, value in terms.items())]
    settings = ScorerSettings.of(load_params(overrides=own, environment={}))
    scores = fit_scorer(history, windows, settings).score_features(history.features(windows))
    true, summary = BGNBD.from_params(COHORT), history.summary(windows)
    truth = 1.0 - true.probability_of_purchase(summary, AHEAD_DAYS).to_numpy()
    followed, churned = history.labels(windows), history.labels(windows)["churned"].to_numpy()
    orders, in_a_year = followed["purchases"].sum(), history.labels(year)
    return {
        "AUC": auc(churned, scores["p_churn"].to_numpy()),
        "AUC, true parameters": auc(churned, truth),
        "Brier": brier(churned, scores["p_churn"].to_numpy()),
        "Brier, true parameters": brier(churned, truth),
        "log of orders": float(np.log(scores["expected_purchases"].sum() / orders)),
        "of orders, true parameters": float(np.log(true.expected_purchases(summary, AHEAD_DAYS).sum() / orders)),
        "log of CLV": float(np.log(scores["clv"].sum() / in_a_year["spend"].sum())),
        "of orders in a year, true parameters": float(
            np.log(true.expected_purchases(summary, CLV_DAYS).sum() / in_a_year["purchases"].sum())
        ),
    }


def titled(table: pd.DataFrame) -> pd.DataFrame:
    """Metrics by their titles."""
    return table.rename(columns=lambda name: BY_NAME[name].title).rename_axis("contender")


def digits(value: float) -> str:
    """Four digits; nothing for what is undefined."""
    return "" if math.isnan(value) else f"{value:.4f}"


def share(value: float) -> str:
    """A signed share in per cent; nothing for what is undefined."""
    return "" if math.isnan(value) else f"{100 * value:+.1f} %"


def markdown(table: pd.DataFrame) -> str:
    """A table as GitHub shows it."""
    head = [str(table.index.name or ""), *map(str, table.columns)]
    rows = [[str(name), *map(str, row)] for name, row in zip(table.index, table.to_numpy(), strict=True)]
    lines = [head, ["---", *["---:"] * len(table.columns)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cdnow(folder: Path) -> Transactions:
    """23,570 customers of a music shop."""
    return read_transactions("demo")


def retail(folder: Path) -> Transactions:
    """UCI Online Retail: a wholesaler of gifts."""
    names = {"customer_id": "CustomerID", "ordered_at": "InvoiceDate", "order_id": "InvoiceNo"}
    goods = {"product_id": "StockCode", "quantity": "Quantity", "unit_price": "UnitPrice"}
    return read_transactions(folder / "online_retail.parquet", names | goods)


def groceries(folder: Path) -> Transactions:
    """1,525 regular buyers, without money."""
    return read_transactions(folder / "btydplus_groceryelog.parquet", {"customer_id": "cust", "ordered_at": "date"})


def households(folder: Path) -> Transactions:
    """Complete Journey: 2,469 households of a supermarket, 1.5 million lines."""
    log = pd.read_parquet(folder / "completejourney" / "transactions.parquet")
    log["discount"] = log[["retail_disc", "coupon_disc", "coupon_match_disc"]].sum(axis="columns")
    names = {"customer_id": "household_id", "ordered_at": "transaction_timestamp", "order_id": "basket_id"}
    goods = {"product_id": "product_id", "amount": "sales_value", "discount": "discount"}
    return read_transactions(log[[*names.values(), *goods.values()]], names | goods)


SHOPS = {
    "cdnow": Shop("CDNOW", cdnow, 180, ("1998-01-01",)),
    "retail": Shop("Online Retail", retail, 60, ("2011-05-01", "2011-06-01")),
    "groceries": Shop("groceryElog", groceries, 182, ("2007-07-01",)),
    "households": Shop(
        "Complete Journey", households, 28, ("2017-07-01", "2017-08-01", "2017-09-01", "2017-10-01", "2017-11-01")
    ),
}


if __name__ == "__main__":
    main(sys.argv[1:])
