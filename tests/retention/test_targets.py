"""The work list: its shape, its order, its limits, its control group, and what it refuses."""

import datetime as dt
import hashlib
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import InputError, ParamsError
from regulars.params import CampaignParams, OfferParams
from regulars.retention import Targets, make_targets
from regulars.retention.worth import Worth
from regulars.tables import LET_GO, SCORES, TARGETS
from regulars.texts import TEXT_DTYPE
from tests.retention.terms import offer

VOUCHER = offer()
GIFT = offer(name="gift", channel="post", contact_cost=3, incentive_cost=40, accept_rate=0.7)
CALL = offer(name="call", channel="phone", contact_cost=4, incentive_cost=0, accept_rate=0.15)
OFFERS = [VOUCHER, GIFT, CALL]
CAMPAIGN = CampaignParams(name="spring", budget=400, contacts_per_day=7, days=6, control_share=0.2)


def scores(customers: int = 300, seed: int = 0) -> pd.DataFrame:
    """Scores as they are written, with customers alike among them."""
    rng = np.random.default_rng(seed)
    p_churn = rng.beta(4, 2, customers).round(1)
    frame = pd.DataFrame(
        {
            "customer_id": np.arange(1000, 1000 + customers),
            "cutoff": dt.date(1998, 1, 1),
            "horizon_days": 180,
            "p_churn": p_churn,
            "p_lost": (p_churn * rng.beta(2, 2, customers)).round(2),
            "order_value": rng.gamma(2, 60, customers).round(-1),
            "last_order": dt.date(1997, 10, 3),
            "orders": rng.integers(1, 9, customers),
            "spend_so_far": 120.0,
            "clv": 60.0,
            "model_version": "0123456789ab",
            "reason_1": "raises the risk: has not ordered for 90 days",
            "reason_2": "lowers the risk: spends 50.00 per order day on average",
            "reason_3": None,
        }
    )
    frame["spend_if_back"] = 2 * frame["order_value"]
    frame["expected_spend"] = frame["order_value"] * (1 - p_churn)
    return frame.reindex(columns=list(SCORES))


def made(frame: pd.DataFrame, offers: list[OfferParams] = OFFERS, **campaign: object) -> Targets:
    return make_targets(frame, offers, CAMPAIGN.model_copy(update=campaign), margin=0.5)


