"""The endpoint of `docs/serve.md` under uvicorn: from orders to scores over HTTP."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regulars.features import build_features
from regulars.params import load_params
from regulars.tracking.versions import load_scorer
from regulars.transactions import Transactions, read_transactions
from tests.forked import Server
from tests.pipelines.conftest import CUTOFF, Place, Trained
from tests.servers import PATIENCE, Web, forked_web
from tests.tracking.conftest import Fitted, log_one

DOCS = Path(__file__).parents[2] / "docs"
ENDPOINT = DOCS / "examples" / "endpoint.py"
UVICORN = "from uvicorn.main import main; main()"
WORDS = ("endpoint:app", "--log-level", "warning", "--port")
CHAMPION = "models:/regulars@champion"


@pytest.fixture(scope="module")
def place(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A copy of the trained place, with the endpoint in it; customers are forgotten and promoted in it."""
    copied = trained.place.copy(tmp_path_factory.mktemp("endpoint"))
    shutil.copy(ENDPOINT, copied.folder)
    return copied


@pytest.fixture(scope="module")
def server(forks: Server, place: Place) -> Iterator[Web]:
    with forked_web(forks, UVICORN, WORDS, "/health", place.folder) as running:
        yield running


@pytest.fixture(scope="module")
def log(trained: Trained) -> Transactions:
    return read_transactions(trained.place.folder / "orders.csv")


@pytest.fixture(scope="module")
def scores(trained: Trained, log: Transactions) -> list[dict[str, Any]]:
    """What the scorer says of the whole log, as JSON has it."""
    made = load_scorer(CHAMPION, trained.place.store).score(log, CUTOFF)
    days = {day: made[day].dt.strftime("%Y-%m-%d") for day in made.select_dtypes("datetime")}
    rows: list[dict[str, Any]] = made.assign(**days).astype(object).where(made.notna(), None).to_dict("records")
    return rows


def asked(orders: pd.DataFrame | list[Any], cutoff: str = CUTOFF) -> bytes:
    rows = orders
    if isinstance(orders, pd.DataFrame):
        rows = orders.assign(date=orders["date"].dt.strftime("%Y-%m-%d")).to_dict("records")
    return json.dumps({"cutoff": cutoff, "orders": rows}).encode()


def refusal(server: Web, content: bytes, status: int = 422) -> str:
    found, body = server.ask("/scores", content)
    assert found == status
    assert server.ask("/health")[0] == 200  # it goes on
    return str(json.loads(body)["detail"])


def test_the_page_shows_the_endpoint_that_is_tested() -> None:
    assert f"```python\n{ENDPOINT.read_text(encoding='utf-8')}```" in (DOCS / "serve.md").read_text(encoding="utf-8")


def test_orders_of_all_customers_have_the_scores_of_the_scorer(
    server: Web, trained: Trained, scores: list[dict[str, Any]]
) -> None:
    status, body = server.ask("/scores", asked(trained.log))
    assert status == 200, body
    told = json.loads(body)
    assert told["scores"] == scores
    assert [(line["reason"], line["rows"]) for line in told["ledger"]] == [("purchase", len(trained.log))]


def test_a_customer_alone_has_the_same_scores(server: Web, trained: Trained, scores: list[dict[str, Any]]) -> None:
    for score in scores[:3]:
        alone = trained.log[trained.log["customer_id"] == score["customer_id"]]
        assert json.loads(server.ask("/scores", asked(alone))[1])["scores"] == [score]


def test_requests_at_once_are_answered_as_one_by_one(server: Web, trained: Trained) -> None:
    bodies = [asked(trained.log.iloc[start::8]) for start in range(8)]

    def answer(body: bytes) -> tuple[int, str]:
        return server.ask("/scores", body)

    one_by_one = [answer(body) for body in bodies]
    assert {status for status, _ in one_by_one} == {200}
    with ThreadPoolExecutor(8) as callers:
        assert list(callers.map(answer, bodies)) == one_by_one


