"""What all feeds have in common: the ledger, the types of ids, and the words of a refusal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.loyalty import from_feed, from_feeds, segment, with_feeds
from regulars.loyalty.feeds.feed_and_log import FeedAndLog
from regulars.loyalty.feeds.from_feed import CUSTOMERS, FINDINGS
from regulars.params import FEEDS, LoyaltyParams
from regulars.tables import DRIVERS
from regulars.transactions import Transactions, read_feed, read_transactions
from regulars.windows import Windows
from tests.loyalty.feeds import invented
from tests.loyalty.feeds.conftest import Tell
from tests.loyalty.feeds.invented import CUTOFF


def test_rows_that_do_not_count_are_in_the_ledger(tell: Tell, shop: pd.DataFrame) -> None:
    feed = invented.surveys(shop).drop_duplicates()
    without = {name: feed[name].mask(feed[name].notna()) for name in ("customer_id", "day")}
    nobody, never = feed.head(1).assign(customer_id=without["customer_id"]), feed.head(2).assign(day=without["day"])
    rows = pd.concat([feed, feed.head(3), nobody, never])
    ledger = tell("surveys", rows).ledger
    counted = {entry.reason: entry.rows for entry in ledger.entries}
    late = int((feed["day"] >= CUTOFF).sum())
    stranger = int((feed["day"] < CUTOFF).sum()) - len(invented.known(feed, shop))
    assert counted.pop("customer without orders before the cutoff") == stranger > 0
    assert counted.pop("on or after the cutoff") == late
    assert counted == {
        "known at the cutoff": len(invented.known(feed, shop)),
        "missing customer": 1,
        "missing date": 2,
        "exact duplicate": 3,
    }
    assert ledger.rows == len(rows)


def test_ids_keep_their_type_however_the_feed_writes_them() -> None:
    tx = read_transactions(pd.DataFrame({"customer_id": [7, 8], "date": "2024-01-01", "amount": 1.0}))
    feed = read_feed("surveys", pd.DataFrame({"customer_id": ["7.0", "9"], "day": "2024-01-01", "score": [9, 9]}))
    told = from_feed(feed, tx, "2024-01-02")
    assert told.customers["survey_score"].dropna().to_dict() == {7: 9.0}
    assert told.customers.index.dtype == segment(tx, "2024-01-02")["customer_id"].dtype


@pytest.mark.slow
def test_columns_of_feeds_stand_behind_the_states(shop: pd.DataFrame, shop_log: Transactions) -> None:
    states = segment(shop_log, CUTOFF.date())
    feeds = {name: read_feed(name, getattr(invented, name)(shop)) for name in FINDINGS}
    told = from_feeds(feeds, shop_log, Windows(CUTOFF.date(), 120), states, LoyaltyParams(), margin=1.0)
    made = with_feeds(states, told)
    kept = [name for name in states if name != "action"]
    pd.testing.assert_frame_equal(made[kept], states[kept])
    assert list(made)[len(states.columns) :] == [name for found in told.values() for name in found.customers]
    for found in told.values():
        assert list(found.findings) == list(DRIVERS)
        assert json.loads(json.dumps(found.to_dict()))["ledger"]["rows"] == found.ledger.rows
    assert with_feeds(states, {}).equals(states)


def test_every_feed_has_findings_and_columns() -> None:
    assert FINDINGS.keys() == CUSTOMERS.keys() == FEEDS.keys()


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_without_rows_or_with_later_ones_alone_tells_nothing(name: str, shop_log: Transactions) -> None:
    columns = FEEDS[name].columns
    values = {"id": "00016", "day": "1999-01-01", "score": 9, "money": 5, "direction": "in", "text": "x"}
    later = pd.DataFrame({each.name: [values[each.kind]] for each in columns})
    for rows in (later.head(0), later):
        told = from_feed(read_feed(name, rows), shop_log, CUTOFF.date())
        assert told.findings.empty
        assert len(told.customers) == len(told.both.states)
        assert list(told.customers) == list(FEEDS[name].gives)
        assert told.ledger.rows == len(rows) == sum(entry.rows for entry in told.ledger.entries)
        assert told.to_dict()["findings"] == []
    assert from_feed(read_feed(name, later.head(0)), shop_log, CUTOFF.date()).ledger.in_words.endswith("no rows.")


def test_tables_are_made_once_for_findings_and_columns(shop: pd.DataFrame, shop_log: Transactions) -> None:
    told = from_feed(read_feed("leads", invented.leads(shop)), shop_log, CUTOFF.date())
    made: list[FeedAndLog] = []

    def people(both: FeedAndLog) -> pd.DataFrame:
        made.append(both)
        return both.rows

    assert told.both.once(people) is told.both.once(people)
    assert made == [told.both]
    assert told.people is told.people


def test_what_is_no_feed_is_refused(shop_log: Transactions) -> None:
    with pytest.raises(InputError, match=r"feed is a DataFrame; expected what read_feed returns"):
        from_feed(pd.DataFrame(), shop_log)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_log_with_whole_numbers_as_ids_equals_plain_pandas(real_data: Path) -> None:
    lines = pd.read_parquet(real_data / "completejourney" / "transactions.parquet")
    lines = lines[lines["household_id"] % 4 == 0]
    lines = lines.assign(date=lines["transaction_timestamp"].dt.normalize()).rename(
        columns={"household_id": "customer_id", "sales_value": "amount"}
    )[["customer_id", "date", "amount"]]
    tx, cutoff = read_transactions(lines), pd.Timestamp("2017-11-01")
    rng = np.random.default_rng(3)
    ids = rng.choice(lines["customer_id"].unique(), 4000)
    day = pd.Timestamp("2017-01-05") + pd.to_timedelta(rng.integers(0, 350, 4000), "D")
    score = pd.Series(rng.integers(0, 11, 4000), dtype="float64")
    rows = pd.DataFrame({"customer_id": ids.astype(float), "day": day, "score": score}).drop_duplicates()
    told = from_feed(read_feed("surveys", rows), tx, cutoff.date(), horizon_days=60)
    first = lines.groupby("customer_id")["date"].min()
    known = rows[(rows["day"] < cutoff) & (rows["customer_id"].map(first) < cutoff)]
    last = known.sort_values(["day", "score"]).groupby("customer_id")["score"].last()
    (nps,) = told.findings.loc[told.findings["driver"] == "nps", "estimate"]
    assert nps == pytest.approx(100 * ((last >= 9).mean() - (last <= 6).mean()))
    assert told.customers["survey_score"].dropna().to_dict() == last.to_dict()
    start, group = cutoff - pd.Timedelta(days=60), "detractors"
    before = known[known["day"] < start].sort_values(["day", "score"]).groupby("customer_id")["score"].last()
    recent = lines[(lines["date"] < start) & (lines["date"] >= start - pd.Timedelta(days=60))]["customer_id"].unique()
    detractors = before[(before <= 6) & before.index.isin(recent)].index
    ordered = lines[(lines["date"] >= start) & (lines["date"] < cutoff)]["customer_id"].unique()
    row = told.findings.set_index(["driver", "group"]).loc[("order_value_by_answer", group)]
    assert row["customers"] == detractors.isin(ordered).sum()
