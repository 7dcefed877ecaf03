"""What a season does for the purchase models: on cohorts with a known season, on simulated shops, and on a real log.

    REGULARS_REAL_DATA=... python -m experiments.seasons [cohorts | recovery | panel | calendar | ...]

`cohorts` draws customers from a model with a season and fits it with that season, and without. `recovery` estimates the
season of steady shops and compares it with the true one. `panel` puts totals beside those that training forecasts.
`calendar` makes the latter with promotions known ahead, and without. The others (develop, held_out, retail) estimate
the season at cutoffs from the log alone and judge MBG/NBD with it beside MBG/NBD without, by what followed: totals of
order days, the probability of an order, and the dates of the next order days.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from experiments.how_good import markdown
from experiments.seasonal_shops import HALVES, SEASONS, Shop, _season, promotion_days, shops
from experiments.seasonal_shops import simulate as simulate_shop
from regulars.features import DayOutcomes
from regulars.lifetime import (
    MBGNBD,
    ParetoNBD,
    Season,
    estimate_season,
    parameter_intervals,
    simulate,
    total_interval,
)
from regulars.scorer import History
from regulars.scorer.log_totals import total_forecast
from regulars.scorer.past_totals import ORDER_DAYS
from regulars.transactions import read_transactions
from regulars.transactions.days.known_days import KnownDays
from regulars.windows import EPOCH, Windows

CUSTOMERS, DRAWS = 2000, 40
SEEDS = 3
KNOWN = Season.of(np.exp(0.5 * np.sin(2 * np.pi * np.arange(52) / 52)))
TRUTHS = {
    MBGNBD: {"r": 0.9, "alpha": 45.0, "a": 0.8, "b": 2.5},
    ParetoNBD: {"r": 0.9, "alpha": 45.0, "s": 0.9, "beta": 250.0},
}
COHORTS = {MBGNBD: 20, ParetoNBD: 5}  # a fit of Pareto/NBD takes long
CUTOFF, HORIZON, SHORT, YEAR = "2024-11-01", 90, 30, 365
LEAST_LOG = 480  # days before a cutoff
STEP = 56
QUANTILES = (0.1, 0.5, 0.9)


class Cutoff(NamedTuple):
    """Customers at a cutoff, what followed, and the season estimated from what was before."""

    summary: pd.DataFrame
    season: Season
    orders: dict[int, np.ndarray]  # by days after the cutoff, as far as the log reaches
    wait: np.ndarray  # days to the next order day, infinite where the log shows none
    shown: int  # days of the log after the cutoff


def main(names: list[str]) -> None:
    """Print a table for the named parts, or all."""
    for name in names or [*PARTS, *HALVES, "retail"]:
        table = PARTS[name]() if name in PARTS else summed(pd.DataFrame(judged(name)))
        print(f"## {name}\n\n{markdown(table)}\n", flush=True)


def cohorts() -> pd.DataFrame:
    """How often 90 % intervals of parameters and totals hold, and how far off totals are without the season."""
    made = []
    for kind, params in TRUTHS.items():
        truth = kind.from_params(params).set_params(seasonality=KNOWN)
        found = [_cohort(truth, seed) for seed in range(COHORTS[kind])]
        held = pd.DataFrame(found)
        errors = held[["error", "plain"]].pow(2).mean() ** 0.5
        row = {name: f"{100 * held[name].mean():.0f} %" for name in [*params, "total"]}
        made.append(
            {
                "model": kind.name,
                "parameters, 90 %": ", ".join(f"{name} {row[name]}" for name in params),
                "total, 90 %": row["total"],
                "RMSE of the log of the total": f"{errors['error']:.3f}",
                "without the season": f"{errors['plain']:.3f}",
            }
        )
    return pd.DataFrame(made).set_index("model")


def _cohort(truth: MBGNBD | ParetoNBD, seed: int) -> dict[str, float]:
    T = np.random.default_rng(seed).integers(30, 720, CUSTOMERS).astype(float)
    drawn = simulate(truth, pd.DataFrame({"T": T, "cutoff": CUTOFF}), HORIZON, seed=seed)
    fitted, plain = (type(truth)(seasonality=season).fit(drawn) for season in (truth.seasonality, None))
    low, high = total_interval(fitted, drawn, HORIZON, 0.9, draws=DRAWS)
    bounds, actual = parameter_intervals(fitted, 0.9), drawn["purchases"].sum()
    held = {
        name: float(bounds.loc[name, "low"] <= value <= bounds.loc[name, "high"])
        for name, value in truth.params_.items()
    }
    errors = [float(np.log(model.expected_purchases(drawn, HORIZON).sum() / actual)) for model in (fitted, plain)]
    return {**held, "total": float(low <= actual <= high), "error": errors[0], "plain": errors[1]}


def recovery() -> pd.DataFrame:
    """How far the estimated season is from the true one, and what it changes in log-loss, by kind of season."""
    made = []
    for season in SEASONS:
        rows = pd.DataFrame([_recovered(Shop(season, "steady", 24, False, "develop", 900 + k)) for k in range(SEEDS)])
        change = rows["season"] - rows["plain"]
        reach = float(stdtrit(SEEDS - 1, 0.975)) * change.std() / np.sqrt(SEEDS)
        made.append(
            {
                "season": season,
                "true season, SD of the log": f"{rows['true'].mean():.3f}",
                "RMS error of the estimate": f"{rows['error'].mean():.3f}",
                "total 90 d, plain": f"{rows['total plain'].pow(2).mean() ** 0.5:.3f}",
                "with the season": f"{rows['total season'].pow(2).mean() ** 0.5:.3f}",
                "Δ log-loss": f"{change.mean():+.4f} [{change.mean() - reach:+.4f}, {change.mean() + reach:+.4f}]",
            }
        )
    return pd.DataFrame(made).set_index("season")


def _recovered(shop: Shop) -> dict[str, float]:
    table = simulate_shop(shop)[["customer_id", "date"]]
    cutoff = (table["date"].max() - pd.Timedelta(days=HORIZON - 1)).date()
    at = look(table, cutoff)
    truth = np.log(_season(shop.season, np.arange(shop.days), np.random.default_rng(shop.seed)))
    days = (table["date"].min() + pd.to_timedelta(np.arange(shop.days), unit="D")).to_numpy()
    found = np.log(at.season.on(days))
    plain, season = errors_of(at, None), errors_of(at, at.season)
    return {
        "true": float(truth.std()),
        "error": float(np.sqrt(np.mean((found - found.mean() - truth + truth.mean()) ** 2))),
        "plain": plain["log-loss"],
        "season": season["log-loss"],
        "total plain": plain[f"total {HORIZON} d"],
        "total season": season[f"total {HORIZON} d"],
    }


def panel() -> pd.DataFrame:
    """Log errors of totals of order days beside those of the forecast that training makes, and of the mean of both."""
    made = []
    for shop in (shop for shop in shops(HALVES[0]) if shop.months > 12):
        log = simulate_shop(shop)
        history, table = History(read_transactions(log)), log[["customer_id", "date"]]
        for cutoff in cutoffs_of(table):
            at, windows = look(table, cutoff), Windows(cutoff, HORIZON)
            actual = float(at.orders[HORIZON].sum())
            plain, season = (
                float(
                    np.log(
                        actual / MBGNBD(seasonality=known).fit(at.summary).expected_purchases(at.summary, HORIZON).sum()
                    )
                )
                for known in (None, at.season)
            )
            ours = plain - total_forecast(history, windows, MBGNBD.name).order_days.log_error
            made.append(
                {"log": shop.name, "plain": plain, "season": season, "panel": ours, "mean": (season + ours) / 2}
            )
    return _rmse(made)


def calendar() -> pd.DataFrame:
    """Log errors of totals as training forecasts them, with promotions known ahead and without."""
    made = []
    for shop in (shop for half in HALVES for shop in shops(half) if shop.trend == "promotions" and shop.months > 12):
        log = simulate_shop(shop)
        begin = log["date"].min()
        known = KnownDays.of(pd.DataFrame({"day": begin + pd.to_timedelta(promotion_days(shop), "D"), "name": "sale"}))
        without = History(read_transactions(log))
        aware = copy(without)  # shares what is remembered
        aware.known_days = known
        for cutoff in cutoffs_of(log, step_days=28):
            windows = Windows(cutoff, SHORT)
            totals = without.totals([windows], MBGNBD.name)[windows]
            plain = float(np.log(totals.actual[ORDER_DAYS].sum() / totals.expected[ORDER_DAYS].sum()))
            errors = {
                kind: plain - total_forecast(history, windows, MBGNBD.name).order_days.log_error
                for kind, history in (("without a calendar", without), ("with it", aware))
            }
            made.append({"log": shop.name, "no correction": plain, **errors})
    return _rmse(made)


def _rmse(made: list[dict[str, object]]) -> pd.DataFrame:
    by = pd.DataFrame(made).groupby("log", sort=False)
    table = by.agg(lambda errors: float(np.sqrt(np.mean(np.square(errors)))))
    table.loc["mean of the logs"] = table.mean()
    return table.map("{:.3f}".format)


def judged(name: str) -> Iterator[dict[str, object]]:
    """Both models at every cutoff of every log of a set."""
    for log, table in logs(name):
        for cutoff in cutoffs_of(table):
            at = look(table, cutoff)
            for kind, season in (("plain", None), ("season", at.season)):
                yield {"log": log, "cutoff": cutoff, "model": kind, **errors_of(at, season)}


def logs(name: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Name and order days of the logs of a set."""
    if name in HALVES:
        for shop in shops(name):
            if shop.months > 12:
                yield shop.name, simulate_shop(shop)[["customer_id", "date"]]
        return
    columns = {"customer_id": "Customer ID", "ordered_at": "InvoiceDate", "order_id": "Invoice"}
    goods = {"product_id": "StockCode", "quantity": "Quantity", "unit_price": "Price"}
    folder = Path(os.environ.get("REGULARS_REAL_DATA", "."))
    days = DayOutcomes.of(read_transactions(folder / "online_retail_ii.parquet", columns | goods))
    date = pd.Timestamp(EPOCH) + pd.to_timedelta(days.day[days.ordered], unit="D")
    yield "Online Retail II", pd.DataFrame({"customer_id": days.customer[days.ordered], "date": date})


