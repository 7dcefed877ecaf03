"""Work that several threads do at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from typing import TypeVar

Item = TypeVar("Item")

MOST = 4  # workers: each holds a part of the customers in memory


def worker_count() -> int:
    """How many parts are worked on at once: as many as processors may be used, up to four."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST, usable))


def at_once(
    do: Callable[[Item], object],
    items: Iterable[Item],
    workers: int | None = None,
    give_up: Callable[[], object] = lambda: None,
) -> Generator[Item]:
    """Do something with every item, so many at a time (without a number `worker_count`); yield each that is done.

    An error ends it: `give_up` is called, what has begun comes to its end, the rest is left.

    Examples
    --------
    >>> doubled = {}
    >>> sorted(at_once(lambda k: doubled.update({k: 2 * k}), [1, 2, 3])), doubled[3]
    ([1, 2, 3], 6)
    """
    pool = ThreadPoolExecutor(workers or worker_count(), thread_name_prefix="part")
    try:
        waiting = {pool.submit(copy_context().run, do, item): item for item in items}
        for future in as_completed(waiting):
            future.result()
            yield waiting.pop(future)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)  # before it is given up, so that nothing begins any more
        give_up()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
