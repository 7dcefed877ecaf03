"""Drivers once more, in plain pandas on the lines and with regressions of its own; nothing is shared with the product.

Lines are `customer`, `day`, `bought`, `money`, and where the log has them `discount`, `channel`, `category`,
`product`, `quantity`. `start` begins the window of the outcome, `end` is the cutoff.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm, t

Figures = tuple[float, float, float]


def regression(outcome: np.ndarray, design: np.ndarray, link: str, offset: np.ndarray | float = 0.0) -> tuple:
    """Coefficients and the inverse information of a Poisson or logistic regression, by Newton's steps."""
    beta = np.zeros(design.shape[1])
    beta[0] = 0.0 if link == "logit" else np.log(outcome.mean())
    for _ in range(60):
        mean, weight = fitted(design @ beta + offset, link)
        bread = np.linalg.pinv(design.T @ (design * weight[:, None]), rcond=1e-12)
        step = bread @ design.T @ (outcome - mean)
        beta += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    return beta, bread, outcome - fitted(design @ beta + offset, link)[0]


def fitted(linear: np.ndarray, link: str) -> tuple[np.ndarray, np.ndarray]:
    mean = np.exp(linear) if link == "log" else 1 / (1 + np.exp(-linear))
    return mean, mean if link == "log" else mean * (1 - mean)


def sandwich(bread: np.ndarray, design: np.ndarray, residual: np.ndarray) -> np.ndarray:
    scores = design * residual[:, None]
    return bread @ (scores.T @ scores) @ bread


def ratio(outcome: pd.Series, exposed: pd.Series, covariates: pd.DataFrame | None) -> Figures:
    design = np.column_stack([np.ones(len(outcome)), exposed, *([] if covariates is None else [scaled(covariates)])])
    beta, bread, residual = regression(outcome.to_numpy(float), design.astype(float), "log")
    error = np.sqrt(sandwich(bread, design.astype(float), residual)[1, 1])
    return tuple(np.exp(beta[1] + k * norm.ppf(0.975) * error) for k in (0, -1, 1))


def difference(happened: pd.Series, exposed: pd.Series, covariates: pd.DataFrame, level: float = 0.95) -> Figures:
    design = np.column_stack([np.ones(len(happened)), exposed, scaled(covariates)]).astype(float)
    beta, bread, residual = regression(happened.to_numpy(float), design, "logit")
    cov = sandwich(bread, design, residual)

    def effect(at: np.ndarray) -> float:
        both = [np.where(np.arange(design.shape[1]) == 1, value, design) @ at for value in (1.0, 0.0)]
        return float(np.mean(fitted(both[0], "logit")[0] - fitted(both[1], "logit")[0]))

    step = 1e-5
    slope = np.array([(effect(beta + step * e) - effect(beta - step * e)) / (2 * step) for e in np.eye(len(beta))])
    error, reach = np.sqrt(slope @ cov @ slope), norm.ppf(0.5 + level / 2)
    return effect(beta), effect(beta) - reach * error, effect(beta) + reach * error


def scaled(covariates: pd.DataFrame) -> np.ndarray:
    values = covariates.to_numpy(float)
    spread = values.std(axis=0)
    return (values[:, spread > 0] - values[:, spread > 0].mean(axis=0)) / spread[spread > 0]


def share_of(part: pd.Series, whole: pd.Series) -> Figures:
    """A share over customers, its error by the linear approximation."""
    value = part.sum() / whole.sum()
    error = np.sqrt(((part - value * whole) ** 2).sum()) / whole.sum() * np.sqrt(len(whole) / (len(whole) - 1))
    return value, value - norm.ppf(0.975) * error, min(value + norm.ppf(0.975) * error, 1.0)


