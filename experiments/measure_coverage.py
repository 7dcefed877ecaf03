"""Draw the groups and outcomes of one campaign again and again, and count how often `measure` holds the truth.

    python -m experiments.measure_coverage [repeats] [world ...]      (200 repeats of three worlds: some minutes)

The truth is the mean of the true effects, and of the true profits, of those to be contacted. Of 200 90 % intervals
170 to 190 hold it.
"""

from __future__ import annotations

import copy
import sys

import numpy as np
import pandas as pd

from experiments.retention_worlds import COLUMNS, CUSTOMERS, trained
from experiments.shops import MARGIN, VOUCHER, WORLDS, Shop
from regulars.params import CampaignParams
from regulars.retention import make_targets, measure
from regulars.retention.control import held_out
from regulars.transactions import read_transactions

NAMES = ("lost hardly", "some driven away", "null")
SHARE = 0.3


def listed(shop: Shop) -> pd.DataFrame:
    """A work list without a control group; the group is drawn anew in each repeat."""
    tx = read_transactions(shop.log(), COLUMNS, today="2030-01-01")
    scores = trained(tx, shop.today).score(tx, shop.today)
    campaign = CampaignParams(name="all", contacts_per_day=600, days=1, control_share=0.0, start=shop.today.date())
    return make_targets(scores, [VOUCHER], campaign, margin=MARGIN).frame


def repeat(shop: Shop, frame: pd.DataFrame, number: int) -> dict[str, bool]:
    """Whether the intervals of one repeat hold the truth."""
    again = copy.deepcopy(shop)
    again.rng = np.random.default_rng([shop.seed, number])
    campaign = CampaignParams(name=f"repeat {number}", control_share=SHARE)
    control = held_out(frame["customer_id"].tolist(), campaign)
    drawn = frame.assign(
        campaign=campaign.name,
        group=np.where(control, "control", "treat"),
        contact_on=frame["contact_on"].where(~control),
    )
    ids = frame["customer_id"].to_numpy()
    truth = {"ordered": again.true_effect()[ids].mean(), "profit": again.true_profit()[ids].mean()}
    contacted = np.zeros(CUSTOMERS, dtype=bool)
    contacted[ids[~control]] = True
    start = again.today.date()
    again.contact(contacted)
    tx = read_transactions(again.log(), COLUMNS, today="2030-01-01")
    made = measure(drawn, tx, offers=[VOUCHER], margin=MARGIN, start=start)
    found = {}
    for outcome, true in truth.items():
        for method in ("difference", "adjusted"):
            row = made.effect(outcome, method=method)
            assert row is not None
            found[f"{outcome}, {method}"] = bool(row["low"] <= true <= row["high"])
            found[f"{outcome}, {method}, width"] = row["high"] - row["low"]
    return found


def main(repeats: int = 200, *names: str) -> int:
    """Print the shares; 1 if one lies outside 85 to 95 %."""
    failures = 0
    for name in names or NAMES:
        shop = Shop(WORLDS[name], CUSTOMERS, 100)
        frame = listed(shop)
        table = pd.DataFrame([repeat(shop, frame, number) for number in range(repeats)])
        for what in [column for column in table if "width" not in column]:
            share, width = table[what].mean(), table[f"{what}, width"].mean()
            failures += not 0.85 <= share <= 0.95
            print(f"{name:20} {what:22} {100 * share:.1f} % hold, mean width {width:.3f}", flush=True)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2]), *sys.argv[2:]))
