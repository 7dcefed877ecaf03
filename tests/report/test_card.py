"""The card says what the run was, in Markdown that renders, and no more than it may."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from regulars.evaluation import Origins, Run, decide, judge
from regulars.evaluation.coverage import COVERAGE
from regulars.features import available
from regulars.lifetime import BGNBD, LifetimeValue
from regulars.notes import Note
from regulars.params import CalendarParams, Params
from regulars.report.card import make_card
from regulars.report.card.markdown import plain
from regulars.scorer import History, Scorer, ScorerSettings
from regulars.tables import PREDICTIONS
from regulars.transactions import read_transactions
from regulars.transactions.quality.data_warnings import Finding
from regulars.windows import Windows
from tests.evaluation.conftest import simulated_predictions

EVIL = "<script>alert(1)</script> | ` *bold* [a link](http://evil)"
SECTIONS = """What for, and what not / What the scores mean / How good it was / Grade / Gate / What it was trained on /
What it is made of / What it cannot see / How to make it again / All figures"""


def _log(customers: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    log = pd.DataFrame({"customer_id": [f"shopper-{k % customers}" for k in range(5 * customers)]})
    log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, len(log)), unit="D")
    return log.assign(amount=rng.integers(-1, 100, len(log)).astype(float))


@pytest.fixture(scope="module")
def run() -> Run:
    """A run on a log of 60 customers; the backtest is another's, from simulated predictions."""
    tx, params = read_transactions(_log()), Params()
    windows = Windows.at("2024-10-01", 60)
    scorer = Scorer(
        settings=ScorerSettings.of(params),
        training_cutoff=windows.cutoff,
        feature_names=tuple(feature.name for feature in available(tx.columns)),
        lifetime=LifetimeValue(
            BGNBD.from_params({"r": 0.6, "alpha": 30.0, "a": 0.8, "b": 2.5}),
            spend=None,
            order_value=50.0,
            certificate={
                "verdict": "warning",
                "checks": [{"model": "bg_nbd", "verdict": "warning", "sentence": "It leans."}],
            },
        ),
        ensemble=None,
        notes=(Note("lifetime_stand_in", "bg_nbd stands in for pareto_nbd"), Note("totals", EVIL)),
    )
    told = {"skipped": ["2024-02-01: too early"], "notes": ["origin 2024-03-01 is there for the year's busiest days"]}
    backtest = judge(simulated_predictions(customers=200), replicates=40, **told)
    certificate = scorer.lifetime.certificate
    findings = [Finding("warning", EVIL, "Look at it")]
    verdict = decide(backtest, certificate=certificate)
    return Run(params, History(tx), windows, Origins(()), findings, scorer, backtest, verdict, "0.1.0+abc")


def test_it_has_all_its_parts_and_no_customer(run: Run) -> None:
    text = make_card(run).text
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == re.split(r"\s*/\s*", SECTIONS)
    assert text.startswith(f"# regulars {run.scorer.version}\n")
    assert "shopper-" not in text
    for said in ("bg_nbd stands in for pareto_nbd", "BG/NBD: It leans.", "skipped: 2024-02-01: too early", "netted"):
        assert said in text
    assert "- origin 2024-03-01 is there for the year's busiest days" in text
    assert run.grade
    assert f"**{run.grade.letter}**, of A to E." in text
    assert "None" not in text
    assert "nan" not in text


def test_every_table_has_as_many_cells_in_every_row(run: Run) -> None:
    tables = re.findall(r"(?:^\|.*\|\n)+", make_card(run).text, re.MULTILINE)
    assert len(tables) >= 7
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table


def test_what_the_log_says_is_no_markup(run: Run) -> None:
    text = make_card(run).text
    assert "<script>" not in text
    assert "[a link](" not in text
    assert text.count(plain(EVIL)) == 2


def test_the_same_run_gives_the_same_bytes(run: Run) -> None:
    again = dataclasses.replace(run, history=History(read_transactions(_log().sample(frac=1, random_state=1))))
    assert make_card(again) == make_card(run)


def test_where_nothing_could_be_tried_it_says_so(run: Run) -> None:
    nothing = judge(pd.DataFrame(columns=list(PREDICTIONS)), skipped=["2024-02-01: too early"])
    card = make_card(dataclasses.replace(run, backtest=nothing, verdict=decide(nothing)))
    assert "No grade: nothing was tried." in card.text
    assert "**Refused.**" in card.text
    assert "Totals" not in card.text
    assert "Gate: refused.\n\nNo origin could be backtested" in card.brief


