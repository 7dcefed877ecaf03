from __future__ import annotations

import threading
from contextvars import ContextVar

import pytest

from regulars.predict.workers import MOST, at_once, worker_count
from tests.servers import PATIENCE

SEEN: ContextVar[str] = ContextVar("seen", default="nothing")


def test_every_item_is_done_in_the_context_of_the_caller() -> None:
    token, found = SEEN.set("the caller's"), {}
    assert sorted(at_once(lambda k: found.update({k: SEEN.get()}), range(20))) == list(range(20))
    SEEN.reset(token)
    assert set(found.values()) == {"the caller's"}
    assert 1 <= worker_count() <= MOST


def test_an_error_ends_it_and_what_has_not_begun_is_left() -> None:
    done, given_up = [], threading.Event()

    def work(k: int) -> None:
        if k == 0:
            raise ValueError("the first is wrong")
        assert given_up.wait(PATIENCE)
        done.append(k)

    with pytest.raises(ValueError, match="the first is wrong"):
        list(at_once(work, range(1000), workers=2, give_up=given_up.set))
    assert len(done) <= 2, "what both were at when the error was noticed"