def cutoffs_of(table: pd.DataFrame, step_days: int = STEP) -> list[dt.date]:
    """Cutoffs whose window the log shows."""
    first = (table["date"].min() + pd.Timedelta(days=LEAST_LOG)).date()
    last = table["date"].max() - pd.Timedelta(days=HORIZON - 1)
    return [day.date() for day in pd.date_range(first, last, freq=f"{step_days}D")]


def look(table: pd.DataFrame, cutoff: dt.date) -> Cutoff:
    """What is known at a cutoff, and what followed."""
    day = (table["date"] - pd.Timestamp(cutoff)).dt.days
    past, future = table[day < 0].assign(day=day[day < 0]), table[day >= 0].assign(day=day[day >= 0])
    of = past.groupby("customer_id")["day"].agg(["min", "max", "nunique"])
    summary = pd.DataFrame({"frequency": of["nunique"] - 1, "recency": of["max"] - of["min"], "T": -of["min"]})
    shown, orders = int(future["day"].max()) + 1, {}
    for days in (HORIZON, YEAR):
        if days <= shown:
            counts = future[future["day"] < days].groupby("customer_id")["day"].nunique()
            orders[days] = counts.reindex(of.index, fill_value=0).to_numpy()
    wait = future.groupby("customer_id")["day"].min().reindex(of.index).fillna(np.inf).to_numpy()
    season = estimate_season(past, cutoff)
    return Cutoff(summary.assign(cutoff=cutoff), season, orders, wait, shown)


