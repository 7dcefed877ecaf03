"""Features that a shop declares itself, beside the same computed from the lines, and what is refused."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import regulars as rg
from regulars.dictionary import dictionary
from regulars.errors import ParamsError
from regulars.features import build_features_in, declarations, features_of
from regulars.transactions import Transactions, parts_of
from regulars.windows import Windows

CUTOFF = pd.Timestamp("2024-04-01")
DAY = pd.Timedelta(days=1)


def feature(expression: str, name: str = "mine", meaning: str = "Mine") -> rg.Feature:
    return rg.Feature(name=name, expression=expression, meaning=meaning)


DECLARED = (
    feature("total(orders, 20)", "orders_20"),
    feature("total(value, 60, 20)", "value_before"),
    feature("early(gross, 30)", "gross_early"),
    feature("nth(value, -2) - nth(value, 1)", "value_grown"),
    feature("age(2)", "second"),
    feature("days_since_last / gap_mean", "late"),
    feature("where(frequency >= 2 and net_total > 20 or orders_30 == 0, -1, minimum(tenure, 9))", "kind"),
    feature("1 / (frequency - frequency)", "nowhere"),
    feature("maximum(weight_mean, 2)", "weight"),
)


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    draw, rows = np.random.default_rng(8), 900
    return pd.DataFrame(
        {
            "customer_id": draw.integers(0, 150, rows),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 150, rows), unit="D"),
            "amount": draw.choice([5.0, 9.0, 12.5], rows),
            "w": draw.gamma(2.0, 2.0, rows).round(3),
            "pay": draw.choice(["card", "cash"], rows),
        }
    )


def read(log: pd.DataFrame, declared: Sequence[rg.Feature] = DECLARED) -> Transactions:
    return rg.read_transactions(log, own_columns={"weight": "w", "payment": "pay"}, own_features=declared)


@pytest.fixture(scope="module")
def tx(log: pd.DataFrame) -> Transactions:
    return read(log)


def declaring(tx: Transactions, *declared: rg.Feature) -> Transactions:
    """The log that has been read, with other declarations."""
    return dataclasses.replace(tx, own_features=declared)


@pytest.fixture(scope="module")
def built(tx: Transactions) -> pd.DataFrame:
    return rg.build_features(tx, CUTOFF.date())


def by_hand(lines: pd.DataFrame) -> dict[str, float]:
    """The features of one customer, from the purchases before the cutoff."""
    days = lines.groupby("date")["amount"].sum()
    ages = (CUTOFF - days.index).days.to_numpy()
    gaps = -np.diff(ages)
    kind = (len(days) >= 3 and days.sum() > 20) or not (ages <= 30).any()
    return {
        "orders_20": (ages <= 20).sum(),
        "value_before": days[(ages <= 60) & (ages > 20)].sum(),
        "gross_early": days[days.index < days.index[0] + 30 * DAY].sum(),
        "value_grown": days.iloc[-2] - days.iloc[0] if len(days) > 1 else np.nan,
        "second": ages[1] if len(days) > 1 else np.nan,
        "late": ages[-1] / gaps.mean() if len(days) > 1 else np.nan,
        "kind": -1.0 if kind else min(ages[0], 9),
        "nowhere": np.nan,
        "weight": max(lines["w"].mean(), 2.0),
    }


def test_they_are_what_they_say_customer_by_customer(log: pd.DataFrame, built: pd.DataFrame) -> None:
    past = log[log["date"] < CUTOFF]
    expected = pd.DataFrame({who: by_hand(lines) for who, lines in past.groupby("customer_id")}).T.sort_index()
    names = [one.name for one in DECLARED]
    assert list(built)[-len(names) :] == names
    pd.testing.assert_frame_equal(built[names], expected[names], check_names=False, rtol=1e-12)


def test_other_features_are_the_same_bytes_beside_them(log: pd.DataFrame, built: pd.DataFrame) -> None:
    without = rg.build_features(read(log, ()), CUTOFF.date())
    pd.testing.assert_frame_equal(built[list(without)], without, check_exact=True)


def test_parts_of_the_customers_hold_the_same(tx: Transactions, built: pd.DataFrame) -> None:
    parts = [build_features_in(tx, CUTOFF.date(), part) for part in parts_of(tx, Windows.at(CUTOFF.date(), 1), 3)]
    pd.testing.assert_frame_equal(pd.concat(parts), built, check_exact=True)


def test_nothing_at_or_after_the_cutoff_is_known(log: pd.DataFrame, built: pd.DataFrame) -> None:
    later = log.assign(amount=log["amount"].where(log["date"] < CUTOFF, 7e3))
    later = pd.concat([later, later[later["date"] >= CUTOFF]])
    pd.testing.assert_frame_equal(rg.build_features(read(later), CUTOFF.date()), built, check_exact=True)


def test_the_dictionary_describes_them(tx: Transactions) -> None:
    (mine,) = [line for line in dictionary(features_of(tx)).splitlines() if line.startswith("| `gross_early`")]
    assert mine == "| `gross_early` | number | Mine | `money` |"


def test_blanks_change_nothing_and_another_expression_is_another_declaration(tx: Transactions) -> None:
    texts = ("age(2)+1", " age( 2 )\n +1", "age(3)+1")
    one, same, other = (declarations(declaring(tx, feature(text))) for text in texts)
    assert one == same
    assert one != other


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('true')",
        "frequency.real",
        "frequency.__class__",
        "(lambda: frequency)()",
        "[frequency]",
        "frequency ** 9",
        "frequency if tenure else 1",
        "total(orders, within=3)",
        "open(frequency)",
        "frequency + True",
        "frequency + 1e400",
        "frequency + 'a'",
        "frequency > 2",
        "(frequency := 2)",
        "f'{frequency}'",
        "{**frequency}",
    ],
)
def test_all_but_the_listed_parts_are_refused(tx: Transactions, expression: str) -> None:
    with pytest.raises(ParamsError, match=r"(?s)own_features cannot be used:.*mine: .* cannot be used\. An expr"):
        rg.build_features(declaring(tx, feature(expression)), CUTOFF.date())


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("total(orders, 30, -30)", r"-30 in total\(fact, within, until\) should be from 0"),
        ("total(orders, 10, 20)", "a look is written total"),
        ("total(orders, 99999)", "99999 in total"),
        ("nth(value, 0)", "a look is written nth"),
        ("nth(value)", "a look is written nth"),
        ("total(order, 9)", r"no fact 'order' \(did you mean 'orders'\?\); there are orders, lines"),
        ("total(quantity, 9)", "quantity needs quantity, which the log does not have; map it"),
        ("novelty + 1", "novelty needs product_id, which the log does not have"),
        ("frequnecy + 1", r"no feature 'frequnecy' \(did you mean 'frequency'\?\)"),
        ("payment_last", "payment_last is a category; expressions compute with numbers"),
        ("where(frequency, 1, 2)", "'frequency' is no condition such as orders_90 > 2"),
        ("where(1 < frequency < 3, 1, 2)", "is no condition"),
        ("log(frequency, 2)", "log takes 1, not 2"),
        ("1 + 1", "names no feature, so it is the same for everybody"),
        ("frequency +", "cannot be read as an expression"),
        ("-" * 500 + "frequency", "has 1002 parts; at most 150"),
        ("(" * 400 + "frequency" + ")" * 400, "cannot be read as an expression"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_the_reason(tx: Transactions, expression: str, told: str) -> None:
    with pytest.raises(ParamsError, match=told):
        rg.build_features(declaring(tx, feature(expression)), CUTOFF.date())


def test_the_longest_expression_is_computed(tx: Transactions) -> None:
    longest = "-" * 70 + "gap_cv"
    made = rg.build_features(declaring(tx, feature(longest)), CUTOFF.date())
    pd.testing.assert_series_equal(made["mine"], made["gap_cv"], check_names=False)


def test_names_that_are_taken_are_refused_all_at_once(tx: Transactions) -> None:
    taken = ("gap_mean", "novelty", "weight_sum", "bias", "lifetime_x")
    declared = [feature("tenure", name) for name in (*taken, "twice", "twice")]
    with pytest.raises(ParamsError) as refused:
        rg.build_features(declaring(tx, *declared), CUTOFF.date())
    for name in (*taken, "twice"):
        assert str(refused.value).count(f"{name!r} is taken: choose another name") == 1
    known = rg.read_customers(pd.DataFrame({"id": [1], "x": [2.0]}), {"customer_id": "id", "mine": "x"})
    with pytest.raises(ParamsError, match="mine would be a feature twice"):
        rg.build_features(declaring(tx, feature("tenure")), CUTOFF.date(), known)


@pytest.mark.slow
def test_the_example_of_the_docs_runs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "add-a-feature.md").read_text()
    (code,) = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "rg.Feature(" in block]
    found: dict[str, pd.DataFrame] = {}
    exec(code, found)
    assert found["features"]["lately"].between(0, 1).sum() > 1_000
