"""Play the life of retention campaigns in shops with known effects: score, target, contact, measure, learn, again.

    python -m experiments.retention_worlds [shops] [world ...]      (4 shops of all seven worlds: twenty minutes)
    python -m experiments.retention_worlds 4-7                       (the next four shops)

Eight rounds, 60 days apart. Beside the work list stand the best policy that sees what the product sees (a regression of
the true profits on all observables, fitted on the other shops of the same world), a random choice, and nobody; all of
them under the same capacity and with the same customers held out. `plausible` is a list by the rates that the true
effects imply on average, in place of stated or learned ones. Profits are true expectations, so they carry no noise
of the outcomes. The scorer is that of a young shop: lifetime value alone.

Each world ends with checks: in no round below random, after round three not below nobody (where nothing changes:
contacts have ended), and the shares to reach. The last line says how often intervals of the learned rates held, over
all worlds. Exit code 1 if a list is below random or below nobody.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

from experiments.shops import HORIZON, MARGIN, VOUCHER, WORLDS, Shop, World
from regulars.params import CampaignParams, OfferParams, Params
from regulars.retention import make_targets, measure
from regulars.retention.control import held_out
from regulars.retention.effects import FEWEST
from regulars.retention.learning import learned_rates
from regulars.retention.rates import LearnedRates
from regulars.retention.records import appended
from regulars.scorer import History, Scorer, ScorerSettings
from regulars.scorer.fit import AUTO, lifetime_model
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

ROUNDS, CUSTOMERS, CONTACTS = 8, 5000, 480
TRAINED_EVERY = 2  # rounds
LEARNT = 3  # rounds, after which no list may be below nobody
ENDED = 0.05  # of the contacts of the first round: fewer count as none
PLAUSIBLE_SHARE, LAST_SHARE = 0.55, 0.75  # of the best policy: with plausible rates in round 1, and in the last round
COLUMNS = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "discount": "discount"}
PARAMS = Params.model_validate({"windows": {"horizon_days": HORIZON}, "lifetime": {"margin": MARGIN}})


@dataclass(frozen=True, eq=False)
class Round:
    """What one round of one shop showed."""

    world: World
    shop: int
    number: int
    customers: list[int]
    observed: pd.DataFrame
    profit: np.ndarray
    effect: np.ndarray
    free: np.ndarray
    targets: pd.DataFrame
    plausible: pd.DataFrame
    rates: LearnedRates
    scores: pd.DataFrame
    history: pd.DataFrame | None


def lives(world: str, seed: int, rounds: int = ROUNDS) -> Iterator[Round]:
    """Some rounds of one shop."""
    shop, history = Shop(WORLDS[world], CUSTOMERS, seed), None
    tx = read_transactions(shop.log(), COLUMNS, today="2030-01-01")
    for number in range(1, rounds + 1):
        campaign = CampaignParams(
            name=f"round {number}", contacts_per_day=CONTACTS, days=1, control_share=0.2, start=shop.today.date()
        )
        rates = learned_rates(history, [VOUCHER])
        if number % TRAINED_EVERY == 1:
            scorer = trained(tx, shop.today)
        scores = scorer.score(tx, shop.today)
        targets = make_targets(scores, [VOUCHER], campaign, margin=MARGIN, rates=rates).frame
        known = scores["customer_id"].to_numpy()
        plausible = make_targets(scores, [mean_rates(shop, scores)], campaign, margin=MARGIN).frame
        yield Round(
            shop.world,
            seed,
            number,
            known.tolist(),
            observables(scores),
            shop.true_profit()[known],
            shop.true_effect()[known],
            ~held_out(known, campaign),
            targets,
            plausible,
            rates,
            scores,
            history,
        )
        contacted = np.zeros(CUSTOMERS, dtype=bool)
        contacted[targets.loc[targets["group"] == "treat", "customer_id"]] = True
        start = shop.today.date()
        shop.contact(contacted)
        tx = read_transactions(shop.log(), COLUMNS, today="2030-01-01")
        if targets["group"].value_counts().reindex(["treat", "control"], fill_value=0).min() >= FEWEST:
            made = measure(targets, tx, offers=[VOUCHER], margin=MARGIN, start=start)
            history = appended(history, made.records)


def mean_rates(shop: Shop, scores: pd.DataFrame) -> OfferParams:
    """The offer with plausible rates: those that its true effects on all customers imply on average."""
    lost = scores["p_lost"].to_numpy()
    parts = np.column_stack([scores["p_churn"].to_numpy() - lost, lost])
    effect = shop.true_effect()[scores["customer_id"].to_numpy()]
    accept, winback = np.clip(np.linalg.lstsq(parts, effect, rcond=None)[0], 0.0, 1.0)
    return VOUCHER.model_copy(update={"accept_rate": accept, "winback_rate": winback, "redeem_rate": shop.world.redeem})


def trained(tx: Transactions, day: pd.Timestamp) -> Scorer:
    """A scorer of lifetime value alone, of the model that did best in the window before."""
    windows, history = Windows.at(day, HORIZON), History(tx)
    model, _ = lifetime_model(history, [Windows.at(day - pd.Timedelta(days=HORIZON), HORIZON)], AUTO)
    lifetime = history.lifetime(windows, model)
    names = tuple(name for name in history.features(windows).columns if name != "cutoff")
    return Scorer(ScorerSettings.of(PARAMS), windows.cutoff, names, lifetime, None)


def observables(scores: pd.DataFrame) -> pd.DataFrame:
    """All that the product sees of a customer, as numbers."""
    silent = (scores["cutoff"] - scores["last_order"]).dt.days
    known = (scores["cutoff"] - scores["first_order"]).dt.days
    figures = scores.select_dtypes("number").drop(columns=["customer_id", "horizon_days"]).dropna(axis=1, how="all")
    return figures.assign(silent=silent, known=known)


def best(value: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Who is contacted by a ranking: the best of those who are not held out, as far as they are worth it."""
    rows = np.flatnonzero(free & (value > 0))
    return rows[np.argsort(-value[rows], kind="stable")[:CONTACTS]]


