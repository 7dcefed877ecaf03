"""Two rankings of the same customers: AUC as scikit-learn has it, an interval as the bootstrap has it."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import roc_auc_score

from regulars.loyalty.indicators.paired_auc import paired_auc


def test_figures_are_those_of_scikit_learn_and_of_a_bootstrap() -> None:
    draw = np.random.default_rng(0)
    happened = (draw.random(1_500) < 0.3).astype(float)
    one, other = (happened + draw.normal(0, spread, 1_500).round(1) for spread in (1.0, 1.4))
    auc_one, auc_other, low, high = paired_auc(happened, one, other)
    assert np.isclose([auc_one, auc_other], [roc_auc_score(happened, each) for each in (one, other)]).all()
    gaps = []
    for _ in range(300):
        rows = draw.integers(0, 1_500, 1_500)
        gaps.append(roc_auc_score(happened[rows], one[rows]) - roc_auc_score(happened[rows], other[rows]))
    assert np.allclose([low, high], np.quantile(gaps, [0.025, 0.975]), atol=0.006)
