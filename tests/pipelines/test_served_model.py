"""The champion behind `mlflow models serve`, asked over HTTP."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from regulars.features import build_features
from regulars.tracking.versions import load_scorer
from regulars.transactions import Transactions, read_transactions
from tests.pipelines.conftest import CUTOFF, Trained
from tests.servers import Web, web

CSV, JSON, PARQUET = "text/csv", "application/json", "application/vnd.apache.parquet"


@pytest.fixture(scope="module")
def server(trained: Trained) -> Iterator[Web]:
    """Started as `docs/serve.md` has it."""
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    words = [*command, "--model-uri", "models:/regulars@champion", "--port"]
    settings = {"MLFLOW_TRACKING_URI": trained.place.store, "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false"}
    with web(words, "/ping", trained.place.folder, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def log(trained: Trained) -> Transactions:
    return read_transactions(trained.place.folder / "orders.csv")


@pytest.fixture(scope="module")
def features(log: Transactions) -> pd.DataFrame:
    return build_features(log, CUTOFF)


@pytest.fixture(scope="module")
def scores(trained: Trained, log: Transactions) -> pd.DataFrame:
    return load_scorer("models:/regulars@champion", trained.place.store).score(log, CUTOFF)


def written(features: pd.DataFrame, kind: str) -> bytes:
    """The body of a request."""
    if kind == CSV:
        return features.to_csv().encode()
    if kind == PARQUET:
        file = io.BytesIO()
        features.to_parquet(file)
        return file.getvalue()
    columns = features.reset_index().assign(cutoff=features["cutoff"].astype(str).tolist())
    split = columns.to_dict("split", index=False)
    return json.dumps({"dataframe_split": split}).replace("NaN", "null").encode()


def refusal(server: Web, content: bytes, kind: str, status: int = 400) -> str:
    """What a refused request is told."""
    found, body = server.ask("/invocations", content, kind)
    assert found == status
    assert server.ask("/health")[0] == 200  # it goes on
    return str(json.loads(body)["message"]) if status == 400 else body


@pytest.mark.parametrize("kind", [CSV, JSON, PARQUET])
def test_scores_over_http_are_those_of_the_scorer(
    server: Web, features: pd.DataFrame, scores: pd.DataFrame, kind: str
) -> None:
    status, body = server.ask("/invocations", written(features, kind), kind)
    assert status == 200, body
    served = pd.DataFrame(json.loads(body)["predictions"])
    served = served.assign(**{day: pd.to_datetime(served[day]) for day in scores.select_dtypes("datetime")})
    pd.testing.assert_frame_equal(served, scores, check_dtype=False, check_exact=True)


def test_arrow_is_refused_with_the_kinds_that_can_be_read(server: Web) -> None:
    told = refusal(server, b"ARROW1", "application/vnd.apache.arrow.stream", status=415)
    assert PARQUET in told


def test_an_empty_table_has_no_scores(server: Web, features: pd.DataFrame) -> None:
    for kind in (CSV, JSON):
        assert server.ask("/invocations", written(features.head(0), kind), kind) == (200, '{"predictions": []}')


@pytest.mark.parametrize("kind", [CSV, JSON, PARQUET])
def test_a_missing_column_is_named(server: Web, features: pd.DataFrame, kind: str) -> None:
    told = refusal(server, written(features.head(2).drop(columns="recency"), kind), kind)
    assert "Model is missing inputs ['recency']" in told


@pytest.mark.parametrize("kind", [CSV, JSON, PARQUET])
def test_a_text_in_place_of_a_number_is_refused(server: Web, features: pd.DataFrame, kind: str) -> None:
    told = refusal(server, written(features.head(2).assign(recency="often"), kind), kind)
    assert "often" in told or "Incompatible input types for column recency" in told


def test_what_the_scorer_refuses_is_answered_in_its_words(server: Web, features: pd.DataFrame) -> None:
    two = features.head(2)
    for changed, words in {
        "recency": "column 'recency' is null in 2 of 2 rows; expected a number in every row",
        "cutoff": "Column 'cutoff' has nulls. Every row needs a cutoff",
    }.items():
        assert words in refusal(server, written(two.assign(**{changed: None}), CSV), CSV)
    assert "would know the future" in refusal(server, written(two.assign(cutoff="1997-12-01"), CSV), CSV)
    told = refusal(server, written(two.assign(cutoff="01/12/1998"), CSV), CSV)
    assert "column 'cutoff' holds '01/12/1998' (a text); expected calendar days" in told


@pytest.mark.parametrize("content", [b"", b'{"dataframe_split": ', b"\xff\xfe"], ids=["empty", "cut short", "no UTF-8"])
def test_a_body_that_is_no_json_is_refused(server: Web, content: bytes) -> None:
    assert "valid JSON" in refusal(server, content, JSON)


@pytest.mark.parametrize(("kind", "words"), [(CSV, "No columns to parse"), (PARQUET, "Parquet file size is 0 bytes")])
def test_a_body_without_a_table_is_refused(server: Web, kind: str, words: str) -> None:
    assert words in refusal(server, b"", kind)


def test_a_huge_table_is_scored_and_huge_rubbish_refused(
    server: Web, features: pd.DataFrame, scores: pd.DataFrame
) -> None:
    times = 10
    content = written(pd.concat([features] * times), PARQUET)
    status, body = server.ask("/invocations", content, PARQUET)
    assert status == 200
    assert [row["p_churn"] for row in json.loads(body)["predictions"]] == scores["p_churn"].tolist() * times
    assert "valid JSON" in refusal(server, b"x" * 20_000_000, JSON)


def test_requests_at_once_are_answered_as_one_by_one(server: Web, features: pd.DataFrame) -> None:
    bodies = [written(features.iloc[start::12], CSV) for start in range(12)]

    def answer(body: bytes) -> tuple[int, str]:
        return server.ask("/invocations", body, CSV)

    one_by_one = [answer(body) for body in bodies]
    assert {status for status, _ in one_by_one} == {200}
    with ThreadPoolExecutor(6) as callers:
        assert list(callers.map(answer, bodies)) == one_by_one