def judged(rounds: list[Round]) -> pd.DataFrame:
    """One row a shop and round: true profit of each policy, and what the list spent."""
    rows: list[dict[str, Any]] = []
    for shop in sorted({r.shop for r in rounds}):
        others = [r for r in rounds if r.shop != shop]
        model = HistGradientBoostingRegressor(max_iter=150, learning_rate=0.08, min_samples_leaf=80, random_state=0)
        model.fit(pd.concat([r.observed for r in others]), np.concatenate([r.profit for r in others]))
        for r in (r for r in rounds if r.shop == shop):
            ids = {customer: row for row, customer in enumerate(r.customers)}
            treated = r.targets[r.targets["group"] == "treat"]
            listed = np.array([ids[customer] for customer in treated["customer_id"]], dtype=int)
            told = r.plausible.loc[r.plausible["group"] == "treat", "customer_id"]
            seen = best(model.predict(r.observed), r.free)
            rows.append(
                {
                    "shop": shop,
                    "round": r.number,
                    "regulars": r.profit[listed].sum(),
                    "seen": r.profit[seen].sum(),
                    "plausible": r.profit[[ids[customer] for customer in told]].sum(),
                    "random": r.profit[r.free].mean() * min(CONTACTS, len(listed)),
                    "clairvoyant": r.profit[best(r.profit, r.free)].sum(),
                    "contacts": len(listed),
                    "expected": treated["expected_profit"].sum(),
                    "accept": r.rates.rates[0].mean,
                    "winback": r.rates.rates[1].mean,
                    "falls": r.rates.fading.falls,
                    "none": r.rates.rates[0].no_effect,
                    "held": held_rates([b for b in rounds if b.shop == shop and b.number < r.number], r.rates),
                }
            )
    return pd.DataFrame(rows)


def held_rates(before: list[Round], rates: LearnedRates) -> float:
    """Share of the learned rates whose 95 % interval holds the truth; NaN before the first campaign.

    The truth is what a rate stands for: least squares of the true effects on p_quiet, p_lost and 1 − p_churn, the first
    two times how much silence leaves of the effect, relative to its mean over those who were contacted.
    """
    listed = [r for r in before if len(r.targets)]
    if not listed:
        return np.nan
    lists = pd.concat([r.targets for r in listed])
    effect = np.concatenate([r.effect[pd.Index(r.customers).get_indexer(r.targets["customer_id"])] for r in listed])
    silence = (lists["cutoff"] - lists["last_order"]).dt.days.to_numpy()
    left, lost = np.exp(-silence / listed[0].world.fades), lists["p_lost"].to_numpy()
    quiet, treated = lists["p_churn"].to_numpy() - lost, (lists["group"] == "treat").to_numpy()
    parts = [of * left / np.average(left[treated], weights=of[treated]) for of in (quiet, lost)]
    truth = np.linalg.lstsq(np.column_stack([*parts, 1.0 - quiet - lost]), effect, rcond=None)[0][:2]
    return float(
        np.mean([a <= t <= b for t, (a, b) in zip(truth, (rate.interval for rate in rates.rates[:2]), strict=True)])
    )


