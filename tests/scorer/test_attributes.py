"""Attributes as columns of doubles, and a scorer that was trained with some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import regulars as rg
from regulars.errors import InputError
from regulars.features import build_features
from regulars.scorer import History, Scorer, fit_scorer
from regulars.scorer.attributes import MOST_VALUES, NO_ATTRIBUTES, AttributeColumns
from regulars.transactions import Attributes, Transactions
from regulars.windows import Windows
from tests.scorer.conftest import CUTOFF, HORIZON, settings_for

CITIES = [f"city {k:02}" for k in range(30)]


def fitted(values: list[str | None], name: str = "city") -> tuple[AttributeColumns, list[str]]:
    table = pd.DataFrame({name: pd.Series(values, dtype="str")})
    made, notes = AttributeColumns.fit(table, [name])
    return made, [note.text for note in notes]


def test_the_levels_of_most_customers_are_kept_and_the_rest_is_told() -> None:
    values = [city for k, city in enumerate(CITIES) for _ in range(20 + k)]
    made, notes = fitted([*values, None])
    assert made.categories["city"] == tuple(CITIES[-MOST_VALUES:])
    others = "the others (24 % of the customers) count as one, “other”"
    assert notes == [f"attribute city: 20 of 30 values are kept, those of the most customers; {others}"]
    encoded = made.encoded(pd.DataFrame({"city": pd.Series(["city 29", "city 00", "the moon", None], dtype="str")}))
    assert encoded.columns[-1] == "city.other"
    assert encoded.sum(axis=1).tolist() == [1.0, 1.0, 1.0, 0.0]
    assert encoded["city.other"].tolist() == [0.0, 1.0, 1.0, 0.0]


def test_a_new_level_is_not_known_where_all_levels_are_kept() -> None:
    made, notes = fitted(["north", "south"] * 20)
    assert (made.columns, notes) == (("city.0", "city.1"), [])
    assert made.encoded(pd.DataFrame({"city": ["the moon"]})).to_numpy().sum() == 0.0


def test_no_value_of_a_few_customers_is_kept() -> None:
    made, _ = fitted(["north"] * 20 + ["south"] * 19)
    assert made.categories == {"city": ("north",)}
    nothing, notes = fitted(["north"] * 19 + ["south"] * 19)
    assert not nothing
    assert notes == ["attribute city is left out: none of its values is that of 20 customers"]


def test_what_is_the_same_for_everybody_is_left_out_by_name() -> None:
    made, notes = fitted(["north"] * 40)
    assert not made
    assert notes == ["attribute city is left out: it is the same for everybody"]


def test_contributions_of_levels_are_added_up_under_the_name() -> None:
    made = AttributeColumns(("age",), {"city": ("north", "south")}, ("city",))
    columns = ["tenure", "age", "city.0", "city.1", "city.other", "bias"]
    told = made.added_up(pd.DataFrame([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], columns=columns))
    assert told.to_dict("list") == {"tenure": [1.0], "age": [2.0], "city": [12.0], "bias": [6.0]}
    assert AttributeColumns.from_dict(made.to_dict()) == made
    assert AttributeColumns.from_dict({}) == NO_ATTRIBUTES


@pytest.fixture(scope="module")
def customers(tx: Transactions) -> Attributes:
    """A plan that tells who will be back after the cutoff, and an age that tells nothing."""
    ids = build_features(tx, "latest").index
    later = tx.connection.execute(f"SELECT DISTINCT customer_id FROM lines WHERE day >= DATE '{CUTOFF}'").df()
    recent = tx.connection.execute("SELECT DISTINCT customer_id FROM lines WHERE day >= DATE '1997-06-01'").df()
    plan = np.where(ids.isin(later["customer_id"]), "gold", np.where(ids.isin(recent["customer_id"]), "silver", "tin"))
    known = pd.DataFrame({"id": ids.astype(str), "plan": plan, "age": np.arange(len(ids)) % 50, "land": "DE"})
    known.loc[::10, "plan"] = None
    columns = {"customer_id": "id", "plan": "plan", "age": "age", "land": "land"}
    return rg.read_customers(known.iloc[:-100], columns)


@pytest.fixture(scope="module")
def with_attributes(tx: Transactions, customers: Attributes) -> Scorer:
    return fit_scorer(History(tx, customers=customers), Windows.at(CUTOFF, HORIZON), settings_for(HORIZON))


@pytest.mark.slow
class TestScorerWithAttributes:
    def test_it_names_them_among_its_features(self, with_attributes: Scorer, scorer: Scorer) -> None:
        assert with_attributes.feature_names == (*scorer.feature_names, "plan", "age", "land")
        assert with_attributes.attributes.columns == ("age", "plan.0", "plan.1", "plan.2", "land.0")
        assert not scorer.attributes
        assert "attributes" not in scorer._content().values

    def test_what_they_know_of_the_future_is_said(self, with_attributes: Scorer) -> None:
        notes = {note.code: note.text for note in with_attributes.notes}
        assert notes["attributes_undated"].endswith("where they were entered later, the backtest looks too good")

    def test_scores_rest_on_them(
        self, with_attributes: Scorer, tx: Transactions, customers: Attributes, scorer: Scorer
    ) -> None:
        scores, plain = with_attributes.score(tx, CUTOFF, customers=customers), scorer.score(tx, CUTOFF)
        assert list(scores["customer_id"]) == list(plain["customer_id"])
        reasons = scores[["reason_1", "reason_2", "reason_3"]].stack()
        assert reasons.str.contains("plan is gold|plan is tin|plan is silver").sum() > 100
        assert not reasons.str.contains("plan[.]").any()

    def test_a_customer_without_a_row_is_scored(
        self, with_attributes: Scorer, tx: Transactions, customers: Attributes
    ) -> None:
        features = build_features(tx, CUTOFF, customers)
        assert features["plan"].isna().any()
        assert with_attributes.score_features(features).notna()["p_churn"].all()

    def test_without_them_it_asks_for_them_by_name(self, with_attributes: Scorer, tx: Transactions) -> None:
        with pytest.raises(InputError, match="trained with attributes of customers, and plan, age, land are not given"):
            with_attributes.score(tx, CUTOFF)

    def test_it_is_saved_and_loaded_without_an_id(
        self, with_attributes: Scorer, tx: Transactions, customers: Attributes, tmp_path: Path
    ) -> None:
        with_attributes.save(tmp_path / "scorer")
        loaded = Scorer.load(tmp_path / "scorer")
        pd.testing.assert_frame_equal(
            loaded.score(tx, CUTOFF, customers=customers), with_attributes.score(tx, CUTOFF, customers=customers)
        )
        assert '"gold"' in (tmp_path / "scorer" / "scorer.json").read_text()

    def test_numbers_where_texts_were_are_read_as_texts(self, with_attributes: Scorer) -> None:
        made = with_attributes.example(pd.Index(["a"]))
        assert made["plan"].to_list()[:2] == ["gold", "tin"]
        numbers = with_attributes.score_features(made.assign(plan=[7.0, 7.5, None]))
        unknown = with_attributes.score_features(made.assign(plan=["7", "7.5", None]))
        pd.testing.assert_frame_equal(numbers, unknown)

    def test_a_text_where_a_number_was_is_refused(self, with_attributes: Scorer) -> None:
        made = with_attributes.example(pd.Index(["a"])).assign(age="old")
        with pytest.raises(InputError, match="column 'age' holds 'old'"):
            with_attributes.score_features(made)

    def test_the_explanation_tells_each_under_its_own_name(self, with_attributes: Scorer) -> None:
        told = with_attributes.explain(with_attributes.example(pd.Index(["a"])))
        assert told.risk is not None
        assert {"plan", "age", "land"} <= set(told.risk)
        assert "plan.0" not in told.risk


@pytest.mark.slow
def test_what_becomes_known_all_at_once_is_left_out(tx: Transactions, customers: Attributes) -> None:
    """No training slice has an age, the cutoff has one for everybody: what trees learn of it means nothing."""
    frame = customers.frame[["age"]].reset_index(names="id").assign(since="1998-02-20")
    late = rg.read_customers(frame, {"customer_id": "id", "age": "age"}, valid_from="since")
    made = fit_scorer(History(tx, customers=late), Windows.at(CUTOFF, HORIZON), settings_for(HORIZON))
    assert any(note.text.startswith("age is excluded from boosters") for note in made.notes)
