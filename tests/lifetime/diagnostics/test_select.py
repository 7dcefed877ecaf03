from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.lifetime import MBGNBD, choose_model
from regulars.lifetime.diagnostics import select
from regulars.lifetime.diagnostics.select import CAP, log_score


@pytest.fixture(scope="module")
def past_and_future():
    """Customers who can leave at once, so that the MBG/NBD is right and the BG/NBD is not."""
    rng = np.random.default_rng(5)
    rows = []
    for _ in range(1500):
        rate, leave, T = rng.gamma(2.0, 1 / 30), rng.beta(0.8, 1.5), rng.integers(60, 200)
        days, t = [], 0.0
        while rng.random() > leave and t < T + 60:
            t += rng.exponential(1 / rate)
            days.append(t)
        days = np.array(days)
        past = days[days < T]
        rows.append((len(past), past.max(initial=0), T, ((days >= T) & (days < T + 60)).sum()))
    frame = pd.DataFrame(rows, columns=["frequency", "recency", "T", "later"])
    return frame, frame["later"].to_numpy()


def test_the_true_model_is_chosen_and_the_lead_is_stated(past_and_future):
    summary, later = past_and_future
    choice = choose_model(["bg_nbd", "mbg_nbd"], summary, later, 60)
    assert choice.model.name == "mbg_nbd"
    assert list(choice.table.index) == ["mbg_nbd", "bg_nbd"]
    lead, error = choice.table.loc["bg_nbd", ["behind", "standard_error"]]
    assert lead > 2 * error > 0
    assert choice.table.loc["mbg_nbd", "behind"] == 0
    low, high = lead - 1.96 * error, lead + 1.96 * error
    assert choice.sentence == (
        f"mbg_nbd was chosen: its log score a customer is {lead:.4f} above that of bg_nbd "
        f"(95 % interval {low:.4f} to {high:.4f})."
    )


def test_of_the_same_model_by_two_names_the_first_is_taken(past_and_future):
    summary, later = past_and_future
    choice = choose_model(["mbg_nbd", "mbg_cnbd_k", "bg_nbd"], summary.assign(log_gaps=-100.0), later, 60)
    assert list(choice.table.index) == ["mbg_nbd", "mbg_cnbd_k", "bg_nbd"]
    assert choice.sentence.startswith("mbg_nbd was chosen (mbg_cnbd_k: the same): its log score a customer is ")
    alone = choose_model(["mbg_nbd", "mbg_cnbd_k"], summary.assign(log_gaps=-100.0), later, 60)
    assert alone.sentence == "mbg_nbd was chosen (mbg_cnbd_k: the same); no other candidate does worse."


def test_a_lead_that_may_be_chance_is_said_to_be_one(past_and_future):
    summary, later = past_and_future
    choice = choose_model(["mbg_nbd", "pareto_nbd"], summary.iloc[:100], later[:100], 60)
    assert choice.sentence.endswith("), a tie.")


def test_many_customers_are_judged_by_enough_of_them(past_and_future, monkeypatch):
    summary, later = past_and_future
    monkeypatch.setattr(select, "ENOUGH", 500)
    every_third = choose_model(["mbg_nbd"], summary, later, 60)
    assert every_third.model.params_ == MBGNBD().fit(summary.iloc[1::3]).params_


def test_a_score_is_the_log_probability_of_what_came(past_and_future):
    summary, _ = past_and_future
    model = MBGNBD().fit(summary)
    pmf = model.purchase_pmf(model.rows(summary.iloc[:5]), 60, 3)
    np.testing.assert_allclose(
        log_score(model, summary.iloc[:5], np.array([0, 1, 2, 3, 0]), 60), np.log(pmf[range(5), [0, 1, 2, 3, 0]])
    )
    beyond = log_score(model, summary.iloc[:1], np.array([CAP + 500]), 60)
    assert beyond == log_score(model, summary.iloc[:1], np.array([CAP]), 60)


def test_counts_must_fit_the_customers(past_and_future):
    summary, later = past_and_future
    for counts in (later[:-1], later - 1, later + 0.5):
        with pytest.raises(InputError, match="expected 1500 whole numbers"):
            choose_model(["bg_nbd"], summary, counts, 60)


def test_candidates_that_cannot_be_fitted_are_named():
    once = pd.DataFrame({"frequency": [0, 0], "recency": [0, 0], "T": [10, 20]})
    with pytest.raises(ModelError, match=r"No candidate could be fitted: bg_nbd: .* bought a second time"):
        choose_model(["bg_nbd"], once, [0, 0], 60)


def test_a_lone_candidate_is_said_to_be_one(past_and_future):
    summary, later = past_and_future
    assert choose_model(["bg_nbd"], summary, later, 60).sentence == (
        "bg_nbd was chosen; no other candidate could be fitted."
    )
