"""What is said of a customer is true, in the direction in which it is said, and reads like English."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.features import CATALOGUE
from regulars.reasons.risk_sentences import (
    DATES,
    LOWERS,
    RAISES,
    SELDOM_DAYS,
    TIMING_LOWERS,
    TIMING_RAISES,
)
from regulars.reasons.sentence import Customers, Sentence
from regulars.reasons.sentence import fill as fill_all

NAMES = {feature.name for feature in CATALOGUE}
CHAINS = [TIMING_RAISES, TIMING_LOWERS, DATES, *RAISES.values(), *LOWERS.values()]


class Customer(dict[str, float]):
    """The features of one customer."""

    def __missing__(self, name: str) -> float:
        return float("nan")


def fill(sentences: Sequence[Sentence], customer: Customer) -> str | None:
    """The first sentence that applies to one customer."""
    return fill_all(sentences, Customers({name: [value] for name, value in customer.items()}, 1))[0]


@st.composite
def customers(draw: st.DrawFn) -> Customer:
    """Order days and money of one customer, and the features that follow from them."""
    gaps = draw(st.lists(st.integers(1, 200), max_size=6))
    since = draw(st.integers(1, 500))
    cents = draw(st.lists(st.integers(0, 2_000_000), min_size=len(gaps) + 1, max_size=len(gaps) + 1))
    worth, age = np.array(cents) / 100, since + np.append(np.cumsum(gaps[::-1])[::-1], 0)
    values = {
        "days_since_last": since,
        "recency": sum(gaps),
        "tenure": since + sum(gaps),
        "frequency": len(gaps),
        "order_rate": 30 * len(gaps) / (since + sum(gaps)),
        "net_total": worth.sum(),
        "gross_total": worth.sum(),
        "order_value_mean": worth.mean(),
        "order_value_first": worth[0],
        "order_value_last": worth[-1],
        "order_value_largest": worth.max(),
        "lines_per_order": draw(st.floats(1, 3000)),
        "quantity_per_order": draw(st.floats(0.01, 20_000)),
        "products": draw(st.integers(1, 3000)),
        "return_days": draw(st.integers(0, 3)),
        "return_share": draw(st.floats(0, 1)),
        "discount_dependence": draw(st.floats(0, 1)),
        **{f"orders_{days}": (age <= days).sum() for days in (7, 30, 90, 180, 365)},
        **{f"net_{days}": worth[age <= days].sum() for days in (7, 30, 90, 180, 365)},
    }
    if gaps:
        values |= {"gap_mean": np.mean(gaps), "gap_longest": max(gaps), "gap_last": gaps[-1]}
        values |= {"gap_trend": gaps[-1] / np.mean(gaps), "repeat_value_mean": worth[1:].mean()}
    return Customer({name: float(value) for name, value in values.items()})


def everything_said(of: Customer) -> list[str]:
    return [sentence for chain in CHAINS if (sentence := fill(chain, of))]


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True)
@given(customers())
def test_it_reads_like_english(of: Customer) -> None:
    for sentence in everything_said(of):
        assert not re.search(r"(?<![\d.,])1 \w+s\b", sentence), "one is no plural"
        assert not re.search(r"(?<![\d.,])\d{4,}", sentence), "thousands are separated"
        assert not re.search(r"\d\.0\b", sentence), "no pointless decimals"
        assert not re.search(r"(?<![\d.,])0(\.00)?(?![\d.,])", sentence), "nothing is said of nothing"
        assert "nan" not in sentence
        assert "-" not in sentence.replace("order-", "")


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True)
@given(customers())
def test_a_rhythm_is_never_quoted_for_the_opposite_of_what_it_shows(of: Customer) -> None:
    since, gap = of["days_since_last"], of["gap_mean"]
    raising, lowering = fill(TIMING_RAISES, of) or "", fill(TIMING_LOWERS, of) or ""
    if "average gap" in raising:
        assert since > gap or gap >= SELDOM_DAYS
        assert ("has not ordered" in raising) is (since > gap)
    if "average gap" in lowering:
        assert since <= gap
    if "come back after" in lowering:
        assert since <= of["gap_longest"]
    if "kept ordering" in lowering:
        assert of["recency"] > since
    if of["frequency"] == 0 and since > 90:
        assert "ago" not in lowering, "silence is no reason to stay"


@pytest.mark.medium
@settings(max_examples=100, deadline=None, derandomize=True)
@given(customers())
def test_few_raise_and_many_lower(of: Customer) -> None:
    for name in ("frequency", "order_rate"):
        raising, lowering = fill(RAISES[name], of), fill(LOWERS[name], of)
        assert (lowering is None) is (of["frequency"] == 0)
        assert raising is None or of["frequency"] <= 3
    assert (fill(RAISES["return_days"], of) is None) is (of["return_days"] == 0)
    assert fill(LOWERS["return_days"], of) is None or of["return_days"] == 0


@pytest.mark.medium
@settings(max_examples=100, deadline=None, derandomize=True)
@given(customers())
def test_little_spent_lately_is_said_only_of_who_was_a_customer_before(of: Customer) -> None:
    for days in (7, 30, 90, 180, 365):
        if sentence := fill(RAISES[f"net_{days}"], of):
            assert of["tenure"] > days, sentence
            assert of[f"net_{days}"] / days < of["net_total"] / of["tenure"]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain[0].text)
def test_a_sentence_names_known_features(chain: tuple[Sentence, ...]) -> None:
    for sentence in chain:
        assert {name for _, name, _, _ in string.Formatter().parse(sentence.text) if name} <= NAMES
    assert fill(chain[:1], Customer()) is None or "{" not in chain[0].text


def test_sentences_are_of_features() -> None:
    assert set(RAISES) | set(LOWERS) <= NAMES


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"days_since_last": 1.0, "frequency": 0.0}, "is new, first ordered 1 day ago"),
        ({"days_since_last": 8.0, "gap_mean": 167.0}, "orders rarely, the average gap is 167 days"),
        ({"days_since_last": 90.0, "frequency": 0.0}, "has not ordered for 90 days"),
        ({"days_since_last": 3.0, "gap_mean": 4.0, "frequency": 2.0}, None),
    ],
)
def test_timing_that_raises(values: dict[str, float], sentence: str | None) -> None:
    assert fill(TIMING_RAISES, Customer(values)) == sentence


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"days_since_last": 12.0, "gap_mean": 37.0}, "last ordered 12 days ago; the average gap is 37 days"),
        (
            {"days_since_last": 50.0, "gap_mean": 37.0, "gap_longest": 61.0},
            "last ordered 50 days ago, and has come back after 61 days before",
        ),
        (
            {"days_since_last": 179.0, "gap_mean": 37.0, "gap_longest": 61.0, "recency": 350.0},
            "kept ordering for 350 days, longer than the 179 days since",
        ),
        ({"days_since_last": 179.0, "gap_mean": 37.0, "recency": 80.0}, None),
        ({"days_since_last": 40.0, "frequency": 0.0}, "first ordered only 40 days ago"),
    ],
)
def test_timing_that_lowers(values: dict[str, float], sentence: str | None) -> None:
    assert fill(TIMING_LOWERS, Customer(values)) == sentence


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("quantity_per_order", 9014.0, "buys 9,014 units per order day on average"),
        ("quantity_per_order", 1.0, None),
        ("quantity_per_order", 2.46, "buys 2.5 units per order day on average"),
        ("order_value_first", 0.0, None),
        ("order_value_first", 12.5, "the first order day brought 12.50"),
        ("net_total", -74215.0, None),
        ("net_total", 74215.0, "has spent 74,215.00 so far"),
        ("categories", 3.0, "has bought in 3 categories"),
        (
            "discount_dependence",
            0.001,
            "less than 1 % of the order days came with a discount (the seller's own policy)",
        ),
    ],
)
def test_numbers_are_written_for_people(name: str, value: float, sentence: str | None) -> None:
    assert fill(LOWERS[name], Customer({name: value, "frequency": 2.0})) == sentence


def test_a_single_order_is_called_the_only_one() -> None:
    once = Customer(frequency=0.0, order_value_first=12.0, order_value_last=12.0)
    assert fill(LOWERS["order_value_first"], once) == "the only order day brought 12.00"
    assert fill(RAISES["order_value_first"], once) == "has ordered on one day only"


@pytest.mark.slow
@settings(max_examples=100, deadline=None, derandomize=True)
@given(customers())
def test_a_period_is_named_only_of_who_is_known_for_longer(of: Customer) -> None:
    for sentence in everything_said(of):
        for days in re.findall(r"in the last (\d+)", sentence):
            assert of["tenure"] > int(days), sentence


@pytest.mark.parametrize(("value", "few", "many"), [(1.0, True, False), (1.4, False, False), (155.0, False, True)])
def test_what_is_in_an_order_speaks_for_a_risk_only_as_little_and_against_it_only_as_much(
    value: float, few: bool, many: bool
) -> None:
    for name, noun in (("lines_per_order", "item"), ("quantity_per_order", "unit")):
        of = Customer({name: value})
        assert fill(RAISES[name], of) == (f"buys only 1 {noun} per order day" if few else None)
        assert (fill(LOWERS[name], of) is not None) is many


def test_one_order_day_has_no_average() -> None:
    once = Customer(frequency=0.0, baskets_per_order=2.0, lines_per_order=1.0, quantity_per_order=434.0)
    assert fill(LOWERS["baskets_per_order"], once) == "placed 2 orders on the only order day"
    assert fill(RAISES["lines_per_order"], once) == "bought 1 item on the only order day"
    assert fill(LOWERS["quantity_per_order"], once) == "bought 434 units on the only order day"


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(customers())
def test_money_and_goods_are_told_by_the_day_since_a_day_may_have_several_orders(of: Customer) -> None:
    for sentence in everything_said(of):
        assert not re.search(r"per order(?! day)|only once(?! in)|order was|[\d,]+ orders?(?! days?)", sentence), (
            sentence
        )


def test_to_have_returned_something_long_ago_is_no_reason() -> None:
    assert fill(LOWERS["days_since_return"], Customer(frequency=3.0, return_days=1.0, days_since_return=119.0)) is None


@pytest.mark.parametrize(
    ("total", "orders", "text"),
    [
        (44_534.30, 2, None),
        (1_200.0, 4, None),
        (300.0, 4, "has spent no more than 300.00 so far"),
        (300.0, 9, None),
    ],
)
def test_no_more_is_reported_of_little_beside_the_shop_alone(total: float, orders: int, text: str | None) -> None:
    customer = Customer(net_total=total, frequency=orders - 1.0, shop_order_value=250.0)
    assert fill(RAISES["net_total"], customer) == text
    assert fill(RAISES["net_total"], Customer(net_total=total, frequency=orders - 1.0)) is None


def test_a_return_is_told_where_nothing_was_ordered_since() -> None:
    text = "returned something 30 days ago and has not ordered since"
    assert fill(RAISES["days_since_return"], Customer(days_since_return=30.0, days_since_last=40.0)) == text
    assert fill(RAISES["days_since_return"], Customer(days_since_return=434.0, days_since_last=190.0)) is None
