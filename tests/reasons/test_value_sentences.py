"""What is said of the value is true, and true in the direction in which it is said."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.features import CATALOGUE
from regulars.reasons.sentence import Sentence
from regulars.reasons.value_sentences import LOWERS, RAISES, TIMING_LOWERS, TIMING_RAISES
from tests.reasons.test_risk_sentences import Customer, customers, fill

NAMES = {feature.name for feature in CATALOGUE}
HELD_AGAINST = {"shop_order_value", "newcomer_order_rate"}
MONEY = ["offset_order_value", *(feature.name for feature in CATALOGUE if feature.family == "money")]
CHAINS = [TIMING_RAISES, TIMING_LOWERS, *RAISES.values(), *LOWERS.values()]


@st.composite
def buyers(draw: st.DrawFn) -> Customer:
    """A customer of a shop whose orders are worth so much, and whose newcomers come back so often."""
    usual = {"shop_order_value": draw(st.floats(1, 20_000)), "newcomer_order_rate": draw(st.floats(0.01, 10))}
    return Customer(draw(customers()) | usual)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(buyers())
def test_an_amount_is_above_the_shops_average_where_it_raises_and_below_where_it_lowers(of: Customer) -> None:
    for chains, above in ((RAISES, True), (LOWERS, False)):
        for name in MONEY:
            said = fill(chains[name], of)
            if said and "average is" in said:
                amount, average = (float(value.replace(",", "")) for value in re.findall(r"[\d,]+\.\d\d", said))
                assert amount >= average if above else amount <= average
                assert average == pytest.approx(of["shop_order_value"], abs=0.005)
                assert ("only order day" in said) is (of["frequency"] == 0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(buyers())
def test_a_sum_that_raises_is_more_than_one_order_brings(of: Customer) -> None:
    for name in ("net_total", "gross_total", "net_30", "net_365"):
        said = fill(RAISES[name], of)
        if said and "average is" not in said:
            assert of["frequency"] > 0
            assert of[name] > of["shop_order_value"]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(buyers())
def test_coming_back_often_raises_and_seldom_lowers(of: Customer) -> None:
    raising, lowering = fill(RAISES["offset_purchases"], of), fill(LOWERS["offset_purchases"], of)
    often = of["order_rate"] > of["newcomer_order_rate"]
    assert (raising is not None) is often
    if of["frequency"] > 0:
        assert (lowering is None) is (often or of["order_rate"] == of["newcomer_order_rate"])
    else:
        assert (lowering is None) is (of["days_since_last"] < 30), "a newcomer is not held against a newcomer"


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(buyers())
def test_silence_lowers_only_where_it_is_longer_than_usual_or_long(of: Customer) -> None:
    since, said = of["days_since_last"], fill(TIMING_LOWERS, of)
    if said and "average gap" in said:
        assert since > of["gap_mean"]
    elif said:
        assert since >= (30 if of["frequency"] == 0 else 90)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(buyers())
def test_it_reads_like_english(of: Customer) -> None:
    for chain in CHAINS:
        said = fill(chain, of) or ""
        assert not re.search(r"(?<![\d.,])1 \w+s\b", said), "one is no plural"
        assert not re.search(r"(?<![\d.,])0(\.00)?(?![\d.,])", said), "nothing is said of nothing"
        assert "nan" not in said


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain[0].text)
def test_a_sentence_names_known_features(chain: tuple[Sentence, ...]) -> None:
    for sentence in chain:
        assert {name for _, name, _, _ in string.Formatter().parse(sentence.text) if name} <= NAMES | HELD_AGAINST


def test_nobody_is_called_new() -> None:
    assert not any(
        "new," in sentence.text or "first ordered" in sentence.text for chain in CHAINS for sentence in chain
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(buyers())
def test_a_period_is_named_only_of_who_is_known_for_longer(of: Customer) -> None:
    for chain in CHAINS:
        for days in re.findall(r"in the last (\d+)", fill(chain, of) or ""):
            assert of["tenure"] > int(days)


def test_returns_never_raise_the_value() -> None:
    returned = Customer(frequency=3.0, return_days=1.0, days_since_return=119.0, return_rate=0.25, return_share=0.1)
    for feature in CATALOGUE:
        if feature.family == "returns" and feature.name in RAISES:
            assert fill(RAISES[feature.name], returned) is None
            assert fill(RAISES[feature.name], Customer(frequency=3.0, return_days=0.0)) == "has returned nothing"