def test_totals_at_earlier_cutoffs_stand_in_a_table_of_their_own(run: Run) -> None:
    days = ["2024-01-04", "2024-01-11"]
    tried = pd.DataFrame({"origin": days, "outcome": "purchases", "expected": [90.0, 130.0], "low": 70.0})
    tried = tried.assign(high=120.0, windows=2.0, actual=100.0, inside=True, horizon_days=30)
    backtest = judge(simulated_predictions(customers=200), earlier_totals=tried, replicates=40)
    text = make_card(dataclasses.replace(run, backtest=backtest)).text
    assert "| order days | 2 | 2024-01-04 to 2024-01-11 | 20.0\xa0% | +30.0\xa0% | 2 of 2 |" in text
    where = "At 2 earlier cutoffs from 2024-01-04 to 2024-01-11 (their windows overlap, so they are not independent)"
    assert f"**Totals.** {where} order days lay -10.0" in text.replace("−", "-")
    assert "The grade and the gate go by these; their windows overlap, so they are not independent." in text


def test_a_log_without_money_promises_none(run: Run) -> None:
    tx = read_transactions(_log().drop(columns="amount"), {"customer_id": "customer_id", "ordered_at": "date"})
    predictions = simulated_predictions(customers=200)
    predictions[["expected_spend", "actual_spend"]] = np.nan
    backtest = judge(predictions, replicates=40)
    card = make_card(dataclasses.replace(run, history=History(tx), backtest=backtest))
    assert "`clv`" not in card.text
    assert "money, net" not in card.text
    assert "worth" not in card.text.split("##")[0]


@pytest.mark.parametrize("name", ["shop", "é" * 200, "a b+c.d-e"])
def test_the_file_name_fits_any_disk(run: Run, name: str) -> None:
    mlflow = run.params.mlflow.model_copy(update={"model_name": name})
    params = run.params.model_copy(update={"mlflow": mlflow})
    file_name = make_card(dataclasses.replace(run, params=params)).file_name
    assert file_name.endswith(f"-{run.scorer.version}.md")
    assert len(file_name.encode()) <= 230
    assert "/" not in file_name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/ann/orders.csv", "orders.csv"),
        ("postgresql://ann:secret@db/shop?password=other", "shop"),
        ("s3://bucket/logs/", "logs"),
        ("logs/part-?.csv", "part-?.csv"),
        ("demo", "demo"),
    ],
)
def test_the_log_is_told_by_its_name_alone(run: Run, path: str, name: str) -> None:
    source = run.params.transactions.model_copy(update={"path": path})
    told = dataclasses.replace(run, params=run.params.model_copy(update={"transactions": source}))
    assert told.log_name == name
    text = make_card(told).text
    assert "secret" not in text
    assert "other" not in text.split("```yaml")[1].split("```")[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("days", "said"),
    [("2024-10-01", "less than a year"), ("2025-10-01", "most seasons once only"), ("2027-10-01", "twice or more")],
)
def test_the_limits_are_those_of_this_log(run: Run, days: str, said: str) -> None:
    assert said in make_card(dataclasses.replace(run, windows=Windows.at(days, 60))).text


def test_the_brief_fits_into_a_description(run: Run) -> None:
    brief = make_card(run).brief
    assert len(brief) < 5000
    assert brief.splitlines()[0].startswith("Churn and value over 60 days, trained on 60 customers up to 2024-10-01")
    assert "`card.md`" in brief


def test_it_says_how_often_intervals_held(run: Run) -> None:
    groups = [("mean", "purchases", group, 50, 0.915, 3.25) for group in ("all", "active", "1")]
    backtest = dataclasses.replace(
        run.backtest,
        coverage=pd.DataFrame(groups, columns=COVERAGE),
        totals=pd.DataFrame({"outcome": ["purchases", "purchases"], "inside": [True, False]}),
    )
    text = make_card(dataclasses.replace(run, backtest=backtest)).text
    assert text.count("| 91.5\xa0% | 3.25 |") == 2
    assert "Intervals for all customers together held for order days at 1 of 2 origins." in text


def test_a_calendar_is_named_without_its_folder(run: Run) -> None:
    def told(**calendar: str) -> str:
        params = run.params.model_copy(update={"calendar": CalendarParams(**calendar)})
        return make_card(dataclasses.replace(run, params=params)).text.split("```yaml")[1].split("```")[0]

    assert "calendar" not in told()
    assert "calendar:\n  path: days.csv\n" in told(path="/home/ann/days.csv")
    assert "calendar:\n  country: DE\n" in told(country="DE")
