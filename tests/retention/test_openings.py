"""What is said to a customer: fitting, sendable, and never the same twice running."""

from __future__ import annotations

from itertools import pairwise

import pytest

from regulars.retention.openings import openings


def said(rows: list[tuple[object, str, int, str]], campaign: str = "spring", **known: dict) -> list[str]:
    named = {name: known.get(name, {}) for name in ("products", "liked", "suggested", "before")}
    return openings(rows, campaign, **named)


def test_they_name_the_offer_and_differ_by_kind_and_history() -> None:
    groups = {
        (kind, orders): set(said([(k, kind, orders, "voucher") for k in range(60)]))
        for kind in ("keep", "win_back")
        for orders in (1, 3, 20)
    }
    everything = [text for texts in groups.values() for text in texts]
    assert len(everything) == len(set(everything)), "no words serve two groups"
    assert all("voucher" in text for text in everything)
    assert all(len(texts) >= 3 for texts in groups.values())


def test_two_rows_that_follow_each_other_never_begin_alike() -> None:
    made = said([(k, "keep", 2, "voucher") for k in range(300)])
    assert all(one != other for one, other in pairwise(made))


def test_nobody_gets_the_words_of_the_last_contact_again() -> None:
    before: dict[object, list[str]] = {7: []}
    for round_ in range(8):
        [text] = said([(7, "keep", 2, "voucher")], f"campaign {round_}", before=before)
        assert text not in before[7][-1:]
        before[7].append(text)


def test_a_last_product_is_named_in_words_only() -> None:
    named = said([(k, "keep", 2, "voucher") for k in range(60)], products=dict.fromkeys(range(60), "red enamel teapot"))
    assert any("red enamel teapot" in text for text in named)
    coded = said([(k, "keep", 2, "voucher") for k in range(60)], products=dict.fromkeys(range(60), "85123A"))
    assert not any("85123A" in text for text in coded)


@pytest.mark.parametrize(
    ("what", "begins"), [("suggested", "How about {}?"), ("liked", "Whenever you would like {} again, we are here")]
)
def test_a_product_to_offer_or_that_is_preferred_is_named_in_words_only(what: str, begins: str) -> None:
    for kind in ("keep", "win_back"):
        rows: list[tuple[object, str, int, str]] = [(k, kind, 2, "voucher") for k in range(60)]
        named = said(rows, **{what: dict.fromkeys(range(60), "red enamel teapot")})
        assert any(text.startswith(begins.format("red enamel teapot")) for text in named)
        assert not any("85123A" in text for text in said(rows, **{what: dict.fromkeys(range(60), "85123A")}))


def test_an_offer_stands_after_a_colon_so_that_any_name_fits() -> None:
    groups = [("keep", 1), ("keep", 3), ("keep", 20), ("win_back", 1), ("win_back", 3), ("win_back", 20)]
    for kind, orders in groups:
        rows: list[tuple[object, str, int, str]] = [(k, kind, orders, "10 % off") for k in range(60)]
        assert all(": 10 % off." in text for text in said(rows, products=dict.fromkeys(range(60), "red teapot")))
