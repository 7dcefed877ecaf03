"""What is done in a process of its own, so that its peak of memory is its own.

`python -m regulars.benchmark settle FOLDER CUSTOMERS SEED RATE` makes a market.
`python -m regulars.benchmark measure NUMBER SIDE SMALL LARGE ANSWERS` does contest NUMBER of `LIFETIME`: once on the
small market, so that nothing is loaded while the clock runs, and once on the large one.
`python -m regulars.benchmark features NUMBER LOG LIMIT` lets contestant NUMBER of `CONTESTANTS` make features of a log.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from regulars.benchmark.contestant import measure
from regulars.benchmark.contests import LIFETIME
from regulars.benchmark.feature_contest import CONTESTANTS
from regulars.benchmark.feature_contest import measure as measure_features
from regulars.benchmark.market import Market, settle

match sys.argv[1:]:
    case ["settle", folder, customers, seed, rate]:
        settle(Path(folder), int(customers), seed=int(seed), annual_rate=float(rate))
    case ["measure", number, ("ours" | "theirs") as side, small, large, answers]:
        measured = measure(LIFETIME[int(number)], side, Market(Path(small)), Market(Path(large)))
        np.savez(answers, small=measured.small, large=measured.large)
        print(json.dumps({"seconds": measured.seconds, "megabytes": measured.megabytes}))
    case ["features", number, log, *limit]:
        print(json.dumps(measure_features(CONTESTANTS[int(number)], Path(log), limit[0] if limit else None)))
