from __future__ import annotations

import numpy as np
import pytest

from regulars.lifetime.fit.optimise import BOUND, maximise

PEAK = np.array([1.0, -2.0])
SHAPE = np.array([[3.0, 1.0], [1.0, 0.5]])


def hill(theta):
    away = theta - PEAK
    return float(-away @ SHAPE @ away / 2), -SHAPE @ away


def test_the_top_of_a_hill_and_its_curvature():
    optimum = maximise(hill, [np.zeros(2), np.array([5.0, 5.0])], customers=10)
    np.testing.assert_allclose(optimum.theta, PEAK, atol=1e-8)
    np.testing.assert_allclose(optimum.hessian, -SHAPE, atol=1e-8)
    np.testing.assert_allclose(optimum.starts, 0, atol=1e-6)
    assert optimum.gradient_norm < 1e-9
    assert not optimum.at_bound.any()


def test_the_best_of_two_hills_is_taken():
    def two(theta):
        low, high = np.exp(-((theta + 4) ** 2)), 2 * np.exp(-((theta - 4) ** 2))
        return float((low + high)[0]), -2 * (theta + 4) * low - 2 * (theta - 4) * high

    optimum = maximise(two, [np.array([-3.5]), np.array([3.5])], customers=1)
    assert optimum.theta[0] == pytest.approx(4, abs=1e-6)
    np.testing.assert_allclose(optimum.starts, [1, 2], atol=1e-6)


def test_a_slope_without_top_ends_at_the_bound_and_says_so():
    optimum = maximise(lambda theta: (float(theta.sum()), np.ones(1)), [np.zeros(1)], customers=1)
    assert optimum.theta[0] == BOUND
    assert optimum.at_bound.all()
    assert optimum.gradient_norm == 0


def test_other_units_move_parameters_and_likelihood_alone():
    optimum = maximise(hill, [np.zeros(2)], customers=10)
    moved = optimum.shifted(np.array([0.0, 1.0]), 5.0)
    np.testing.assert_allclose(moved.theta, optimum.theta - [0, 1])
    assert moved.log_likelihood == optimum.log_likelihood + 5
    np.testing.assert_array_equal(moved.hessian, optimum.hessian)


def counted(objective):
    calls = []

    def call(theta):
        calls.append(theta)
        return objective(theta)

    return call, calls


def test_a_sample_is_climbed_and_its_top_carried_to_all():
    everyone, calls = counted(hill)

    def some(theta):
        away = theta - PEAK - 0.1
        return float(-away @ SHAPE @ away / 2.2), -SHAPE @ away / 1.1

    optimum = maximise(everyone, [np.zeros(2), np.array([5.0, 5.0])], 10, some)
    np.testing.assert_allclose(optimum.theta, PEAK, atol=1e-9)
    np.testing.assert_allclose(optimum.hessian, -SHAPE, atol=1e-8)
    np.testing.assert_allclose(optimum.starts, 0, atol=1e-12)
    assert optimum.sampled
    assert len(calls) < 16  # 4 for the Hessian, 1 for the end, the rest to come there


def test_every_top_of_the_sample_is_tried_with_all():
    def two(high):
        def total(theta):
            low, top = np.exp(-((theta + 4) ** 2)), high * np.exp(-((theta - 4) ** 2))
            return float((low + top)[0]), -2 * (theta + 4) * low - 2 * (theta - 4) * top

        return total

    optimum = maximise(two(2.0), [np.array([-3.5]), np.array([3.5])], 1, two(0.5))
    assert optimum.theta[0] == pytest.approx(4, abs=1e-6)
    np.testing.assert_allclose(optimum.starts, [1, 2], atol=1e-6)


def test_where_a_sample_misleads_all_climb_again():
    def cliff(theta):
        return float(-((theta - 1) ** 2)[0]) if theta[0] < 5 else -np.inf, -2 * (theta - 1)

    def beyond(theta):
        return float(-((theta - 9) ** 2)[0]), -2 * (theta - 9)

    optimum = maximise(cliff, [np.zeros(1)], 1, beyond)
    assert optimum.theta[0] == pytest.approx(1, abs=1e-6)
    assert not optimum.sampled


def test_steps_from_the_top_of_a_likelihood_much_like_it_take_the_place_of_climbs():
    near = maximise(lambda theta: hill(theta - 0.1), [np.zeros(2)], customers=10)
    called, calls = counted(hill)
    optimum = maximise(called, [np.zeros(2)], customers=10, near=near)
    np.testing.assert_allclose(optimum.theta, PEAK, atol=1e-9)
    np.testing.assert_allclose(optimum.hessian, -SHAPE, atol=1e-8)
    assert len(calls) < 12  # 4 for the Hessian, 1 for the end, the rest to come there


def test_where_the_top_nearby_misleads_or_lies_at_the_bound_all_starts_are_climbed():
    def cliff(theta):
        return float(-((theta - 1) ** 2)[0]) if theta[0] < 5 else -np.inf, -2 * (theta - 1)

    beyond = maximise(lambda theta: (float(-((theta - 9) ** 2)[0]), -2 * (theta - 9)), [np.zeros(1)], customers=1)
    edge = maximise(lambda theta: (float(theta.sum()), np.ones(1)), [np.zeros(1)], customers=1)
    for near in (beyond, edge):
        optimum = maximise(cliff, [np.zeros(1), np.array([2.0])], customers=1, near=near)
        assert optimum.theta[0] == pytest.approx(1, abs=1e-6)
        assert len(optimum.starts) == 2
