from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from matplotlib import pyplot

import regulars as rg
from regulars.errors import InsufficientHistoryError

LOG = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d", "a", "b", "a", "c", "d"],
        "date": pd.to_datetime(
            [
                "2024-01-05",
                "2024-01-09",
                "2024-01-20",
                "2024-02-03",
                "2024-02-10",
                "2024-02-11",
                "2024-03-05",
                "2024-03-08",
                "2024-04-02",
            ]
        ),
        "amount": 10.0,
    }
)


@pytest.fixture(autouse=True)
def no_figure_is_left_open() -> Iterator[None]:
    yield
    pyplot.close("all")


def test_each_cell_is_the_share_that_ordered_in_that_month() -> None:
    axes = rg.plots.cohorts(rg.read_transactions(LOG))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["2024-01", "2024-02"]
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(0, 0): "67", (1, 0): "67", (0, 1): "0"}, "April is not over"


def test_nothing_at_or_after_the_cutoff_is_drawn() -> None:
    axes = rg.plots.cohorts(rg.read_transactions(LOG), "2024-03-31")
    assert [text.get_text() for text in axes.texts] == ["67"]


def test_a_log_of_one_month_is_refused_with_what_is_missing() -> None:
    with pytest.raises(InsufficientHistoryError, match="no whole month follows that of the first order"):
        rg.plots.cohorts(rg.read_transactions(LOG[LOG["date"] < "2024-02-01"]))


def test_axes_that_are_given_are_drawn_on() -> None:
    given = pyplot.subplots()[1]
    assert rg.plots.cohorts(rg.read_transactions(LOG), ax=given) is given
    assert len(pyplot.get_fignums()) == 1
