"""What uplift adds to the rates of an offer after two, four and eight campaigns, in shops with known effects.

    python -m experiments.uplift_worlds [shops] [world ...]      (8 shops of all seven worlds: an hour)

Shops, campaigns and true profits are those of `retention_worlds`. After so many campaigns two lists are made from the
same scores and the same history: by the rates, and as `target` makes it, by uplift where it ranked customers better.
`forced` is the list by uplift wherever there is any, to show what the condition is good for. Profits are true
expectations, differences are paired by shop, with a 95 % interval of Student's t over the shops.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from experiments.retention_worlds import CONTACTS, MARGIN, VOUCHER, WORLDS, Round, lives
from regulars.params import CampaignParams
from regulars.retention import LearnedRates, make_targets
from regulars.retention.individual_effects import IndividualEffect
from regulars.retention.uplift.for_lists import learned_effect, with_individual_effects

AFTER = (2, 4, 8)  # campaigns


def compared(r: Round) -> dict[str, float]:
    """True profit of the lists of one round."""
    chosen = with_individual_effects(r.rates, r.history, [VOUCHER])
    assert r.history is not None
    forced = IndividualEffect(VOUCHER.name, "forced", learned_effect(r.history))
    return {
        "after": r.number - 1,
        "shop": r.shop,
        "rates": profit(r, r.rates),
        "as made": profit(r, chosen),
        "forced": profit(r, replace(r.rates, individual=(forced,))),
        "used": float(chosen.individual_of(VOUCHER.name) is not None),
    }


def profit(r: Round, rates: LearnedRates) -> float:
    """True profit of the list that is made by these rates, with the customers held out that were held out."""
    campaign = CampaignParams(name=f"round {r.number}", contacts_per_day=CONTACTS, days=1, control_share=0.2)
    made = make_targets(r.scores, [VOUCHER], campaign, margin=MARGIN, rates=rates).frame
    place = {customer: row for row, customer in enumerate(r.customers)}
    return float(r.profit[[place[customer] for customer in made.loc[made["group"] == "treat", "customer_id"]]].sum())


def told(rows: pd.DataFrame) -> pd.DataFrame:
    """One line for each number of campaigns: means, and what uplift adds, with its interval."""
    lines = []
    for after, group in rows.groupby("after"):
        line = {
            "after": int(after),
            "rates": f"{group['rates'].mean():,.0f}",
            "used": f"{100 * group['used'].mean():.0f} %",
        }
        for name in ("as made", "forced"):
            apart = (group[name] - group["rates"]).to_numpy()
            reach = stats.t.ppf(0.975, len(apart) - 1) * apart.std(ddof=1) / np.sqrt(len(apart))
            line[f"{name} - rates"] = (
                f"{apart.mean():+,.0f} ({apart.mean() - reach:+,.0f} to {apart.mean() + reach:+,.0f})"
            )
        lines.append(line)
    return pd.DataFrame(lines)


def main(words: list[str]) -> None:
    shops = int(words.pop(0)) if words and re.fullmatch(r"\d+", words[0]) else 8
    for world in words or WORLDS:
        rows = [
            compared(r) for shop in range(shops) for r in lives(world, shop, max(AFTER) + 1) if r.number - 1 in AFTER
        ]
        print(f"\n{world}\n{told(pd.DataFrame(rows)).to_string(index=False)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
