"""The simulated shops: their true effects are those that contacts have."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from experiments.shops import MARGIN, VOUCHER, WORLDS, Shop

CUSTOMERS, REPEATS = 1500, 60
LONG = 900  # days after which hardly anybody is left who has not ordered again


def played(shop: Shop, treated: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Who ordered in the window, and the profit of each customer."""
    again = copy.deepcopy(shop)
    again.rng = np.random.default_rng(seed)
    again.contact(treated)
    lines = again.lines[-1]
    ordered = np.bincount(lines["customer_id"], minlength=CUSTOMERS) > 0
    gross = np.bincount(lines["customer_id"], lines["amount"] + lines["discount"], CUSTOMERS)
    given = np.bincount(lines["customer_id"], lines["discount"], CUSTOMERS)
    return ordered, MARGIN * gross - given - VOUCHER.contact_cost * treated


@pytest.mark.slow
@pytest.mark.parametrize("world", ["lost hardly", "some driven away", "fades with silence"])
def test_the_true_effects_are_those_of_contacts(world: str) -> None:
    shop = Shop(WORLDS[world], CUSTOMERS, 0)
    known = shop.last >= 0
    effects = []
    for seed in range(REPEATS):
        with_contact, without = played(shop, known, seed), played(shop, np.zeros_like(known), 1000 + seed)
        effects.append([(a * 1.0 - b)[known].mean() for a, b in zip(with_contact, without, strict=True)])
    error = np.std(effects, axis=0) / np.sqrt(REPEATS)
    found = np.mean(effects, axis=0)
    truth = np.array([shop.true_effect()[known].mean(), shop.true_profit()[known].mean()])
    assert (np.abs(found - truth) < 4 * error).all(), (found, truth, error)


def test_in_the_null_world_a_contact_costs_and_brings_nothing() -> None:
    shop = Shop(WORLDS["null"], CUSTOMERS, 0)
    assert (shop.true_effect() == 0).all()
    assert (shop.true_profit() <= -VOUCHER.contact_cost).all()


def test_an_order_that_was_brought_forward_does_not_come_again() -> None:
    shop = Shop(WORLDS["carry-over"], CUSTOMERS, 0)
    shop.contact(shop.last >= 0)
    owing = int(shop.owes.sum())
    assert owing > 0
    shop.wait(60)
    assert shop.owes.sum() < owing


@pytest.mark.slow
def test_the_true_profit_knows_how_many_orders_were_only_brought_forward() -> None:
    shop = Shop(WORLDS["carry-over"], CUSTOMERS, 0)
    known, found = shop.last >= 0, []
    for seed in range(REPEATS // 3):
        again = copy.deepcopy(shop)
        again.rng = np.random.default_rng(seed)
        again.contact(known)
        owed = int(again.owes.sum())
        again.wait(LONG)
        found.append(owed - int(again.owes.sum()))
    missed = shop.world.accept * shop.world.carry_over * shop.missed_later()[known & shop.alive].sum()
    assert abs(np.mean(found) - missed) < 4 * np.std(found) / np.sqrt(len(found)), (np.mean(found), missed)


def test_the_same_seed_gives_the_same_shop() -> None:
    first, second = (Shop(WORLDS["null"], 200, 3).log() for _ in range(2))
    assert first.equals(second)
