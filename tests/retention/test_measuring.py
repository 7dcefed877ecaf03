"""What a campaign brought: figures, windows, costs, and what is refused or said."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

import regulars
from regulars.errors import InputError, ParamsError
from regulars.retention import Measurement, measure
from regulars.tables import MEASURED
from tests.retention.campaigns import Played, play
from tests.retention.terms import offer

OFFERS = [offer(name="voucher", contact_cost=1), offer(name="call", contact_cost=4)]


def total(made: Measurement, outcome: str, **which: Any) -> float:
    row = made.effect(outcome, **which)
    assert row is not None
    return float(row["total"])


@pytest.fixture(scope="module")
def played() -> Played:
    return play()


@pytest.fixture(scope="module")
def made(played: Played) -> Measurement:
    return measure(played.targets, played.log(), margin=0.5)


class TestFigures:
    def test_the_difference_is_the_one_of_the_groups(self, played: Played, made: Measurement) -> None:
        ordered = played.lines[played.lines["date"] == "2024-01-20"]
        came = played.targets["customer_id"].isin(ordered["customer_id"])
        by_group = came.groupby(played.targets["group"]).mean()
        row = made.effect("ordered", method="difference")
        assert row is not None
        assert row["effect"] == pytest.approx(by_group["treat"] - by_group["control"])
        assert row["treated_mean"] == pytest.approx(by_group["treat"])
        assert row["low"] < 0.2 < row["high"]
        assert made.verdict == "gain"

    def test_profit_is_margin_less_the_expected_cost_of_the_list(self, played: Played, made: Measurement) -> None:
        money = played.lines[played.lines["date"] == "2024-01-20"].set_index("customer_id")["amount"]
        spent = played.targets["customer_id"].map(money).fillna(0.0)
        by_group = spent.groupby(played.targets["group"]).mean()
        treated = (played.targets["group"] == "treat").sum()
        expected = treated * (0.5 * (by_group["treat"] - by_group["control"]) - 2.0)
        assert total(made, "profit", method="difference") == pytest.approx(expected)
        assert total(made, "margin", method="difference") == pytest.approx(
            0.5 * total(made, "revenue", method="difference")
        )

    def test_the_adjusted_interval_is_narrower_and_holds_the_same_effect(self, made: Measurement) -> None:
        plain, adjusted = made.effect("ordered", method="difference"), made.effect("ordered")
        assert plain is not None
        assert adjusted is not None
        assert adjusted["high"] - adjusted["low"] < plain["high"] - plain["low"]
        assert adjusted["low"] < 0.2 < adjusted["high"]

    def test_no_share_changes_by_more_than_all_customers(self, played: Played) -> None:
        ordered = played.lines[played.lines["date"] == "2024-01-20"]
        came = played.targets["customer_id"].isin(ordered["customer_id"])
        held = played.targets["group"] == "control"
        two = pd.concat([played.targets[held & came].head(1), played.targets[held & ~came].head(1)])
        row = measure(pd.concat([played.targets[~held].head(40), two]), played.log()).effect("ordered")
        assert row is not None
        assert (row["low"], row["high"], row["total_low"], row["total_high"]) == (-1.0, 1.0, -40.0, 40.0)

    def test_the_table_has_its_columns_and_every_part(self, made: Measurement) -> None:
        assert tuple(made.frame.columns) == MEASURED
        assert set(made.frame["by"]) == {"all", "offer", "kind"}
        assert set(made.frame.query("by == 'offer'")["part"]) == {"call", "voucher"}
        assert made.frame.query("by == 'offer'")["confidence"].unique() == pytest.approx([0.95])
        assert "Bonferroni" in made.in_words
        assert "Holm" in made.in_words

    @pytest.mark.medium
    def test_segments_are_shown_where_the_list_has_them(self, played: Played) -> None:
        segments = np.where(played.targets["customer_id"] % 2 == 0, "loyal", "new")
        found = measure(played.targets.assign(segment=segments), played.log())
        assert set(found.frame.query("by == 'segment'")["part"]) == {"loyal", "new"}

    @pytest.mark.slow
    def test_an_order_brought_forward_is_no_gain_over_two_horizons(self) -> None:
        later = play(4000, brought_forward=True)
        found = measure(later.targets, later.log())
        once, twice = total(found, "order_days"), total(found, "order_days", horizons=2)
        assert once > 400
        assert abs(twice - once / 2) < once / 4  # half of them would have ordered in the second window
        kept = play(4000)
        assert total(measure(kept.targets, kept.log()), "order_days", horizons=2) > twice + once / 4

    def test_a_second_horizon_that_has_not_ended_is_to_wait_for(self, played: Played) -> None:
        early = Played(played.targets, played.lines[played.lines["date"] < "2024-04-01"], played.columns)
        found = measure(early.targets, early.log())
        assert found.effect("profit", horizons=2) is None
        assert found.two_horizons_from == dt.date(2024, 5, 1)
        assert "a log that reaches to 2024-04-30" in found.in_words

    def test_the_order_of_the_list_changes_nothing(self, played: Played, made: Measurement) -> None:
        shuffled = measure(played.targets.sample(frac=1, random_state=1), played.log(), margin=0.5)
        pd.testing.assert_frame_equal(shuffled.records, made.records)
        pd.testing.assert_frame_equal(shuffled.frame, made.frame, rtol=1e-9)

    def test_ids_may_be_numbers_or_their_texts(self, played: Played, made: Measurement) -> None:
        as_text = measure(played.targets.astype({"customer_id": "str"}), played.log(), margin=0.5)
        pd.testing.assert_frame_equal(as_text.frame, made.frame)

    def test_a_log_without_money_shows_orders_alone(self, played: Played) -> None:
        counts = Played(
            played.targets, played.lines.drop(columns="amount"), {"customer_id": "customer_id", "ordered_at": "date"}
        )
        found = measure(counts.targets, counts.log())
        assert set(found.frame["outcome"]) == {"ordered", "order_days"}
        assert found.verdict == "gain"
        assert found.cost_basis is None
        assert found.records["profit"].isna().all()

    def test_it_stands_at_the_top_of_the_package(self) -> None:
        assert regulars.measure is measure


class TestCosts:
    def test_without_discounts_the_cost_is_assumed_and_it_says_so(self, made: Measurement) -> None:
        assert made.redeemed is None
        assert "nobody knows who redeemed" in made.in_words

    @pytest.mark.medium
    def test_with_discounts_the_incentive_is_measured(self, played: Played) -> None:
        treated = played.targets.loc[played.targets["group"] == "treat", "customer_id"]
        used = played.lines["customer_id"].isin(treated) & (played.lines["date"] == "2024-01-20")
        found = measure(played.targets, played.log(discount=np.where(used, 10.0, 0.0)), offers=OFFERS, margin=0.4)
        assert found.redeemed is not None
        assert found.redeemed[1] == 0
        n = len(treated)
        contact = np.where(played.targets["offer"] == "call", 4, 1)[played.targets["group"] == "treat"].sum()
        given = 10.0 * n * found.redeemed[0]
        expected = total(found, "margin", method="difference") - contact - 0.6 * given
        assert total(found, "profit", method="difference") == pytest.approx(expected)
        assert "taken from the discounts of the log" in found.in_words

    @pytest.mark.medium
    def test_offers_that_are_not_known_cost_what_the_list_expected(self, played: Played) -> None:
        found = measure(played.targets, played.log(discount=0.0), offers=OFFERS[:1])
        assert "terms of the offers were not given" in found.in_words
        treated = (played.targets["group"] == "treat").sum()
        assert total(found, "margin", method="difference") - total(
            found, "profit", method="difference"
        ) == pytest.approx(2.0 * treated)

    @pytest.mark.medium
    def test_unit_costs_give_the_margin_where_they_are_known(self, played: Played) -> None:
        costs = np.where(played.lines["customer_id"] % 2 == 0, 30.0, np.nan)
        found = measure(played.targets, played.log(unit_cost=costs), margin=0.5)
        lines = played.lines[played.lines["date"] == "2024-01-20"].set_index("customer_id")["amount"]
        margin = pd.Series(np.where(lines.index % 2 == 0, lines - 30, lines * 0.5), index=lines.index)
        by_group = played.targets["customer_id"].map(margin).fillna(0.0).groupby(played.targets["group"]).mean()
        row = found.effect("margin", method="difference")
        assert row is not None
        assert row["effect"] == pytest.approx(by_group["treat"] - by_group["control"])


class TestWords:
    def test_conversion_stands_beside_what_the_contact_changed(self, made: Measurement) -> None:
        row = made.effect("ordered", method="difference")
        assert row is not None
        assert f"{100 * row['treated_mean']:.1f} % of those to be contacted ordered" in made.in_words
        assert "counts those who would have bought anyway" in made.in_words

    @pytest.mark.medium
    def test_groups_that_were_apart_before_the_campaign_are_noticed(self, played: Played, made: Measurement) -> None:
        assert set(made.balance) >= {"p_churn", "p_lost", "clv"}
        assert "the groups differ most in" in made.in_words
        assert "look whether the list was changed" not in made.in_words
        changed = played.targets.query("group == 'treat' or p_churn > 0.7")
        found = measure(changed, played.log())
        assert found.balance["p_churn"] < -0.5
        assert "look whether the list was changed after the draw" in found.in_words

    def test_no_evidence_is_called_that(self) -> None:
        nothing = play(300, effect=0.0, seed=3)
        found = measure(nothing.targets.assign(expected_cost=0.0), nothing.log())
        assert found.verdict == "no evidence"
        assert "no evidence of a gain or a loss" in found.in_words

    def test_a_small_control_group_of_which_nobody_ordered_shows_no_gain(self) -> None:
        nothing = play(120, effect=0.0, base=0.06, control_share=0.2, seed=8)
        found = measure(nothing.targets.assign(expected_cost=0.0), nothing.log())
        for outcome in ("order_days", "revenue", "profit"):
            row = found.effect(outcome)
            assert row is not None
            assert row["control_mean"] == 0
            assert row["low"] < 0 < row["high"], outcome
        assert found.verdict == "no evidence"

    @pytest.mark.slow
    def test_harm_is_called_a_loss(self, played: Played) -> None:
        found = measure(played.targets.assign(expected_cost=50.0), played.log())
        assert found.verdict == "loss"
        assert "it lost money" in found.in_words
        without = played.lines[
            ~((played.lines["date"] == "2024-01-20") & played.lines["customer_id"].isin(_treated(played)))
        ]
        counts = Played(
            played.targets, without.drop(columns="amount"), {"customer_id": "customer_id", "ordered_at": "date"}
        )
        assert "it did harm: fewer customers ordered" in measure(counts.targets, counts.log()).in_words

    @pytest.mark.slow
    def test_controls_who_were_contacted_are_counted(self, played: Played, made: Measurement) -> None:
        assert "no feed of contacts" in made.in_words
        controls = played.targets.query("group == 'control'")["customer_id"]
        feed = pd.DataFrame({"customer_id": controls.iloc[:30].astype(str), "day": dt.date(2024, 1, 5)})
        late = pd.DataFrame({"customer_id": controls.iloc[30:], "day": dt.date(2024, 6, 5)})
        found = measure(played.targets, played.log(), contacts=pd.concat([feed, late]))
        assert found.contacted == (0.0, pytest.approx(30 / len(controls)))
        assert f"{100 * 30 / len(controls):.1f} % of the control group were contacted after all" in found.in_words
        as_text = pd.concat([feed, late]).astype({"day": "str"})
        assert measure(played.targets, played.log(), contacts=as_text).contacted == found.contacted
        with pytest.raises(
            InputError, match=r"feed of contacts cannot be used:\n.*'day' is missing \(did you mean 'days'"
        ):
            measure(played.targets, played.log(), contacts=as_text.rename(columns={"day": "days"}))

    def test_changed_ids_are_counted_and_not_compared(self, played: Played) -> None:
        renamed = played.targets.assign(
            customer_id=played.targets["customer_id"].where(lambda i: i % 10 > 0, lambda i: -i)
        )
        found = measure(renamed, played.log())
        assert found.missing == 100
        assert found.treated + found.control == 900
        assert "100 customers of the list are not in the log" in found.in_words
        assert len(found.records) == 900


class TestWindow:
    def test_it_begins_with_the_first_contact(self, made: Measurement) -> None:
        assert (made.windows.cutoff, made.start_from) == (dt.date(2024, 1, 2), "the first day of contact")

    def test_or_with_the_start_of_the_campaign(self, played: Played) -> None:
        found = measure(played.targets, played.log(), start=dt.date(2024, 1, 1))
        assert (found.windows.cutoff, found.start_from) == (dt.date(2024, 1, 1), "campaign.start")

    def test_or_with_the_cutoff_where_no_day_is_known(self, played: Played) -> None:
        found = measure(played.targets.assign(contact_on=None), played.log())
        assert (found.windows.cutoff, found.start_from) == (dt.date(2024, 1, 1), "the cutoff of the scores")

    def test_or_with_the_cutoff_where_contacts_begin_on_the_next_working_day(self, played: Played) -> None:
        saturday = played.targets.assign(cutoff=pd.Timestamp("2023-12-30"))
        monday = saturday["contact_on"].where(saturday["contact_on"].isna(), pd.Timestamp("2024-01-01"))
        found = measure(saturday.assign(contact_on=monday), played.log())
        assert (found.windows.cutoff, found.start_from) == (dt.date(2023, 12, 30), "the cutoff of the scores")

    @pytest.mark.slow
    def test_orders_count_from_its_first_day_to_its_last(self) -> None:
        base = play(200, effect=0.0, base=0.0)
        treated = _treated(base)
        for day, counted in (("2024-01-01", 0), ("2024-01-02", 1), ("2024-03-01", 1), ("2024-03-02", 0)):
            lines = base.lines[~base.lines["date"].isin(pd.to_datetime(["2024-01-20", "2024-03-15"]))]
            more = pd.DataFrame({"customer_id": treated, "date": pd.Timestamp(day), "amount": 40.0})
            found = measure(base.targets, Played(base.targets, pd.concat([lines, more]), base.columns).log())
            row = found.effect("ordered", method="difference")
            assert row is not None
            assert row["effect"] == counted, day


class TestRefusals:
    def refused(self, targets: pd.DataFrame, played: Played, said: str, **how: Any) -> None:
        with pytest.raises(InputError, match=said):
            measure(targets, played.log(), **how)

    def test_horizons_that_are_no_numbers(self, played: Played) -> None:
        self.refused(played.targets.assign(horizon_days="x"), played, "column 'horizon_days' holds 'x'")

    def test_two_columns_of_one_name(self, played: Played) -> None:
        twice = pd.concat([played.targets, played.targets[["group"]]], axis=1)
        self.refused(twice, played, "2 columns are named 'group'; expected one: rename or drop the others")

    def test_outcomes_that_are_not_complete(self, played: Played) -> None:
        early = Played(played.targets, played.lines[played.lines["date"] < "2024-02-01"], played.columns)
        said = (
            "not complete: they count from 2024-01-02 .* to 2024-03-01, and the last order of the log is of 2024-01-20"
        )
        self.refused(early.targets, early, said)

    def test_a_list_without_controls(self, played: Played) -> None:
        self.refused(played.targets.query("group == 'treat'"), played, "no control group, so nobody knows")

    def test_too_few_controls(self, played: Played) -> None:
        one = pd.concat([played.targets.query("group == 'treat'"), played.targets.query("group == 'control'").head(1)])
        self.refused(one, played, "1 in the control group; at least 2 of each")

    def test_controls_with_a_day_of_contact(self, played: Played) -> None:
        self.refused(
            played.targets.assign(contact_on=pd.Timestamp("2024-01-02")), played, "control group have a day of contact"
        )

    def test_customers_who_are_listed_twice(self, played: Played) -> None:
        twice = pd.concat([played.targets, played.targets.head(2).assign(customer_id=["1", "2.0"])])
        self.refused(twice, played, "2 customers are on the list more than once, such as 1")

    def test_a_list_of_several_campaigns(self, played: Played) -> None:
        mixed = played.targets.assign(campaign=np.where(played.targets["customer_id"] < 9, "spring", "autumn"))
        self.refused(mixed, played, "'campaign' holds autumn, spring; a list is of one campaign")

    def test_a_start_that_is_not_the_lists(self, played: Played) -> None:
        self.refused(
            played.targets, played, "do not match: the first contact is on 2024-01-02", start=dt.date(2024, 2, 1)
        )

    def test_a_list_of_another_shop(self, played: Played) -> None:
        others = played.targets.assign(customer_id=played.targets["customer_id"] + 10_000)
        self.refused(others, played, "do not belong together: 1,000 of 1,000 customers .* such as 10001, 10002, 10003")

    def test_missing_columns_and_wrong_values_all_at_once(self, played: Played) -> None:
        self.refused(
            played.targets.drop(columns=["p_lost", "kind"]), played, "(?s)'kind' is missing.*'p_lost' is missing"
        )
        wrong = played.targets.assign(group="test", p_churn="high")
        self.refused(wrong, played, "(?s)'p_churn'.*holds.*high.*'group' holds test; expected treat or control")

    def test_an_empty_list(self, played: Played) -> None:
        self.refused(played.targets.head(0), played, "is empty: nobody was contacted")

    def test_a_margin_that_is_none(self, played: Played) -> None:
        with pytest.raises(ParamsError, match=r"margin is 1\.5; it should be a share"):
            measure(played.targets, played.log(), margin=1.5)


def _treated(played: Played) -> pd.Series:
    return played.targets.loc[played.targets["group"] == "treat", "customer_id"]


def _without_money(played: Played) -> Played:
    columns = {"customer_id": "customer_id", "ordered_at": "date"}
    return Played(played.targets, played.lines.drop(columns="amount"), columns)