def customers(lines: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """What customers had done at the start, and their order days from it to the end."""
    days = end - start
    before = lines[lines["day"] < start]
    ordered = before[before["bought"]].drop_duplicates(["customer", "day"])
    by = ordered.groupby("customer")["day"]
    found = pd.DataFrame(
        {"orders": by.size(), "tenure": (start - by.min()).dt.days, "silent": (start - by.max()).dt.days}
    )
    found["spend"] = before.groupby("customer")["money"].sum()
    found["gross"] = before[before["bought"]].groupby("customer")["money"].sum()
    if "discount" in lines:
        full = before[before["bought"] & ~(before["discount"] > 0)]
        found["full_price"] = full.groupby("customer")["money"].sum().reindex(found.index).fillna(0.0)
    for column in {"channel", "category", "product"} & set(lines):
        found[column] = before[before["bought"]].groupby("customer")[column].nunique()
    after = lines[lines["bought"] & (lines["day"] >= start)].drop_duplicates(["customer", "day"])
    found["after"] = after.groupby("customer").size().reindex(found.index).fillna(0.0)
    return found[found["silent"] <= days.days].join(last_two(before))


def last_two(before: pd.DataFrame) -> pd.DataFrame:
    """Means of the last two order days and of those before, of customers with five or more."""
    bought = before[before["bought"]]
    days = bought.groupby(["customer", "day"])["money"].sum().rename("money").reset_index()
    if "product" in bought:
        things = bought.groupby(["customer", "day"])["product"].nunique()
        days["things"] = things.reindex(pd.MultiIndex.from_frame(days[["customer", "day"]])).to_numpy()
    days["gap"] = days.groupby("customer")["day"].diff().dt.days
    many = days[days.groupby("customer")["day"].transform("size") >= 5]
    ago = many.groupby("customer").cumcount(ascending=False)
    names = [name for name in ("gap", "money", "things") if name in many]
    now, then = many[ago < 2].groupby("customer")[names].mean(), many[ago >= 2].groupby("customer")[names].mean()
    return now.add_suffix("_now").join(then.add_suffix("_then"))


def covariates(found: pd.DataFrame) -> pd.DataFrame:
    """Logarithms of orders, tenure, silence and spend, and steps of orders."""
    made = np.log(found[["orders", "tenure", "silent"]])
    made["spend"] = np.log1p(found["spend"].clip(lower=0))
    steps = pd.cut(found["orders"], [0, 1, 2, 3, 5, 10, 20, np.inf])
    return made.join(pd.get_dummies(steps, drop_first=True, dtype=float))


def day_by_day(lines: pd.DataFrame, end: pd.Timestamp, days: int) -> float:
    """The odds ratio of an order on a day after a first return, customer by customer and day by day."""
    cells: dict[tuple, np.ndarray] = {}
    for _, own in lines.groupby("customer"):
        ordered = np.unique(own.loc[own["bought"], "day"].to_numpy("datetime64[D]"))
        given = own.loc[~own["bought"], "day"]
        bad = given.min().to_datetime64().astype("datetime64[D]") if len(given) else None
        for place, day in enumerate(ordered):
            until = ordered[place + 1] if place + 1 < len(ordered) else None
            last = until if until is not None else end.to_datetime64().astype("datetime64[D]") - 1
            if bad is not None and day > bad:
                break
            pace = -1.0 if place == 0 else (day - ordered[0]).astype(int) / place
            stratum = (
                sum(place + 1 > most for most in (1, 2, 3, 5, 10, 20)),
                sum(pace > p for p in (7, 14, 30, 60, 120)),
            )
            stratum = (*stratum, place == 0)
            for gap in range(1, (last - day).astype(int) + 1):
                exposed = bad is not None and day + gap > bad
                if exposed and (day + gap - bad).astype(int) > days:
                    break
                cell = cells.setdefault((*stratum, gap), np.zeros((2, 2)))
                cell[0 if exposed else 1, 0 if until is not None and day + gap == until else 1] += 1
    top = sum(c[0, 0] * c[1, 1] / c.sum() for c in cells.values())
    return top / sum(c[0, 1] * c[1, 0] / c.sum() for c in cells.values())


def price_ratio(lines: pd.DataFrame, end: pd.Timestamp) -> tuple[Figures, int]:
    """Buyers at a price 10 % lower, over the products with most buyers whose price varies."""
    week = (lines["day"] - end).dt.days // 7
    week += ((lines["day"] - end).dt.days % 7 != 0) & ((lines["day"] - end).dt.days < 0)  # whole weeks towards the end
    lines = lines.assign(week=week)[lines["bought"]]
    shoppers = lines.groupby("week")["customer"].nunique()
    sold = lines[(lines["quantity"] > 0) & (lines["money"] > 0) & lines["product"].notna()]
    cells = sold.assign(price=sold["money"] / sold["quantity"]).groupby(["product", "week"])
    panel = cells.agg(price=("price", "median"), buyers=("customer", "nunique")).reset_index()
    panel["shoppers"] = panel["week"].map(shoppers)
    totals = panel.groupby("product")[["buyers", "shoppers"]].transform("sum")
    panel = panel[panel["shoppers"] * totals["buyers"] >= 5 * totals["shoppers"]]  # five buyers expected in the week
    by = panel.assign(log=np.log(panel["price"])).groupby("product")
    kept = by.agg(weeks=("week", "size"), spread=("log", lambda x: x.std(ddof=0)), n=("buyers", "sum"))
    kept = kept[(kept["weeks"] >= 10) & (kept["spread"] >= 0.03)].reset_index()
    kept = kept.sort_values(["n", "product"], ascending=[False, True]).head(40)["product"]
    panel = panel[panel["product"].isin(kept)].sort_values(["product", "week"])
    levels = pd.get_dummies(panel["product"], dtype=float).to_numpy()
    price = np.log(panel["price"]) - np.log(panel["price"]).groupby(panel["product"]).transform("mean")
    design = np.column_stack([price, levels])
    offset = np.log(panel["shoppers"].to_numpy(float))
    beta, bread, residual = regression(panel["buyers"].to_numpy(float), design, "log", offset - offset.mean())
    scores = pd.DataFrame(design * residual[:, None]).groupby(panel["product"].to_numpy()).sum().to_numpy()
    groups, rows, columns = len(kept), *design.shape
    cov = bread @ (scores.T @ scores) @ bread * groups / (groups - 1) * (rows - 1) / (rows - columns)
    reach = t.ppf(0.975, groups - 1) * np.sqrt(cov[0, 0])
    down = np.log(0.9)
    return tuple(np.exp(down * (beta[0] - k * reach)) for k in (0, -1, 1)), groups
