from __future__ import annotations

import math

import lightgbm
import numpy as np
import pytest

from regulars.errors import ParamsError
from regulars.evaluation.search import SPACE
from regulars.learners.booster import DEFAULTS
from regulars.params import load_params
from regulars.params.boosting import CAN_BE_SET, by_main_name


@pytest.mark.filterwarnings("ignore:Found `.*` in params. Will use it instead of argument")
@pytest.mark.parametrize(("name", "other"), [(name, each) for name in CAN_BE_SET for each in CAN_BE_SET[name].aliases])
def test_each_other_name_sets_the_same_parameter_in_lightgbm(name: str, other: str) -> None:
    rng = np.random.default_rng(0)
    value = {bool: True, int: 3, float: 0.75}[CAN_BE_SET[name].kind]
    data = lightgbm.Dataset(rng.random((80, 2)), rng.random(80))
    text = lightgbm.train({other: value, "verbosity": -1}, data, num_boost_round=1).model_to_string()
    assert f"[{name}: {value:g}]" in text


def test_the_defaults_and_all_that_is_tuned_can_be_set() -> None:
    assert by_main_name(DEFAULTS) == DEFAULTS
    assert set(SPACE) <= set(CAN_BE_SET)


OTHERS = {
    "machines": ("machines", "num_machines", "num_machine", "workers", "nodes", "machine_list_filename", "mlist"),
    "ports": ("local_listen_port", "tree_learner", "device_type", "gpu_platform_id"),
    "files": ("forcedsplits_filename", "fs", "forcedbins_filename", "input_model", "model_input", "output_model"),
    "more files": ("model_output", "output_result", "data", "valid", "config", "snapshot_freq", "task"),
    "meaning": ("objective", "seed", "deterministic", "linear_tree", "monotone_constraints"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for names in OTHERS.values() for name in names])
def test_what_names_files_and_machines_cannot_be_set(name: str) -> None:
    listed = r"the LightGBM parameters that can be set: bagging_fraction, .*num_threads, path_smooth"
    with pytest.raises(ParamsError, match=rf"churn: the LightGBM parameter '{name}' cannot be set.*; {listed}"):
        load_params(overrides=[f"churn.{name}=1"], environment={})
    with pytest.raises(ParamsError, match=f"'{name}' cannot be set"):
        by_main_name({name: 1})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("num_threads", 100_000, "a whole number from 0 to 256"),
        ("n_jobs", -1, "a whole number from 0 to 256"),
        ("num_iterations", 10**9, "a whole number from 1 to 10000"),
        ("n_estimators", 0, "a whole number from 1 to 10000"),
        ("num_leaves", 2**40, "a whole number from 2 to 4096"),
        ("num_leaves", 7.5, "a whole number from 2 to 4096"),
        ("num_leaves", True, "a whole number from 2 to 4096"),
        ("max_bin", 10**6, "a whole number from 2 to 1024"),
        ("eta", 0, "a number above 0, up to 1"),
        ("feature_fraction", math.nan, "a number above 0, up to 1"),
        ("lambda", math.inf, "a number from 0 to 1000000"),
        ("learning_rate", "0.1", "a number above 0, up to 1"),
        ("extra_trees", 1, "true or false"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_the_bounds(name: str, value: object, expected: str) -> None:
    with pytest.raises(ParamsError, match=rf"{name} is {value!r}; it should be {expected}"):
        by_main_name({name: value})  # type: ignore[dict-item]


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(ParamsError) as refused:
        load_params(overrides=["churn={machines: a, eta: 5, n_iter: 3, num_trees: 4}", "seed=x"], environment={})
    for said in ("'machines' cannot be set", "eta is 5", "num_trees is given twice: num_iterations", "seed is 'x'"):
        assert said in str(refused.value)
