"""How fast and how small this is beside what people use instead, measured in one run."""

from regulars.benchmark.compete import Benchmark, benchmark_lifetime
from regulars.benchmark.contests import LIFETIME, Contest

BENCHMARKS = {"lifetime": benchmark_lifetime}

__all__ = ["BENCHMARKS", "LIFETIME", "Benchmark", "Contest", "benchmark_lifetime"]
