from __future__ import annotations

import numpy as np
import pytest

from regulars.monitoring.distances import LEAST_IN_BIN, Distances
from regulars.monitoring.distribution import Distribution
from regulars.monitoring.drift import LEAST, ColumnDrift, drift, drift_findings
from regulars.monitoring.findings import Severity
from tests.monitoring.draws import column

COLUMNS = 20


def shapes(rng: np.random.Generator, n: int, like: dict[str, Distribution] | None = None, shift: float = 0.0):
    edges = {name: shape.edges for name, shape in (like or {}).items()}
    return {f"x{k}": Distribution.of(column(rng, k, n) + shift * (k == 4), edges.get(f"x{k}")) for k in range(COLUMNS)}


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), [(80, 80), (1_000, 400)])
def test_noise_alone_gives_no_finding_in_95_of_100_nights(before: int, after: int) -> None:
    rng, alarms, beyond = np.random.default_rng(5), 0, 0
    for _ in range(200):
        reference = shapes(rng, before)
        found = drift(reference, shapes(rng, after, reference))
        alarms += bool([*drift_findings(found)])
        beyond += any(d > n for each in found for d, n in zip(each.distances, each.noise, strict=True))
    assert alarms <= 10
    assert beyond <= 10, "by the noise bounds alone, without least sizes"


def test_the_usual_limits_of_psi_would_give_findings_every_night_on_few_customers() -> None:
    rng = np.random.default_rng(6)
    reference = shapes(rng, 4 * LEAST_IN_BIN)
    found = drift(reference, shapes(rng, 4 * LEAST_IN_BIN, reference))
    assert max(each.distances.psi for each in found) > LEAST.psi
    assert not any(each.has_moved for each in found)


def test_what_changes_as_much_as_before_training_is_how_the_shop_ages() -> None:
    rng = np.random.default_rng(7)
    reference = shapes(rng, 3_000)
    now, before = shapes(rng, 3_000, reference, shift=40.0), shapes(rng, 3_000, shift=-40.0)
    (alone,) = drift_findings(drift(reference, now))
    assert alone.severity == Severity.LOOK
    assert alone.sentence.startswith("1 of 20 features have moved since training by more than chance")
    assert "x4 (median" in alone.sentence
    assert not [*drift_findings(drift(reference, now, [(before, shapes(rng, 3_000, before))]))]


def test_a_sure_but_tiny_change_is_no_finding() -> None:
    rng = np.random.default_rng(8)
    a, b = rng.normal(size=200_000), rng.normal(0.05, size=200_000)
    reference = {"x": Distribution.of(a)}
    (found,) = drift(reference, {"x": Distribution.of(b, reference["x"].edges)})
    assert found.distances.psi > found.noise.psi
    assert not found.has_moved


def test_features_come_before_scores() -> None:
    rng = np.random.default_rng(9)
    draws = {name: rng.normal(size=2_000) for name in ("p_churn", "tenure")}
    reference = {name: Distribution.of(values) for name, values in draws.items()}
    now = {name: Distribution.of(values + 2, reference[name].edges) for name, values in draws.items()}
    assert [finding.code for finding in drift_findings(drift(reference, now))] == ["features", "scores"]


def test_the_sentence_gives_the_distance_that_decides() -> None:
    far, noise = Distances(psi=0.2, ks=0.21, wasserstein=0.6), Distances(0.01, 0.02, 0.03)
    column = ColumnDrift("orders_trend", far, noise, Distances(psi=3.2, ks=0.05, wasserstein=0.1), 1.0, 2.0)
    assert column.has_moved
    assert "KS 0.21, by chance up to 0.02, usually up to 0.05" in column.in_words
