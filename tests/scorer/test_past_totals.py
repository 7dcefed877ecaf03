from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from regulars.features import DayOutcomes, day_outcomes, rfm_summary, snapshot, summaries_at
from regulars.scorer import History, past_totals
from regulars.scorer.past_totals import GROUPS, MONEY, Totals, totals_at
from regulars.transactions import Sample, Transactions, read_transactions
from regulars.windows import Windows
from tests.scorer.conftest import HORIZON

WINDOWS = Windows.at("1997-10-01", HORIZON)
COLUMNS = ["p_purchase", "expected_purchases", "expected_spend"]


@pytest.fixture(scope="module")
def totals(tx: Transactions) -> Totals:
    return History(tx).totals([WINDOWS], "mbg_nbd")[WINDOWS]


def test_groups_add_up_to_predictions_and_labels(tx: Transactions, totals: Totals) -> None:
    history = History(tx)
    quantities = history.lifetime(WINDOWS, "mbg_nbd").quantities(history.summary(WINDOWS), HORIZON)
    labels = history.labels(WINDOWS)
    assert totals.customers.shape == (GROUPS,)
    assert totals.customers.sum() == len(labels)
    assert totals.expected.sum(axis=1) == pytest.approx(quantities[COLUMNS].sum().to_numpy())
    returning = len(labels) - labels["churned"].sum()
    assert totals.actual.sum(axis=1) == pytest.approx([returning, labels["purchases"].sum(), labels["spend"].sum()])


def test_totals_of_a_cutoff_do_not_depend_on_the_cutoffs_before_it(tx: Transactions, totals: Totals) -> None:
    before = [WINDOWS.shifted(-days) for days in (56, 28)]
    beside = History(tx).totals([*before, WINDOWS], "mbg_nbd")[WINDOWS]
    np.testing.assert_allclose(beside.expected, totals.expected, rtol=1e-7)
    np.testing.assert_array_equal(beside.actual, totals.actual)


def test_totals_are_the_same_whatever_is_read_together(
    shop: pd.DataFrame, tx: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [WINDOWS.shifted(-28), WINDOWS.shifted(-28).with_horizon(28), WINDOWS]
    at_once = totals_at(tx, asked, "mbg_nbd")
    named = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "ingested_at": "date"}
    by_id = totals_at(read_transactions(shop, named), asked, "mbg_nbd")
    monkeypatch.setattr(past_totals, "MOST_ROWS", 1)
    for reader in (snapshot, day_outcomes):
        monkeypatch.setattr(reader, "BATCH", 77)
    in_parts = totals_at(tx, asked, "mbg_nbd")
    for window in asked:
        for name, values in dataclasses.asdict(at_once[window]).items():
            np.testing.assert_array_equal(getattr(in_parts[window], name), values)
            np.testing.assert_array_equal(getattr(by_id[window], name), values)


def test_a_sample_stands_for_all_by_its_own_totals(shop: pd.DataFrame, tx: Transactions) -> None:
    sample = Sample(2**63, seed=0)
    drawn = tx.connection.execute(f"SELECT DISTINCT customer_id FROM lines WHERE {sample.sql('customer_id')}").df()
    alone = read_transactions(shop[shop["customer_id"].isin(drawn["customer_id"])])
    asked = [WINDOWS.shifted(-28), WINDOWS]
    of_sample, of_them = totals_at(tx, asked, "mbg_nbd", sample=sample), totals_at(alone, asked, "mbg_nbd")
    for window in asked:
        found, wanted = of_sample[window], of_them[window]
        for name in ("customers", "expected", "actual", "due"):
            np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name) * 2)
        np.testing.assert_array_equal(found.chance, wanted.chance)
        np.testing.assert_array_equal(found.ratios, wanted.ratios)


def test_chance_is_what_independent_customers_leave_open(totals: Totals) -> None:
    returning = totals.actual[0].sum()
    assert 0.5 / np.sqrt(returning) < totals.chance[0] < 1.0 / np.sqrt(returning)
    assert totals.chance[MONEY] > totals.chance[1] > totals.chance[0]


def test_money_that_is_returned_later_is_not_expected(totals: Totals) -> None:
    kept = totals.with_money_kept(0.8)
    assert kept.expected[MONEY] == pytest.approx(0.8 * totals.expected[MONEY])
    np.testing.assert_array_equal(kept.expected[:MONEY], totals.expected[:MONEY])
    np.testing.assert_array_equal(kept.actual, totals.actual)


def test_who_sees_no_money_has_the_totals_of_a_log_without(moneyless_log: Transactions, totals: Totals) -> None:
    without = History(moneyless_log).totals([WINDOWS], "mbg_nbd")[WINDOWS]
    for name, values in dataclasses.asdict(totals.without_money()).items():
        np.testing.assert_array_equal(values, getattr(without, name))


def test_summaries_of_several_cutoffs_are_those_of_each(tx: Transactions) -> None:
    cutoffs = [WINDOWS.cutoff, WINDOWS.shifted(-HORIZON).cutoff]
    for cutoff, summary in summaries_at(tx, cutoffs).items():
        alone = rfm_summary(tx, cutoff, log_gaps=True)
        np.testing.assert_array_equal(DayOutcomes.of(tx).customers[summary.index], alone.index)
        np.testing.assert_allclose(summary[alone.columns], alone, rtol=1e-9)