def means(rows: pd.DataFrame) -> pd.DataFrame:
    """Means over the shops, one row a round, with the shares of the best policy."""
    table = rows.groupby("round").mean(numeric_only=True).drop(columns="shop")
    for name in ("regulars", "plausible"):
        table[f"{name}, share"] = (table[name] / table["seen"]).where(table["seen"] > 0)
    return table


def laws(table: pd.DataFrame) -> dict[str, bool]:
    """Whether a list was never below random, nor below nobody once campaigns were measured."""
    found = {"in no round below random": bool((table["regulars"] >= table["random"]).all())}
    if (table["seen"] > 0).any():
        later = table.loc[LEARNT + 1 :, "regulars"]
        return {**found, f"after round {LEARNT} not below nobody": bool((later >= 0).all())}
    first, last = table["contacts"].iloc[0], table["contacts"].iloc[-1]
    ended = bool(last <= ENDED * first)
    return {**found, f"contacts end ({first:.0f} in the first round, {last:.0f} in the last)": ended}


def shares(table: pd.DataFrame) -> dict[str, bool]:
    """Whether the shares of the best policy are reached; nothing where there is nothing to gain."""
    first, last = float(table["plausible, share"].iloc[0]), float(table["regulars, share"].iloc[-1])
    if np.isnan(last):
        return {}
    return {
        f"round 1 with plausible rates {first:.2f} of the best ({PLAUSIBLE_SHARE})": first >= PLAUSIBLE_SHARE,
        f"round {len(table)} {last:.2f} of the best ({LAST_SHARE})": last >= LAST_SHARE,
    }


def pooled(rows: pd.DataFrame) -> str:
    """How often 95 % intervals of learned rates held the truth; two rates a round and shop.

    The rounds of a shop share a history, so the interval of the share is that of the means of the shops.
    """
    known = rows.dropna(subset="held")
    of_shops = known.groupby(["world", "shop"])["held"].mean()
    share, count = known["held"].mean(), 2 * len(known)
    reach = 1.96 * of_shops.std(ddof=1) / np.sqrt(len(of_shops))
    low, high = 100 * (share - reach), 100 * min(1.0, share + reach)
    return (
        f"95 % intervals of learned rates: {known['held'].sum() * 2:.0f} of {count} hold the truth, "
        f"{100 * share:.1f} % (95 % interval {low:.1f} to {high:.1f} %, over {len(of_shops)} shops)."
    )


def seeds(shops: str) -> range:
    """The seeds of so many shops, or of those from the first to the last named.

    >>> seeds("4"), seeds("4-7")
    (range(0, 4), range(4, 8))
    """
    if not re.fullmatch(r"[0-9]+(-[0-9]+)?", shops):
        raise SystemExit(
            f"The first argument is {shops!r}; expected a number of shops, or the first to the last, as 4-7. "
            f"Names of worlds come after it: {', '.join(map(repr, WORLDS))}."
        )
    first, _, last = shops.partition("-")
    return range(int(first), int(last) + 1) if last else range(int(first))


def main(shops: str = "4", *names: str) -> int:
    """Print the tables and the checks; 1 if a list is below random or below nobody."""
    if unknown := [name for name in names if name not in WORLDS]:
        listed = ", ".join(map(repr, WORLDS))
        raise SystemExit(f"There is no world {', '.join(map(repr, unknown))}; the worlds are {listed}.")
    broken, everything = 0, []
    for world in names or WORLDS:
        rows = judged([one for seed in seeds(shops) for one in lives(world, seed)])
        table = means(rows)
        print(f"\n{world}\n{table.round(2).to_string()}")
        for found, words in ((laws(table), ("holds", "broken")), (shares(table), ("reached", "missed"))):
            for what, right in found.items():
                print(f"{words[not right]}: {what}", flush=True)
        broken += sum(not right for right in laws(table).values())
        everything.append(rows.assign(world=world))
    print(f"\n{pooled(pd.concat(everything))}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