def digest(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()


class TestShape:
    def test_columns_and_types(self) -> None:
        frame = made(scores()).frame
        assert tuple(frame.columns) == TARGETS
        assert frame["contact_on"].dtype == "datetime64[us]"
        assert frame["customer_id"].dtype == "int64"
        assert set(frame["campaign"]) == {"spring"}
        assert set(frame["group"]) == {"treat", "control"}
        assert frame["customer_id"].is_unique

    def test_what_to_offer_next_is_asked_for_the_contacted_alone_and_once(self) -> None:
        asked: list[list[object]] = []

        def suggest(ids: list[object]) -> pd.DataFrame:
            asked.append(ids)
            rows = [(str(customer), f"product {customer}", "It goes.") for customer in sorted(ids)[::2]]
            return pd.DataFrame(rows, columns=["customer_id", "product_id", "why"])

        frame = make_targets(scores(), OFFERS, CAMPAIGN, margin=0.5, next_sale=suggest).frame
        treated = frame[frame["group"] == "treat"]
        assert asked == [treated["customer_id"].tolist()]
        expected = {customer: f"product {customer}" for customer in sorted(asked[0])[::2]}
        assert treated.set_index("customer_id")["next_product"].dropna().to_dict() == expected
        assert (treated["next_product"].isna() == treated["next_product_why"].isna()).all()
        assert frame.loc[frame["group"] == "control", ["next_product", "next_product_why"]].isna().all(axis=None)

    def test_figures_are_those_of_the_scores_and_the_offer(self) -> None:
        given_scores = scores()
        frame = made(given_scores).frame
        known = given_scores.set_index("customer_id").loc[frame["customer_id"]]
        for name in ("p_churn", "p_lost", "expected_spend", "orders", "spend_so_far", "clv", "reason_1", "reason_2"):
            assert frame[name].tolist() == known[name].tolist()
        worth = Worth.of(known, OFFERS, np.full(len(known), 0.5))
        place = [[one.name for one in OFFERS].index(name) for name in frame["offer"]]
        np.testing.assert_allclose(frame["expected_profit"], worth.profit[np.arange(len(known)), place])
        np.testing.assert_allclose(frame["expected_cost"], worth.cost[np.arange(len(known)), place])
        assert frame["channel"].tolist() == [OFFERS[k].channel for k in place]

    def test_treated_first_by_day_then_profit_then_customer(self) -> None:
        frame = made(scores()).frame
        treated, control = frame[frame["group"] == "treat"], frame[frame["group"] == "control"]
        assert frame["group"].tolist() == ["treat"] * len(treated) + ["control"] * len(control)
        key = [
            (d, -p, c)
            for d, p, c in zip(treated["contact_on"], treated["expected_profit"], treated["customer_id"], strict=True)
        ]
        assert key == sorted(key)
        assert treated["expected_profit"].is_monotonic_decreasing
        key = [(-p, c) for p, c in zip(control["expected_profit"], control["customer_id"], strict=True)]
        assert key == sorted(key)

    def test_days_are_filled_one_after_the_other(self) -> None:
        targets = made(scores(), budget=None)
        per_day = targets.frame["contact_on"].dt.date.value_counts().sort_index()
        days = [dt.date(1998, 1, day) for day in (1, 2, 5, 6, 7, 8)]  # no Saturday, no Sunday
        assert per_day.to_dict() == dict.fromkeys(days, 7)

    def test_controls_have_neither_day_nor_opening(self) -> None:
        frame = made(scores()).frame
        held_out = frame["group"] == "control"
        assert held_out.any()
        assert frame.loc[held_out, ["contact_on", "opening"]].isna().all(axis=None)
        assert frame.loc[~held_out, ["contact_on", "opening"]].notna().all(axis=None)

    def test_openings_name_the_offer_and_no_customer(self) -> None:
        frame = made(scores()).frame.query("group == 'treat'")
        for row in frame.itertuples():
            assert row.offer in row.opening
            assert str(row.customer_id) not in row.opening
            assert row.reason_1.split(": ")[1] not in row.opening  # it goes to the customer

    def test_scores_are_not_changed(self) -> None:
        given_scores = scores()
        before = given_scores.copy(deep=True)
        made(given_scores)
        pd.testing.assert_frame_equal(given_scores, before)

    @pytest.mark.parametrize("kind", ["str", "object", "Int64", "int32"])
    def test_ids_keep_their_type(self, kind: str) -> None:
        given_scores = scores().astype({"customer_id": kind})
        assert made(given_scores).frame["customer_id"].dtype == given_scores["customer_id"].dtype

    def test_ids_of_several_types_have_an_order(self) -> None:
        given_scores = scores(40).astype({"customer_id": object})
        given_scores.loc[::2, "customer_id"] = given_scores["customer_id"].astype(str)
        shuffled = given_scores.sample(frac=1, random_state=1)
        assert digest(made(given_scores).frame) == digest(made(shuffled).frame)

    @pytest.mark.parametrize("ids", [str, "id {}".format])
    def test_text_ids_have_an_order_whether_or_not_they_are_numbers(self, ids: Callable[[int], str]) -> None:
        given_scores = scores(60).assign(customer_id=lambda of: of["customer_id"].map(ids).astype("str"))
        shuffled = given_scores.sample(frac=1, random_state=1)
        assert digest(made(given_scores).frame) == digest(made(shuffled).frame)
        with pytest.raises(InputError, match="1 rows repeat a customer_id"):
            made(pd.concat([given_scores, given_scores.head(1)], ignore_index=True))

    def test_texts_that_came_as_categories_leave_as_texts(self) -> None:
        texts = ["reason_1", "reason_2", "reason_3", "model_version"]
        categories = scores().astype({"reason_3": TEXT_DTYPE}).astype(dict.fromkeys(texts, "category"))
        frame = made(categories).frame
        assert (frame[texts].dtypes == TEXT_DTYPE).all()
        assert digest(frame) == digest(made(scores()).frame)


class TestTotals:
    def test_they_add_up_over_the_treated(self) -> None:
        targets = made(scores())
        treated = targets.frame.query("group == 'treat'")
        assert targets.contacted == len(treated)
        assert targets.control == len(targets.frame) - len(treated)
        assert targets.expected_profit == pytest.approx(treated["expected_profit"].sum())
        assert targets.expected_cost == pytest.approx(treated["expected_cost"].sum())
        assert targets.budget_left == pytest.approx(400 - targets.expected_cost)
        assert targets.scored == 300 >= targets.eligible >= len(targets.frame)

    def test_words_and_dictionary_tell_the_same(self) -> None:
        targets = made(scores())
        said = targets.to_dict()
        assert said["contacted"] == targets.contacted
        assert said["in_words"] == targets.in_words
        assert f"{targets.contacted} of 300 customers are to be contacted" in targets.in_words
        assert f"{targets.control} similar customers are held out as the control group." in targets.in_words
        assert "assumed acceptance, not causal" in targets.in_words
        assert "until a campaign has been measured" in targets.in_words
        assert f"One more unit of budget would bring about {targets.budget_price:,.2f}" in targets.in_words

    def test_the_profit_curve_is_that_of_the_best_offers(self) -> None:
        targets = made(scores(), budget=None, days=1000, control_share=0.0)
        best = np.sort(Worth.of(scores(), OFFERS, np.full(300, 0.5)).profit.max(axis=1))[::-1]
        assert dict(targets.profit_curve)[1.0] == pytest.approx(best.sum())
        assert dict(targets.profit_curve)[0.1] == pytest.approx(best[:30].sum())
        assert max(profit for _, profit in targets.profit_curve) <= targets.expected_profit + 1e-9
        assert (
            "Expected profit by share of customers contacted, the best first, without limits: 5 %" in targets.in_words
        )

    def test_without_limits_there_are_no_prices(self) -> None:
        targets = made(scores(), budget=None, days=1000)
        assert (targets.budget_price, targets.contact_price, targets.budget_left) == (0, 0, None)
        assert len(targets.frame) == targets.eligible
        assert "budget" not in targets.in_words


class TestControlGroup:
    def test_none_is_drawn_where_none_is_wanted(self) -> None:
        targets = made(scores(), control_share=0.0)
        assert targets.control == 0
        assert "cannot be measured" in targets.in_words

    def test_it_leaves_capacity_and_budget_to_the_treated(self) -> None:
        by_capacity = made(scores(), budget=None, control_share=0.3)
        assert by_capacity.contacted == 42
        by_budget = made(scores(), days=1000, control_share=0.3)
        assert 400 - max(by_budget.frame["expected_cost"]) < by_budget.expected_cost <= 400

    @pytest.mark.medium
    def test_both_groups_passed_the_same_bar(self) -> None:
        targets = made(scores(3000), days=20)
        listed = targets.frame
        assert targets.budget_price > 0
        net = listed["expected_profit"] - targets.budget_price * listed["expected_cost"]
        assert (net >= targets.contact_price - 1e-5).all()
        everybody = made(scores(3000), budget=None, days=10_000).frame
        left_out = everybody[~everybody["customer_id"].isin(listed["customer_id"])]
        net = left_out["expected_profit"] - targets.budget_price * left_out["expected_cost"]
        assert (net <= targets.contact_price + 1e-5).all()

    @pytest.mark.slow
    def test_groups_are_alike_in_size_and_worth(self) -> None:
        frame = made(scores(20_000), budget=None, days=10_000).frame
        treated, control = frame.query("group == 'treat'"), frame.query("group == 'control'")
        share = len(control) / len(frame)
        assert share == pytest.approx(0.2, abs=4 * np.sqrt(0.16 / len(frame)))
        for name in ("expected_profit", "p_churn"):
            error = frame[name].std() * np.sqrt(1 / len(treated) + 1 / len(control))
            assert treated[name].mean() == pytest.approx(control[name].mean(), abs=4 * error)

    def test_a_customer_keeps_the_group_whoever_else_is_scored(self) -> None:
        everybody = made(scores(), budget=None, days=1000).frame.set_index("customer_id")["group"]
        some = made(scores().iloc[::3], budget=None, days=1000).frame.set_index("customer_id")["group"]
        assert everybody.loc[some.index].tolist() == some.tolist()

    def test_the_list_is_the_same_whether_ids_are_integers_floats_or_texts(self) -> None:
        lists = {kind: made(scores().astype({"customer_id": kind})).frame for kind in ("int64", "float64", "str")}
        for kind, frame in lists.items():
            found = frame.astype({"customer_id": "float64"})
            pd.testing.assert_frame_equal(found, lists["int64"].astype({"customer_id": "float64"}), obj=kind)

    def test_another_campaign_holds_out_others(self) -> None:
        spring = made(scores(), budget=None, days=1000).frame.query("group == 'control'")
        autumn = made(scores(), budget=None, days=1000, name="autumn").frame.query("group == 'control'")
        assert set(spring["customer_id"]) != set(autumn["customer_id"])


class TestLaws:
    @pytest.mark.slow
    @settings(max_examples=40, deadline=None)
    @given(
        seed=st.integers(0, 1000),
        budget=st.one_of(st.none(), st.floats(0, 2000)),
        days=st.integers(1, 30),
        share=st.floats(0, 0.9),
    )
    def test_limits_hold_and_no_contact_loses(self, seed: int, budget: float | None, days: int, share: float) -> None:
        targets = made(scores(120, seed), budget=budget, days=days, control_share=share)
        treated = targets.frame.query("group == 'treat'")
        assert targets.contacted <= 7 * days
        assert (treated["contact_on"].value_counts() <= 7).all()
        assert treated["contact_on"].nunique() <= days
        assert (treated["contact_on"].dt.day_of_week < 5).all()
        assert budget is None or targets.expected_cost <= budget
        assert (targets.frame["expected_profit"] > 0).all()

    @pytest.mark.slow
    @settings(max_examples=20, deadline=None)
    @given(seed=st.integers(0, 1000), order=st.randoms(use_true_random=False))
    def test_the_order_of_rows_does_not_matter(self, seed: int, order: object) -> None:
        given_scores = scores(120, seed)
        rows = list(range(120))
        order.shuffle(rows)  # type: ignore[attr-defined]
        assert digest(made(given_scores).frame) == digest(made(given_scores.iloc[rows]).frame)

    @pytest.mark.slow
    @settings(max_examples=30, deadline=None)
    @given(seed=st.integers(0, 1000), budgets=st.lists(st.floats(0, 2000), min_size=2, max_size=4).map(sorted))
    def test_a_larger_budget_never_lowers_the_profit(self, seed: int, budgets: list[float]) -> None:
        gained = [made(scores(120, seed), budget=b).expected_profit for b in [*budgets, None]]
        assert (np.diff(gained) >= -1e-4).all()

    def test_more_offers_never_lower_the_best_profit(self) -> None:
        one = make_targets(scores(), [VOUCHER], CampaignParams(control_share=0), margin=0.5)
        three = make_targets(scores(), OFFERS, CampaignParams(control_share=0), margin=0.5)
        assert three.expected_profit >= one.expected_profit
        assert set(three.frame["offer"]) > {"voucher"}


class TestNobody:
    def assert_empty(self, targets: Targets) -> None:
        assert targets.frame.empty
        assert tuple(targets.frame.columns) == TARGETS
        assert targets.frame["contact_on"].dtype == "datetime64[us]"
        assert (targets.contacted, targets.control, targets.expected_profit, targets.expected_cost) == (0, 0, 0, 0)

    def test_no_scores(self) -> None:
        targets = made(scores().iloc[:0])
        self.assert_empty(targets)
        assert targets.in_words == "Nobody is to be contacted: there are no scores."

    def test_no_contact_that_pays(self) -> None:
        targets = made(scores().assign(order_value=1.0, spend_if_back=1.0, p_churn=0.5, p_lost=0.0))
        self.assert_empty(targets)
        assert targets.in_words.startswith("Nobody is worth contacting: of 300 customers, the best contact")
        assert "-3.96" in targets.in_words  # the call: 0.5 · 0.15 · 0.5 − 4

    def test_no_budget(self) -> None:
        targets = made(scores(), budget=0.0)
        self.assert_empty(targets)
        assert targets.budget_left == 0
        assert targets.in_words.endswith("the budget of 0.00 does not pay for the most efficient contact.")

    def test_everybody_held_out(self) -> None:
        frame = scores(1).assign(p_churn=0.8, p_lost=0.1, order_value=200.0)
        held_out_somewhere = (made(frame, name=str(k), control_share=0.99) for k in range(9))
        targets = next(t for t in held_out_somewhere if not t.contacted)
        self.assert_empty(targets)
        assert targets.in_words.endswith("drawn into the control group. Lower campaign.control_share.")


class TestRefusals:
    def test_missing_columns_are_named_with_the_nearest(self) -> None:
        frame = scores().rename(columns={"p_churn": "p_chrun"}).drop(columns="reason_2")
        with pytest.raises(
            InputError, match=r"(?s)'p_churn' is missing \(did you mean 'p_chrun'\?\).*'reason_2' is missing"
        ):
            made(frame)

    @pytest.mark.parametrize("spend", [1e308, 1e15, math.inf, -math.inf, -0.01])
    def test_an_absurd_spend_is_refused_with_its_column_and_an_example(self, spend: float) -> None:
        frame = scores(5).assign(expected_spend=[1.0, spend, 2.0, 3.0, 4.0])
        said = rf"expected_spend is not from 0 to 1e14 for 1 of 5 customers, such as {spend:g}; score again"
        with pytest.raises(InputError, match=re.escape(said)):
            made(frame)

    @pytest.mark.parametrize(
        ("name", "value", "bounds"),
        [
            ("clv", math.inf, "-1e14 to 1e14"),
            ("spend_so_far", -math.inf, "-1e14 to 1e14"),
            ("orders", math.inf, "1 to 1e9"),
            ("orders", math.nan, "1 to 1e9"),
            ("horizon_days", math.inf, "1 to 3660"),
        ],
    )
    def test_every_number_that_is_read_has_bounds(self, name: str, value: float, bounds: str) -> None:
        said = f"{name} is not from {bounds} for 1 of 5 customers, such as {value:g}; score again"
        with pytest.raises(InputError, match=re.escape(said)):
            made(scores(5).assign(**{name: [180.0, value, 180.0, 180.0, 180.0]}))

    def test_a_list_that_could_not_be_measured_is_not_made(self) -> None:
        with pytest.raises(InputError, match="clv is null for 1 of 5 customers: offers cannot be valued"):
            made(scores(5).assign(clv=[1.0, None, 2.0, 3.0, 4.0]))

    def test_offers_need_money(self) -> None:
        with pytest.raises(InputError, match="null for 300 of 300 customers: offers cannot be valued without money"):
            made(scores().assign(expected_spend=None))

    def test_scores_without_money_are_refused_in_one_line(self) -> None:
        names = ["order_value", "spend_if_back", "expected_spend", "spend_so_far", "clv"]
        with pytest.raises(InputError) as refused:
            made(scores().assign(**dict.fromkeys(names)))
        (told,) = str(refused.value).splitlines()[1:]
        assert told.startswith(f"  - {', '.join(names)} are null for 300 of 300 customers: offers cannot be valued")

    def test_all_faults_are_told_at_once(self) -> None:
        frame = scores(5).assign(customer_id=[1, 1, None, 2, 3], p_churn=[0.5, 1.5, None, 0.1, 0.2])
        frame["expected_spend"] = [1.0, -2.0, np.inf, 3.0, 4.0]
        with pytest.raises(InputError) as refused:
            made(frame)
        assert str(refused.value).splitlines() == [
            "Cannot make a work list of these scores:",
            "  - customer_id is null for 1 of 5 customers; every score needs its customer",
            "  - 1 rows repeat a customer_id; give one row a customer",
            "  - p_churn is not from 0 to 1 for 2 of 5 customers, such as 1.5, nan; score again",
            "  - expected_spend is not from 0 to 1e14 for 2 of 5 customers, such as -2, inf; score again",
        ]

    def test_an_integer_and_its_text_are_one_customer(self) -> None:
        given_scores = scores(3).assign(customer_id=pd.Series([7, "7.0", "seven"], dtype=object))
        with pytest.raises(InputError, match="1 rows repeat a customer_id"):
            made(given_scores)

    def test_offers_and_margin_that_cannot_be_used(self) -> None:
        with pytest.raises(ParamsError, match=r"No offers are stated.*no prices are made up"):
            made(scores(), [])
        with pytest.raises(ParamsError, match="2 offers are called 'voucher'; give each its own name"):
            made(scores(), [VOUCHER, VOUCHER])
        with pytest.raises(ParamsError, match=r"margin is 1\.5; it should be a share of revenue"):
            make_targets(scores(), OFFERS, CAMPAIGN, margin=1.5)


@pytest.mark.parametrize("value", [True, "0.5", pd.Timedelta(1)])
@pytest.mark.parametrize("name", ["p_churn", "expected_spend"])
def test_figures_that_are_no_numbers_are_refused_with_what_was_found(name: str, value: object) -> None:
    with pytest.raises(InputError, match=f"column '{name}' holds .*; expected numbers"):
        make_targets(scores().assign(**{name: value}), OFFERS, CAMPAIGN, margin=0.5)


def test_what_is_no_table_offer_or_campaign_is_refused_with_what_is_expected() -> None:
    table: Any = scores()
    for wrong in (table.to_dict("records"), table.to_dict("list")):
        with pytest.raises(InputError, match=f"The scores table is a {type(wrong).__name__}; expected a pandas Data"):
            make_targets(wrong, OFFERS, CAMPAIGN, margin=0.5)
    offers: Any = [{"name": "voucher"}]
    campaign: Any = {"name": "spring"}
    margin: Any = "0.5"
    with pytest.raises(ParamsError) as refused:
        make_targets(table, offers, campaign, margin=0.5)
    assert "the campaign is a dict; expected a regulars.Campaign" in str(refused.value)
    assert "the offers hold a dict; expected a list of regulars.Offer" in str(refused.value)
    with pytest.raises(ParamsError, match=r"margin is 0.5; it should be a share of revenue"):
        make_targets(table, OFFERS, CAMPAIGN, margin=margin)


class TestKinds:
    def test_win_back_is_who_is_more_likely_lost_than_quiet_and_not_expected(self) -> None:
        frame = made(scores(), budget=None, days=1000).frame
        lost = (frame["p_lost"] > frame["p_churn"] - frame["p_lost"]) & (frame["p_churn"] > 0.5)
        assert (frame["kind"] == "win_back").tolist() == lost.tolist()
        assert set(frame["kind"]) == {"keep", "win_back"}

    def test_a_share_of_the_order_is_an_incentive(self) -> None:
        tenth = offer(name="tenth off", incentive_share=0.1)
        flat = scores().assign(order_value=80.0, spend_if_back=160.0)
        by_share, fixed = made(flat, [tenth]).frame, made(flat, [offer(name="tenth off", incentive_cost=8)]).frame
        assert by_share["expected_profit"].tolist() == pytest.approx(fixed["expected_profit"].tolist())

    def test_the_margin_of_each_customer_counts_where_it_is_known(self) -> None:
        known = pd.Series({str(customer): 1.0 for customer in range(1000, 1150)})
        worth = make_targets(scores(), OFFERS, CampaignParams(days=1000), margin=0.5, margins=known).frame
        usual = make_targets(scores(), OFFERS, CampaignParams(days=1000), margin=0.5).frame
        gain = worth.set_index("customer_id")["expected_profit"].sub(usual.set_index("customer_id")["expected_profit"])
        assert (gain[gain.index < 1150].dropna() > 0).all()
        assert (gain[gain.index >= 1150] == 0).all()


def test_a_list_says_how_many_ordered_just_now() -> None:
    assert "ordered in the last" not in made(scores()).in_words
    targets = made(scores().assign(last_order=dt.date(1997, 12, 30)))
    assert f"{targets.contacted} of those to be contacted ordered in the last 7 days; campaign" in targets.in_words
    late = made(scores().assign(last_order=dt.date(1997, 12, 25)), min_days_since_last=7)
    assert late.contacted
    assert not late.just_ordered


class TestLetGo:
    def test_those_whom_no_contact_pays_are_named_with_the_reason(self) -> None:
        targets = made(scores().assign(order_value=12.0, spend_if_back=15.0), budget=None)
        assert tuple(targets.let_go.columns) == LET_GO
        assert (targets.let_go["best_profit"] <= 0).all()
        assert (targets.let_go["p_churn"] > 0.5).all()
        assert not targets.let_go["customer_id"].isin(targets.frame["customer_id"]).any()
        assert targets.let_go["reason"].str.contains("expected to lose").all()
        assert not targets.let_go["reason"].str.contains("lose 0.00", regex=False).any()
        likely = targets.let_go["reason"].str.extract(r"a probability of (\d+) %")[0].dropna().astype(float)
        assert likely.tolist() == pytest.approx((100 * targets.let_go["p_lost"][likely.index]).tolist(), abs=0.51)
        assert len(likely)
        assert f"{len(targets.let_go):,} customers are likely to stay away and are let go" in targets.in_words


class TestStart:
    def test_contacts_are_made_from_the_start_on(self) -> None:
        frame = made(scores(), start=dt.date(1998, 2, 7)).frame  # a Saturday
        assert frame["contact_on"].min() == pd.Timestamp("1998-02-09")

    def test_a_start_before_the_cutoff_is_refused(self) -> None:
        with pytest.raises(ParamsError, match=r"campaign\.start is 1997-12-01, before the cutoff of the scores"):
            made(scores(), start=dt.date(1997, 12, 1))

    def test_scores_at_two_cutoffs_are_refused(self) -> None:
        mixed = scores().assign(cutoff=[dt.date(1998, 1, 1)] * 299 + [dt.date(1998, 2, 1)])
        with pytest.raises(InputError, match="the scores have 2 cutoffs"):
            made(mixed)
