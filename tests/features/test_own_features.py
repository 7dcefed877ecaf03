"""Features of a log's own columns, beside the same computed row by row."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import regulars as rg
from regulars.errors import ParamsError
from regulars.features import available, build_features_in, catalogue_hash, own_features
from regulars.features.catalogue import measures_used
from regulars.features.own_features import own_measures
from regulars.transactions import parts_of
from regulars.windows import Windows

OWN = {"weight": "w", "payment": "pay"}
CUTOFF = pd.Timestamp("2024-04-01")
NAMES = [feature.name for feature in own_features(["own_number_weight", "own_label_payment"])]


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    draw, rows = np.random.default_rng(8), 1_500
    return pd.DataFrame(
        {
            "customer_id": draw.integers(0, 150, rows),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 150, rows), unit="D"),
            "amount": draw.choice([-5.0, 5.0, 9.0], rows, p=[0.1, 0.5, 0.4]),
            "w": np.where(draw.random(rows) < 0.2, np.nan, draw.gamma(2.0, 2.0, rows).round(3)),
            "pay": draw.choice(["card", "cash", "voucher", None], rows, p=[0.4, 0.3, 0.2, 0.1]),  # type: ignore[arg-type]
        }
    )


@pytest.fixture(scope="module")
def built(log: pd.DataFrame) -> pd.DataFrame:
    return rg.build_features(rg.read_transactions(log, own_columns=OWN), CUTOFF.date())


def by_hand(lines: pd.DataFrame) -> dict[str, object]:
    """The features of one customer, from the purchases before the cutoff."""
    known = lines["w"].dropna()
    last = lines.loc[lines["date"] == lines["date"].max(), "w"].dropna()
    days = {}
    for day, values in lines.dropna(subset="pay").groupby("date")["pay"]:
        counts = values.value_counts()
        days[day] = max(counts.index, key=lambda value, counts=counts: (counts[value], value))
    usual = pd.Series(days, dtype=object)
    visits = lines.dropna(subset="pay").drop_duplicates(["date", "pay"])
    ranked = sorted(set(usual), key=lambda value: ((usual == value).sum(), usual.index[usual == value].max()))
    return {
        "weight_sum": float(sum(Decimal(str(value)) for value in known)),
        "weight_mean": known.mean(),
        "weight_last": last.mean(),
        "payment_usual": ranked[-1] if ranked else None,
        "payment_usual_share": (usual == ranked[-1]).mean() if ranked else np.nan,
        "payment_last": days.get(lines["date"].max()),
        "payment_novelty": visits["pay"].nunique() / len(visits) if len(visits) else np.nan,
    }


@pytest.mark.medium
def test_they_are_what_the_lines_before_the_cutoff_say(log: pd.DataFrame, built: pd.DataFrame) -> None:
    bought = log[(log["amount"] >= 0) & (log["date"] < CUTOFF)]
    expected = pd.DataFrame({customer: by_hand(lines) for customer, lines in bought.groupby("customer_id")}).T[NAMES]
    assert list(built)[-len(NAMES) :] == NAMES
    for name in NAMES:
        values = expected[name].to_numpy()
        if name in ("payment_usual", "payment_last"):
            assert built[name].fillna("none").tolist() == [value or "none" for value in values]
        else:
            np.testing.assert_allclose(built[name], values.astype(np.float64), rtol=1e-12)
    assert built["payment_last"].isna().any()
    assert built["weight_last"].isna().any()


def test_the_order_of_the_lines_changes_no_byte(log: pd.DataFrame, built: pd.DataFrame) -> None:
    shuffled = rg.read_transactions(log.sample(frac=1.0, random_state=1), own_columns=OWN)
    pd.testing.assert_frame_equal(rg.build_features(shuffled, CUTOFF.date()), built, check_exact=True)


@pytest.mark.medium
def test_parts_of_the_customers_have_the_same(log: pd.DataFrame, built: pd.DataFrame) -> None:
    tx = rg.read_transactions(log, own_columns=OWN)
    parts = [build_features_in(tx, CUTOFF.date(), part) for part in parts_of(tx, Windows.at(CUTOFF.date(), 1), 3)]
    pd.testing.assert_frame_equal(pd.concat(parts), built, check_exact=True)


def test_what_comes_later_changes_no_byte_whatever_new_values_it_has(log: pd.DataFrame, built: pd.DataFrame) -> None:
    later = log.assign(
        pay=np.where(log["date"] < CUTOFF, log["pay"], "a new one"), w=log["w"].where(log["date"] < CUTOFF, 7)
    )
    found = rg.build_features(rg.read_transactions(later, own_columns=OWN), CUTOFF.date())
    pd.testing.assert_frame_equal(found, built, check_exact=True)


def test_other_features_are_as_without_them(log: pd.DataFrame, built: pd.DataFrame) -> None:
    plain = rg.build_features(rg.read_transactions(log), CUTOFF.date())
    pd.testing.assert_frame_equal(built.drop(columns=NAMES), plain, check_exact=True)


def test_each_is_declared_with_unit_meaning_and_the_column_that_it_needs() -> None:
    features = own_features(["own_number_weight", "own_label_payment"])
    assert all(feature.unit and feature.meaning and len(feature.needs) == 1 for feature in features)
    assert set(measures_used(features)) == set(own_measures(["own_number_weight", "own_label_payment"]))


def test_the_hash_of_the_catalogue_knows_them() -> None:
    assert catalogue_hash(["tenure", "weight_sum"], ["own_number_weight"]) != catalogue_hash(["tenure"])
    assert catalogue_hash(["tenure"], ["own_number_weight"]) == catalogue_hash(["tenure"])


@pytest.mark.parametrize(("name", "made"), [("gap", "gap_mean"), ("lifetime_x", "lifetime_x_sum")])
def test_a_name_that_makes_a_feature_twice_is_refused(name: str, made: str) -> None:
    with pytest.raises(ParamsError, match=f"'{name}' makes {made}, which is taken: choose another name"):
        available([f"own_number_{name}"])


@pytest.mark.medium
def test_an_attribute_of_the_same_name_is_refused(log: pd.DataFrame) -> None:
    known = rg.read_customers(
        pd.DataFrame({"id": range(150), "x": [k % 7 for k in range(150)]}), {"customer_id": "id", "weight_sum": "x"}
    )
    with pytest.raises(ParamsError, match=r"weight_sum would be a feature twice: of transactions\.own_columns or own"):
        rg.build_features(rg.read_transactions(log, own_columns=OWN), "latest", known)
