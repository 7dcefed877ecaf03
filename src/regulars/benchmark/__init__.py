"""How fast and how small this is beside what people use instead, measured in one run."""

from regulars.benchmark.compete import Benchmark, benchmark_lifetime
from regulars.benchmark.contests import LIFETIME, Contest
from regulars.benchmark.feature_benchmark import benchmark_features

__all__ = ["LIFETIME", "Benchmark", "Contest", "benchmark_features", "benchmark_lifetime"]
