"""Lifetime models are estimators of scikit-learn: its own checks pass where they apply.

Its checks that fit do so on random matrices, with as many columns as they like, fractions and negative numbers. A
summary has three columns (two for spend): counts, and times in one order. Anything else is refused by name, as
`test_bad_input.py` tests. So the checks in `ON_RANDOM_MATRICES` cannot pass. What they are after is tested below on a
summary of customers.
"""

from __future__ import annotations

import pickle
from typing import Any
from unittest import SkipTest

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted

from regulars.errors import ModelError, RegularsError
from regulars.lifetime import BGNBD, parameter_intervals
from regulars.lifetime.models.by_name import MODELS
from regulars.lifetime.models.fitted import LifetimeModel
from tests.lifetime.conftest import mbg_customers

REFUSED = "it fits a random matrix, which is refused: it is no summary of customers"
NO_DATA = "it wants a ValueError with words of scikit-learn; the models name every fault of a summary in one InputError"
NO_COUNT = "the models read columns by name and set no n_features_in_"
ON_RANDOM_MATRICES = {
    "check_fit_score_takes_y": REFUSED,  # and there is no y: weights come second
    "check_estimators_overwrite_params": REFUSED,
    "check_dont_overwrite_attributes": REFUSED,
    "check_dont_overwrite_parameters": REFUSED,
    "check_estimators_fit_returns_self": REFUSED,
    "check_readonly_memmap_input": REFUSED,
    "check_positive_only_tag_during_fit": REFUSED,
    "check_estimators_dtypes": REFUSED,
    "check_estimators_pickle": REFUSED,
    "check_f_contiguous_array_estimator": REFUSED,
    "check_methods_sample_order_invariance": REFUSED,
    "check_methods_subset_invariance": REFUSED,
    "check_dict_unchanged": REFUSED,
    "check_fit_idempotent": REFUSED,
    "check_fit_check_is_fitted": REFUSED,
    "check_fit2d_predict1d": REFUSED,
    "check_pipeline_consistency": REFUSED,
    "check_pipeline_consistency_with_missing_values": REFUSED,
    "check_array_api_input": REFUSED,  # arrays of other libraries, and skipped without SCIPY_ARRAY_API
    "check_complex_data": NO_DATA,
    "check_dtype_object": NO_DATA,
    "check_estimators_empty_data_messages": NO_DATA,
    "check_estimators_nan_inf": NO_DATA,
    "check_estimator_sparse_tag": NO_DATA,
    "check_estimator_sparse_array": NO_DATA,
    "check_estimator_sparse_matrix": NO_DATA,
    "check_estimator_sparse_container": NO_DATA,
    "check_fit1d": NO_DATA,
    "check_fit2d_1sample": NO_DATA,
    "check_fit2d_1feature": NO_DATA,
    "check_n_features_in": NO_COUNT,
    "check_n_features_in_after_fitting": NO_COUNT,
}

CUSTOMERS = mbg_customers(300, 1.5, 25.0, 0.9, 1.8).assign(monetary_value=lambda all_: 5 + all_["T"] % 17)
EVERY_MODEL = pytest.mark.parametrize("kind", MODELS.values(), ids=MODELS)


def summary_for(kind: type[LifetimeModel]) -> pd.DataFrame:
    return CUSTOMERS[list(kind.summary_columns)]


def answers_of(model: LifetimeModel, summary: Any) -> np.ndarray:
    ask = getattr(model, "expected_spend", None) or (lambda who: model.expected_purchases(who, 30.0))
    return np.asarray(ask(summary))


@pytest.mark.slow
@parametrize_with_checks([kind() for kind in MODELS.values()])
def test_the_checks_of_scikit_learn_pass_where_they_apply(estimator: LifetimeModel, check: Any) -> None:
    if check.func.__name__ not in ON_RANDOM_MATRICES:
        check(estimator)
        return
    with pytest.raises((RegularsError, AssertionError, SkipTest)):  # else it applies after all
        check(estimator)


@pytest.mark.parametrize("caught", [NotFittedError, ModelError])
@EVERY_MODEL
def test_a_model_that_is_asked_before_its_fit_raises_the_error_of_scikit_learn_too(
    kind: type[LifetimeModel], caught: type[Exception]
) -> None:
    with pytest.raises(caught, match="no parameters yet"):
        answers_of(kind(), CUSTOMERS)
    with pytest.raises(caught, match=r"Call fit\."):
        _ = kind().certificate_
    with pytest.raises(caught, match="nothing tells how sure its parameters are"):
        parameter_intervals(BGNBD(), 0.9)


@pytest.mark.slow
@EVERY_MODEL
def test_a_fit_returns_the_model_and_leaves_its_settings_alone(kind: type[LifetimeModel]) -> None:
    model = kind()
    before, told = model.get_params(), set(vars(model))
    assert model.fit(summary_for(kind)) is model
    assert model.get_params() == before
    assert all(name.endswith("_") or name.startswith("_") for name in set(vars(model)) - told)
    check_is_fitted(model)


@pytest.mark.slow
@EVERY_MODEL
def test_a_second_fit_is_the_first_one(kind: type[LifetimeModel]) -> None:
    summary = summary_for(kind)
    model = kind().fit(summary)
    first = model.params_
    assert model.fit(summary).params_ == first
    assert clone(model).fit(summary).params_ == first


@pytest.mark.slow
@EVERY_MODEL
def test_a_fitted_model_can_be_pickled(kind: type[LifetimeModel]) -> None:
    summary = summary_for(kind)
    model = kind().fit(summary)
    back = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(answers_of(back, summary), answers_of(model, summary))


@pytest.mark.slow
@EVERY_MODEL
def test_nothing_is_written_into_what_is_given(kind: type[LifetimeModel]) -> None:
    given = summary_for(kind).to_numpy(copy=True)
    given.flags.writeable = False
    model = kind().fit(given)
    before = set(vars(model))
    answers_of(model, given)
    assert set(vars(model)) == before


@pytest.mark.slow
@EVERY_MODEL
def test_the_layout_of_an_array_does_not_matter(kind: type[LifetimeModel]) -> None:
    given = summary_for(kind).to_numpy()
    rows, columns = (kind().fit(np.require(given, requirements=order)) for order in ("C", "F"))
    assert rows.params_ == columns.params_


@pytest.mark.slow
@EVERY_MODEL
def test_a_customer_is_answered_the_same_among_others_and_alone(kind: type[LifetimeModel]) -> None:
    given = summary_for(kind).to_numpy()
    model = kind().fit(given)
    together = answers_of(model, given)
    np.testing.assert_array_equal(answers_of(model, given[::-1]), together[::-1])
    np.testing.assert_array_equal(answers_of(model, given[:1]), together[:1])
