"""What runs in a process of its own, so that its peak of memory is its own.

`python -m benchmarks.worker simulate FOLDER CUSTOMERS SEED RATE` simulates customers.
`python -m benchmarks.worker lifetime NUMBER SIDE SMALL LARGE ANSWERS` runs contest NUMBER of `LIFETIME`: once on the
few customers, so that nothing is loaded while the clock runs, and once on the many.
`python -m benchmarks.worker features NUMBER LOG LIMIT` lets contestant NUMBER of `CONTESTANTS` make features of a log.
`python -m benchmarks.worker targets NUMBER CUSTOMERS SEED` lets contestant NUMBER choose whom to contact.
`python -m benchmarks.worker loyalty NUMBER LOG` lets contestant NUMBER tell who the customers are.
`python -m benchmarks.worker score NUMBER FOLDER` lets contestant NUMBER score customers.
`python -m benchmarks.worker night NUMBER FOLDER LIMIT` lets contestant NUMBER score customers from a log.
`python -m benchmarks.worker train NUMBER LOG LIMIT` lets contestant NUMBER train on a log.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.feature_contest import CONTESTANTS
from benchmarks.feature_contest import measure as measure_features
from benchmarks.lifetime_contests import LIFETIME
from benchmarks.loyalty_benchmark import measure_loyalty
from benchmarks.measure import measure
from benchmarks.night_benchmark import measure_night
from benchmarks.score_benchmark import measure_score
from benchmarks.simulated_customers import SimulatedCustomers, simulate
from benchmarks.targets_benchmark import measure_targets
from benchmarks.train_benchmark import measure_train

match sys.argv[1:]:
    case ["simulate", folder, customers, seed, rate]:
        simulate(Path(folder), int(customers), seed=int(seed), annual_rate=float(rate))
    case ["lifetime", number, ("ours" | "theirs") as side, small, large, answers]:
        few, many = SimulatedCustomers(Path(small)), SimulatedCustomers(Path(large))
        measured = measure(LIFETIME[int(number)], side, few, many)
        np.savez(answers, small=measured.small, large=measured.large)
        print(json.dumps({"seconds": measured.seconds, "megabytes": measured.megabytes}))
    case ["features", number, log, *limit]:
        print(json.dumps(measure_features(CONTESTANTS[int(number)], Path(log), limit[0] if limit else None)))
    case ["targets", number, customers, seed]:
        print(json.dumps(measure_targets(int(number), int(customers), int(seed))))
    case ["loyalty", number, log]:
        print(json.dumps(measure_loyalty(int(number), Path(log))))
    case ["train", number, log, *limit]:
        print(json.dumps(measure_train(int(number), Path(log), limit[0] if limit else None)))
    case ["score", number, folder]:
        print(json.dumps(measure_score(int(number), Path(folder))))
    case ["night", number, folder, *limit]:
        print(json.dumps(measure_night(int(number), Path(folder), limit[0] if limit else None)))
