"""The sentence an agent starts with."""

import pytest

from regulars.retention.worklist import opening


def test_a_reason_is_told() -> None:
    said = opening("free shipping", "has ordered once, 80 days ago")
    assert "free shipping" in said
    assert "has ordered once, 80 days ago" in said


@pytest.mark.parametrize("reason", [None, float("nan"), "", "in favour: spends 50 an order"])
def test_what_is_no_reason_to_call_is_left_out(reason: str | None) -> None:
    assert opening("voucher", reason) == "We would be glad to see you again, with this offer: voucher."


def test_it_is_one_sentence() -> None:
    said = opening("voucher", "has not ordered for 120 days; usually every 30")
    assert said.count(".") == 1
    assert said.endswith(".")
