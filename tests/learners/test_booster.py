from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from regulars.errors import ParamsError
from regulars.learners import Booster
from regulars.learners.booster import DEFAULTS, FIXED, by_main_name
from tests.learners.conftest import Sample

BINARY = {"objective": "binary"}


def fit(sample: Sample, **params: bool | int | float | str) -> Booster:
    quick = {"num_iterations": 30} | params
    return Booster.fit(sample.table, sample.churned, objective=BINARY, params=quick, seed=3)


@pytest.fixture(scope="module")
def booster(sample: Sample) -> Booster:
    return fit(sample)


class TestSameBytes:
    @pytest.mark.parametrize("threads", [1, 2, 3])
    def test_number_of_threads(self, sample: Sample, booster: Booster, threads: int) -> None:
        assert fit(sample, num_threads=threads).text == booster.text

    @pytest.mark.slow
    def test_environment_of_openmp(self, sample: Sample, booster: Booster, tmp_path: Path) -> None:
        rows = tmp_path / "rows.parquet"
        sample.table.assign(churned=sample.churned).to_parquet(rows)
        code = """
import hashlib, sys, pandas as pd
from regulars.learners import Booster
rows = pd.read_parquet(sys.argv[1])
table, churned = rows.drop(columns="churned"), rows["churned"].to_numpy()
booster = Booster.fit(table, churned, objective={"objective": "binary"}, params={"num_iterations": 30}, seed=3)
scores = booster.predict(table).tobytes() + booster.contributions(table).to_numpy().tobytes()
print(hashlib.sha256(booster.text.encode() + scores).hexdigest())
"""
        said = subprocess.run(
            [sys.executable, "-c", code, str(rows)],
            env={**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "ACTIVE"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        scores = booster.predict(sample.table).tobytes() + booster.contributions(sample.table).to_numpy().tobytes()
        assert said.strip() == hashlib.sha256(booster.text.encode() + scores).hexdigest()

    def test_the_text_tells_nothing_of_the_machine(self, booster: Booster) -> None:
        assert "num_threads" not in booster.text
        assert booster.text.endswith("\n")

    def test_rows_are_scored_one_by_one(
        self, sample: Sample, booster: Booster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = booster.predict(sample.table)
        parts = [booster.predict(part) for part in (sample.table.iloc[:7], sample.table.iloc[7:])]
        assert whole.tobytes() == np.concatenate(parts).tobytes()
        monkeypatch.setattr("regulars.learners.booster.AT_ONCE", 7)
        assert booster.predict(sample.table).tobytes() == whole.tobytes()
        assert booster.predict(sample.table.iloc[:0]).shape == (0,)

    def test_the_seed_is_used(self, sample: Sample, booster: Booster) -> None:
        other = Booster.fit(sample.table, sample.churned, objective=BINARY, params={"num_iterations": 30}, seed=4)
        assert other.text != booster.text, "feature_fraction draws"


class TestScores:
    def test_contributions_sum_to_the_raw_score(self, sample: Sample, booster: Booster) -> None:
        told = booster.contributions(sample.table)
        assert list(told.columns) == [*"abcde", "bias"]
        odds = booster.predict(sample.table)
        np.testing.assert_allclose(told.sum(axis=1), np.log(odds / (1 - odds)), rtol=1e-9, atol=1e-9)

    def test_contributions_start_where_those_of_treeshap_do(self, sample: Sample, booster: Booster) -> None:
        by_shap = lightgbm.Booster(model_str=booster.text).predict(sample.table.to_numpy(), pred_contrib=True)
        np.testing.assert_allclose(booster.contributions(sample.table)["bias"], by_shap[:, -1], rtol=1e-9)

    def test_contributions_are_of_each_row_by_itself(
        self, sample: Sample, booster: Booster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = booster.contributions(sample.table)
        monkeypatch.setattr("regulars.learners.booster.AT_ONCE", 7)
        assert booster.contributions(sample.table).to_numpy().tobytes() == whole.to_numpy().tobytes()

    def test_columns_are_taken_by_name(self, sample: Sample, booster: Booster) -> None:
        shuffled = sample.table[list("edcba")].assign(z=0.0)
        assert booster.predict(shuffled).tobytes() == booster.predict(sample.table).tobytes()

    def test_it_learns_what_there_is_to_learn(self, sample: Sample, booster: Booster) -> None:
        strength = booster.contributions(sample.table).drop(columns="bias").abs().mean()
        assert strength.idxmax() == "a"

    def test_an_offset_is_what_the_trees_correct(self, sample: Sample) -> None:
        counts, offset = np.where(sample.table["a"] > 0, 4.0, 2.0), np.full(900, np.log(2.0))
        booster = Booster.fit(
            sample.table,
            counts,
            objective={"objective": "poisson"},
            params={"extra_trees": False},
            seed=0,
            offset=offset,
        )
        factor = np.exp(booster.correct(sample.table, offset) - offset)
        corrected = 2 * factor
        np.testing.assert_allclose(corrected, counts, rtol=0.1)
        np.testing.assert_allclose(np.exp(booster.correct(sample.table, offset + 1)), np.e * corrected, rtol=1e-12)

    def test_weights_count_as_copies(self, sample: Sample) -> None:
        weight = np.where(sample.churned == 1, 3.0, 1.0)
        unsplit = {"num_iterations": 1, "min_data_in_leaf": 10_000}
        flat = Booster.fit(sample.table, sample.churned, objective=BINARY, params=unsplit, seed=0, weight=weight)
        np.testing.assert_allclose(flat.predict(sample.table), np.average(sample.churned, weights=weight), rtol=1e-6)


class TestParameters:
    def test_an_unknown_one_is_an_error(self, sample: Sample) -> None:
        with pytest.raises(ParamsError, match=r"'num_leafs' cannot be set \(did you mean 'num_leaf'\?\)"):
            fit(sample, num_leafs=7)

    def test_every_fault_is_named_at_once(self, sample: Sample) -> None:
        with pytest.raises(ParamsError) as refused:
            fit(sample, nonsense=1, deterministic=False, eta=0.1, learning_rate=0.2)
        for said in ("'nonsense'", "'deterministic' cannot be set", "learning_rate is given twice"):
            assert said in str(refused.value)

    @pytest.mark.parametrize("name", [*FIXED, "objective", "seed", "random_state", "force_row_wise", "verbose"])
    def test_what_makes_scores_the_same_cannot_be_turned(self, sample: Sample, name: str) -> None:
        with pytest.raises(ParamsError, match=f"'{name}' cannot be set"):
            fit(sample, **{name: 1})

    def test_another_name_means_the_same(self, sample: Sample) -> None:
        by_main = Booster.fit(
            sample.table, sample.churned, objective=BINARY, params={"num_iterations": 7, "learning_rate": 0.2}, seed=0
        )
        by_alias = Booster.fit(
            sample.table, sample.churned, objective=BINARY, params={"n_estimators": 7, "eta": 0.2}, seed=0
        )
        assert by_alias.text == by_main.text
        assert by_main.text.count("\nTree=") == 7

    @pytest.mark.parametrize(
        ("params", "said"),
        [
            ({"num_leaves": 1}, "num_leaves is 1; it should be a whole number from 2 to 4096"),
            ({"num_leaves": "many"}, "num_leaves is 'many'; it should be a whole number"),
            ({"num_iterations": 0}, "num_iterations is 0; it should be a whole number from 1"),
            ({"early_stopping_round": 5}, "'early_stopping_round' cannot be set"),
        ],
    )
    def test_a_value_that_cannot_be_used_is_an_error(
        self, sample: Sample, params: dict[str, int | str], said: str
    ) -> None:
        with pytest.raises(ParamsError, match=said):
            fit(sample, **params)

    def test_defaults_are_main_names(self) -> None:
        assert by_main_name(DEFAULTS) == DEFAULTS

    def test_lightgbm_is_silent(self, sample: Sample, capfd: pytest.CaptureFixture[str]) -> None:
        booster = Booster.fit(sample.table[:5], sample.churned[:5], objective=BINARY, params={}, seed=0)
        booster.predict(sample.table[:5])
        assert capfd.readouterr() == ("", "")


def test_it_reads_back_what_lightgbm_wrote(sample: Sample, booster: Booster) -> None:
    assert booster.feature_names == list("abcde")
    plain = lightgbm.Booster(model_str=booster.text)
    assert booster.predict(sample.table).tobytes() == plain.predict(sample.table.to_numpy()).tobytes()
