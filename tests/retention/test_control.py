"""The draw of the control group."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.params import CampaignParams
from regulars.retention.control import draw, held_out, typed

ids = st.lists(st.one_of(st.integers(), st.text()), min_size=1, max_size=20)


@pytest.mark.slow
@given(customer_ids=ids, campaign=st.text())
def test_a_draw_lies_in_the_unit_interval_and_depends_on_the_customer_alone(
    customer_ids: list[int | str], campaign: str
) -> None:
    together = draw(customer_ids, campaign)
    assert ((together >= 0) & (together < 1)).all()
    assert together.tolist() == [draw([customer_id], campaign)[0] for customer_id in customer_ids]


def test_an_integer_a_whole_float_and_their_texts_are_one_customer() -> None:
    for alike in ([5, 5.0, np.float32(5), Decimal(5), "5", "5.0"], [-5, "-5", "-5.00"], [0, 0.0, "0"], [8.5, "8.5"]):
        assert len({draw([customer_id], "spring")[0] for customer_id in alike}) == 1
    assert len(set(draw(["5", "05", "+5", "5 ", "5.5", "5e0"], "spring"))) == 6


def test_the_groups_depend_on_the_ids_alone_whatever_their_type() -> None:
    ids, campaign = range(1_001, 1_082), CampaignParams(name="spring", control_share=0.5)
    groups = held_out(ids, campaign).tolist()
    assert 0 < sum(groups) < 81
    assert held_out(map(float, ids), campaign).tolist() == groups
    assert held_out(map(str, ids), campaign).tolist() == groups
    assert held_out([str(float(i)) for i in ids], campaign).tolist() == groups
    assert held_out([*map(str, ids), "guest-7"], campaign).tolist()[:81] == groups


def test_integers_keep_the_draw_that_they_have_always_had() -> None:
    assert draw([17, 18], "spring").round(6).tolist() == [0.287836, 0.426482]


def test_a_number_is_one_customer_in_every_integer_type() -> None:
    drawn = [draw(pd.Series([5], dtype=kind).tolist(), "spring")[0] for kind in ("int64", "int32", "Int64", "object")]
    assert set(drawn) == {draw([np.int16(5)], "spring")[0]}


def test_name_and_id_cannot_be_confused() -> None:
    assert draw(["2x"], "spring")[0] != draw(["x"], "spring2")[0]
    assert typed(True) != typed(1)


def test_the_draw_is_uniform_and_independent_between_campaigns() -> None:
    spring, autumn = draw(range(20_000), "spring"), draw(range(20_000), "autumn")
    assert np.histogram(spring, bins=10, range=(0, 1))[0] == pytest.approx(2_000, abs=5 * np.sqrt(1_800))
    assert abs(np.corrcoef(spring, autumn)[0, 1]) < 5 / np.sqrt(20_000)


@pytest.mark.slow
def test_the_share_is_held_out_and_a_larger_share_keeps_who_was() -> None:
    tenth = held_out(range(20_000), CampaignParams(control_share=0.1))
    fifth = held_out(range(20_000), CampaignParams(control_share=0.2))
    assert tenth.mean() == pytest.approx(0.1, abs=5 * np.sqrt(0.09 / 20_000))
    assert fifth[tenth].all()
    assert not held_out(range(20_000), CampaignParams(control_share=0.0)).any()
