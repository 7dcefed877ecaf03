from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.lifetime import MBGNBD, model_from_dict
from regulars.lifetime.models.pooled import PooledRate


def test_it_ranks_and_counts_much_as_a_model_does(leavers):
    pooled, model = PooledRate().fit(leavers), MBGNBD().fit(leavers)
    counts, expected = pooled.expected_purchases(leavers, 60), model.expected_purchases(leavers, 60)
    assert np.corrcoef(counts, expected)[0, 1] > 0.9
    assert counts.sum() == pytest.approx(expected.sum(), rel=0.35)


def test_those_who_stay_are_alive(stayers):
    assert PooledRate().fit(stayers).probability_alive(stayers).mean() > 0.97


def test_the_longer_the_silence_the_less_alive(leavers):
    pooled = PooledRate().fit(leavers)
    silent = pd.DataFrame({"frequency": [5] * 4, "recency": [10, 40, 90, 100], "T": [100] * 4})
    alive = pooled.probability_alive(silent)
    assert (np.diff(alive) >= 0).all()
    assert alive[0] < 0.3
    assert alive[3] == 1


def test_the_more_purchases_the_higher_the_rate(leavers):
    assert (np.diff(PooledRate().fit(leavers).params_["rates"]) >= 0).all()


def test_its_answers_agree_with_each_other(leavers):
    pooled = PooledRate().fit(leavers)
    some = leavers.iloc[:50]
    pmf = pooled.purchase_pmf(some, 30, 80)
    np.testing.assert_allclose(pmf.sum(axis=1), 1)
    np.testing.assert_allclose(pmf @ np.arange(81), pooled.expected_purchases(some, 30))
    np.testing.assert_allclose(1 - pmf[0], pooled.probability_of_purchase(some, 30))
    np.testing.assert_array_equal(pooled.discounted_purchases(some, 30, 0), pooled.expected_purchases(some, 30))
    assert (pooled.discounted_purchases(some, 30, 0.01) < pooled.expected_purchases(some, 30)).all()
    new = pooled.purchase_pmf_new(30, 80)
    assert new @ np.arange(81) == pytest.approx(float(pooled.expected_purchases_new(30)))
    wait = pooled.next_purchase_quantile(some, 0.5)
    alive = pooled.probability_alive(some)
    bought = [pooled.probability_of_purchase(some.iloc[[i]], wait.iloc[i]).item() / alive.iloc[i] for i in range(5)]
    np.testing.assert_allclose(bought, 0.5)


def test_the_unit_of_time_does_not_matter(leavers):
    weeks = leavers.assign(recency=leavers["recency"] / 7, T=leavers["T"] / 7)
    np.testing.assert_allclose(
        PooledRate().fit(weeks).expected_purchases(weeks, 10), PooledRate().fit(leavers).expected_purchases(leavers, 70)
    )


def test_weights_stand_for_customers(leavers):
    some = leavers.iloc[:200]
    weighted = PooledRate().fit(some, np.full(200, 3))
    expanded = PooledRate().fit(pd.concat([some] * 3))
    assert weighted.params_ == expanded.params_


@pytest.mark.parametrize(
    "customers", [[(0, 0, 10)], [(0, 0, 10), (0, 0, 300)], [(1, 0, 5)], [(3650, 3650, 3651)], [(2, 4, 4), (0, 0, 1)]]
)
def test_no_log_is_too_small(customers):
    frame = pd.DataFrame(customers, columns=["frequency", "recency", "T"])
    pooled = PooledRate().fit(frame)
    assert (pooled.expected_purchases(frame, 10) > 0).all()
    assert np.isfinite(pooled.expected_purchases(frame, 10)).all()
    assert pooled.certificate_.verdict == "pass"


def test_a_faulty_summary_is_refused_all_the_same(leavers):
    with pytest.raises(InputError, match="T <= 0"):
        PooledRate().fit(leavers.assign(T=0))


def test_it_is_stored_like_any_model(leavers):
    pooled = PooledRate().fit(leavers)
    back = model_from_dict(pooled.to_dict())
    np.testing.assert_array_equal(back.expected_purchases(leavers, 9), pooled.expected_purchases(leavers, 9))
    with pytest.raises(ModelError, match="expected"):
        PooledRate.from_params({"rates": [1.0]})
