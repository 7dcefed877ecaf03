"""Speed and memory compared with what people use instead, and with the physical floor, measured in one run.

`make benchmark NAME=lifetime`, `features`, `score`, `night`, `spark`, `train`, `loyalty` or `targets`; `ARGS="--help"`
lists what each of them takes.
"""

from benchmarks.feature_benchmark import benchmark_features
from benchmarks.lifetime_benchmark import Benchmark, benchmark_lifetime
from benchmarks.lifetime_contests import LIFETIME, Contest
from benchmarks.loyalty_benchmark import benchmark_loyalty
from benchmarks.night_benchmark import benchmark_night
from benchmarks.score_benchmark import benchmark_score
from benchmarks.spark_benchmark import benchmark_spark
from benchmarks.targets_benchmark import benchmark_targets
from benchmarks.train_benchmark import benchmark_train

__all__ = [
    "LIFETIME",
    "Benchmark",
    "Contest",
    "benchmark_features",
    "benchmark_lifetime",
    "benchmark_loyalty",
    "benchmark_night",
    "benchmark_score",
    "benchmark_spark",
    "benchmark_targets",
    "benchmark_train",
]
