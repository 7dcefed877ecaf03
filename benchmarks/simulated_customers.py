"""Simulated customers in a folder, so that every contestant works on the same numbers."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from regulars.features import rfm_summary
from regulars.lifetime import BGNBD, GammaGamma
from regulars.lifetime.fit.rows import rows_of
from regulars.transactions import Transactions, read_transactions
from regulars.transactions.simulate import simulate_bg_nbd

START, JOINING_DAYS, DAYS = dt.date(2020, 1, 1), 365, 730
LINES, SUMMARY, CELLS = "lines", "summary", "cells"
COLUMNS = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"}


@dataclass(frozen=True)
class SimulatedCustomers:
    """Customers who join over a year and are followed for two, in days: about 2.9 purchases each.

    Parameters
    ----------
    folder : Path
        Where `simulate` wrote them; every table is read when it is asked for.
    """

    folder: Path

    cutoff = START + dt.timedelta(days=DAYS)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """One row a purchase, in the order of time, as a till books them: customer_id, date, amount."""
        return _read(self.folder / LINES)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a customer: frequency, recency, T, monetary_value."""
        return _read(self.folder / SUMMARY)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """One row for all customers that look alike: frequency, recency, T, weight."""
        return _read(self.folder / CELLS)

    @property
    def annual_rate(self) -> float:
        """The discount rate at which value is computed."""
        return float(self._facts["annual_rate"])

    @property
    def model(self) -> BGNBD:
        """The model with which both sides forecast."""
        return BGNBD.from_params(self._facts["model"])

    @property
    def spend(self) -> GammaGamma:
        """The model of spend with which both sides forecast."""
        return GammaGamma.from_params(self._facts["spend"])

    @cached_property
    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.folder / "facts.json").read_text(encoding="utf-8"))
        return facts

    def read(self) -> Transactions:
        """The log, read and checked."""
        return read_transactions(self.lines, COLUMNS)


def simulate(folder: Path, customers: int, *, seed: int, annual_rate: float) -> SimulatedCustomers:
    """Simulate customers and write them to a folder."""
    simulated = simulate_bg_nbd(customers, start=START, joining_days=JOINING_DAYS, days=DAYS, seed=seed).transactions
    lines = simulated.sort_values("date", kind="stable", ignore_index=True)
    summary = rfm_summary(read_transactions(lines, COLUMNS), SimulatedCustomers.cutoff)
    rows = rows_of(summary)
    cells, weight = rows.as_summary()
    for name, table in ((LINES, lines), (SUMMARY, summary), (CELLS, cells.assign(weight=weight))):
        _write(folder / name, table)
    facts = {
        "annual_rate": annual_rate,
        "model": BGNBD().fit(summary).params_,
        "spend": GammaGamma().fit(summary).params_,
    }
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    return SimulatedCustomers(folder)


def _write(folder: Path, table: pd.DataFrame) -> None:
    folder.mkdir(parents=True)
    for column in table:
        np.save(folder / f"{column}.npy", table[column].to_numpy())


def _read(folder: Path) -> pd.DataFrame:
    """Columns as they lie in the files: no copies that would raise the peak of memory before the contest."""
    return pd.DataFrame({file.stem: np.load(file) for file in sorted(folder.glob("*.npy"))}, copy=False)
