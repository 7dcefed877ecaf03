"""The scores of one customer are the row that all others' scoring would give, or one row of a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.features import build_features
from regulars.predict import Outlook, outlook_in, outlook_of
from regulars.tracking.versions import Registered
from regulars.transactions import Transactions
from tests.predict.conftest import WINDOWS

PATH = Path("scores.parquet")


@pytest.mark.slow
def test_one_customer_scores_as_among_all(tx: Transactions, model: Registered) -> None:
    features = build_features(tx, WINDOWS.cutoff)
    scores, explained = model.scorer.score_features(features), model.scorer.explain(features)
    for place in range(0, len(scores), len(scores) // 7):
        row = scores.iloc[place]
        found = outlook_of(tx, model, row["customer_id"], WINDOWS)
        pd.testing.assert_series_equal(
            pd.Series(found.scores), row, check_names=False, check_exact=True, check_dtype=False
        )
        assert found.value_reasons == tuple(explained.value_reasons.loc[row["customer_id"]].dropna())
        assert found.reasons == tuple(row[["reason_1", "reason_2", "reason_3"]].dropna())
        assert (found.source, found.clv_horizon_days) == ("models:/regulars/1", 365)


@pytest.mark.slow
def test_a_cutoff_before_the_training_cutoff_is_refused_unless_allowed(tx: Transactions, model: Registered) -> None:
    earlier, someone = WINDOWS.shifted(-30), build_features(tx, WINDOWS.shifted(-30).cutoff).index[0]
    with pytest.raises(ModelError, match="would know the future"):
        outlook_of(tx, model, someone, earlier)
    assert outlook_of(tx, model, someone, earlier, allow_past=True).scores["cutoff"] == pd.Timestamp("1997-12-02")


def table(*ids: Any, cutoff: str = "1998-01-01", kind: str | None = None) -> pd.DataFrame:
    reasons = {"reason_1": "because", "reason_2": None, "reason_3": None}
    rows = [
        {"customer_id": name, "cutoff": pd.Timestamp(cutoff), "clv": 10.0 * k, **reasons} for k, name in enumerate(ids)
    ]
    made = pd.DataFrame(rows, columns=["customer_id", "cutoff", "clv", *reasons])
    return made.astype({"customer_id": kind}) if kind else made


@pytest.mark.parametrize(
    ("ids", "kind", "customer_id", "clv"),
    [
        (["a", "b"], None, "b", 10.0),
        ([7, 123], None, 123, 10.0),
        ([7, 123], None, "123", 10.0),  # the log has texts, and a CSV file of them holds plain numbers
        (["007", "7"], None, "7", 10.0),
        (["007", "7"], None, 7, 10.0),
        ([0.1, 0.5], "float32", 0.10000000149011612, 0.0),
        ([1.0, 5.0], None, 5.0, 10.0),
        (["1.0", "5.0"], None, 5.0, 10.0),
    ],
)
def test_the_row_is_found_by_the_id_of_the_log(ids: list[Any], kind: str | None, customer_id: Any, clv: float) -> None:
    found = outlook_in(table(*ids, kind=kind), PATH, customer_id, WINDOWS)
    assert isinstance(found, Outlook)
    assert found.scores["clv"] == clv
    assert found.reasons == ("because",)


def test_a_customer_who_is_not_in_the_table_has_no_scores_and_that_is_no_error() -> None:
    assert outlook_in(table("a"), PATH, "b", WINDOWS) == (
        "'scores.parquet' has no row of this customer; it was made at 1998-01-01."
    )
    assert outlook_in(table(), PATH, "b", WINDOWS) == "'scores.parquet' has no rows."


def test_scores_of_a_later_cutoff_are_refused() -> None:
    with pytest.raises(InputError, match=r"was made at 1998-03-01, so it knows more than the cutoff 1998-01-01 allows"):
        outlook_in(table("a", cutoff="1998-03-01"), PATH, "a", WINDOWS)


def test_what_it_tells_machines_is_plain() -> None:
    found = outlook_in(table("a"), PATH, "a", WINDOWS)
    assert isinstance(found, Outlook)
    told = found.to_dict()
    assert (told["cutoff"], told["reason_2"], told["source"]) == ("1998-01-01", None, "scores.parquet")


def test_days_of_a_csv_file_are_days() -> None:
    texts = table("a").assign(cutoff="1998-01-01", next_purchase_date="1998-02-03", next_purchase_low=None)
    found = outlook_in(texts, PATH, "a", WINDOWS)
    assert isinstance(found, Outlook)
    assert f"{found.scores['next_purchase_date']:%d.%m.}" == "03.02."
    assert pd.isna(found.scores["next_purchase_low"])
