"""The scorer beside RFM and other rules, and how often ranges of totals held: the first tables of docs/how-good.md.

    REGULARS_REAL_DATA=... python -m experiments.beside_rfm [name ...]          (some minutes)

The shops, settings and origins are those of `experiments.how_good`. RFM scores are fifths of the customers by days
since last, order days and money (1 to 5 each), used in two ways: their sum, and the rate of each of the 125 cells in
the window before the origin, which is how mailings are chosen by RFM (Hughes 1994, "Strategic Database Marketing").
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.how_good import SHOPS, Shop, backtested, markdown
from regulars.arrays import Floats
from regulars.evaluation import Backtest
from regulars.evaluation.bootstrap import OriginStatistics, interval, mean_over_origins, resample
from regulars.evaluation.metrics import auc_of_weights, top_capture
from regulars.evaluation.ranking import Statistic, Weights
from regulars.evaluation.total_errors import TotalErrors
from regulars.evaluation.trials import OURS
from regulars.loyalty.rfm import by_fifths
from regulars.scorer import History
from regulars.windows import Windows

CELLS, SUM, SILENCE, PAST = "RFM cells", "RFM sum", "days since last", "most so far"
RULES, KNOWING = (CELLS, SUM, SILENCE, PAST), "knowing all"


def main(names: list[str]) -> None:
    """Print a row of each named shop, or of all, in three tables."""
    folder = Path(os.environ.get("REGULARS_REAL_DATA", "."))
    pairs, money, ranges = {}, {}, {}
    for shop in (SHOPS[name] for name in names or SHOPS):
        backtest, origins = backtested(shop, folder), list(ranked_at(shop, folder))
        ours = dict(zip(backtest.origins["origin"].astype(str), predicted(backtest), strict=True))
        pairs[shop.title], money[shop.title] = beside([(ours[str(day)], at, followed) for day, at, followed in origins])
        ranges[shop.title] = held(backtest)
    titles = "pairs of 100 ranked right", "% brought by the first tenth", "totals at earlier cutoffs"
    for title, rows in zip(titles, (pairs, money, ranges), strict=True):
        print(f"{markdown(pd.DataFrame.from_dict(rows, orient='index').rename_axis(title))}\n")


def ranked_at(shop: Shop, folder: Path) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Each origin, how every rule ranks its customers (more is better), and what followed."""
    history = History(shop.read(folder))
    for day in shop.origins:
        origin = Windows.at(day, shop.horizon_days)
        before = origin.before_cutoff()
        scores = {at: fifths(history.features(at)) for at in (before, origin)}
        followed, learned = worth_of(history.labels(origin)), worth_of(history.labels(before))
        cells = cell_rates(scores[before], learned, scores[origin])
        rules = {f"{CELLS}, {name}": cells[name] for name in cells}
        known = history.features(origin)
        rules |= {SUM: scores[origin].sum(axis="columns"), SILENCE: -known["days_since_last"]}
        rules[PAST] = known["net_total" if "net_total" in known else "frequency"]
        yield day, pd.DataFrame(rules).astype(float), followed


def fifths(features: pd.DataFrame) -> pd.DataFrame:
    """RFM scores by fifths of the customers; of a log without money, recency and frequency alone."""
    values = {"recency": -features["days_since_last"], "frequency": features["frequency"]}
    values |= {"money": features["net_total"]} if "net_total" in features else {}
    return pd.DataFrame({name: by_fifths(of.to_numpy(float)) for name, of in values.items()}, features.index)


def worth_of(labels: pd.DataFrame) -> pd.DataFrame:
    """Whether each customer ordered, and the money that they brought; order days in a log without money."""
    brought = labels["purchases"] if labels["spend"].isna().all() else labels["spend"]
    return pd.DataFrame({"ordered": (labels["purchases"] > 0).astype(float), "brought": brought})


def cell_rates(before: pd.DataFrame, followed: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Means of what followed in each cell; those of the same sum of scores where a cell was empty, or of all."""
    cells = followed.groupby([before[name] for name in before]).mean()
    sums = followed.groupby(before.sum(axis="columns")).mean()
    known = cells.reindex(pd.MultiIndex.from_frame(now)).set_axis(now.index)
    alike = sums.reindex(now.sum(axis="columns")).set_axis(now.index)
    return known.fillna(alike).fillna(followed.mean())


def predicted(backtest: Backtest) -> Iterator[pd.DataFrame]:
    """What the scorer predicted at each origin: `ordered`, `brought`."""
    ours = backtest.predictions[backtest.predictions["contender"] == OURS]
    for _, at in ours.groupby("origin", sort=True):
        table = at.set_index("customer_id")
        brought = table["expected_purchases" if table["expected_spend"].isna().all() else "expected_spend"]
        yield pd.DataFrame({"ordered": 1 - table["p_churn"], "brought": brought})


def beside(origins: list[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]) -> tuple[dict[str, str], dict[str, str]]:
    """A row of who orders, and a row of who brings most, each with the difference from the best rule."""
    everybody = pd.Index(np.unique(np.concatenate([followed.index for *_, followed in origins])))
    by_order, by_worth = [], []
    for ours, rules, followed in origins:
        numbers = everybody.get_indexer(followed.index)
        ranks = {
            name: {OURS: ours[name], CELLS: rules[f"{CELLS}, {name}"], **{by: rules[by] for by in (SUM, SILENCE, PAST)}}
            for name in ("ordered", "brought")
        }
        aligned = {
            name: {by: told.reindex(followed.index).to_numpy() for by, told in rankings.items()}
            for name, rankings in ranks.items()
        }
        ordered, brought = followed["ordered"].to_numpy(), np.maximum(followed["brought"].to_numpy(), 0.0)
        by_order.append(
            OriginStatistics(numbers, {}, {by: auc_of_weights(ordered, at) for by, at in aligned["ordered"].items()})
        )
        best = aligned["brought"] | {KNOWING: brought}
        by_worth.append(OriginStatistics(numbers, {}, {by: _captured(brought, told) for by, told in best.items()}))
    return _row(by_order, len(everybody)), _row(by_worth, len(everybody))


def _captured(brought: Floats, told: Floats) -> Statistic:
    def value(weights: Weights) -> Floats:
        return np.array([top_capture(brought, told, drawn) for drawn in np.atleast_2d(weights)])

    return value


def _row(origins: list[OriginStatistics[str]], customers: int) -> dict[str, str]:
    drawn = resample(origins, customers)
    as_it_is = {by: float(value[0]) for by, value in mean_over_origins(origins, np.ones((1, customers), int)).items()}
    best = max(RULES, key=lambda by: as_it_is[by])
    low, high = interval(drawn[OURS] - drawn[best])
    shown = {by: f"{100 * value:.1f}" for by, value in as_it_is.items()}
    difference = f"{100 * (as_it_is[OURS] - as_it_is[best]):+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
    return shown | {f"{OURS} − best rule": difference}


def held(backtest: Backtest) -> Mapping[str, str]:
    """How far forecast totals were off at earlier cutoffs, and how often their 90 % range held."""
    tried, row = backtest.earlier_totals, {}
    for outcome, name in (("purchases", "order days"), ("spend", "money")):
        errors, of_it = TotalErrors.of(tried, outcome), tried[tried["outcome"] == outcome]
        row[f"{name}: off"] = f"{100 * errors.off:.1f} %" if errors else ""
        row[f"{name}: range held"] = f"{int(of_it['inside'].sum())} of {len(of_it)}" if len(of_it) else ""
    return row


if __name__ == "__main__":
    main(sys.argv[1:])
