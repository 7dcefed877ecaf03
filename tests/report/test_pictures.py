"""Pictures show what the tables say, alone or in a page, and are the same bytes each time."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from regulars.loyalty.concentration import lorenz, share_of_top
from regulars.report import AliveGrid, pictures
from regulars.report.canvas import draw
from regulars.report.contenders import lifetime_rival, ranked
from regulars.report.customers import BAND_NAMES, risk_bands, tenths

BACKTEST = {"calibration", "lift", "by_frequency", "differences"}


@pytest.mark.slow
def test_a_backtest_has_four_pictures_and_the_grid_one(backtest: dict[str, Any], alive: AliveGrid) -> None:
    assert set(pictures(backtest)) == BACKTEST
    assert set(pictures(backtest, alive)) == {*BACKTEST, "alive_map"}


@pytest.mark.slow
def test_pictures_are_documents_of_their_own(backtest: dict[str, Any], alive: AliveGrid) -> None:
    for svg in pictures(backtest, alive).values():
        root = ElementTree.fromstring(svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        title = root.find("{http://www.w3.org/2000/svg}title")
        assert title is not None
        assert len(title.text or "") > 30
        assert len(svg) < 200_000
        assert "<text" not in svg  # glyphs are paths: no font is asked of the reader


@pytest.mark.slow
def test_the_same_backtest_gives_the_same_bytes(backtest: dict[str, Any]) -> None:
    assert pictures(backtest) == pictures(backtest)


@pytest.mark.slow
def test_a_readers_own_style_changes_nothing(backtest: dict[str, Any]) -> None:
    plain = pictures(backtest)
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none"}):
        assert pictures(backtest) == plain


@pytest.mark.slow
def test_pyplot_is_not_touched() -> None:
    code = "import sys, regulars.report; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_rows_that_are_missing_leave_their_picture_out(backtest: dict[str, Any]) -> None:
    assert "by_frequency" not in pictures({**backtest, "purchases_by_frequency": []})
    assert "differences" not in pictures({**backtest, "comparisons": []})
    assert pictures({name: [] for name in backtest}) == {}


def test_alt_text_is_escaped_and_ids_take_the_name() -> None:
    picture = draw("mine", "a < b", "& c", lambda figure: figure.subplots().plot([0, 1], [0, 1]))
    assert '<title id="alt">a &lt; b &amp; c</title>' in picture.svg
    inline = picture.inline()
    assert all(name.startswith("mine-") for name in re.findall(r'\bid="([^"]+)"', inline))
    assert all(name.startswith("mine-") for name in re.findall(r'(?:url\(|href=")#([^)"]+)', inline))
    assert 'aria-labelledby="mine-alt"' in inline
    assert not re.match(r"<svg[^>]* width=", inline)


def test_ours_stands_first_and_the_better_lifetime_model_beside_it(backtest: dict[str, Any]) -> None:
    assert ranked(backtest)[0] == "regulars"
    assert lifetime_rival(backtest) == "mbg_nbd"


def test_bands_add_up(scores: pd.DataFrame) -> None:
    bands = risk_bands(scores)
    assert tuple(bands["band"]) == BAND_NAMES
    assert bands["customers"].sum() == len(scores)
    assert bands["clv"].sum() == pytest.approx(scores["clv"].sum())


def test_the_edges_of_risk_belong_to_a_band() -> None:
    edges = pd.DataFrame({"p_churn": [0.0, 0.2, 1.0], "clv": 1.0})
    assert list(risk_bands(edges)["customers"]) == [1, 1, 0, 0, 1]


def test_equal_values_are_not_concentrated() -> None:
    customers, held = lorenz(np.ones(10))
    np.testing.assert_allclose(held, customers)
    assert share_of_top(np.ones(10)) == pytest.approx(0.2)
    assert tenths(pd.Series(np.ones(10))) == pytest.approx(0.1)
    assert share_of_top(np.r_[np.zeros(99), 5.0]) == pytest.approx(1.0)
