from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.params import ColumnParams, TransactionParams
from regulars.transactions import read_transactions, write_corrupted
from regulars.windows import Windows
from tests.transactions.example_exports import EXPORTS

CUTOFF = Windows.at("2024-03-01", 30)
LOG = """client,on,qty,paid
00a,01.02.2024,1,10.50
00a,28.02.2024,2,20
b,29.02.2024,1,7
b,,1,7
b,01.03.2024,3,30
c,05.03.2024,1,9.99
"""
COLUMNS = ColumnParams(customer_id="client", ordered_at="on", quantity="qty", amount="paid")


@pytest.fixture
def written(tmp_path: Path) -> dict[str, pd.DataFrame]:
    log = tmp_path / "log.csv"
    log.write_text(LOG)
    return {how: pd.read_parquet(path) for how, path in write_corrupted(log, COLUMNS, CUTOFF, tmp_path).files.items()}


def later(log: pd.DataFrame) -> pd.DataFrame:
    return log[log["on"].fillna("").str.contains(r"\.03\.")].reset_index(drop=True)


def test_what_lies_before_the_cutoff_or_nowhere_stays_as_it_is(written: dict[str, pd.DataFrame]) -> None:
    history = written["deleted"]
    assert len(history) == 4
    for how, log in written.items():
        pd.testing.assert_frame_equal(log.drop(index=log[log["on"].isin(later(log)["on"])].index), history, obj=how)


def test_each_does_what_it_says(written: dict[str, pd.DataFrame]) -> None:
    future = {how: later(log).values.tolist() for how, log in written.items()}
    assert future["as it is"] == [["b", "01.03.2024", "3", "30"], ["c", "05.03.2024", "1", "9.99"]]
    assert future["deleted"] == []
    assert sorted(future["exchanged"]) == [["b", "05.03.2024", "3", "30"], ["c", "01.03.2024", "1", "9.99"]]
    assert sorted(future["multiplied"]) == [["b", "01.03.2024", "93", "30"], ["c", "05.03.2024", "91", "9.99"]]
    assert {row[0] for row in future["newcomers"]} == {"b", "c", "newcomer b", "newcomer c"}
    assert ["00a", "01.03.2024", "-2", "20"] in future["late returns"]


def test_what_is_a_return_already_stays_one(tmp_path: Path) -> None:
    """A minus more would make its text no number, and the copy unreadable."""
    log = "client,on,paid\na,01.02.2024,20\na,05.02.2024,-4.50\nb,06.02.2024,(3)\na,01.03.2024,5\n"
    (tmp_path / "log.csv").write_text(log)
    columns = ColumnParams(customer_id="client", ordered_at="on", amount="paid")
    late = pd.read_parquet(write_corrupted(tmp_path / "log.csv", columns, CUTOFF, tmp_path).files["late returns"])
    assert late[late["on"] == "01.03.2024"]["paid"].tolist() == ["5", "-20", "-4.50", "(3)"]


def test_typed_columns_are_corrupted_too(tmp_path: Path) -> None:
    days = pd.to_datetime(["2024-02-01", "2024-03-02"])
    frame = pd.DataFrame({"customer_id": [7, 9], "date": days, "amount": [1.5, 2.0]})
    columns = ColumnParams(customer_id="customer_id", ordered_at="date", amount="amount")
    written = {how: pd.read_parquet(p) for how, p in write_corrupted(frame, columns, CUTOFF, tmp_path).files.items()}
    assert written["multiplied"]["amount"].tolist() == [1.5, 18.0]
    assert written["newcomers"]["customer_id"].tolist() == [7, 9, 10]
    assert written["late returns"]["amount"].tolist() == [1.5, 2.0, -1.5]


def late_news(came: list[str | None], folder: Path) -> dict[str, pd.DataFrame]:
    days = ["2024-02-01", "2024-02-20", "2024-03-02"]
    frame = pd.DataFrame({"customer_id": [7, 8, 9], "date": days, "came": came, "amount": [1.5, 2.0, 3.0]})
    columns = ColumnParams(customer_id="customer_id", ordered_at="date", amount="amount", ingested_at="came")
    return {how: pd.read_parquet(p) for how, p in write_corrupted(frame, columns, CUTOFF, folder).files.items()}


def test_late_news_is_the_history_come_in_after_the_cutoff(tmp_path: Path) -> None:
    made = late_news(["2024-02-02", None, "2024-03-02"], tmp_path)["late news"]
    assert made["customer_id"].tolist() == [7, 8, 9, 7, 8]
    assert made["date"].tolist()[3:] == made["date"].tolist()[:2]
    assert made["came"].tolist()[3:] == ["2024-03-02"] * 2


def test_where_nothing_came_in_after_the_cutoff_there_is_no_late_news(tmp_path: Path) -> None:
    assert "late news" not in late_news(["2024-02-02", "2024-02-20", "2024-02-29"], tmp_path)


def test_without_a_future_there_is_nothing_to_prove(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG)
    with pytest.raises(InputError, match=r"No row of .* lies at or after 2024-03-06"):
        write_corrupted(tmp_path / "log.csv", COLUMNS, CUTOFF.moved_to("2024-03-06"), tmp_path)


@pytest.mark.medium
@pytest.mark.parametrize("name", ["shopify", "square", "online_retail"])
def test_a_known_export_is_written_with_our_columns_and_without_what_it_excludes(name: str, tmp_path: Path) -> None:
    tx = read_transactions(EXPORTS[name])
    cutoff = Windows.at(tx.last_day, 30)
    written = write_corrupted(EXPORTS[name], TransactionParams().columns, cutoff, tmp_path)
    assert set(written.files) >= {"as it is", "deleted", "exchanged", "newcomers", "multiplied", "late returns"}
    copy = read_transactions(written.files["as it is"], written.columns)
    asked = "SELECT CAST(customer_id AS VARCHAR), day, is_purchase, sum(money) FROM lines GROUP BY ALL ORDER BY ALL"
    assert copy.connection.execute(asked).fetchall() == tx.connection.execute(asked).fetchall()
    deleted = read_transactions(written.files["deleted"], written.columns)
    assert deleted.last_day < cutoff.cutoff


def test_a_column_that_is_missing_is_named_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"column 'spent' \(for amount\) is missing"):
        write_corrupted(
            pd.DataFrame({"client": ["a"], "on": ["2024-03-05"], "paid": [1.0]}),
            ColumnParams(customer_id="client", ordered_at="on", amount="spent"),
            CUTOFF,
            tmp_path,
        )
    assert not list(tmp_path.iterdir())
