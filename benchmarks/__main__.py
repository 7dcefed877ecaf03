"""The command line of the benchmarks: `python -m benchmarks NAME`, printed as tables."""

from __future__ import annotations

import argparse

from benchmarks.feature_benchmark import benchmark_features
from benchmarks.lifetime_benchmark import benchmark_lifetime
from benchmarks.loyalty_benchmark import benchmark_loyalty
from benchmarks.night_benchmark import benchmark_night
from benchmarks.score_benchmark import benchmark_score
from benchmarks.spark_benchmark import benchmark_spark
from benchmarks.tables import (
    features_table,
    lifetime_table,
    loyalty_table,
    night_table,
    score_table,
    spark_table,
    targets_table,
    train_table,
)
from benchmarks.targets_benchmark import benchmark_targets
from benchmarks.train_benchmark import benchmark_train
from regulars.cli.console import speaking


def main() -> None:
    """Run one benchmark and print its tables."""
    asked = _arguments().parse_args()
    with speaking(debug=asked.debug):
        match asked.name:
            case "lifetime":
                print(lifetime_table(benchmark_lifetime(asked.customers, rounds=asked.rounds, seed=asked.seed)))
            case "features":
                print(features_table(benchmark_features(asked.rows, seed=asked.seed, memory_limit=asked.memory_limit)))
            case "score":
                print(score_table(benchmark_score(asked.customers, seed=asked.seed)))
            case "night":
                print(night_table(benchmark_night(asked.customers, seed=asked.seed, memory_limit=asked.memory_limit)))
            case "train":
                print(train_table(benchmark_train(asked.customers, seed=asked.seed, memory_limit=asked.memory_limit)))
            case "spark":
                print(spark_table(benchmark_spark(asked.customers, seed=asked.seed)))
            case "loyalty":
                print(loyalty_table(benchmark_loyalty(asked.customers, seed=asked.seed)))
            case "targets":
                print(targets_table(benchmark_targets(asked.customers, seed=asked.seed)))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    lifetime = names.add_parser("lifetime", help="lifetime models compared with `lifetimes`")
    lifetime.add_argument("--customers", type=int, nargs="+", default=[10_000, 100_000], help="how many to simulate")
    lifetime.add_argument("--rounds", type=int, default=5, help="how often each side does each task, in turns")
    features = names.add_parser(
        "features", help="features at six cutoffs compared with DuckDB queries, pandas and the floor"
    )
    features.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000], help="lines to simulate")
    score = names.add_parser("score", help="scores with reasons compared with the boosters' own predictions")
    score.add_argument("--customers", type=int, nargs="+", default=[100_000, 1_000_000], help="how many to score")
    night = names.add_parser("night", help="scores from a log compared with features and the boosters' predictions")
    night.add_argument("--customers", type=int, nargs="+", default=[1_000_000], help="how many to simulate")
    train = names.add_parser("train", help="training compared with features at one cutoff")
    train.add_argument("--customers", type=int, nargs="+", default=[300_000, 1_000_000], help="how many to simulate")
    spark = names.add_parser("spark", help="parts scored by Spark compared with parts scored here")
    spark.add_argument("--customers", type=int, nargs="+", default=[200_000], help="how many to score")
    loyalty = names.add_parser(
        "loyalty", help="what a log says about every customer compared with features at one cutoff"
    )
    loyalty.add_argument("--customers", type=int, nargs="+", default=[1_000_000], help="how many to simulate")
    targets = names.add_parser("targets", help="a work list with three offers compared with sorting the customers")
    targets.add_argument("--customers", type=int, nargs="+", default=[1_000_000], help="how many to simulate")
    for name in (features, night, train):
        name.add_argument("--memory-limit", help="what DuckDB may hold, such as 2GB")
    for name in (lifetime, features, score, night, spark, train, loyalty, targets):
        name.add_argument("--seed", type=int, default=0)
        name.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser


if __name__ == "__main__":
    main()
