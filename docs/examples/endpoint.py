"""Scores for orders over HTTP; run it where params.yaml lies, as `uvicorn endpoint:app`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import pandas as pd
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

import regulars as rg
from regulars.errors import RegularsError
from regulars.pipelines.inputs import forgotten_file

MODEL = "models:/regulars@champion"
MOST_BYTES = 20_000_000  # of one request, some 250,000 orders

params = rg.load_params()
scorer = rg.load_scorer(MODEL, params.mlflow.tracking_uri)  # once: another champion is served after a restart
app = FastAPI(title="Scores for orders")


class Asked(BaseModel):
    """Every order of some customers, and the day at which they are scored."""

    cutoff: dt.date
    orders: list[dict[str, Any]]


@app.get("/health")
def health() -> dict[str, str]:
    """Tell that the server is up, and with which model."""
    return {"status": "ok", "model_version": scorer.version, "training_cutoff": str(scorer.training_cutoff)}


@app.post("/scores")
def scores(asked: Asked) -> dict[str, Any]:
    """Score the customers of the orders; FastAPI runs this in threads, many at a time."""
    log, forgotten = params.transactions, forgotten_file(params)
    tx = rg.read_transactions(
        pd.DataFrame(asked.orders, dtype=object),
        log.columns,
        returns=log.returns,
        timezone=log.timezone,
        layout=log.layout,
        own_columns=log.own_columns,
        own_features=log.own_features,
        forgotten=forgotten if forgotten.exists() else None,
        memory_limit="1GB",
    )
    return {"ledger": as_rows(tx.ledger.frame), "scores": as_rows(scorer.score(tx, asked.cutoff))}


@app.exception_handler(RegularsError)
def refuse(request: Request, error: RegularsError) -> JSONResponse:
    """Answer what cannot be scored with the words that `regulars` has for it."""
    return JSONResponse({"detail": str(error)}, 422)


@app.middleware("http")
async def refuse_huge(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse what is too large before it is read."""
    length = request.headers.get("content-length", "")
    if request.method == "POST" and not (length.isdecimal() and int(length) <= MOST_BYTES):
        return JSONResponse({"detail": f"The body needs a Content-Length of at most {MOST_BYTES:,} bytes."}, 413)
    return await call_next(request)


def as_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them: days as text, null for what is missing."""
    days = {name: table[name].dt.strftime("%Y-%m-%d") for name in table.select_dtypes("datetime")}
    return table.assign(**days).astype(object).where(table.notna(), None).to_dict("records")
