"""The whole judgement on simulated campaigns whose truth is known, and on files that cannot be used."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from regulars.errors import InputError
from regulars.params import UpliftParams
from regulars.retention.uplift import Judgement, judge
from tests.retention.uplift.trials import draw, visits

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> Judgement:
    return judge(draw(4000, size=0.4).frame.drop(columns="spend"))


@pytest.fixture(scope="module")
def null() -> Judgement:
    return judge(visits(2000, null=True))


def test_it_finds_whom_the_contact_moves(found: Judgement) -> None:
    effect = draw(4000, size=0.4).effect
    assert spearmanr(effect, found.frame["uplift_visit_mail"]).statistic > 0.8
    one = found.of_arm("visit", "mail")
    assert one.effect.low <= effect.mean() <= one.effect.high
    assert one.rankings.verdict == "better"
    assert one.ranking == "uplift"
    assert "Uplift ranks customers better than response" in found.in_words
    assert (
        repr(found) == f"<Judgement of 4,000 customers: control {found.arms['control']:,}, mail {found.arms['mail']:,}>"
    )


def test_harm_is_named_and_those_harmed_are_not_contacted(found: Judgement) -> None:
    assert "The contact does harm to the" in found.in_words
    assert found.of_arm("visit", "mail").recommended == "unharmed"
    frame = found.frame
    assert (frame["contact"].isna() == (frame["uplift_visit_mail"] < 0)).all()


def test_a_campaign_without_effect_says_so_and_contacts_nobody(null: Judgement) -> None:
    assert "no evidence that the contact changes it" in null.in_words
    assert "No evidence that uplift beats response" in null.in_words
    assert "Contact nobody" in null.in_words
    assert null.frame["contact"].isna().all()


def test_a_contact_that_drives_customers_away_is_called_harm() -> None:
    frame = visits(2000, null=True)
    rng = np.random.default_rng(1)
    lost = (frame["group"] == "mail") & (rng.random(2000) < 0.5)
    made = judge(frame.assign(visit=frame["visit"].where(~lost, 0)))
    assert "the contact does harm" in made.in_words
    assert made.of_arm("visit", "mail").recommended == "nobody"


def test_there_is_a_row_for_each_customer_sorted_by_id(null: Judgement) -> None:
    names = "customer_id arm visit without_visit response_visit_mail uplift_visit_mail contact"
    assert list(null.frame) == names.split()
    assert null.frame["customer_id"].tolist() == list(range(1, 2001))


def test_rows_in_another_order_give_the_same(null: Judgement) -> None:
    frame = visits(2000, null=True)
    again = judge(frame.sample(frac=1.0, random_state=3))
    pd.testing.assert_frame_equal(again.frame, null.frame, check_exact=True)
    assert again.to_dict() == null.to_dict()


def test_without_ids_rows_are_numbered_as_in_the_file() -> None:
    frame = visits(600).drop(columns="customer_id")
    made = judge(frame)
    assert made.frame["row"].tolist() == list(range(1, 601))
    assert made.frame["visit"].tolist() == frame["visit"].tolist()


def test_ids_outcomes_and_what_followed_are_no_features() -> None:
    frame = draw(600).frame.assign(shop_id=np.arange(600) // 2, clicked=0)
    made = judge(frame, UpliftParams(outcomes=("spend",), share=0.2))
    assert set(made.features) == {"moved", "loyal", "shop", "recency"}
    assert set(made.left_out) == {"shop_id", "clicked", "visit"}


def test_money_is_profit_where_a_cost_is_given() -> None:
    frame = draw(1000).frame.drop(columns="visit")
    priced = judge(frame, UpliftParams(margin=0.5, contact_cost=30.0)).of_arm("spend", "mail")
    assert priced.terms.is_money
    assert priced.policy("everybody").gain.value < 0
    assert priced.recommended == "nobody"


def test_several_kinds_of_contact_are_each_compared_with_the_controls() -> None:
    frame = visits(1500)
    rng = np.random.default_rng(0)
    frame["group"] = np.where(frame["group"] == "mail", np.where(rng.random(1500) < 0.5, "mail", "call"), "none")
    made = judge(frame)
    assert [one.arm for one in made.judged] == ["call", "mail"]
    assert {"uplift_visit_mail", "uplift_visit_call"} <= set(made.frame)


def test_given_chances_are_used_and_named() -> None:
    rng = np.random.default_rng(2)
    frame = visits(3000, null=True)
    chance = np.where(frame["loyal"] > 0.5, 0.7, 0.3)
    frame = frame.assign(group=np.where(rng.random(3000) < chance, "mail", "control"), chance=chance)
    with pytest.raises(InputError, match="loyal"):
        judge(frame.drop(columns="chance"))
    made = judge(frame, UpliftParams(propensity="chance"))
    effect = made.of_arm("visit", "mail").effect
    assert effect.low <= 0 <= effect.high
    assert "rest on the design or the model that made them" in made.in_words
    with pytest.raises(InputError, match=r"30\.0 % of the customers should have been contacted"):
        judge(frame.assign(chance=0.3), UpliftParams(propensity="chance"))


def test_a_column_that_holds_the_outcome_is_named() -> None:
    frame = visits(600)
    noise = np.random.default_rng(0).normal(0, 0.1, 600)
    frame = frame[frame["group"] == "control"].assign(group=lambda f: np.where(f.index % 2, "control", "mail"))
    made = judge(frame.assign(pages=frame["visit"] + noise[frame.index]))
    assert "pages tells who has an outcome too well" in made.in_words


def refused(frame: pd.DataFrame, said: str, **terms: Any) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        judge(frame, UpliftParams(**terms))


def test_a_file_that_was_not_randomised_is_refused_with_the_columns_that_differ() -> None:
    frame = visits(1000)
    chosen = np.random.default_rng(0).random(1000) < 0.3 + 0.4 * frame["loyal"]
    frame["group"] = np.where(chosen, "mail", "control")
    refused(frame, "The campaign was not randomised, or a column was written after the contact")
    refused(frame, "in loyal (+")


def test_a_column_written_after_the_contact_is_refused_until_it_is_excluded() -> None:
    frame = visits(1000)
    frame["mails_opened"] = (frame["group"] == "mail") * np.random.default_rng(0).integers(0, 5, 1000)
    refused(frame, "in mails_opened (+")
    assert "mails_opened (uplift.exclude)" in judge(frame, UpliftParams(exclude=("mails_opened",))).in_words


BAD = {
    "no treatment": (lambda f: f.drop(columns="group"), "no column says who was contacted", {}),
    "no outcome": (lambda f: f.drop(columns="visit"), "no column says what followed", {}),
    "one arm": (lambda f: f.assign(group="mail"), "there is nobody to compare with", {}),
    "no control": (lambda f: f.replace({"group": {"control": "call"}}), "which of them were not contacted is not", {}),
    "another control": (
        lambda f: f,
        "uplift.control is 'nil', but column 'group' holds control, mail",
        {"control": "nil"},
    ),
    "few rows": (lambda f: f.groupby("group").head(60), "expected at least 100 of each kind", {}),
    "unknown group": (lambda f: f.assign(group=f["group"].where(f.index > 3)), "is null in 4 rows", {}),
    "too many groups": (lambda f: f.assign(group=f.index % 50), "holds 50 different values", {"control": "0"}),
    "outcome is null": (lambda f: f.assign(visit=f["visit"].where(f.index > 3)), "'visit' is null in 4 rows", {}),
    "outcome is a text": (lambda f: f.assign(visit="yes"), "'visit' holds 'yes' (a text)", {}),
    "outcome is constant": (lambda f: f.assign(visit=0), "'visit' is 0 in every row", {}),
    "missing column": (
        lambda f: f,
        "no column 'visits', which uplift.outcomes names (did you",
        {"outcomes": ["visits"]},
    ),
    "named twice": (lambda f: f, "'visit' is named twice", {"outcomes": ["visit"], "exclude": ["visit"]}),
    "ranked by what followed": (
        lambda f: f,
        "was not known before",
        {"outcomes": ["visit"], "rankings": {"a": "visit"}},
    ),
    "a rule's name": (lambda f: f, "the name of a rule", {"rankings": {"risk": "loyal"}}),
    "twice": (lambda f: f.assign(customer_id=f["customer_id"] // 2), "customers stand in more than one row", {}),
    "no id": (lambda f: f.assign(customer_id=f["customer_id"].where(f.index > 3)), "'customer_id' is null in 4", {}),
    "nothing known": (lambda f: f[["customer_id", "group", "visit"]], "no column tells customers from each other", {}),
    "chances": (lambda f: f.assign(chance=1.5), "is not between 0 and 1 in 400 rows", {"propensity": "chance"}),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_used_is_refused(name: str) -> None:
    change, said, terms = BAD[name]
    refused(change(visits(400)), said, **terms)


def test_all_faults_are_told_at_once() -> None:
    frame = visits(400).assign(visit=0)
    frame["group"] = frame["group"].where(frame.index > 3)
    with pytest.raises(InputError, match=r"(?s)is null in 4 rows.*is 0 in every row"):
        judge(frame)
