"""Surveys beside a log: equal to plain pandas, blind to the future, and an interval that holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty import FromFeed
from regulars.loyalty.feeds.surveys import groups_of, net_promoter_score
from tests.loyalty.associations import oracle
from tests.loyalty.feeds import invented
from tests.loyalty.feeds.conftest import Tell
from tests.loyalty.feeds.invented import CUTOFF


@pytest.fixture(scope="module")
def told(tell: Tell, shop: pd.DataFrame) -> FromFeed:
    return tell("surveys", invented.surveys(shop))


def last_answers(rows: pd.DataFrame) -> pd.Series:
    answered = rows.dropna(subset="score").sort_values(["day", "score"])
    return answered.groupby("customer_id")["score"].last()


def nps(scores: pd.Series) -> float:
    return 100 * float((scores >= 9).mean() - (scores <= 6).mean())


def test_scores_of_all_and_of_each_segment(told: FromFeed, shop: pd.DataFrame) -> None:
    scores = last_answers(invented.known(invented.surveys(shop), shop))
    found = told.findings
    (of_all,) = found.loc[found["driver"] == "nps"].itertuples()
    assert (of_all.estimate, of_all.customers) == (pytest.approx(nps(scores)), len(scores))
    assert of_all.low < of_all.estimate < of_all.high
    segments = told.both.customers["segment"]
    expected = {
        f"segment {name}": nps(own) for name, own in scores.groupby(segments.reindex(scores.index)) if len(own) >= 30
    }
    by_segment = found[found["driver"] == "nps_by_segment"].set_index("group")["estimate"]
    assert by_segment.to_dict() == pytest.approx(expected)
    assert by_segment.is_monotonic_increasing
    assert len(expected) > 3


def test_the_share_of_answers(told: FromFeed, shop: pd.DataFrame) -> None:
    rows = invented.known(invented.surveys(shop), shop)
    (found,) = told.findings.loc[told.findings["driver"] == "survey_response"].itertuples()
    assert (found.estimate, found.customers) == (pytest.approx(rows["score"].notna().mean()), len(rows))


def test_what_followed_is_that_of_the_horizon_by_answers_before_it(told: FromFeed, shop: pd.DataFrame) -> None:
    start = CUTOFF - pd.Timedelta(days=120)
    lines = shop.rename(columns={"customer_id": "customer", "date": "day", "amount": "money"}).assign(bought=True)
    lines = lines[lines["day"] < CUTOFF]
    who = oracle.customers(lines, start, CUTOFF)
    rows = invented.known(invented.surveys(shop), shop)
    scores = last_answers(rows[rows["day"] < start]).reindex(who.index)
    found = told.findings.set_index(["driver", "group"])
    for group, exposed in (("detractors", scores <= 6), ("customers who never answered", scores.isna())):
        among = exposed | (scores >= 9)
        expected = oracle.difference((who["after"] > 0)[among], exposed[among], oracle.covariates(who)[among])
        row = found.loc[("repeat_by_answer", group)]
        assert row[["estimate", "low", "high"]].tolist() == pytest.approx(expected, abs=1e-6)
        assert (row["customers"], row["compared"]) == (exposed.sum(), (scores >= 9).sum())


def test_every_customer_has_the_last_answer(told: FromFeed, shop: pd.DataFrame) -> None:
    rows = invented.known(invented.surveys(shop), shop)
    expected, made = last_answers(rows), told.customers
    assert len(made) == shop.loc[shop["date"] < CUTOFF, "customer_id"].nunique()
    assert made["survey_score"].dropna().to_dict() == expected.to_dict()
    asked = set(rows["customer_id"]) - set(expected.index)
    assert set(made.index[made["survey_group"] == "no answer"]) == asked
    assert made.loc[expected.index, "survey_group"].tolist() == groups_of(expected).tolist()


@pytest.mark.slow
def test_the_future_changes_nothing(told: FromFeed, tell: Tell, shop: pd.DataFrame) -> None:
    other = tell("surveys", invented.in_another_future(invented.surveys(shop)))
    pd.testing.assert_frame_equal(other.findings, told.findings)
    pd.testing.assert_frame_equal(other.customers, told.customers)


def test_few_answers_give_no_figure(tell: Tell, shop: pd.DataFrame) -> None:
    assert tell("surveys", invented.surveys(shop).head(20)).findings.empty


@pytest.mark.parametrize(("promoters", "detractors"), [(0.5, 0.2), (0.9, 0.02), (0.1, 0.7)])
@pytest.mark.parametrize("count", [30, 400])
def test_the_interval_holds_the_true_score(promoters: float, detractors: float, count: int) -> None:
    rng = np.random.default_rng(7)
    names, shares = ["promoter", "passive", "detractor"], [promoters, 1 - promoters - detractors, detractors]
    made = [net_promoter_score(pd.Series(rng.choice(names, count, p=shares))) for _ in range(300)]
    held = np.mean([each.low <= 100 * (promoters - detractors) <= each.high for each in made])
    assert 0.92 <= held <= 0.995


def test_answers_of_the_horizon_alone_say_nothing_of_what_followed(tell: Tell, shop: pd.DataFrame) -> None:
    rows = invented.surveys(shop)
    found = tell("surveys", rows[rows["day"] >= CUTOFF - pd.Timedelta(days=120)]).findings
    assert "nps" in set(found["driver"])
    assert not found["driver"].isin(["repeat_by_answer", "order_value_by_answer"]).any()
