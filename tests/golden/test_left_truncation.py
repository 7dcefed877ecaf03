"""Online Retail begins with customers who had bought before: the fit must not pass as if they were new."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.lifetime import BGNBD, MBGNBD

pytestmark = pytest.mark.slow

CUTOFF = pd.Timestamp("2011-09-01")


@pytest.fixture(scope="module")
def summary(real_data):
    lines = pd.read_parquet(real_data / "online_retail.parquet").dropna(subset="CustomerID")
    days = lines[lines["Quantity"] > 0].assign(day=lambda line: line["InvoiceDate"].dt.normalize())
    days = days.drop_duplicates(["CustomerID", "day"]).groupby("CustomerID")["day"].agg(["min", "max", "size"])
    return pd.DataFrame(
        {
            "frequency": days["size"] - 1,
            "recency": (days["max"] - days["min"]).dt.days,
            "T": (CUTOFF - days["min"]).dt.days,
        }
    )


@pytest.mark.parametrize("model", [BGNBD, MBGNBD])
def test_old_customers_at_the_beginning_are_noticed_and_leaving_is_not_identified(summary, model):
    fitted = model().fit(summary)
    assert fitted.probability_alive(summary).min() > 0.99
    certificate = fitted.certificate_
    assert certificate.verdict == "warning"
    warned = certificate.frame.query("verdict == 'warning'").index
    assert {"left_truncation", "leaving", "boundary"} <= set(warned)
