from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes

import regulars as rg
from regulars.errors import InputError, ModelError
from regulars.lifetime import MBGNBD
from tests.lifetime.conftest import mbg_customers

SUMMARY = pd.DataFrame(
    {"frequency": [0, 1, 3, 9, 2], "recency": [0.0, 9, 60, 90, 30], "T": [100.0, 80, 100, 95, 60]}, dtype=float
)
PARAMS = {"r": 0.5, "alpha": 12.0, "a": 0.8, "b": 1.6}


@pytest.fixture(scope="module")
def leavers() -> pd.DataFrame:
    return mbg_customers(400, 1.5, 25.0, 0.9, 1.8)


@pytest.fixture(autouse=True)
def no_figure_is_left_open() -> Iterator[None]:
    yield
    pyplot.close("all")


def drawn(axes: Axes) -> np.ndarray:
    return np.asarray(axes.images[0].get_array())


def test_each_cell_is_what_the_model_expects() -> None:
    model = MBGNBD.from_params(PARAMS)
    axes = rg.plots.frequency_recency(model, 30.0, summary=SUMMARY)
    cells = drawn(axes)
    assert cells.shape == (100, 9)
    corner = pd.DataFrame({"frequency": [1.0, 9.0], "recency": [1.0, 100.0], "T": [100.0, 100.0]})
    np.testing.assert_allclose([cells[0, 0], cells[-1, -1]], model.expected_purchases(corner, 30.0), rtol=1e-12)
    assert axes.get_title(loc="left") == "expected order days in the next 30"
    assert axes.get_xlim() == (0.5, 9.5)
    assert axes.get_ylim() == (0, 100)


def test_frequent_buyers_who_ordered_to_the_end_are_darkest() -> None:
    cells = drawn(rg.plots.frequency_recency(MBGNBD.from_params(PARAMS), summary=SUMMARY))
    assert np.unravel_index(cells.argmax(), cells.shape) == (99, 8)
    assert cells[10, 8] < cells[10, 0], "silent for long: the more frequent, the surer that they have left"


def test_a_fitted_model_is_drawn_over_its_own_customers(leavers: pd.DataFrame) -> None:
    axes = rg.plots.frequency_recency(MBGNBD().fit(leavers))
    longest = leavers["T"].max()
    assert axes.get_ylim() == (0, longest)
    assert axes.get_title(loc="left") == f"expected order days in the next {np.ceil(longest / 4):g}"
    repeat = leavers.loc[leavers["frequency"] > 0, "frequency"]
    assert axes.get_xlim()[1] - 0.5 == pytest.approx(min(30, repeat.quantile(0.995)), abs=1)


def test_a_stored_model_needs_customers_to_range_over() -> None:
    with pytest.raises(ModelError, match="was not fitted here, so it is not known which customers to draw"):
        rg.plots.frequency_recency(MBGNBD.from_params(PARAMS))


def test_covariates_cannot_be_drawn() -> None:
    with pytest.raises(InputError, match="column 'age' is missing"):
        rg.plots.frequency_recency(MBGNBD.from_params({**PARAMS, "purchase:age": 0.1}), summary=SUMMARY)


def test_one_time_buyers_alone_have_axes_too() -> None:
    axes = rg.plots.frequency_recency(MBGNBD.from_params(PARAMS), summary=SUMMARY.iloc[:1])
    assert axes.get_xlim() == (0.5, 5.5)


def test_axes_that_are_given_are_drawn_on() -> None:
    given = pyplot.subplots()[1]
    assert rg.plots.frequency_recency(MBGNBD.from_params(PARAMS), summary=SUMMARY, ax=given) is given
    assert len(pyplot.get_fignums()) == 1


def test_the_style_of_other_pictures_stays_as_it_was() -> None:
    before = dict(pyplot.rcParams)
    rg.plots.frequency_recency(MBGNBD.from_params(PARAMS), summary=SUMMARY)
    assert dict(pyplot.rcParams) == before