def errors_of(at: Cutoff, season: Season | None) -> dict[str, float]:
    """Log errors of totals, and the mean pinball loss (days) of dates of customers whose wait the log can show."""
    model = MBGNBD(seasonality=season).fit(at.summary)
    made = {
        f"total {days} d": float(np.log(actual.sum() / model.expected_purchases(at.summary, days).sum()))
        for days, actual in at.orders.items()
    }
    ordered, chance = at.orders[HORIZON] > 0, model.probability_of_purchase(at.summary, HORIZON)
    made["log-loss"] = float(-np.log(np.where(ordered, chance, 1.0 - chance).clip(1e-9)).mean())
    plain = MBGNBD().fit(at.summary)  # one set of customers for both
    shown = plain.probability_of_purchase(at.summary, at.shown) / plain.probability_alive(at.summary)
    rows = (shown >= 0.8) & np.isfinite(at.wait)
    known, wait = at.summary[rows], at.wait[rows]
    found = {level: np.floor(model.next_purchase_quantile(known, level)) for level in QUANTILES}
    losses = [np.maximum(q * (wait - when), (q - 1) * (wait - when)).mean() for q, when in found.items()]
    inside = ((found[0.1] <= wait) & (wait <= found[0.9])).mean()
    off = float(np.abs(wait - found[0.5]).mean())
    return {**made, "dates, days off": off, "dates, loss": float(np.mean(losses)), "within 80 %": float(inside)}


def summed(rows: pd.DataFrame) -> pd.DataFrame:
    """RMSE of totals and means of the rest, by log and model; and the means over logs of a season, and over all."""
    totals = [name for name in rows if str(name).startswith("total")]
    by = rows.groupby(["log", "model"], sort=False)
    table = by[totals].agg(lambda e: float(np.sqrt(np.mean(np.square(e.dropna()))) if e.notna().any() else np.nan))
    table = table.join(by[["log-loss", "dates, days off", "dates, loss", "within 80 %"]].mean())
    seasons = [log.partition("-")[0] for log, _ in table.index]
    models = table.index.get_level_values("model")
    means = [table.groupby([names, models], sort=False).mean() for names in (seasons, ["all"] * len(table))]
    table = pd.concat([table, *(each.rename(index="mean of {}".format, level=0) for each in means)])
    table.index = pd.Index([", ".join(key) for key in table.index], name="MBG/NBD")
    return table.map("{:.3f}".format)


PARTS = {"cohorts": cohorts, "recovery": recovery, "panel": panel, "calendar": calendar}

if __name__ == "__main__":
    main(sys.argv[1:])
