from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info

from regulars.blas import one_thread


def threads_of_blas() -> list[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_blas_uses_one_thread_within_and_as_many_as_before_after() -> None:
    before = threads_of_blas()
    with one_thread():
        assert set(threads_of_blas()) == {1}
    assert threads_of_blas() == before


def test_a_function_is_decorated() -> None:
    assert set(one_thread()(threads_of_blas)()) == {1}
