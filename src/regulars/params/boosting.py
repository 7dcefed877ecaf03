"""Which LightGBM parameters can be set, and within which bounds.

LightGBM has others that name files, open network ports or change what the scores mean. Only those listed here reach it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regulars.errors import Faults, ParamsError, nearest

BoostingValue = bool | int | float | str
MOST = 1_000_000
ROUNDS = ("n_iter", "nrounds", "max_iter", "num_tree", "num_round", "num_trees", "num_rounds")


@dataclass(frozen=True)
class Bounds:
    """The values that a parameter may take, and LightGBM's other names for it.

    Parameters
    ----------
    kind : type
        `bool`, `int` or `float`; a whole number is a number, too.
    low, high : float
        Smallest and largest value.
    aliases : tuple of str
        LightGBM's other names.
    above : bool
        Whether `low` itself is left out.
    """

    kind: type
    low: float = 0
    high: float = 0
    aliases: tuple[str, ...] = ()
    above: bool = False

    def hold(self, value: object) -> bool:
        """Tell whether a value may be set."""
        if self.kind is bool or isinstance(value, bool):
            return self.kind is bool and isinstance(value, bool)
        if not isinstance(value, int | float) or (self.kind is int and not isinstance(value, int)):
            return False
        return self.low <= value <= self.high and not (self.above and value == self.low)

    def __str__(self) -> str:
        if self.kind is bool:
            return "true or false"
        number = "a whole number" if self.kind is int else "a number"
        return f"{number} {f'above {self.low}, up to' if self.above else f'from {self.low} to'} {self.high}"


SEED = Bounds(int, 0, 2**31 - 1)
WEIGHT = Bounds(float, 0, MOST)
CAN_BE_SET: Mapping[str, Bounds] = {
    "num_iterations": Bounds(
        int,
        1,
        10_000,
        (*ROUNDS, "n_estimators", "num_iteration", "num_boost_round"),
    ),
    "learning_rate": Bounds(float, 0, 1, ("eta", "shrinkage_rate"), above=True),
    "num_leaves": Bounds(int, 2, 4096, ("max_leaf", "num_leaf", "max_leaves", "max_leaf_nodes")),
    "max_depth": Bounds(int, -1, 64),
    "min_data_in_leaf": Bounds(
        int, 0, MOST, ("min_data", "min_samples_leaf", "min_child_samples", "min_data_per_leaf")
    ),
    "min_sum_hessian_in_leaf": Bounds(
        float, 0, MOST, ("min_hessian", "min_sum_hessian", "min_child_weight", "min_sum_hessian_per_leaf")
    ),
    "lambda_l1": Bounds(float, 0, MOST, ("reg_alpha", "l1_regularization")),
    "lambda_l2": Bounds(float, 0, MOST, ("lambda", "reg_lambda", "l2_regularization")),
    "min_gain_to_split": Bounds(float, 0, MOST, ("min_split_gain",)),
    "max_delta_step": Bounds(float, 0, MOST, ("max_leaf_output", "max_tree_output")),
    "path_smooth": WEIGHT,
    "feature_fraction": Bounds(float, 0, 1, ("sub_feature", "colsample_bytree"), above=True),
    "feature_fraction_bynode": Bounds(float, 0, 1, ("colsample_bynode", "sub_feature_bynode"), above=True),
    "bagging_fraction": Bounds(float, 0, 1, ("bagging", "sub_row", "subsample"), above=True),
    "bagging_freq": Bounds(int, 0, 10_000, ("subsample_freq",)),
    "max_bin": Bounds(int, 2, 1024, ("max_bins",)),
    "min_data_in_bin": Bounds(int, 1, MOST),
    "extra_trees": Bounds(bool, aliases=("extra_tree",)),
    "bagging_seed": Bounds(int, 0, 2**31 - 1, ("bagging_fraction_seed",)),
    "feature_fraction_seed": SEED,
    "extra_seed": SEED,
    "num_threads": Bounds(int, 0, 256, ("n_jobs", "nthread", "nthreads", "num_thread")),
}
MAIN_NAMES = {alias: name for name, bounds in CAN_BE_SET.items() for alias in (name, *bounds.aliases)}


def by_main_name(params: Mapping[str, BoostingValue]) -> dict[str, BoostingValue]:
    """Return LightGBM parameters under LightGBM's main names, so that they go over the defaults.

    Raises
    ------
    ParamsError
        Naming every parameter that cannot be set, that is given twice, or whose value is out of bounds.

    Examples
    --------
    >>> by_main_name({"eta": 0.1, "n_estimators": 200})
    {'learning_rate': 0.1, 'num_iterations': 200}
    """
    named: dict[str, BoostingValue] = {}
    faults = Faults("The block `churn` of the parameters cannot be used")
    for fault in boosting_faults(params, named):
        faults.add(fault)
    faults.raise_if_any(ParamsError)
    return named


def boosting_faults(params: Mapping[str, BoostingValue], named: dict[str, BoostingValue]) -> list[str]:
    """Say what is wrong with LightGBM parameters; put those that are right into `named`, under their main names."""
    faults, unknown = [], False
    for given, value in params.items():
        name = MAIN_NAMES.get(given)
        if name is None:
            faults.append(f"the LightGBM parameter {given!r} cannot be set{nearest(given, MAIN_NAMES)}")
            unknown = True
        elif name in named:
            faults.append(f"{given} is given twice: {name} is its other name")
        elif not CAN_BE_SET[name].hold(value):
            faults.append(f"{given} is {value!r}; it should be {CAN_BE_SET[name]}")
        else:
            named[name] = value
    if unknown:
        faults.append(f"the LightGBM parameters that can be set: {', '.join(sorted(CAN_BE_SET))}")
    return faults