ORDER = {"customer_id": "new", "date": "1998-01-31", "amount": 20}


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ([{**ORDER, "amount": "twenty"}], "column 'amount' (for amount): 1 value is not a number"),
        ([{**ORDER, "date": "1998-01-45"}], "column 'date' (for ordered_at): 1 value is not a day"),
        ([{**ORDER, "date": "01/02/1998"}], "can be read as DD/MM/YYYY and as MM/DD/YYYY"),
        (
            [{"who": "new", "date": "1998-01-31", "amount": 20}],
            "column 'customer_id' (for customer_id) is missing",
        ),
        ([{**ORDER, "amount": {"net": 20}}], "expected: one plain value a row"),
        ([{**ORDER, "customer_id": "\ud800"}], "The frame cannot be read"),
        ([{**ORDER, "amount": -20}], "no purchase in it"),
        ([{**ORDER, "date": "1998-05-01"}], "No customer has a purchase before the cutoff 1998-03-01"),
        ([], "The frame has no columns"),
    ],
)
def test_bad_orders_are_refused_in_the_words_of_the_reader(server: Web, orders: list[Any], words: str) -> None:
    assert words in refusal(server, asked(orders))


def test_orders_that_are_left_out_are_in_the_ledger(server: Web) -> None:
    told = json.loads(server.ask("/scores", asked([ORDER, {**ORDER, "customer_id": None}]))[1])
    assert [(line["outcome"], line["reason"], line["rows"]) for line in told["ledger"]] == [
        ("used", "purchase", 1),
        ("excluded", "missing customer", 1),
    ]
    assert [row["customer_id"] for row in told["scores"]] == ["new"]


def test_a_cutoff_before_the_training_cutoff_is_refused(server: Web) -> None:
    assert "would know the future" in refusal(server, asked([ORDER], cutoff="1998-02-01"))


@pytest.mark.parametrize("content", [b"", b'{"cutoff": ', b"[]", b'{"orders": []}', b"\xff\xfe"])
def test_a_body_of_another_shape_is_refused(server: Web, content: bytes) -> None:
    assert "body" in refusal(server, content)


@pytest.mark.parametrize("headers", [{"Content-Length": "60000000"}, {"Transfer-Encoding": "chunked"}])
def test_a_huge_body_is_refused_before_it_is_read(server: Web, headers: dict[str, str]) -> None:
    caller = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=PATIENCE)
    caller.putrequest("POST", "/scores")
    for name, value in {"Content-Type": "application/json", **headers}.items():
        caller.putheader(name, value)
    caller.endheaders()
    answer = caller.getresponse()
    assert answer.status == 413
    assert "at most 20,000,000 bytes" in json.loads(answer.read())["detail"]
    caller.close()
    assert server.ask("/health")[0] == 200


def test_a_promotion_is_served_after_a_restart_and_the_forgotten_at_once_no_more(
    server: Web, forks: Server, place: Place, log: Transactions, trained: Trained
) -> None:
    params = load_params(place.folder / "params.yaml", environment={})
    before = load_scorer(CHAMPION, place.store)
    other = replace(before, absence=replace(before.absence), ensemble=None)
    log_one(params, Fitted(other, build_features(log, CUTOFF)))
    body = asked(trained.log.head(200))
    answered = server.ask("/scores", body)
    place.json("promote", "--reason", "to be served", "challenger")
    assert json.loads(server.ask("/health")[1])["model_version"] == before.version
    assert server.ask("/scores", body) == answered
    with forked_web(forks, UVICORN, WORDS, "/health", place.folder) as restarted:
        assert json.loads(restarted.ask("/health")[1])["model_version"] == other.version
    gone = trained.log["customer_id"].iloc[0]
    assert place.run("forget", gone, "--in", place.folder / "store").exit_code in (0, 1)
    told = json.loads(server.ask("/scores", body)[1])
    assert "forgotten customer" in {line["reason"] for line in told["ledger"]}
    assert gone not in {row["customer_id"] for row in told["scores"]}
