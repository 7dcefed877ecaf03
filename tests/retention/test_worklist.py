"""The sentence that goes to a customer."""

from regulars.retention.worklist import opening


def test_it_is_one_friendly_sentence_with_the_offer() -> None:
    assert opening("free shipping") == "Thank you for shopping with us. We have something for you: free shipping."
